"""documents once

The key of the form on which an invoice or credit note was asked for: two clicks make one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("document", sa.Column("request_key", sa.String(length=64), nullable=True))
    op.create_index("uq_document_request_key", "document", ["request_key"], unique=True)


def downgrade():
    op.drop_index("uq_document_request_key", table_name="document")
    op.drop_column("document", "request_key")
