"""From the finished session to the receipt: one invoice an appointment, one payment a click."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.queries import therapists
from practice.billing.models.documents import Document, LineKind
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.charged import charged
from practice.billing.queries.deposits import free_credit
from practice.billing.queries.documents import for_appointment, get_document
from practice.billing.services.documents import LineInput, draft_invoice, issue, less
from practice.billing.services.locking import lock_account
from practice.billing.services.packages import name_on_paper, use_package
from practice.billing.services.papers import papers_of, sums_of
from practice.billing.services.payments import put_against, put_credit, take_payment
from practice.billing.services.shares import SharedAhead
from practice.billing.services.vouchers import live_voucher, use_amount, use_for_session
from practice.billing.settlement import Ahead, Brought, Settlement, settle, share_out
from practice.catalog.models import Treatment
from practice.catalog.queries import get_product, get_treatment, price_of
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import price_groups
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import client_of, get_appointment
from practice.schedule.states import AppointmentState
from practice.sessions.models import Handover

MOST_PIECES = 99
HANDED = select(Handover).where(Handover.appointment_id == bindparam("appointment_id"))
HELD = (select(Appointment).where(Appointment.id == bindparam("appointment_id")).with_for_update()
        .execution_options(populate_existing=True))


class NotDoneYet(DomainError):
    message = _("This session is not marked as done yet.")


class CheckedOutAlready(DomainError):
    message = _("This session has been checked out already.")


class CheckedOutMeanwhile(DomainError):
    message = _("One of the sessions paid along has been checked out already. Take it off here.")


@dataclass(frozen=True)
class Extra:
    """A product over the counter; `quantity` in whole pieces."""

    product_id: int
    quantity: int = 1


@dataclass(frozen=True)
class Along:
    """Somebody else's done session that is paid along, on an invoice of their own; what its own client brings for it:
    a package session, a voucher by its code, the credit on their account."""

    appointment_id: int
    package_id: int | None = None
    voucher: str = ""
    with_credit: bool = False


@dataclass(frozen=True)
class Charge:
    """What a session is charged: the lines as they will stand on the invoice, before anything is paid.

    `price_group`: whose price it is, where it is not the usual one."""

    appointment: Appointment
    treatment: Treatment
    minutes: int
    lines: list[LineInput]
    handover: Handover | None
    extras: tuple[Extra, ...] = ()
    price_group: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a checkout left behind, by number; no document when a package session paid for everything."""

    document_id: int | None
    payment_ids: tuple[int, ...] = ()
    package_use_id: int | None = None


def handover_of(appointment_id: int) -> Handover | None:
    return db.session.scalars(HANDED, {"appointment_id": appointment_id}).first()


def what_to_charge(appointment_id: int, *, extras: Sequence[Extra] | None = None, discount: int = 0,
                   discount_reason: str = "", is_on_all: bool = False, shared_with_id: int | None = None) -> Charge:
    """The lines of a session: what the therapist handed over, else what was booked. Prices come from the price list.

    `extras` replace the products of the hand-over; `discount` is an amount off the treatment, with `is_on_all` off
    everything, and needs a reason. `shared_with_id` is a therapist who gave the treatment together with the booked one.
    """
    return _charge_for(get_appointment(appointment_id), extras, discount, discount_reason, is_on_all, shared_with_id)


def _charge_for(row: Appointment, extras: Sequence[Extra] | None, discount: int, discount_reason: str,
                is_on_all: bool = False, shared_with_id: int | None = None) -> Charge:
    if shared_with_id is not None and shared_with_id not in {person.id for person in therapists()} - {row.user_id}:
        raise Invalid(_("Choose another therapist of the practice."), "shared")
    handed = handover_of(row.id)
    treatment = get_treatment(handed.treatment_id) if handed else row.treatment
    minutes = handed.minutes if handed else int((row.ends_at - row.starts_at).total_seconds() // 60)
    if discount and len(discount_reason.strip()) < 3:
        raise Invalid(_("Say why there is a discount."), "discount_reason")
    group_id = row.client.price_group_id
    price_amount = price_of(treatment, group_id)
    if not is_on_all and not 0 <= whole(discount) <= price_amount:
        raise Invalid(_("A discount is not larger than the price."), "discount")
    if extras is None:
        extras = tuple(Extra(product, count) for product, count in handed.products) if handed else ()
    lines = [LineInput(name_on_paper(treatment, row.client_id), price_amount, treatment.tax_code_id,
                       therapist_id=row.user_id, treatment_id=treatment.id, service_on=row.on_date,
                       shared_with_id=shared_with_id, discount=0 if is_on_all else discount,
                       discount_reason="" if is_on_all else discount_reason.strip())]
    lines += [product_line(extra, row.on_date) for extra in extras]
    lines = less(lines, discount if is_on_all else 0, discount_reason)
    group = price_groups(kept_id=group_id)[group_id] if price_amount != treatment.price_amount else ""
    return Charge(row, treatment, minutes, lines, handed, tuple(extras), group)


def what_pays(charge: Charge, whole: int, *, package_id: int | None = None, voucher: str = "",
              with_credit: bool = False) -> Settlement:
    """What pays of the sum of a charge (`whole`, minor units): a package, a voucher by its code, credit with the
    deposit. Raises NoSuchVoucher, VoucherOver, OtherTreatment, TreatmentPaidAlready."""
    held = live_voucher(voucher) if voucher else None
    brought = Brought(held.left_amount, held.treatment_id) if held else None
    is_ahead = package_id is not None or (brought is not None and brought.treatment_id is not None)
    row = charge.appointment
    rest = sums_of(charge.lines[1:], row.user_id).gross if is_ahead and charge.lines[1:] else 0
    credit = free_credit(row.client_id, appointment_id=row.id) if with_credit else 0
    return settle(whole, rest, treatment_id=charge.treatment.id, has_package=package_id is not None, voucher=brought,
                  credit=credit)


def product_line(extra: Extra, service_on: date | None = None) -> LineInput:
    """A product at its price of today. Raises Invalid, NotFound."""
    if not 1 <= extra.quantity <= MOST_PIECES:
        raise Invalid(_("From 1 to 99 pieces."), "extras")
    product = get_product(extra.product_id)
    return LineInput(product.name, product.price_amount, product.tax_code_id, LineKind.PRODUCT,
                     quantity=extra.quantity * 1000, product_id=product.id, service_on=service_on)


def checkout(actor: Actor, appointment_id: int, *, payments: Sequence[tuple[Method, int]], request_key: str,
             extras: Sequence[Extra] | None = None, discount: int = 0, discount_reason: str = "",
             with_credit: bool = False, package_id: int | None = None, also_ids: Sequence[int] = (), tip: int = 0,
             tip_for_id: int | None = None, voucher: str = "", together: Sequence[Along] = (),
             is_on_all: bool = False, shared_with_id: int | None = None) -> Receipt:
    """Issue the invoice of a done session and take the money; a package session pays for the treatment itself.

    Depends on the appointment being done, never on a note. `payments` are (method, minor units); an amount of 0 leaves
    the rest open; what is left of them pays the documents `also_ids` of the same client. `tip` is part of the first
    payment, for the therapist `tip_for_id` (the session's own when None). `voucher` is a code: it pays the treatment
    it is for, or its amount. `is_on_all`: the discount is off everything; `shared_with_id`: see
    what_to_charge, for a treatment that is invoiced. `together` are done sessions that this
    client pays along, each on an invoice of its own client. The same `request_key` again gives the first receipt.
    Raises NotDoneYet, CheckedOutAlready, CheckedOutMeanwhile, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE, Permission.PAYMENT_TAKE)
    others = sorted({one.appointment_id: one for one in together if one.appointment_id != appointment_id}.values(),
                    key=lambda one: one.appointment_id)
    for client_id in sorted(set(map(client_of, (appointment_id, *(one.appointment_id for one in others))))):
        lock_account(client_id)
    row = db.session.scalars(HELD, {"appointment_id": appointment_id}).one()
    if charged([appointment_id]):
        return _first_receipt(for_appointment(appointment_id), request_key)
    charge = _charge_for(row, extras, discount, discount_reason, is_on_all, shared_with_id)
    if row.state is not AppointmentState.DONE:
        raise NotDoneYet()
    own, used = _settled(actor, charge, package_id=package_id, voucher=voucher, with_credit=with_credit)
    along = [_along(actor, one) for one in others]
    taken = _take(actor, row, [own, *along], payments, request_key, tip, tip_for_id or row.user_id)
    for payment in taken:
        for also_id in also_ids:
            put_against(payment, get_document(also_id, lock=True))
    for document in (*own, *(document for documents in along for document in documents)):
        issue(actor, document)
    return Receipt(own[0].id if own else None, tuple(payment.id for payment in taken), used)


def _settled(actor: Actor, charge: Charge, *, package_id: int | None = None, voucher: str = "",
             with_credit: bool = False) -> tuple[list[Document], int | None]:
    """The drafts of a session, with what its client brings put against them, and the package session that was used."""
    row = charge.appointment
    paid = what_pays(charge, sums_of(charge.lines, row.user_id).gross, package_id=package_id, voucher=voucher,
                     with_credit=with_credit)
    if paid.ahead and charge.lines[0].shared_with_id is not None:
        raise SharedAhead(field="shared")
    used = use_package(actor, package_id, row, charge.treatment.id).id if package_id is not None else None
    if paid.ahead is Ahead.VOUCHER:
        use_for_session(actor, voucher, row, charge.treatment.id)
    lines = charge.lines[1:] if paid.ahead else charge.lines
    drafts = _drafts(actor, row, lines) if lines else []
    by_voucher, by_credit = 0 if paid.ahead is Ahead.VOUCHER else paid.by_voucher, paid.by_credit
    for document in drafts:
        by_voucher -= use_amount(actor, voucher, document) if by_voucher else 0
        by_credit -= put_credit(actor, document, by_credit) if by_credit else 0
    return drafts, used


def _drafts(actor: Actor, row: Appointment, lines: Sequence[LineInput]) -> list[Document]:
    """One invoice, or more where the law wants it; the first is the appointment's."""
    return [draft_invoice(actor, client_id=row.client_id, lines=paper, appointment_id=None if number else row.id,
                          therapist_id=row.user_id) for number, paper in enumerate(papers_of(lines, row.user_id))]


def _along(actor: Actor, one: Along) -> list[Document]:
    """The invoices of a session that somebody else pays along: as it was handed over, less what its own client brings;
    none when that pays for everything."""
    row = db.session.scalars(HELD, {"appointment_id": one.appointment_id}).one()
    if charged([row.id]):
        raise CheckedOutMeanwhile()
    if row.state is not AppointmentState.DONE:
        raise NotDoneYet()
    charge = _charge_for(row, None, 0, "")
    return _settled(actor, charge, package_id=one.package_id, voucher=one.voucher,
                    with_credit=one.with_credit)[0]


def _take(actor: Actor, row: Appointment, sessions: Sequence[list[Document]], given: Sequence[tuple[Method, int]],
          request_key: str, tip: int, tip_for_id: int) -> list[Payment]:
    """One payment a sum and session, put against its invoices; gives those of the client who pays."""
    shares = share_out([amount for _method, amount in given],
                       [sum(document.open_amount for document in documents) for documents in sessions], tip)
    own = []
    for place, ((method, _amount), parts) in enumerate(zip(given, shares, strict=True)):
        for number, (documents, part) in enumerate(zip(sessions, parts, strict=True)):
            if not part:
                continue
            payment = take_payment(
                actor, client_id=documents[0].client_id if number else row.client_id, amount=part, method=method,
                request_key=f"{request_key}:{place}:{number}" if number else f"{request_key}:{place}",
                tip=tip if place == number == 0 else 0, tip_for_id=tip_for_id,
                paid_by_id=row.client_id if number and documents[0].client_id != row.client_id else None)
            for document in documents:
                put_against(payment, document)
            own += [] if number else [payment]
    return own


def _first_receipt(document: Document | None, request_key: str) -> Receipt:
    """What the first of two clicks left. Raises CheckedOutAlready when it was another form."""
    first = db.session.scalars(select(Payment.id).where(Payment.request_key.startswith(f"{request_key}:"),
                                                        Payment.paid_by_id.is_(None))
                               .order_by(Payment.id)).all()
    if document is None or not first:
        raise CheckedOutAlready()
    return Receipt(document.id, tuple(first))
