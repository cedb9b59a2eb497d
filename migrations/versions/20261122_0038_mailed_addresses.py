"""mailed addresses

Whether the address of a form went out by e-mail and was shown to nobody here, not even to who made it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("intake_link", sa.Column("is_mailed", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.drop_column("intake_link", "is_mailed")
