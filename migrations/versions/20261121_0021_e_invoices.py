"""e-invoices

Whether invoices carry their data inside the PDF.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("practice", sa.Column("has_einvoices", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.drop_column("practice", "has_einvoices")
