"""forms of a day

The latest forms of a day, and how many came in, are read from an index alone.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_intake_arrival_arrived_on_arrived_at_id", "intake_arrival", ["arrived_on", "arrived_at", "id"])
    op.drop_index("ix_intake_arrival_arrived_on", "intake_arrival")


def downgrade():
    op.create_index("ix_intake_arrival_arrived_on", "intake_arrival", ["arrived_on"])
    op.drop_index("ix_intake_arrival_arrived_on_arrived_at_id", "intake_arrival")
