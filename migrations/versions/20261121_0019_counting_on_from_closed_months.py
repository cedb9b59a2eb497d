"""counting on from closed months

What was held on the last day of a closed month, read from its report; indexes that find what is left of packages and
vouchers.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AMOUNTS = {"credit_amount": "client_credit", "deposits_amount": "deposits", "tips_amount": "tips_payable"}
INDEXES = (
    ("ix_package_expires_on", "package", "expires_on", None),
    ("ix_package_left", "package", "expires_on", "value_left_amount > 0"),
    ("ix_package_use_given_back_on", "package_use", "given_back_on", "given_back_on IS NOT NULL"),
    ("ix_voucher_left", "voucher", "expires_on", "left_amount > 0"),
)


def upgrade():
    for name in AMOUNTS:
        op.add_column("closed_month", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name, table, column, where in INDEXES:
        partly = {f"{kind}_where": sa.text(where) for kind in ("sqlite", "postgresql")} if where else {}
        op.create_index(name, table, [column], **partly)
    connection = op.get_bind()
    months = sa.table("closed_month", *(sa.column(name) for name in ("id", "report", *AMOUNTS)))
    for row_id in connection.scalars(sa.select(months.c.id)).all():
        kept = connection.scalar(sa.select(months.c.report).where(months.c.id == row_id))
        figures = json.loads(kept)["figures"]
        connection.execute(
            months.update()
            .where(months.c.id == row_id)
            .values({name: figures[figure] for name, figure in AMOUNTS.items()})
        )


def downgrade():
    for name, table, _column, _where in INDEXES:
        op.drop_index(name, table_name=table)
    for name in AMOUNTS:
        op.drop_column("closed_month", name)
