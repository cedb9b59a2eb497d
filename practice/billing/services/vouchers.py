"""Gift vouchers: sold and paid in one step, good for whoever brings the code.

For one treatment: place and rate are known, so the sale is invoiced with its tax and the session given for it is not
invoiced again. For an amount: the sale is no revenue and has no tax; the voucher pays invoices, which have theirs.
"""
import secrets

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.clicks import UsedForSomethingElse, same
from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentTax, LineKind
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.models.vouchers import Voucher, VoucherKind, VoucherUse
from practice.billing.queries.documents import get_document
from practice.billing.queries.vouchers import by_code, plain_code
from practice.billing.services.credit_notes import credit_note, credited_lines
from practice.billing.services.documents import LineInput, draft_invoice, draft_without_lines, issue, today
from practice.billing.services.locking import lock_account
from practice.billing.services.packages import holds_until, name_on_paper
from practice.billing.services.payments import first_by_key, take_payment
from practice.billing.services.shares import SharedAhead, shared_by
from practice.billing.settlement import OtherTreatment
from practice.catalog.queries import get_treatment
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _
from practice.premises.models import TaxCategory
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
CODE = 12  # signs: 60 bits
LARGEST = 10**9
LONGEST_DAYS = 3653


class NoSuchVoucher(DomainError):
    message = _("There is no voucher with this code.")


class VoucherOver(DomainError):
    message = _("Nothing is left of this voucher, or it has expired.")


class NotAnInvoice(DomainError):
    message = _("A voucher pays invoices alone.")


class NothingOpen(DomainError):
    message = _("Nothing is open on this invoice.")


def sell_voucher(actor: Actor, *, client_id: int, text: str, price_amount: int, method: Method, request_key: str,
                 value_amount: int | None = None, treatment_id: int | None = None, for_name: str = "",
                 holds_days: int | None = None) -> Voucher:
    """Sell a voucher and take its price (minor units; for a treatment as prices are, net or gross).

    With `treatment_id` it is for that treatment, else for `value_amount`, which may be more than the price. `text` is
    the line on the document. The same `request_key` again is the same voucher. Raises Invalid, NotFound, TillClosed.
    """
    require(actor, Permission.INVOICE_ISSUE, Permission.PAYMENT_TAKE)
    lock_account(client_id)
    first = first_by_key(client_id, request_key, method=method)
    if first is not None:
        value = {} if treatment_id is not None else {"value_amount": value_amount}
        return _sold_before(first, price_amount, holds_days, treatment_id=treatment_id, for_name=_short(for_name),
                            **value)
    if not 0 < whole(price_amount) < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "price")
    if holds_days is not None and not 1 <= holds_days <= LONGEST_DAYS:
        raise Invalid(_("A voucher holds from one day to ten years."), "holds")
    if treatment_id is not None:
        kind, document = VoucherKind.SINGLE, _single(actor, client_id, treatment_id, price_amount, text)
        value = document.net_amount
    else:
        if value_amount is None or not price_amount <= whole(value_amount) < LARGEST:
            raise Invalid(_("A voucher is worth at least its price."), "value")
        kind, value = VoucherKind.MULTI, value_amount
        document = _multi(actor, client_id, price_amount, text)
    take_payment(actor, client_id=client_id, amount=document.gross_amount, method=method, request_key=request_key,
                 document_id=document.id)
    row = Voucher(kind=kind, code=_new_code(), client_id=client_id, document_id=document.id, treatment_id=treatment_id,
                  for_name=_short(for_name), value_amount=value, left_amount=value, sold_on=today(),
                  expires_on=holds_until(today(), holds_days))
    db.session.add(row)
    db.session.flush()
    issue(actor, document)
    audit.record(actor, "voucher.sell", row, client_id=client_id, kind=kind, amount=price_amount)
    return row


def _sold_before(first: Payment, price_amount: int, holds_days: int | None, **typed) -> Voucher:
    """What an earlier click of the form sold."""
    sold = db.session.execute(
        select(Voucher, DocumentLine).join(DocumentLine, DocumentLine.document_id == Voucher.document_id)
        .join(Allocation, Allocation.document_id == Voucher.document_id)
        .where(Allocation.payment_id == first.id)).first()
    if sold is None:
        raise UsedForSomethingElse()
    voucher, line = sold
    same(line, unit_price_amount=price_amount)
    return same(voucher, expires_on=holds_until(voucher.sold_on, holds_days), **typed)


def _short(for_name: str) -> str:
    return for_name.strip()[:120]


def _single(actor: Actor, client_id: int, treatment_id: int, price_amount: int, text: str) -> Document:
    treatment = get_treatment(treatment_id)
    name = f"{text}: {name_on_paper(treatment, client_id)}"
    return draft_invoice(actor, client_id=client_id, lines=[
        LineInput(name, price_amount, treatment.tax_code_id, LineKind.VOUCHER, treatment_id=treatment.id)])


def _multi(actor: Actor, client_id: int, price_amount: int, text: str) -> Document:
    """A document of its own series, outside the tax."""
    document = draft_without_lines(actor, client_id=client_id, kind=DocumentKind.VOUCHER_SALE)
    document.lines = [DocumentLine(
        position=1, kind=LineKind.VOUCHER, text=text[:200], quantity=1000, unit_price_amount=price_amount,
        tax_category=TaxCategory.OUTSIDE, tax_rate=0, net_amount=price_amount, tax_amount=0,
        gross_amount=price_amount)]
    document.taxes = [DocumentTax(category=TaxCategory.OUTSIDE, rate=0, net_amount=price_amount, tax_amount=0)]
    document.net_amount = document.gross_amount = document.open_amount = price_amount
    db.session.add(document)
    db.session.flush()
    return document


def _new_code() -> str:
    return plain_code("".join(secrets.choice(LETTERS) for _sign in range(CODE)))


def live_voucher(code: str, *, lock: bool = False) -> Voucher:
    """The voucher with this code that can be used today. Raises NoSuchVoucher, VoucherOver."""
    row = by_code(code)
    if row is None:
        raise NoSuchVoucher(field="voucher")
    if lock:
        row = db.session.scalars(select(Voucher).where(Voucher.id == row.id).with_for_update()
                                 .execution_options(populate_existing=True)).one()
    if not row.left_amount or (row.expires_on is not None and row.expires_on < today()):
        raise VoucherOver(field="voucher")
    return row


def use_amount(actor: Actor, code: str, document: Document) -> int:
    """Pay what is open on a document from a voucher for an amount, as far as it goes; gives how much. Anybody's
    voucher pays anybody's invoice. Raises NoSuchVoucher, VoucherOver, OtherTreatment."""
    require(actor, Permission.PAYMENT_TAKE)
    row = live_voucher(code, lock=True)
    if row.kind is not VoucherKind.MULTI:
        raise OtherTreatment(field="voucher")
    amount = min(row.left_amount, document.open_amount)
    if amount <= 0:
        return 0
    db.session.add(Allocation(voucher_id=row.id, document_id=document.id, amount=amount, on_date=today(),
                              made_at=clock.now()))
    row.left_amount -= amount
    document.open_amount -= amount
    document.version += 1
    db.session.flush()
    audit.record(actor, "voucher.use", row, client_id=document.client_id, amount=amount)
    return amount


def pay_with_voucher(actor: Actor, document_id: int, code: str, *, reason: str = "Voucher") -> int:
    """Pay an invoice that is still open with a voucher; gives how much.

    A voucher for a treatment was taxed when it was sold: the treatment is credited, with this `reason` on the
    credit note, and the voucher pays the session.
    Raises NotAnInvoice, NothingOpen, NoSuchVoucher, VoucherOver, OtherTreatment, SharedAhead, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(get_document(document_id).client_id)
    document = get_document(document_id, lock=True)
    if document.kind is not DocumentKind.INVOICE:  # a voucher that buys a voucher never runs out
        raise NotAnInvoice(field="voucher")
    if document.open_amount <= 0:
        raise NothingOpen(field="voucher")
    if live_voucher(code, lock=True).kind is VoucherKind.SINGLE:
        return _instead_of_treatment(actor, code, document, reason)
    return use_amount(actor, code, document)


def _instead_of_treatment(actor: Actor, code: str, document: Document, reason: str) -> int:
    """The voucher pays the session, and its line is taken back with a credit note; gives what that comes to."""
    voucher, before = live_voucher(code), credited_lines(document.id)
    line = next((one for one in document.lines if one.kind is LineKind.SERVICE
                 and one.treatment_id == voucher.treatment_id and one.position not in before), None)
    if line is None or document.appointment_id is None:
        raise OtherTreatment(field="voucher")
    if line.position in shared_by(document.id):
        raise SharedAhead(field="voucher")
    amount = line.gross_amount
    use_for_session(actor, code, get_appointment(document.appointment_id), voucher.treatment_id)
    credit_note(actor, document.id, reason=reason, amounts={line.position: amount})
    return amount


def use_for_session(actor: Actor, code: str, appointment: Appointment, treatment_id: int) -> VoucherUse:
    """Pay the treatment of an appointment with a voucher for it. Raises NoSuchVoucher, VoucherOver, OtherTreatment."""
    require(actor, Permission.PAYMENT_TAKE)
    row = live_voucher(code, lock=True)
    if row.treatment_id != treatment_id:
        raise OtherTreatment(field="voucher")
    use = VoucherUse(voucher_id=row.id, appointment_id=appointment.id, therapist_id=appointment.user_id,
                     value_amount=row.left_amount, used_on=today(), used_at=clock.now())
    row.left_amount = 0
    db.session.add(use)
    db.session.flush()
    audit.record(actor, "voucher.use", row, client_id=appointment.client_id, appointment_id=appointment.id)
    return use

