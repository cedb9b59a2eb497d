"""a membership once

The key of the form on which a membership was agreed: two clicks make one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("membership", sa.Column("request_key", sa.String(length=64), nullable=True))
    op.create_index("uq_membership_request_key", "membership", ["request_key"], unique=True)


def downgrade():
    op.drop_index("uq_membership_request_key", table_name="membership")
    op.drop_column("membership", "request_key")
