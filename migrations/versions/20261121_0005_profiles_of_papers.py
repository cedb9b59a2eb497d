"""what papers must carry

Both directions must run on SQLite and on PostgreSQL; keep statements short, the table is locked meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("issuer", sa.Column("profile", sa.String(length=32), server_default="plain", nullable=False))
    op.add_column("issuer", sa.Column("simplified_amount", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "therapist_profile", sa.Column("provider_number", sa.String(length=40), server_default="", nullable=False)
    )


def downgrade():
    op.drop_column("therapist_profile", "provider_number")
    op.drop_column("issuer", "simplified_amount")
    op.drop_column("issuer", "profile")
