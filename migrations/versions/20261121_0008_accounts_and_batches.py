"""accounts and batches

Both directions must run on SQLite and on PostgreSQL; keep statements short, the table is locked meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "account_code",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=20), nullable=False),
        sa.Column("tax_key", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_code")),
    )
    op.create_table(
        "export_batch",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_export_batch_made_by_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_export_batch")),
        sa.UniqueConstraint("first_on", name=op.f("uq_export_batch_first_on")),
        sa.UniqueConstraint("last_on", name=op.f("uq_export_batch_last_on")),
    )


def downgrade():
    op.drop_table("export_batch")
    op.drop_table("account_code")
