"""who treated a client from an index

The index of a client's appointments holds what the brief counts of them, so that no row of many years is read for it.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

BEFORE = ["client_id", "starts_at"]
MORE = ["state", "user_id", "ends_at"]


def upgrade():
    again(BEFORE, [*BEFORE, *MORE])


def downgrade():
    again([*BEFORE, *MORE], BEFORE)


def again(before, columns):
    op.drop_index(f"ix_appointment_{'_'.join(before)}", table_name="appointment")
    op.create_index(f"ix_appointment_{'_'.join(columns)}", "appointment", columns)
