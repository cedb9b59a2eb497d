"""telling the desk

How far the desk has been told what a changed rule means.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("own_rule", sa.Column("told_up_to", sa.BigInteger(), nullable=True))


def downgrade():
    op.drop_column("own_rule", "told_up_to")
