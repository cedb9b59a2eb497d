"""From the finished session to the receipt: one invoice an appointment, one payment a click."""
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import LineKind
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.documents import for_appointment
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.services.packages import is_used_for, use_package
from practice.billing.services.payments import take_payment, use_credit
from practice.catalog.models import Treatment
from practice.catalog.queries import get_product, get_treatment
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import AppointmentState
from practice.sessions.models import Handover


class NotDoneYet(DomainError):
    message = _("This session is not marked as done yet.")


class CheckedOutAlready(DomainError):
    message = _("This session has been checked out already.")


@dataclass(frozen=True)
class Extra:
    """A product over the counter; `quantity` in whole pieces."""

    product_id: int
    quantity: int = 1


@dataclass(frozen=True)
class Charge:
    """What a session is charged: the lines as they will stand on the invoice, before anything is paid."""

    appointment: Appointment
    treatment: Treatment
    minutes: int
    lines: list[LineInput]
    handover: Handover | None
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What a checkout left behind, by number; no document when a package session paid for everything."""

    document_id: int | None
    payment_ids: tuple[int, ...] = ()
    package_use_id: int | None = None


def handover_of(appointment_id: int) -> Handover | None:
    return db.session.scalars(select(Handover).where(Handover.appointment_id == appointment_id)).first()


def what_to_charge(appointment_id: int, *, extras: Sequence[Extra] | None = None, discount: int = 0,
                   discount_reason: str = "") -> Charge:
    """The lines of a session: what the therapist handed over, else what was booked. Prices come from the price list.

    `extras` replace the products of the hand-over; `discount` is an amount off the treatment and needs a reason.
    """
    row = get_appointment(appointment_id)
    handed = handover_of(row.id)
    treatment = get_treatment(handed.treatment_id) if handed else row.treatment
    minutes = handed.minutes if handed else int((row.ends_at - row.starts_at).total_seconds() // 60)
    if discount and len(discount_reason.strip()) < 3:
        raise Invalid(_("Say why there is a discount."), "discount_reason")
    if not 0 <= discount <= treatment.price_amount:
        raise Invalid(_("A discount is not larger than the price."), "discount")
    if extras is None:
        extras = tuple(Extra(product, count) for product, count in handed.products) if handed else ()
    lines = [LineInput(treatment.neutral_name, treatment.price_amount, treatment.tax_code_id, therapist_id=row.user_id,
                       treatment_id=treatment.id, service_on=row.on_date, discount=discount,
                       discount_reason=discount_reason.strip())]
    for extra in extras:
        if not 1 <= extra.quantity <= 99:
            raise Invalid(_("From 1 to 99 pieces."), "extras")
        product = get_product(extra.product_id)
        lines.append(LineInput(product.name, product.price_amount, product.tax_code_id, LineKind.PRODUCT,
                               quantity=extra.quantity * 1000, product_id=product.id, service_on=row.on_date))
    return Charge(row, treatment, minutes, lines, handed, tuple(extras))


def checkout(actor: Actor, appointment_id: int, *, payments: Sequence[tuple[Method, int]], request_key: str,
             extras: Sequence[Extra] | None = None, discount: int = 0, discount_reason: str = "",
             with_credit: bool = False, package_id: int | None = None) -> Receipt:
    """Issue the invoice of a done session and take the money; a package session pays for the treatment itself.

    Depends on the appointment being done, never on a note. `payments` are (method, minor units); an amount of 0 leaves
    the rest open. The same `request_key` again gives the first receipt. Raises NotDoneYet, CheckedOutAlready, Invalid.
    """
    require(actor, Permission.INVOICE_ISSUE, Permission.PAYMENT_TAKE)
    again = db.session.scalars(select(Payment).where(Payment.request_key.startswith(f"{request_key}:"))
                               .order_by(Payment.id)).all()
    document = for_appointment(appointment_id)
    if again and document is not None:
        return Receipt(document.id, tuple(payment.id for payment in again))
    charge = what_to_charge(appointment_id, extras=extras, discount=discount, discount_reason=discount_reason)
    row = charge.appointment
    if row.state is not AppointmentState.DONE:
        raise NotDoneYet()
    db.session.scalars(select(Appointment).where(Appointment.id == row.id).with_for_update()).one()
    if for_appointment(row.id) is not None or is_used_for(row.id):
        raise CheckedOutAlready()
    used, lines = None, charge.lines
    if package_id is not None:
        today = clock.local_date(clock.now(), the_practice().time_zone)
        used, lines = use_package(actor, package_id, row, today).id, charge.lines[1:]
    if not lines:
        return Receipt(None, (), used)
    document = issue_invoice(actor, client_id=row.client_id, lines=lines, appointment_id=row.id,
                             therapist_id=row.user_id)
    if with_credit:
        use_credit(actor, document.id)
    taken = [take_payment(actor, client_id=row.client_id, amount=amount, method=method, document_id=document.id,
                          request_key=f"{request_key}:{place}").id
             for place, (method, amount) in enumerate(payments) if amount]
    return Receipt(document.id, tuple(taken), used)
