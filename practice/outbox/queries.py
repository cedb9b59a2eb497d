"""Reading what was posted."""
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from practice.access.guard import system_session
from practice.core.db import db
from practice.core.errors import NotFound
from practice.outbox.models import Message
from practice.outbox.states import MessageState

STATES = (select(Message.about, Message.state, Message.to_address)
          .where(Message.about.in_(bindparam("abouts", expanding=True))).order_by(Message.id))
ABOUT = select(Message).where(Message.about.in_(bindparam("abouts", expanding=True))).order_by(Message.id)


def messages_about(abouts: Iterable[str]) -> list[Message]:
    """What was posted about these things, oldest first."""
    return list(db.session.scalars(ABOUT, {"abouts": list(abouts)}))


def what_became_of(abouts: Iterable[str]) -> dict[str, tuple[MessageState, str]]:
    """How the newest mail about each of these stands, and where it went: also of mail that nobody may read."""
    with system_session("whether mail went out") as session:
        rows = session.execute(STATES, {"abouts": list(abouts)}).all()
    return {row.about: (row.state, row.to_address) for row in rows}


def get_message(message_id: int) -> Message:
    """Raises NotFound."""
    row = db.session.scalars(select(Message).where(Message.id == message_id)).first()
    if row is None:
        raise NotFound()
    return row
