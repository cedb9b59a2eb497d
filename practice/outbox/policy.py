"""Who handles money or reports sees what went out about it; files on their way are the house's own."""
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register, system_only
from practice.outbox.models import Attachment, Message

register(Message, everyone_with(Permission.MESSAGE_SEND, Permission.INVOICE_READ, Permission.REPORT_READ))
register(Attachment, system_only)
