"""What the desk told the therapist: clinical, through the row rule of the chart. Record the reading first."""

from sqlalchemy import bindparam, select

from practice.core.db import db
from practice.core.errors import NotFound
from practice.schedule.models import DeskMessage

MESSAGES = (select(DeskMessage).where(DeskMessage.appointment_id == bindparam("appointment"))
            .order_by(DeskMessage.sent_at, DeskMessage.id))


def messages_for(appointment_id: int) -> list[DeskMessage]:
    """The messages about one appointment, oldest first."""
    return list(db.session.scalars(MESSAGES, {"appointment": appointment_id}))


def get_message(message_id: int) -> DeskMessage:
    """Raises NotFound."""
    row = db.session.scalars(select(DeskMessage).where(DeskMessage.id == message_id)).first()
    if row is None:
        raise NotFound()
    return row
