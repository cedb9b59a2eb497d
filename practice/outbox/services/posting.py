"""Putting a message into the outbox, inside the transaction of what it is about."""
import base64
import hashlib
import threading
from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from practice.access.actor import Actor
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.outbox.letter import File
from practice.outbox.models import Attachment, Message
from practice.outbox.states import MessageState

LARGEST = 15 * 1024 * 1024  # bytes attached to one message: what mail servers take

posted = threading.Event()  # set when a message was committed: who sends in this process need not wait for its minute


def post(actor: Actor, to: str, subject: str, body: str, attachments: Sequence[File] = (), *, about: str = "",
         from_name: str = "") -> Message:
    """Write a message down; it is sent after the commit, and never when the transaction fails.

    The caller has checked that `actor` may send this, and records it in the audit trail. `subject` and `body` are
    plain text; `about` names what it belongs to ("document:12"), to be found again. Raises Invalid.
    """
    try:
        address = validate_email(to.strip(), check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        raise Invalid(_("This is not an address that mail can be sent to."), "to") from None
    if sum(len(file.data) for file in attachments) > LARGEST:
        raise Invalid(_("This is too large for a mail."), "to")
    now = clock.now()
    row = Message(about=about, to_address=address, from_name=" ".join(from_name.split())[:120],
                  subject=" ".join(subject.split())[:200], body=body, posted_at=now, posted_by_id=actor.user_id,
                  next_at=now)
    db.session.add(row)
    db.session.flush()
    for file in attachments:
        db.session.add(Attachment(
            message_id=row.id, name=file.name[:120], media_type=file.media_type,
            sha256=hashlib.sha256(file.data).hexdigest(), content=base64.b64encode(file.data).decode()))
    db.session.flush()
    db.session().info["posted"] = True
    return row


def call_back(about: str) -> None:
    """Take back what was posted about this and still waits: it has nothing to say any more. The caller records why."""
    rows = Message.__table__
    db.session.connection().execute(delete(rows).where(rows.c.about == about, rows.c.state == MessageState.WAITING))


def send_again(message: Message) -> None:
    """Send a message once more that was refused or cut off: somebody has decided that. The caller records it.

    Raises Invalid for one that needs no such decision.
    """
    if message.state not in (MessageState.REFUSED, MessageState.UNSURE):
        raise Invalid(_("This message is on its way or was sent already."))
    message.state, message.tries, message.next_at = MessageState.WAITING, 0, clock.now()
    db.session.flush()
    db.session().info["posted"] = True


@event.listens_for(Session, "after_commit")
def _tell(session):
    if session.info.pop("posted", False):
        posted.set()


@event.listens_for(Session, "after_rollback")
def _forget(session):
    session.info.pop("posted", None)
