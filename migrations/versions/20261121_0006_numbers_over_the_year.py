"""whether numbers begin anew every year

Both directions must run on SQLite and on PostgreSQL; keep statements short, the table is locked meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("practice", sa.Column("has_yearly_numbers", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade():
    op.drop_column("practice", "has_yearly_numbers")
