"""superbills made anew

A new superbill of the same invoice, when what was paid or credited has changed.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("superbill") as table:
        table.drop_constraint("uq_superbill_document_id", type_="unique")
        table.create_index("ix_superbill_document_id", ["document_id"])


def downgrade():
    on = " ON superbill" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS superbill_no_delete{on}")  # those made anew since are void on paper as well
    op.execute("DELETE FROM superbill WHERE id NOT IN (SELECT max(id) FROM superbill GROUP BY document_id)")
    with op.batch_alter_table("superbill") as table:
        table.drop_index("ix_superbill_document_id")
        table.create_unique_constraint("uq_superbill_document_id", ["document_id"])
