"""what reception sees of forms

The answers to the questions marked for reception, sealed, in a table of their own. Forms sent before show nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "desk_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("_answers", sa.LargeBinary(), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_desk_answers_client_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_desk_answers_form_version_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_desk_answers_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_answers")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_desk_answers_submission_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_desk_answers_uid")),
    )
    op.create_index("ix_desk_answers_client_id_sent_at", "desk_answers", ["client_id", "sent_at"])


def downgrade():
    op.drop_index("ix_desk_answers_client_id_sent_at", "desk_answers")
    op.drop_table("desk_answers")
