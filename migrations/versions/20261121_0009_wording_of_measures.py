"""wording of measures

The questions of licensed measures, as a practice loads them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "measure_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["loaded_by_id"], ["user_account.id"], name=op.f("fk_measure_wording_loaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_wording")),
        sa.UniqueConstraint("key", name=op.f("uq_measure_wording_key")),
    )


def downgrade():
    op.drop_table("measure_wording")
