"""asking the trail

By client and by account, each with the moment; and the charts that were opened with a reason.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

GLASS = sa.text("reason = 'break_glass'")


def upgrade():
    op.drop_index("ix_audit_row_client_id_id", "audit_row")
    op.drop_index("ix_audit_row_actor_id_id", "audit_row")
    op.create_index("ix_audit_row_client_id_at", "audit_row", ["client_id", "at"])
    op.create_index("ix_audit_row_actor_id_at_client_id_action", "audit_row", ["actor_id", "at", "client_id", "action"])
    op.create_index("ix_care_break_glass", "care", ["from_at"], sqlite_where=GLASS, postgresql_where=GLASS)


def downgrade():
    op.drop_index("ix_care_break_glass", "care")
    op.drop_index("ix_audit_row_actor_id_at_client_id_action", "audit_row")
    op.drop_index("ix_audit_row_client_id_at", "audit_row")
    op.create_index("ix_audit_row_actor_id_id", "audit_row", ["actor_id", "id"])
    op.create_index("ix_audit_row_client_id_id", "audit_row", ["client_id", "id"])
