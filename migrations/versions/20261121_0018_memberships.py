"""memberships

So many sessions a month at a price: what was agreed, and each month with its package.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("practice", sa.Column("has_memberships", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "membership",
        sa.Column("id", ID, nullable=False),
        sa.Column("client_id", ID, nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("keeps_months", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sessions > 0 AND price_amount > 0 AND keeps_months >= 0", name=op.f("ck_membership_agreed")
        ),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["user_account.id"], name=op.f("fk_membership_agreed_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_membership_client_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_membership_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_client_id"), "membership", ["client_id"])
    op.create_index(op.f("ix_membership_next_on"), "membership", ["next_on"])
    op.create_table(
        "membership_month",
        sa.Column("id", ID, nullable=False),
        sa.Column("membership_id", ID, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("package_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_membership_month_membership_id")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_membership_month_package_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_month")),
        sa.UniqueConstraint("membership_id", "first_on", name=op.f("uq_membership_month_membership_id_first_on")),
        sa.UniqueConstraint("package_id", name=op.f("uq_membership_month_package_id")),
    )


def downgrade():
    op.drop_table("membership_month")
    op.drop_table("membership")
    op.drop_column("practice", "has_memberships")
