"""accounts with names

An account of the accountant's may be a name instead of a number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("account_code") as table:
        table.alter_column("account", existing_type=sa.String(length=20), type_=sa.String(length=100))


def downgrade():
    op.execute("UPDATE account_code SET account = substr(account, 1, 20)")
    with op.batch_alter_table("account_code") as table:
        table.alter_column("account", existing_type=sa.String(length=100), type_=sa.String(length=20))
