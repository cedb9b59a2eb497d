"""The till: opened with a float, cash in and out, counted, the difference kept."""
import pytest

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.queries.till import expected, get_till_day, open_till
from practice.billing.services.payments import give_back, reverse_payment, take_payment
from practice.billing.services.till import TillClosed, TillOpen, close_the_till, move_cash, open_the_till
from practice.billing.services.tips import pay_out_tips
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    stage = Stage(people)
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_till=True, has_tips=True)
    return stage


def opened(stage, amount=10_000) -> int:
    return stage.do(lambda: open_the_till(stage.rae, float_amount=amount))


def sums(stage, till) -> dict:
    return stage.read(lambda: {one.method: one.amount for one in expected(get_till_day(till))})


def test_a_day_of_the_till(stage):
    stage.pay(700)  # by card, before it was opened: counted with this day
    till = opened(stage)
    invoice = stage.invoice()
    cash = stage.pay(7800, invoice, method=Method.CASH)
    stage.pay(2000, method=Method.CASH)
    stage.do(lambda: give_back(stage.rae, client_id=stage.ann, amount=500, method=Method.CASH, request_key="b",
                               reason="wants it back"))
    for _twice in range(2):
        stage.do(lambda: move_cash(stage.rae, amount=-5000, reason="to the bank", request_key="m"))
    stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=400, method=Method.CARD, request_key="t",
                                  tip=400, tip_for_id=stage.people.theo.user_id))
    stage.do(lambda: pay_out_tips(stage.rae, therapist_id=stage.people.theo.user_id, amount=300, method=Method.CASH,
                                  request_key="p"))
    assert sums(stage, till) == {Method.CASH: 10_000 + 7800 + 2000 - 500 - 5000 - 300, Method.CARD: 1100}
    stage.do(lambda: reverse_payment(stage.rae, cash, reason="wrong client"))
    stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 6190, Method.CARD: 1100}, note="ten short"))
    row = stage.read(lambda: get_till_day(till))
    assert [(one.method, one.expected_amount, one.counted_amount) for one in row.counts] == [
        (Method.CASH, 6200, 6190), (Method.CARD, 1100, 1100)]
    assert row.note == "ten short" and stage.read(open_till) is None
    stage.check_books()
    with pytest.raises(TillClosed):
        stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 0}))
    with pytest.raises(TillClosed):
        stage.pay(100, method=Method.CASH)
    with pytest.raises(TillClosed):
        stage.do(lambda: move_cash(stage.rae, amount=1, reason="by mistake", request_key="n"))
    stage.pay(100)
    assert opened(stage, 0) != till
    stage.check_books()


def test_one_is_open_at_a_time_and_the_cash_is_counted(stage):
    till = opened(stage, 0)
    with pytest.raises(TillOpen):
        opened(stage)
    for counted in ({}, {Method.CARD: 5}, {Method.CASH: -1}, {Method.CASH: 1.5}):
        with pytest.raises(Invalid):
            stage.do(lambda counted=counted: close_the_till(stage.rae, till, counted=counted))
    for amount, reason in ((0, "nothing"), (5, "")):
        with pytest.raises(Invalid):
            stage.do(lambda amount=amount, reason=reason: move_cash(stage.rae, amount=amount, reason=reason,
                                                                    request_key="k"))


def test_without_a_till_cash_is_just_money(people):
    stage = Stage(people)
    stage.pay(100, method=Method.CASH)
    stage.check_books()


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    till, actor = opened(stage), getattr(people, name)
    for work in (lambda: open_the_till(actor, float_amount=1),
                 lambda: move_cash(actor, amount=1, reason="why not", request_key="x"),
                 lambda: close_the_till(actor, till, counted={Method.CASH: 0})):
        with guard.acting(actor), pytest.raises(Forbidden), transaction():
            work()
