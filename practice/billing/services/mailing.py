"""Papers about money by e-mail: written into the outbox and into the audit trail at once."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.billing.models.reminders import Reminder
from practice.clients.contact import parse_email
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.outbox.letter import File
from practice.outbox.models import Message
from practice.outbox.queries import get_message
from practice.outbox.services import posting
from practice.premises.queries import the_practice

LONGEST = 2000  # letters


def mail_paper(actor: Actor, *, client_id: int, about: str, to: str, subject: str, body: str, paper: File) -> Message:
    """Send a paper to an address, in the practice's name; `about` names its row ("document:12"). Raises Invalid."""
    require(actor, Permission.MESSAGE_SEND)
    if not body.strip() or len(body) > LONGEST:
        raise Invalid(_("Write a few words, 2000 letters at most."), "body")
    row = posting.post(actor, parse_email(to, field="to"), subject, body.strip(), [paper], about=about,
                       from_name=the_practice().name)
    audit.record(actor, "mail.post", row, client_id=client_id, about=about, file=paper.name)
    return row


def mail_again(actor: Actor, message_id: int) -> Message:
    """Send a message again that was refused or cut off: somebody has decided so. Raises Invalid, NotFound."""
    require(actor, Permission.MESSAGE_SEND)
    row = get_message(message_id)
    posting.send_again(row)
    audit.record(actor, "mail.again", row, client_id=_whose(row.about), about=row.about)
    return row


def _whose(about: str) -> int | None:
    """The client whom a mail is about, or whose paper it is."""
    kind, _colon, number = about.partition(":")
    if kind == "client":
        return int(number)
    chosen = select(Document.client_id)
    if kind == "reminder":
        chosen = chosen.join(Reminder, Reminder.document_id == Document.id).where(Reminder.id == int(number))
    elif kind == "document":
        chosen = chosen.where(Document.id == int(number))
    else:
        return None
    return db.session.scalar(chosen)
