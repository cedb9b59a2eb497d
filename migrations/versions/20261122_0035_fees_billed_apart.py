"""fees billed apart

A fee that a card processor bills by itself, without paying out less.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("card_payout", sa.Column("is_fee_bill", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    on = " ON card_payout" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS card_payout_no_change{on}")  # it names the column; made anew afterwards
    op.drop_column("card_payout", "is_fee_bill")
