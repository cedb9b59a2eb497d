"""The desk tells the therapist: sealed, shown before the session, not readable back by the desk."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid, NotFound
from practice.core.sealed import new_uid, uid_of
from practice.core.text import _
from practice.schedule.models import DeskMessage
from practice.schedule.queries.appointments import STILL_TO_COME, get_appointment, next_of

LONGEST = 1000


def tell_therapist(actor: Actor, appointment_id: int, text: str, *, request_key: str | None = None) -> int:
    """Send a message about an appointment; gives its id. The same text again with the same `request_key` is the same
    message. Raises Invalid, NotFound."""
    require(actor, Permission.MESSAGE_SEND)
    row, text = get_appointment(appointment_id), text.strip()
    if not text:
        raise Invalid(_("Write what the client told you."), "text")
    if len(text) > LONGEST:
        raise Invalid(_("At most %(most)s characters."), "text", most=LONGEST)
    uid = uid_of(f"{row.id}:{request_key}", text.encode()) if request_key else new_uid()
    sent = _sent_before(uid) if request_key else None
    if sent is not None:
        return sent
    if row.state not in STILL_TO_COME:
        raise Invalid(_("This appointment is over."), "appointment_id")
    message = DeskMessage(uid=uid, appointment_id=row.id, client_id=row.client_id, sent_by_id=actor.user_id,
                          sent_at=clock.now(), text=text)
    db.session.add(message)
    db.session.flush()
    audit.record(actor, "message.send", message, client_id=row.client_id, appointment_id=row.id)
    return message.id


def _sent_before(uid: str) -> int | None:
    """The message an earlier click sent. Of two clicks at once one finds the uid taken: tried again, it is found."""
    with system_session("whether this message was sent by an earlier click") as session:
        return session.scalar(select(DeskMessage.id).where(DeskMessage.uid == uid))


def tell_next(actor: Actor, client_id: int, text: str) -> int | None:
    """The same about the client's next appointment; None where nothing is booked."""
    require(actor, Permission.MESSAGE_SEND)
    row = next_of(client_id)
    return tell_therapist(actor, row.id, text) if row is not None else None


def mark_message_read(actor: Actor, message_id: int) -> None:
    """The therapist has read it. Raises NotFound."""
    require(actor, Permission.CHART_READ)
    row = db.session.scalars(select(DeskMessage).where(DeskMessage.id == message_id)).first()
    if row is None:
        raise NotFound()
    if row.read_at is None:
        row.read_at = clock.now()
        audit.record(actor, "message.read", row, client_id=row.client_id)
