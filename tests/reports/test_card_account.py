"""The account of card payments: what clients pay by card leaves it with payouts and fees, to the cent, and by nothing
else."""
import pytest
from sqlalchemy import insert

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.payments import Method, TipPayout
from practice.billing.queries.payouts import get_payout
from practice.billing.services.payments import take_payment
from practice.billing.services.payouts import record_fee, record_payout
from practice.billing.services.tips import pay_out_tips
from practice.core.db import db, snapshot, transaction
from practice.core.errors import Invalid
from practice.reports.period import Period
from practice.reports.queries.details import detail
from practice.reports.queries.journal import journal
from practice.reports.queries.report import report
from tests import personas
from tests.factories.billing import Stage
from tests.reports.test_accounting import balances

NOVEMBER = Period.month(2026, 11)


@pytest.fixture
def stage(people):
    """78.00 and a tip of 10.00 by card; the processor pays 86.24 of it out and keeps 1.76."""
    stage = Stage(people)
    invoice = stage.invoice()
    stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=8800, method=Method.CARD, request_key="card",
                                  document_id=invoice, tip=1000, tip_for_id=people.theo.user_id))
    return stage


def keep(stage, bank: int, fee: int) -> int:
    bo = stage.people.bo
    with guard.acting(bo), transaction():
        return record_payout(bo, method=Method.CARD, first_on=stage.today, last_on=stage.today, paid_on=stage.today,
                             bank_amount=bank, fee_amount=fee, request_key="payout").id


def hand_out(stage, method: Method) -> int:
    return stage.do(lambda: pay_out_tips(stage.rae, therapist_id=stage.people.theo.user_id, amount=1000, method=method,
                                         request_key="tip"))


def booked(stage) -> dict[str, int]:
    with guard.acting(stage.people.bo), snapshot():
        return balances(journal(NOVEMBER))


@pytest.mark.parametrize("method", [Method.CASH, Method.BANK])
def test_a_tip_by_card_is_handed_out_of_the_bank_or_the_drawer(stage, method):
    payout = keep(stage, 8624, 176)
    hand_out(stage, method)
    found = booked(stage)
    assert (found["method:card"], found["tips"], found["credit"]) == (0, 0, 0)
    assert (found["payout_bank"], found["card_fees"], found[f"method:{method}"]) == (8624, 176, -1000)
    with guard.acting(stage.people.bo):
        assert get_payout(payout).difference == 0
    stage.check_books()


def test_no_tip_is_handed_out_by_card(stage):
    with pytest.raises(Invalid) as error:
        hand_out(stage, Method.CARD)
    assert error.value.field == "method"


def test_one_that_was_written_down_so_before_left_the_bank(stage):
    keep(stage, 8624, 176)
    with guard.acting(stage.people.system), transaction():
        db.session.execute(insert(TipPayout).values(
            therapist_id=stage.people.theo.user_id, amount=1000, method=Method.CARD, paid_on=stage.today,
            paid_at=personas.NOW, paid_by_id=stage.rae.user_id, request_key="before"))
        audit.record(stage.people.system, "stage.set")
    found = booked(stage)
    assert (found["method:card"], found["tips"], found["method:bank"]) == (0, 0, -1000)


def test_a_fee_billed_apart_leaves_the_bank_and_no_payment_of_a_client(stage):
    """88.00 come whole; 2.64 are billed at the end of the month."""
    keep(stage, 8800, 0)
    with guard.acting(stage.people.bo), transaction():
        record_fee(stage.people.bo, method=Method.CARD, paid_on=stage.today, fee_amount=264, request_key="bill",
                   reference="October")
    found = booked(stage)
    assert (found["method:card"], found["payout_bank"], found["card_fees"]) == (0, 8536, 264)
    with guard.acting(stage.people.bo):
        figures = report(stage.people.bo, NOVEMBER).figures
        rows = [row[4:] for row in detail(stage.people.bo, "payouts", NOVEMBER)]
    assert (figures["paid_out"], figures["card_fees"], figures["received"]) == (8536, 264, 8800)
    assert rows == [(stage.today, "", 8800, 8800, 0, 0), (None, "October", 0, -264, 264, 0)]
    stage.check_books()
