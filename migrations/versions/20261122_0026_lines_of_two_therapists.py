"""lines of two therapists

What each therapist has of a line that two of them gave together.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "line_share",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("net_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["document_line.id"], name=op.f("fk_line_share_line_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_line_share_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_share")),
        sa.UniqueConstraint("line_id", "therapist_id", name=op.f("uq_line_share_line_id_therapist_id")),
    )


def downgrade():
    op.drop_table("line_share")
