"""Who handles money or reports sees what went out about it; files on their way are the house's own, and so is mail
to a colleague about signing in: it may hold a link to a new password.
"""
from practice.access.actor import Actor
from practice.access.permissions import Permission
from practice.access.policy import Bound, register, system_only
from practice.outbox.models import Attachment, Message

ABOUT = Message.__table__.c.about
COLLEAGUE = Bound("colleague", "user:%", type_=ABOUT.type, unique=True)
READERS = (Permission.MESSAGE_SEND, Permission.INVOICE_READ, Permission.REPORT_READ)


def about_no_colleague(actor: Actor):
    """A rule: what went out, but for mail about somebody's own sign-in."""
    return ABOUT.not_like(COLLEAGUE) if any(actor.may(p) for p in READERS) else None


register(Message, about_no_colleague)
register(Attachment, system_only)
