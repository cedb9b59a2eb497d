"""lock over the page

A PIN for people, and when a sign-in was locked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("user_account", sa.Column("pin_hash", sa.String(length=200), nullable=True))
    op.add_column("sign_in", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("sign_in", "locked_at")
    op.drop_column("user_account", "pin_hash")
