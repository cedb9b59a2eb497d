"""price groups

Clients who pay other prices, and what they pay for a treatment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "price_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_group")),
        sa.UniqueConstraint("name", name=op.f("uq_price_group_name")),
    )
    op.create_table(
        "treatment_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("price_group_id", sa.Integer(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["price_group_id"], ["price_group.id"], name=op.f("fk_treatment_price_price_group_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_treatment_price_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_price")),
        sa.UniqueConstraint(
            "treatment_id", "price_group_id", name=op.f("uq_treatment_price_treatment_id_price_group_id")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":  # in one statement: a table built anew would lose its triggers
        op.execute(
            "ALTER TABLE client ADD COLUMN price_group_id INTEGER"
            " CONSTRAINT fk_client_price_group_id REFERENCES price_group (id)"
        )
        return
    op.add_column("client", sa.Column("price_group_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_client_price_group_id"), "client", "price_group", ["price_group_id"], ["id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_client_price_group_id"), "client", type_="foreignkey")
    op.drop_column("client", "price_group_id")
    op.drop_table("treatment_price")
    op.drop_table("price_group")
