"""history of own rules

Every writing of an own rule is kept. Those there are become the first of theirs, in the order they were written in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "own_rule_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("book_version", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_own_rule_change_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_rule_change")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_own_rule_change_key_number")),
    )
    op.execute("""
        INSERT INTO own_rule_change (key, number, content, is_active, book_version, changed_at, changed_by_id)
        SELECT key, version, content, is_active, made_over, changed_at, changed_by_id
        FROM own_rule ORDER BY changed_at, id""")


def downgrade():
    op.drop_table("own_rule_change")
