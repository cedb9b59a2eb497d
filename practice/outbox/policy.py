"""Who handles money or reports sees what went out about it; files on their way are the house's own, and so is mail
that holds a key: to a colleague about signing in, to a client with the address of their form.
"""
from sqlalchemy import and_

from practice.access.actor import Actor
from practice.access.permissions import Permission
from practice.access.policy import Bound, register, system_only
from practice.outbox.models import Attachment, Message

ABOUT = Message.__table__.c.about
KEYS = tuple(Bound(name, f"{name}:%", type_=ABOUT.type, unique=True) for name in ("user", "form"))
READERS = (Permission.MESSAGE_SEND, Permission.INVOICE_READ, Permission.REPORT_READ)


def without_keys(actor: Actor):
    """A rule: what went out, but for mail that holds a key."""
    return and_(*(ABOUT.not_like(kind) for kind in KEYS)) if any(actor.may(p) for p in READERS) else None


register(Message, without_keys)
register(Attachment, system_only)
