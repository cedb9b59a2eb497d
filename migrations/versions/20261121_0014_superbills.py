"""superbills

What referrers wrote, and superbills made of invoices; codes of treatments and numbers of therapists for insurers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("therapist_profile", sa.Column("npi", sa.String(length=10), server_default="", nullable=False))
    op.add_column("treatment", sa.Column("billing_code", sa.String(length=10), server_default="", nullable=False))
    op.create_table(
        "referral",
        sa.Column("id", _id(), nullable=False),
        sa.Column("client_id", _id(), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", _id(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_referral_client_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_referral_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("uid", name=op.f("uq_referral_uid")),
    )
    op.create_index(op.f("ix_referral_client_id_from_on"), "referral", ["client_id", "from_on"], unique=False)
    op.create_table(
        "superbill",
        sa.Column("id", _id(), nullable=False),
        sa.Column("document_id", _id(), nullable=False),
        sa.Column("client_id", _id(), nullable=False),
        sa.Column("referral_id", _id(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_superbill_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_superbill_document_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_superbill_made_by_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_superbill_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_superbill")),
        sa.UniqueConstraint("document_id", name=op.f("uq_superbill_document_id")),
    )
    op.create_index(op.f("ix_superbill_client_id"), "superbill", ["client_id"], unique=False)


def downgrade():
    op.drop_table("superbill")
    op.drop_table("referral")
    op.drop_column("treatment", "billing_code")
    op.drop_column("therapist_profile", "npi")
