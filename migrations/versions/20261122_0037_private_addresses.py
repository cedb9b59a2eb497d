"""private addresses

Whether the address of a form was seen by nobody but the client and who reads charts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("intake_link", sa.Column("is_private", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.drop_column("intake_link", "is_private")
