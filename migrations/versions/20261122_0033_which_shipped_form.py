"""which shipped form a version was made from

Every version of a form so far goes back to its first, which is the form as it was shipped.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("form_version", sa.Column("shipped_hash", sa.String(length=64), nullable=False, server_default=""))
    op.execute("""
        UPDATE form_version SET shipped_hash = COALESCE(
            (SELECT first.content_hash FROM form_version AS first
             WHERE first.key = form_version.key AND first.language = form_version.language AND first.number = 1), '')
    """)


def downgrade():
    op.drop_column("form_version", "shipped_hash")
