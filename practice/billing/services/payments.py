"""Money that comes in: taken once however often one clicks, put against invoices, reversed and never deleted."""
from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.queries.documents import credit_of, get_document, get_payment, open_of_clients
from practice.billing.services.documents import today
from practice.billing.services.locking import lock_account
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import main_location_id, the_practice

LARGEST = 10**12  # minor units


class AlreadyReversed(DomainError):
    message = _("This payment was taken back already.")


class GivenBack(DomainError):
    message = _("Part of this money was given back to the client already.")


class NoSuchCredit(DomainError):
    message = _("The client does not have that much credit.")


def take_payment(actor: Actor, *, client_id: int, amount: int, method: Method, request_key: str,
                 document_id: int | None = None, is_for_oldest: bool = False, reference: str = "") -> Payment:
    """Take money from a client (minor units, above zero), put it against an invoice as far as that is open.

    What is left goes, with `is_for_oldest`, against the client's other open invoices by due date; the rest is the
    client's credit. The same `request_key` again is the same payment: the first one is given back. Raises Invalid,
    NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(client_id)
    first = _by_key(client_id, request_key)
    if first is not None:
        return first
    row = _new(actor, client_id, _checked(amount), method, request_key, reference=reference.strip()[:80])
    audit.record(actor, "payment.take", row, client_id=client_id, amount=amount, method=method)
    if document_id is not None:
        put_against(row, get_document(document_id, lock=True))
    if is_for_oldest:
        for document in open_of_clients([client_id]).get(client_id, []):
            put_against(row, document)
    return row


def _by_key(client_id: int, request_key: str) -> Payment | None:
    """The payment an earlier click of the same form made."""
    first = db.session.scalars(select(Payment).where(Payment.request_key == request_key)).first()
    if first is not None and first.client_id != client_id:
        raise Invalid(_("This form belongs to another client. Please open it again."))
    return first


def _checked(amount: int) -> int:
    if not 0 < whole(amount) < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "amount")
    return amount


def _new(actor: Actor, client_id: int, amount: int, method: Method, request_key: str, **values) -> Payment:
    row = Payment(client_id=client_id, location_id=main_location_id(), method=Method(method),
                  currency=the_practice().currency, amount=amount, received_at=clock.now(), received_on=today(),
                  received_by_id=actor.user_id, request_key=request_key, **values)
    db.session.add(row)
    db.session.flush()
    return row


def put_against(payment: Payment, document: Document, most: int = LARGEST) -> int:
    """Put what is left of a payment against what is open on an invoice of the same client; gives how much."""
    if document.client_id != payment.client_id:
        raise NotFound()
    amount = min(left_of(payment), document.open_amount, most)
    if amount <= 0:
        return 0
    db.session.add(Allocation(payment_id=payment.id, document_id=document.id, amount=amount, on_date=today(),
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
    client_id = get_document(document_id).client_id
    lock_account(client_id)
    document, used = get_document(document_id, lock=True), 0
    most = credit_of(client_id) if most is None else min(most, credit_of(client_id))
    payments = db.session.scalars(
        select(Payment).where(Payment.client_id == client_id, Payment.amount > 0)
        .order_by(Payment.received_on, Payment.id))
    for payment in payments:
        if document.open_amount == 0 or used >= most:
            break
        used += put_against(payment, document, most - used)
    if used:
        audit.record(actor, "credit.use", document, client_id=client_id, amount=used)
    return used


def give_back(actor: Actor, *, client_id: int, amount: int, method: Method, request_key: str, reason: str) -> Payment:
    """Pay credit out to the client: a negative payment, without any invoice. Raises NoSuchCredit, Invalid, NotFound."""
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(client_id)
    first = _by_key(client_id, request_key)
    if first is not None:
        return first
    if _checked(amount) > credit_of(client_id):
        raise NoSuchCredit(field="amount")
    row = _new(actor, client_id, -amount, method, request_key, reason=_why(reason))
    audit.record(actor, "payment.give_back", row, client_id=client_id, amount=amount, method=method)
    return row


def _why(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    return reason.strip()[:200]


def reverse_payment(actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Take a payment back: the same sum, negative, today; what it paid is open again.

    Raises AlreadyReversed, GivenBack, Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    payment = get_payment(payment_id)
    lock_account(payment.client_id)
    if (payment.amount < 0
            or db.session.scalar(select(Payment.id).where(Payment.reverses_id == payment.id)) is not None):
        raise AlreadyReversed()
    if left_of(payment) > credit_of(payment.client_id):
        raise GivenBack()
    why = _why(reason)
    put = db.session.execute(
        select(Allocation.document_id, func.sum(Allocation.amount)).where(Allocation.payment_id == payment.id)
        .group_by(Allocation.document_id).order_by(Allocation.document_id)).all()
    row = _new(actor, payment.client_id, -payment.amount, payment.method, f"reverse-{payment.id}",
               till_id=payment.till_id, reverses_id=payment.id, reason=why)
    for document_id, amount in put:
        _take_off(payment, get_document(document_id, lock=True), int(amount))
    audit.record(actor, "payment.reverse", row, client_id=payment.client_id, amount=payment.amount)
    return row


def _take_off(payment: Payment, document: Document, amount: int) -> None:
    if not amount:
        return
    db.session.add(Allocation(payment_id=payment.id, document_id=document.id, amount=-amount, on_date=today(),
                              made_at=clock.now()))
    document.open_amount += amount
    document.version += 1
    db.session.flush()
