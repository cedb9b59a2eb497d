"""Money that comes in: taken once however often one clicks, put against invoices, reversed and never deleted."""
from sqlalchemy import bindparam, func, or_, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.queries import therapists
from practice.audit import services as audit
from practice.billing.clicks import same
from practice.billing.models.documents import Document
from practice.billing.models.payments import Allocation, Method, Payment, Tip
from practice.billing.models.vouchers import Voucher, VoucherKind
from practice.billing.queries.charged import charged
from practice.billing.queries.deposits import deposits_of, free_credit
from practice.billing.queries.documents import credit_of, get_document, get_payment, open_of_clients
from practice.billing.queries.methods import usable
from practice.billing.services.documents import today
from practice.billing.services.locking import lock_account
from practice.billing.services.till import till_for
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import main_location_id, the_practice
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import HOLDING_TIME

LARGEST = 10**12  # minor units
BY_KEY = select(Payment).where(Payment.request_key == bindparam("request_key"))
# A voucher of an amount is paid when it is sold, and its sale is never owed; one for a treatment while it holds.
HOLDING_VOUCHER = (
    select(Voucher.id).limit(1)
    .where(Voucher.document_id.in_(bindparam("documents", expanding=True)),
           or_(Voucher.kind == VoucherKind.MULTI, Voucher.left_amount > 0)))
OF_PAYMENT = bindparam("payment_id")
GONE = select(*(select(func.coalesce(func.sum(amount), 0)).where(of_payment == OF_PAYMENT).scalar_subquery()
                for amount, of_payment in ((Allocation.amount, Allocation.payment_id),
                                           (Payment.amount, Payment.reverses_id), (Tip.amount, Tip.payment_id))))


class AlreadyReversed(DomainError):
    message = _("This payment was taken back already.")


class GivenBack(DomainError):
    message = _("Part of this money was given back to the client already.")


class PaidForVoucher(DomainError):
    message = _("A voucher was sold for this money: take its document back first.")


class NotToCome(DomainError):
    message = _("A deposit is for an appointment that is still to come.")


class SameMethod(DomainError):
    message = _("This is how it was paid already: choose the other way.")


class BroughtOver(DomainError):
    message = _("This was brought over from before: take it back and enter it anew.")


class NoSuchCredit(DomainError):
    message = _("The client does not have that much credit.")


def take_payment(actor: Actor, *, client_id: int, amount: int, method: Method, request_key: str,
                 document_id: int | None = None, drafted: Document | None = None, is_for_oldest: bool = False,
                 reference: str = "", tip: int = 0, tip_for_id: int | None = None,
                 paid_by_id: int | None = None) -> Payment:
    """Take money from a client (minor units, above zero), put it against an invoice as far as that is open.

    The invoice is `document_id`, or `drafted`, made in this transaction and known to nobody else.
    `paid_by_id` is another client who gave it; `tip` is the part of it that is for the therapist `tip_for_id`. What is
    left goes, with `is_for_oldest`, against the client's other open invoices by due date; the rest is the client's
    credit. The same `request_key` again is the same payment: the first one is given back. Raises TillClosed, Invalid,
    NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(client_id)
    first = first_by_key(client_id, request_key, amount=amount, method=method)
    if first is not None:
        return first
    row = _new(actor, client_id, _checked(amount), usable(method), request_key, reference=reference.strip()[:80],
               paid_by_id=paid_by_id)
    audit.record(actor, "payment.take", row, client_id=client_id, amount=amount, method=method, tip=tip)
    if tip:
        _tip(row, tip, tip_for_id)
    if document_id is not None:
        put_against(row, get_document(document_id, lock=True))
    elif drafted is not None:
        put_against(row, drafted)
    if is_for_oldest:
        for document in open_of_clients([client_id]).get(client_id, []):
            put_against(row, document)
    return row


def take_deposit(actor: Actor, *, client_id: int, appointment_id: int, amount: int, method: Method,
                 request_key: str) -> Payment:
    """Take money ahead for an appointment: kept for it until it is charged. Raises NoSuchAppointment, Invalid."""
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(client_id)
    first = first_by_key(client_id, request_key, amount=amount, method=method, appointment_id=appointment_id)
    if first is not None:
        return first
    appointment = get_appointment(appointment_id)
    if appointment.client_id != client_id:
        raise NotFound()
    if appointment.state not in HOLDING_TIME or charged([appointment_id]):
        raise NotToCome(field="appointment")
    row = _new(actor, client_id, _checked(amount), usable(method), request_key, appointment_id=appointment_id)
    audit.record(actor, "deposit.take", row, client_id=client_id, amount=amount, method=method,
                 appointment_id=appointment_id)
    return row


def _tip(payment: Payment, amount: int, therapist_id: int | None) -> None:
    if not 0 < whole(amount) <= payment.amount:
        raise Invalid(_("A tip is part of what was given."), "tip")
    if therapist_id not in {person.id for person in therapists()}:
        raise Invalid(_("Choose for whom the tip is."), "tip_for")
    db.session.add(Tip(payment_id=payment.id, therapist_id=therapist_id, amount=amount, on_date=today()))
    db.session.flush()


def first_by_key(client_id: int, request_key: str, **typed) -> Payment | None:
    """The payment an earlier click of the same form made. Raises Invalid for the form of another client or of other
    values than those `typed`."""
    first = db.session.scalars(BY_KEY, {"request_key": request_key}).first()
    if first is not None and first.client_id != client_id:
        raise Invalid(_("This form belongs to another client. Please open it again."))
    return same(first, **typed)


def _checked(amount: int) -> int:
    if not 0 < whole(amount) < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "amount")
    return amount


def _new(actor: Actor, client_id: int, amount: int, method: Method, request_key: str, **values) -> Payment:
    row = Payment(client_id=client_id, location_id=main_location_id(), method=method, till_day_id=till_for(method),
                  currency=the_practice().currency, amount=amount,
                  received_at=clock.now(), received_on=today(), received_by_id=actor.user_id, request_key=request_key,
                  **values)
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
    return amount


def left_of(payment: Payment) -> int:
    """What of a payment is not yet put against anything."""
    used, reversed_amount, tips = db.session.execute(GONE, {"payment_id": payment.id}).one()
    return payment.amount - int(used) - int(tips) + (int(reversed_amount) + int(tips) if reversed_amount else 0)


def use_credit(actor: Actor, document_id: int, *, most: int | None = None) -> int:
    """Pay an invoice from the client's credit, deposits for its appointment first, then the oldest money; gives how
    much was used. What is kept for another appointment is left alone."""
    require(actor, Permission.PAYMENT_TAKE)
    client_id = get_document(document_id).client_id
    lock_account(client_id)
    document = get_document(document_id, lock=True)
    free = free_credit(client_id, appointment_id=document.appointment_id)
    return put_credit(actor, document, free if most is None else min(most, free))


def put_credit(actor: Actor, document: Document, most: int) -> int:
    """As use_credit, of a document that is held and credit that was counted under the same lock."""
    client_id, used = document.client_id, 0
    kept = {one.appointment.id for one in deposits_of(client_id)} - {document.appointment_id}
    payments = db.session.scalars(
        select(Payment).where(Payment.client_id == client_id, Payment.amount > 0)
        .order_by(Payment.received_on, Payment.id)).all()
    payments = [row for row in payments if row.appointment_id is None or row.appointment_id not in kept]
    for payment in sorted(payments, key=lambda row: row.appointment_id is None
                          or row.appointment_id != document.appointment_id):
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
    first = first_by_key(client_id, request_key, amount=-_checked(amount), method=method)
    if first is not None:
        return first
    if amount > free_credit(client_id):
        raise NoSuchCredit(field="amount")
    row = _new(actor, client_id, -amount, usable(method), request_key, reason=_why(reason))
    audit.record(actor, "payment.give_back", row, client_id=client_id, amount=amount, method=method)
    return row


def _why(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    return reason.strip()[:200]


def reverse_payment(actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Take a payment back: the same sum, negative, today; what it paid is open again.

    Raises AlreadyReversed, GivenBack, PaidForVoucher, TillClosed, Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    payment = _to_reverse(payment_id)
    if left_of(payment) > credit_of(payment.client_id):
        raise GivenBack()
    put = _put(payment)
    if db.session.scalar(HOLDING_VOUCHER, {"documents": [document_id for document_id, _amount in put]}) is not None:
        raise PaidForVoucher()
    row = _reverse(actor, payment, _why(reason))
    for document_id, amount in put:
        _take_off(payment, get_document(document_id, lock=True), amount)
    audit.record(actor, "payment.reverse", row, client_id=payment.client_id, amount=payment.amount)
    return row


def correct_method(actor: Actor, payment_id: int, *, method: Method, reason: str) -> Payment:
    """Money that was written down the wrong way: taken back and taken again the right way, in one step, today.

    What it paid stays paid, tips and deposits stay what they were. Gives the new payment. Raises SameMethod,
    AlreadyReversed, TillClosed, Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    payment = _to_reverse(payment_id)
    if usable(method) == payment.method:
        raise SameMethod(field="method")
    if Method.OPENING in (payment.method, method):
        raise BroughtOver(field="method")
    put = _put(payment)
    tips = db.session.execute(select(Tip.therapist_id, func.sum(Tip.amount)).where(Tip.payment_id == payment.id)
                              .group_by(Tip.therapist_id)).all()
    _reverse(actor, payment, _why(reason))
    row = _new(actor, payment.client_id, payment.amount, usable(method), f"correct-{payment.id}",
               reference=payment.reference, appointment_id=payment.appointment_id, reason=_why(reason),
               paid_by_id=payment.paid_by_id)
    for therapist_id, amount in tips:
        db.session.add(Tip(payment_id=row.id, therapist_id=therapist_id, amount=int(amount), on_date=today()))
    for document_id, amount in put:
        document = get_document(document_id, lock=True)
        _take_off(payment, document, amount)
        put_against(row, document, amount)
    audit.record(actor, "payment.correct", row, client_id=payment.client_id, before=payment.method, after=method)
    return row


def _to_reverse(payment_id: int) -> Payment:
    """A payment that stands, its client's account locked."""
    payment = get_payment(payment_id)
    lock_account(payment.client_id)
    if (payment.amount < 0
            or db.session.scalar(select(Payment.id).where(Payment.reverses_id == payment.id)) is not None):
        raise AlreadyReversed()
    return payment


def _put(payment: Payment) -> list[tuple[int, int]]:
    """Which documents the payment pays, and how much of each."""
    rows = db.session.execute(
        select(Allocation.document_id, func.sum(Allocation.amount)).where(Allocation.payment_id == payment.id)
        .group_by(Allocation.document_id).order_by(Allocation.document_id))
    return [(document_id, int(amount)) for document_id, amount in rows if amount]


def _reverse(actor: Actor, payment: Payment, why: str) -> Payment:
    """The opposite payment of today, with the opposite of its tips."""
    row = _new(actor, payment.client_id, -payment.amount, payment.method, f"reverse-{payment.id}",
               reverses_id=payment.id, reason=why)
    for tip in db.session.scalars(select(Tip).where(Tip.payment_id == payment.id)).all():
        db.session.add(Tip(payment_id=row.id, therapist_id=tip.therapist_id, amount=-tip.amount, on_date=today()))
    db.session.flush()
    return row


def _take_off(payment: Payment, document: Document, amount: int) -> None:
    db.session.add(Allocation(payment_id=payment.id, document_id=document.id, amount=-amount, on_date=today(),
                              made_at=clock.now()))
    document.open_amount += amount
    document.version += 1
    db.session.flush()
