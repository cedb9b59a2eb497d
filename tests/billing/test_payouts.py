"""Payouts of card processors: beside the payments of their days, once a day, taken back and never deleted."""
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.payments import Method
from practice.billing.models.payouts import CardPayout
from practice.billing.queries.payouts import get_payout, payouts, payouts_between, waiting
from practice.billing.services.closed import BooksClosed
from practice.billing.services.payments import reverse_payment
from practice.billing.services.payouts import (
    DaysPaidOut,
    TakenBackAlready,
    record_fee,
    record_payout,
    take_payout_back,
)
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid
from practice.ops.books.check import check_books
from practice.premises.models import MethodKind, PaymentMethod
from practice.premises.services import close_books, save
from tests import personas
from tests.factories.billing import Stage

TODAY = personas.NOW.date()
MONDAY = TODAY - timedelta(days=1)  # the 16th


@pytest.fixture
def stage(people):
    """On the 16th 50.00 by card, on the 17th 80.00 and 20.00, which are taken back; 9.00 in cash."""
    stage = Stage(people)
    with clock.frozen(personas.NOW - timedelta(days=1)):
        stage.pay(5000)
    stage.pay(8000)
    wrong = stage.pay(2000)
    stage.do(lambda: reverse_payment(stage.rae, wrong, reason="wrong card"))
    stage.pay(900, method=Method.CASH)
    return stage


def record(stage, *, who=None, **changed) -> int:
    values = {"method": Method.CARD, "first_on": MONDAY, "last_on": TODAY, "paid_on": TODAY, "bank_amount": 12_700,
              "fee_amount": 250, "request_key": "k"} | changed
    actor = who or stage.people.bo
    with guard.acting(actor), transaction():
        return record_payout(actor, **values).id


def bill(stage, *, who=None, **changed) -> int:
    values = {"method": Method.CARD, "paid_on": TODAY, "fee_amount": 350, "request_key": "bill"} | changed
    actor = who or stage.people.bo
    with guard.acting(actor), transaction():
        return record_fee(actor, **values).id


def take_back(stage, number, reason="typed wrong") -> int:
    with guard.acting(stage.people.bo), transaction():
        return take_payout_back(stage.people.bo, number, reason=reason).id


def read(stage, work):
    with guard.acting(stage.people.bo):
        return work()


def test_what_differs_stays_visible(stage):
    number = record(stage)
    found = read(stage, lambda: get_payout(number))
    assert (found.expected, found.difference) == (13_000, 50)
    stage.check_books()


def test_the_same_form_twice_is_one_payout(stage):
    assert record(stage) == record(stage)
    assert read(stage, lambda: db.session.scalar(select(func.count(CardPayout.id)))) == 1


@pytest.mark.parametrize(("first_on", "last_on"), [(MONDAY, MONDAY), (TODAY, TODAY), (date(2026, 11, 1), TODAY)])
def test_a_day_is_paid_out_once(stage, first_on, last_on):
    record(stage)
    with pytest.raises(DaysPaidOut) as error:
        record(stage, first_on=first_on, last_on=last_on, request_key="other")
    assert error.value.params == {"first": MONDAY, "last": TODAY}


def test_days_beside_it_and_other_methods_are_free(stage, people):
    with guard.acting(people.olive), transaction():
        own = save(people.olive, PaymentMethod, None, name="TWINT", kind=MethodKind.CARD).id
    record(stage, first_on=TODAY)
    record(stage, first_on=MONDAY, last_on=MONDAY, request_key="before")
    record(stage, method=Method(f"own-{own}"), request_key="own")
    assert len(read(stage, lambda: payouts_between(TODAY, TODAY))) == 3


def test_it_is_taken_back_and_can_be_written_down_again(stage):
    number = record(stage)
    back = take_back(stage, number)
    again = record(stage, bank_amount=12_750, request_key="again")
    rows, has_older = read(stage, payouts)
    assert [(one.row.id, one.row.bank_amount, one.row.fee_amount, one.expected, one.difference, one.is_taken_back)
            for one in rows] == [(again, 12_750, 250, 13_000, 0, False), (back, -12_700, -250, -13_000, -50, False),
                                 (number, 12_700, 250, 13_000, 50, True)]
    assert not has_older
    for one in (number, back):
        with pytest.raises(TakenBackAlready):
            take_back(stage, one)
    with pytest.raises(Invalid):
        take_back(stage, again, reason=" ")
    stage.check_books()


WRONG = [("last_on", {"first_on": TODAY, "last_on": MONDAY}), ("paid_on", {"paid_on": MONDAY}),
         ("paid_on", {"paid_on": TODAY + timedelta(days=1)}), ("fee_amount", {"fee_amount": -1}),
         ("bank_amount", {"bank_amount": 0, "fee_amount": 0}), ("bank_amount", {"bank_amount": 10**12}),
         ("method", {"method": Method.CASH}), ("method", {"method": Method("own-99")})]


@pytest.mark.parametrize(("field", "values"), WRONG)
def test_what_cannot_be_is_refused(stage, field, values):
    with pytest.raises(Invalid) as error:
        record(stage, **values)
    assert error.value.field == field


def test_more_given_back_than_paid_is_taken_from_the_bank(stage):
    number = record(stage, bank_amount=-300)
    assert read(stage, lambda: get_payout(number)).difference == 13_050


def test_nothing_goes_into_closed_books(stage, people):
    with clock.frozen(personas.NOW):
        number = record(stage, last_on=MONDAY, paid_on=MONDAY)
        with guard.acting(people.olive), transaction():
            close_books(people.olive, MONDAY)
        with pytest.raises(BooksClosed):
            record(stage, first_on=date(2026, 11, 1), last_on=date(2026, 11, 2), paid_on=MONDAY, request_key="late")
        back = take_back(stage, number)  # lands today
        assert read(stage, lambda: get_payout(back)).row.paid_on == TODAY


@pytest.mark.parametrize("words", [
    "UPDATE card_payout SET fee_amount = 1", "UPDATE card_payout SET bank_amount = 1", "DELETE FROM card_payout",
    "UPDATE card_payout SET paid_on = '2026-12-01'"])
def test_the_database_keeps_it_as_it_was(stage, words):
    record(stage)
    with pytest.raises(DBAPIError, match="money_fixed"), guard.acting(stage.people.system), transaction():
        db.session.connection().exec_driver_sql(words)


def test_what_is_not_paid_out_yet(stage):
    found = read(stage, lambda: waiting(Method.CARD, TODAY))
    assert (found.first_on, found.days, found.amount) == (MONDAY, [(MONDAY, 5000), (TODAY, 8000)], 13_000)
    record(stage, last_on=MONDAY)
    found = read(stage, lambda: waiting(Method.CARD, TODAY))
    assert (found.first_on, found.amount) == (TODAY, 8000)


def test_days_of_a_payout_that_was_taken_back_wait_again_beside_later_ones(stage):
    number = record(stage, last_on=MONDAY)
    record(stage, first_on=TODAY, request_key="later")
    found = read(stage, lambda: waiting(Method.CARD, TODAY))
    assert (found.first_on, found.days) == (TODAY + timedelta(days=1), [])
    take_back(stage, number)
    found = read(stage, lambda: waiting(Method.CARD, TODAY))
    assert (found.first_on, found.days) == (MONDAY, [(MONDAY, 5000)])


def test_what_was_paid_before_the_first_payout_does_not_wait(stage):
    record(stage, first_on=TODAY)
    assert read(stage, lambda: waiting(Method.CARD, TODAY)).days == []


def test_the_desk_has_no_part_in_it(stage, people):
    for actor in (people.rae, people.theo):
        for write in (record, bill):
            with pytest.raises(Forbidden):
                write(stage, who=actor)
        with guard.acting(actor), pytest.raises(Forbidden):
            payouts()


def test_a_fee_billed_apart_pays_no_day_out(stage):
    number = bill(stage)
    assert bill(stage) == number
    found = read(stage, lambda: get_payout(number))
    assert (found.row.bank_amount, found.row.fee_amount, found.expected, found.difference) == (-350, 350, 0, 0)
    assert read(stage, lambda: waiting(Method.CARD, TODAY)).amount == 13_000
    record(stage)
    bill(stage, request_key="of another card")
    back = take_back(stage, number)
    found = read(stage, lambda: get_payout(back))
    assert (found.row.bank_amount, found.row.fee_amount, found.difference) == (350, -350, 0)
    stage.check_books()


@pytest.mark.parametrize(("field", "values"), [
    ("fee_amount", {"fee_amount": 0}), ("fee_amount", {"fee_amount": 10**12}), ("method", {"method": Method.CASH}),
    ("paid_on", {"paid_on": TODAY + timedelta(days=1)})])
def test_a_fee_that_cannot_be_is_refused(stage, field, values):
    with pytest.raises(Invalid) as error:
        bill(stage, **values)
    assert error.value.field == field


def test_books_see_a_fee_that_did_not_leave_the_bank(stage):
    with guard.acting(stage.people.system), transaction():
        db.session.execute(insert(CardPayout).values(
            method=Method.CARD, first_on=TODAY, last_on=TODAY, paid_on=TODAY, bank_amount=-300, fee_amount=350,
            is_fee_bill=True, recorded_at=personas.NOW, recorded_by_id=stage.rae.user_id, request_key="odd"))
        audit.record(stage.people.system, "stage.set")
    assert [(row.rule, row.table) for row in check_books()] == [("a fee billed apart left the bank", "card_payout")]
