"""second step of all

By when everybody else needs a second step: a date of its own beside that of the owners.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("practice", sa.Column("second_step_all_from", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE practice SET second_step_all_from = second_step_from WHERE has_second_step_for_all")


def downgrade():
    op.drop_column("practice", "second_step_all_from")
