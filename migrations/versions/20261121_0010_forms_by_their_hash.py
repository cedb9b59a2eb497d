"""forms by their hash

A form's version is held by the SHA-256 of its content, so that pages need not read it again.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FORMS = sa.table("form_version", sa.column("id", sa.Integer), sa.column("content", sa.Text), sa.column("content_hash"))


def upgrade():
    op.add_column("form_version", sa.Column("content_hash", sa.String(length=64), server_default="", nullable=False))
    connection = op.get_bind()
    for number, content in connection.execute(sa.select(FORMS.c.id, FORMS.c.content)).all():
        digest = hashlib.sha256(content.encode()).hexdigest()
        connection.execute(FORMS.update().where(FORMS.c.id == number).values(content_hash=digest))


def downgrade():
    op.drop_column("form_version", "content_hash")
