"""paid by another

Who gave the money for a client, when it was another one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "sqlite":  # in one statement: a table built anew would lose its triggers
        op.execute(
            "ALTER TABLE payment ADD COLUMN paid_by_id INTEGER CONSTRAINT fk_payment_paid_by_id REFERENCES client (id)"
        )
        return
    op.add_column("payment", sa.Column("paid_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_payment_paid_by_id"), "payment", "client", ["paid_by_id"], ["id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_payment_paid_by_id"), "payment", type_="foreignkey")
    op.drop_column("payment", "paid_by_id")
