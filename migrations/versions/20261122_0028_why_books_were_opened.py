"""why books were opened

Why closed books were opened again last time: in the owner's words, which the trail does not hold.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("practice", sa.Column("books_reason", sa.String(length=200), server_default="", nullable=False))


def downgrade():
    op.drop_column("practice", "books_reason")
