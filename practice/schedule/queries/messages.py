"""What the desk told the therapist: clinical, through the row rule of the chart. Record the reading first."""
from collections.abc import Iterable

from sqlalchemy import func, select

from practice.core.db import db
from practice.core.errors import NotFound
from practice.schedule.models import DeskMessage


def messages_for(appointment_id: int) -> list[DeskMessage]:
    """The messages about one appointment, oldest first."""
    return list(db.session.scalars(select(DeskMessage).where(DeskMessage.appointment_id == appointment_id)
                                   .order_by(DeskMessage.sent_at, DeskMessage.id)))


def unread_counts(appointment_ids: Iterable[int]) -> dict[int, int]:
    """How many messages about each appointment nobody has read yet, without opening one."""
    return dict(db.session.execute(
        select(DeskMessage.appointment_id, func.count(DeskMessage.id))
        .where(DeskMessage.appointment_id.in_(list(appointment_ids)), DeskMessage.read_at.is_(None))
        .group_by(DeskMessage.appointment_id)).all())


def get_message(message_id: int) -> DeskMessage:
    """Raises NotFound."""
    row = db.session.scalars(select(DeskMessage).where(DeskMessage.id == message_id)).first()
    if row is None:
        raise NotFound()
    return row
