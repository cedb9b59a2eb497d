"""Money that comes in: taken once however often one clicks, put against invoices, reversed and never deleted."""
from datetime import date

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.queries.documents import get_document
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import main_location_id, the_practice

LARGEST = 10**12  # minor units


class AlreadyReversed(DomainError):
    message = _("This payment was taken back already.")


class NothingOpen(DomainError):
    message = _("Nothing is open on this invoice.")


def take_payment(actor: Actor, *, client_id: int, amount: int, method: Method, request_key: str,
                 document_id: int | None = None, reference: str = "") -> Payment:
    """Take money from a client, put it against an invoice as far as that is open; the rest is the client's credit.

    The same `request_key` again is the same payment: the first one is given back. Raises Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    first = db.session.scalars(select(Payment).where(Payment.request_key == request_key)).first()
    if first is not None:
        return first
    if not 0 < amount < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "amount")
    client, practice = get_client(client_id), the_practice()
    row = Payment(client_id=client.id, location_id=main_location_id(), method=method, currency=practice.currency,
                  amount=amount, received_at=clock.now(), received_on=_today(), received_by_id=actor.user_id,
                  reference=reference.strip()[:80], request_key=request_key)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "payment.take", row, client_id=client.id, amount=amount, method=method)
    if document_id is not None:
        put_against(row, get_document(document_id, lock=True))
    return row


def _today() -> date:
    return clock.local_date(clock.now(), the_practice().time_zone)


def put_against(payment: Payment, document: Document, most: int | None = None) -> int:
    """Put what is left of a payment against what is open on an invoice of the same client; gives how much."""
    if document.client_id != payment.client_id:
        raise NotFound()
    amount = min(left_of(payment), document.open_amount, most if most is not None else LARGEST)
    if amount <= 0:
        return 0
    db.session.add(Allocation(payment_id=payment.id, document_id=document.id, amount=amount, on_date=_today(),
                              made_at=clock.now()))
    document.open_amount -= amount
    document.version += 1
    db.session.flush()
    return amount


def left_of(payment: Payment) -> int:
    """What of a payment is not yet put against anything."""
    used = db.session.scalar(select(func.coalesce(func.sum(Allocation.amount), 0))
                             .where(Allocation.payment_id == payment.id))
    reversed_amount = db.session.scalar(select(func.coalesce(func.sum(Payment.amount), 0))
                                        .where(Payment.reverses_id == payment.id))
    return payment.amount - int(used) + int(reversed_amount)


def use_credit(actor: Actor, document_id: int, *, most: int | None = None) -> int:
    """Pay an invoice from the client's credit, oldest money first; gives how much was used."""
    require(actor, Permission.PAYMENT_TAKE)
    document, used = get_document(document_id, lock=True), 0
    payments = db.session.scalars(
        select(Payment).where(Payment.client_id == document.client_id, Payment.amount > 0)
        .order_by(Payment.received_on, Payment.id).with_for_update())
    for payment in payments:
        if document.open_amount == 0 or (most is not None and used >= most):
            break
        used += put_against(payment, document, None if most is None else most - used)
    if used:
        audit.record(actor, "credit.use", document, client_id=document.client_id, amount=used)
    return used


def reverse_payment(actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Take a payment back: the same sum, negative, today; what it paid is open again.

    Raises AlreadyReversed, Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    payment = db.session.scalars(select(Payment).where(Payment.id == payment_id).with_for_update()).first()
    if payment is None:
        raise NotFound()
    if payment.reverses_id or db.session.scalar(select(Payment.id).where(Payment.reverses_id == payment.id)):
        raise AlreadyReversed()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    row = Payment(client_id=payment.client_id, location_id=payment.location_id, till_id=payment.till_id,
                  method=payment.method, currency=payment.currency, amount=-payment.amount, received_at=clock.now(),
                  received_on=_today(), received_by_id=actor.user_id, request_key=f"reverse-{payment.id}",
                  reverses_id=payment.id, reason=reason.strip()[:200])
    db.session.add(row)
    db.session.flush()
    put = db.session.execute(
        select(Allocation.document_id, func.sum(Allocation.amount)).where(Allocation.payment_id == payment.id)
        .group_by(Allocation.document_id)).all()
    for document_id, amount in put:
        _take_off(payment, get_document(document_id, lock=True), int(amount))
    audit.record(actor, "payment.reverse", row, client_id=payment.client_id, amount=payment.amount)
    return row


def _take_off(payment: Payment, document: Document, amount: int) -> None:
    if not amount:
        return
    db.session.add(Allocation(payment_id=payment.id, document_id=document.id, amount=-amount, on_date=_today(),
                              made_at=clock.now()))
    if document.kind is DocumentKind.INVOICE and document.state is DocumentState.ISSUED:
        document.open_amount += amount
        document.version += 1
    db.session.flush()
