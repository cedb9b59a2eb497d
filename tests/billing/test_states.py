"""Where an invoice stands with money."""

from datetime import date

import pytest

from practice.billing.states import PaymentState, payment_state, still_owed

TODAY = date(2026, 11, 17)


@pytest.mark.parametrize(
    "sums, state, owed",
    [
        ({"paid": 0}, PaymentState.UNPAID, 1000),
        ({"paid": 400}, PaymentState.PART_PAID, 600),
        ({"paid": 0, "credited": 400}, PaymentState.PART_PAID, 600),
        ({"paid": 1000}, PaymentState.PAID, 0),
        ({"paid": 600, "credited": 400}, PaymentState.PAID, 0),
        ({"paid": 1001}, PaymentState.OVERPAID, -1),
        ({"paid": 1000, "credited": 1000}, PaymentState.OVERPAID, -1000),
        ({"paid": 1000, "credited": 1000, "refunded": 1000}, PaymentState.REFUNDED, 0),
        ({"paid": 1000, "credited": 300, "refunded": 300}, PaymentState.PAID, 0),
        ({"paid": 1000, "refunded": 1000}, PaymentState.UNPAID, 1000),
        ({"paid": 300, "written_off": 700}, PaymentState.WRITTEN_OFF, 0),
        ({"paid": 0, "written_off": 300}, PaymentState.PART_PAID, 700),
        ({"paid": 0, "due_on": TODAY}, PaymentState.UNPAID, 1000),
        ({"paid": 0, "due_on": date(2026, 11, 16)}, PaymentState.OVERDUE, 1000),
        ({"paid": 999, "due_on": date(2026, 11, 16)}, PaymentState.OVERDUE, 1),
        ({"paid": 1000, "due_on": date(2026, 11, 16)}, PaymentState.PAID, 0),
    ],
)
def test_state_and_what_is_owed(sums, state, owed):
    assert payment_state(gross=1000, today=TODAY, **sums) == state
    assert still_owed(gross=1000, **{key: value for key, value in sums.items() if key != "due_on"}) == owed


def test_an_invoice_of_nothing_is_paid():
    assert payment_state(gross=0, paid=0, today=TODAY) == PaymentState.PAID
