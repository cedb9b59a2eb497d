"""Where an invoice stands with money. Always derived from what was paid, credited and written off, never stored."""

from datetime import date
from enum import StrEnum

from practice.core.money import whole
from practice.core.text import _


class PaymentState(StrEnum):
    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    OVERDUE = "overdue"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"


PAYMENT_STATE_LABELS = {
    PaymentState.UNPAID: _("Open"), PaymentState.PART_PAID: _("Part paid"), PaymentState.PAID: _("Paid"),
    PaymentState.OVERPAID: _("Overpaid"), PaymentState.OVERDUE: _("Overdue"), PaymentState.REFUNDED: _("Refunded"),
    PaymentState.WRITTEN_OFF: _("Written off")}


def still_owed(*, gross: int, paid: int, refunded: int = 0, credited: int = 0, written_off: int = 0) -> int:
    """What is open on an invoice, minor units; below zero, what was paid too much.

    `paid` is everything put to the invoice before refunds (money, voucher, credit of the client); `credited` its credit
    notes as positive amounts.
    """
    return whole(gross) + whole(refunded) - whole(paid) - whole(credited) - whole(written_off)


def payment_state(
    *,
    gross: int,
    paid: int,
    refunded: int = 0,
    credited: int = 0,
    written_off: int = 0,
    due_on: date | None = None,
    today: date,
) -> PaymentState:
    """The state of an issued invoice on the local date `today`, from its sums in minor units (none below zero).

    Money given back without a credit note or write-off is owed again. An invoice is overdue from the day after
    `due_on`; one without a due date is never overdue.
    """
    owed = still_owed(gross=gross, paid=paid, refunded=refunded, credited=credited, written_off=written_off)
    if owed < 0:
        return PaymentState.OVERPAID
    if owed == 0:
        if written_off:
            return PaymentState.WRITTEN_OFF
        return PaymentState.REFUNDED if refunded and refunded >= paid else PaymentState.PAID
    if due_on is not None and due_on < today:
        return PaymentState.OVERDUE
    return PaymentState.PART_PAID if owed < gross else PaymentState.UNPAID
