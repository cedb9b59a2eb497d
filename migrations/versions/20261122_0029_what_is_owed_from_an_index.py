"""what is owed from an index

The index of open documents holds what sums of them need, so that no row is read for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ORDER = ["due_on", "id"]
OPEN = sa.text("open_amount > 0")


def upgrade():
    again([*ORDER, "issued_on", "state", "kind", "location_id", "issuer_id", "open_amount"])


def downgrade():
    again(ORDER)


def again(columns):
    op.drop_index("ix_document_open", table_name="document")
    op.create_index("ix_document_open", "document", columns, sqlite_where=OPEN, postgresql_where=OPEN)
