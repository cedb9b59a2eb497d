"""A form of money that the browser's way back brings up again, with something else typed into it."""
import secrets

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.billing.models.packages import Package
from practice.billing.models.payments import Payment
from practice.billing.models.till import TillMove
from practice.billing.models.vouchers import Voucher
from practice.core.db import db, transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.factories.billing import Stage

CARD, CASH = {"method": "card"}, {"method": "cash", "reason": "Moves away"}
VOUCHER = {"kind": "multi", "price": "50", "method": "card", "months": "12"}
PAYOUT = {"first_on": "2026-11-01", "last_on": "2026-11-02", "paid_on": "2026-11-03", "bank_amount": "50",
          "fee_amount": "1"}


@pytest.fixture
def stage(people):
    """Everything is switched on, the till is open, and Ann has credit of 80.00."""
    stage = Stage(people)
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_till=True, has_tips=True, has_vouchers=True,
                        has_payouts=True)
    stage.pay(8000)
    return stage


@pytest.mark.requirement("paid-once")
def test_no_form_says_that_money_moved_which_did_not(stage, as_person):
    """Sent again as it was, it is one act; with another sum it is refused, with what was typed, and nothing is done."""
    sol = as_person("sol")
    assert sol.post("/money/till/open", data={"float_amount": "100"}).status_code == 302
    package = {"treatment": str(stage.treatment), "sessions": "5", "price": "300", "months": "12"}
    for url, sum_, fields in (
            (f"/money/clients/{stage.ann}/pay", "amount", CARD | {"amount": "50"}),
            (f"/money/clients/{stage.ann}/give-back", "amount", CASH | {"amount": "50"}),
            ("/money/till/move", "amount", {"direction": "in", "amount": "50", "reason": "For stamps"}),
            ("/money/payouts/new", "bank_amount", PAYOUT),
            (f"/money/vouchers/sell/{stage.ann}", "price", VOUCHER),
            (f"/money/clients/{stage.ann}/package", "price", package)):
        sent = fields | {"request_key": secrets.token_hex(8)}
        for _click in range(2):
            assert sol.post(url, data=sent).status_code == 302, url
        before = stage.read(moved)
        again = sol.post(url, data=sent | {sum_: "30.30"})
        assert again.status_code == 422 and 'value="30.30"' in again.text, url
        assert "This form was used for something else" in again.text and stage.read(moved) == before


def test_the_key_of_a_payment_sells_no_voucher(stage, as_person):
    rae, sent = as_person("rae"), VOUCHER | {"amount": "50", "request_key": secrets.token_hex(8)}
    assert rae.post(f"/money/clients/{stage.ann}/pay", data=sent).status_code == 302
    answer = rae.post(f"/money/vouchers/sell/{stage.ann}", data=sent)
    assert answer.status_code == 422 and "used for something else" in answer.text


def moved() -> tuple:
    return tuple(db.session.scalar(select(func.count(model.id))) for model in (Payment, TillMove, Voucher, Package))
