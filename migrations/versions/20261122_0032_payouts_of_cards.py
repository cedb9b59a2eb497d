"""payouts of cards

What card processors paid out and kept, as rows. Off until a practice switches it on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("practice", sa.Column("has_payouts", sa.Boolean(), server_default=sa.false(), nullable=False))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "card_payout",
        sa.Column("id", number, nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("bank_amount", sa.BigInteger(), nullable=False),
        sa.Column("fee_amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", number, nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("reverses_id", number, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("bank_amount <> 0 OR fee_amount <> 0", name=op.f("ck_card_payout_not_zero")),
        sa.CheckConstraint("first_on <= last_on AND last_on <= paid_on", name=op.f("ck_card_payout_days")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_card_payout_recorded_by_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["card_payout.id"], name=op.f("fk_card_payout_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_payout")),
        sa.UniqueConstraint("request_key", name=op.f("uq_card_payout_request_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_card_payout_reverses_id")),
    )
    op.create_index("ix_card_payout_paid_on", "card_payout", ["paid_on"])
    op.create_index("ix_card_payout_method_last_on", "card_payout", ["method", "last_on"])


def downgrade():
    op.drop_index("ix_card_payout_method_last_on", "card_payout")
    op.drop_index("ix_card_payout_paid_on", "card_payout")
    op.drop_table("card_payout")
    op.drop_column("practice", "has_payouts")
