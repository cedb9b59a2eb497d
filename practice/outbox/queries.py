"""Reading what was posted."""
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from practice.core.db import db
from practice.core.errors import NotFound
from practice.outbox.models import Message

ABOUT = select(Message).where(Message.about.in_(bindparam("abouts", expanding=True))).order_by(Message.id)


def messages_about(abouts: Iterable[str]) -> list[Message]:
    """What was posted about these things, oldest first."""
    return list(db.session.scalars(ABOUT, {"abouts": list(abouts)}))


def get_message(message_id: int) -> Message:
    """Raises NotFound."""
    row = db.session.scalars(select(Message).where(Message.id == message_id)).first()
    if row is None:
        raise NotFound()
    return row
