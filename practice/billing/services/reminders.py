"""Reminders in three steps: a letter a step, never twice the same, with what was owed on its day."""
from datetime import timedelta

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.reminders import STEPS, Reminder
from practice.billing.queries.documents import get_document
from practice.billing.queries.reminders import reminders_of
from practice.billing.services.documents import today
from practice.billing.services.locking import lock_account
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.queries import the_practice


class NotOverdue(DomainError):
    message = _("This invoice is not overdue.")


class LastReminderSent(DomainError):
    message = _("The last reminder went out already.")


class RemindedToday(DomainError):
    message = _("A reminder was made today already.")


def remind(actor: Actor, document_id: int) -> Reminder:
    """The next reminder of an overdue invoice. Raises NotOverdue, LastReminderSent, RemindedToday, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(get_document(document_id).client_id)
    document, on = get_document(document_id, lock=True), today()
    if document.open_amount <= 0 or document.due_on is None or document.due_on >= on:
        raise NotOverdue()
    sent = reminders_of([document_id]).get(document_id, [])
    if len(sent) >= STEPS:
        raise LastReminderSent()
    if sent and sent[-1].made_on == on:
        raise RemindedToday()
    row = Reminder(document_id=document_id, step=len(sent) + 1, owed_amount=document.open_amount, made_on=on,
                   pay_until_on=on + timedelta(days=the_practice().reminder_days), made_at=clock.now(),
                   made_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "reminder.make", row, client_id=document.client_id, number=document.number_text, step=row.step)
    return row
