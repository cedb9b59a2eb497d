"""What the practice gives up of an invoice: a row with its reason and a day of its own, never an edited invoice."""
from datetime import date

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.payments import Allocation, WriteOff
from practice.billing.queries.documents import get_document
from practice.billing.services.closed import refuse_closed
from practice.billing.services.locking import lock_account
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _


class NothingOpen(DomainError):
    message = _("Not that much is open on this invoice.")


def write_off(actor: Actor, document_id: int, *, amount: int, on: date, reason: str) -> WriteOff:
    """Give up `amount` (minor units) of what is open, dated `on`: from the day of issue to today, in open books.

    Raises NothingOpen, BooksClosed, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(get_document(document_id).client_id)
    document = get_document(document_id, lock=True)
    if document.kind is DocumentKind.CREDIT_NOTE or document.state is not DocumentState.ISSUED:
        raise NothingOpen()
    if not 0 < whole(amount) <= document.open_amount:
        raise NothingOpen(field="amount")
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    if on < document.issued_on:
        raise Invalid(_("Not before the day of the invoice."), "on_date")
    refuse_closed(on)
    if amount > _open_since(document, on):
        raise NothingOpen(_("Not that much was open on that day: choose a later one."), "on_date")
    row = WriteOff(document_id=document.id, amount=amount, reason=reason.strip()[:200], on_date=on,
                   made_at=clock.now(), made_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    db.session.add(Allocation(write_off_id=row.id, document_id=document.id, amount=amount, on_date=on,
                              made_at=row.made_at))
    document.open_amount -= amount
    document.written_off_amount += amount
    document.version += 1
    db.session.flush()
    audit.record(actor, "document.write_off", row, client_id=document.client_id, amount=amount)
    return row


def _open_since(document: Document, on: date) -> int:
    """The least that was open at the end of a day, from `on` until now: what was paid then and is open again since was
    not to be given up, or more would be settled at the end of that month than was invoiced."""
    least = amount = document.open_amount
    for settled in db.session.scalars(
            select(func.sum(Allocation.amount))
            .where(Allocation.document_id == document.id, Allocation.on_date > on)
            .group_by(Allocation.on_date).order_by(Allocation.on_date.desc())):
        amount += int(settled)
        least = min(least, amount)
    return least
