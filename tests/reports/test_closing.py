"""A closed month: kept byte for byte, locked for everybody, opened by the owner alone."""
import hashlib
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.audit.models import AuditRow
from practice.billing.models.packages import Package
from practice.billing.models.payments import Method, Payment, Tip
from practice.billing.models.vouchers import Voucher
from practice.billing.services.checkout import checkout
from practice.billing.services.closed import BooksClosed
from practice.billing.services.payments import reverse_payment, take_deposit
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.ops.books.check import check_books
from practice.premises.queries import the_practice
from practice.premises.services import close_books
from practice.reports.models import ClosedMonth
from practice.reports.period import Period
from practice.reports.queries import held
from practice.reports.queries.closed import (
    checks_before_closing,
    closed_month,
    moved_since,
    the_report,
    whole_report,
)
from practice.reports.queries.kept import as_text, from_text
from practice.reports.queries.rows import left_of_packages, left_of_vouchers
from practice.reports.queries.whose import credit_rows
from practice.reports.services.closing import AlreadyClosed, LaterMonthClosed, close_month, reopen_month
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage
from tests.reports.test_walk import RANDOM
from tests.reports.walk import STEPS, Walk

OCTOBER, NOVEMBER = Period.month(2026, 10), Period.month(2026, 11)


@pytest.fixture
def stage(people):
    """In October an invoice of 78.00, half of it paid."""
    with clock.frozen(personas.NOW - timedelta(days=25)):
        stage = Stage(people)
        stage.old = stage.invoice(7800)
        stage.pay(3900, stage.old)
    return stage


def close(stage, period=OCTOBER, who=None) -> str:
    """The text that was kept."""
    actor = who or stage.people.olive
    with guard.acting(actor), transaction():
        return close_month(actor, period).report


def reopen(stage, period=OCTOBER, reason="a receipt was found", who=None):
    actor = who or stage.people.olive
    with guard.acting(actor), transaction():
        reopen_month(actor, period, reason=reason)


def file_of(stage, period=OCTOBER) -> str:
    with guard.acting(stage.people.bo):
        return as_text(*whole_report(stage.people.bo, period))


def test_the_file_of_a_closed_month_stays_byte_for_byte(stage):
    kept = close(stage)
    clock.set_to(personas.NOW + timedelta(days=3))
    stage.pay(3900, stage.old)
    stage.credit(stage.invoice(500))
    assert file_of(stage) == kept
    with guard.acting(stage.people.bo):
        row = closed_month(OCTOBER)
        assert row.sha256 == hashlib.sha256(kept.encode()).hexdigest()
        assert the_report(stage.people.bo, OCTOBER) == from_text(kept)[0]


def test_nothing_is_dated_into_it_by_anybody(stage):
    close(stage)
    assert stage.read(lambda: the_practice().books_closed_on) == OCTOBER.last
    with pytest.raises(BooksClosed):
        stage.do(lambda: write_off(stage.rae, stage.old, amount=100, on=OCTOBER.last, reason="moved away"))


@pytest.mark.requirement("closed-months")
def test_the_database_refuses_it_by_itself(stage):
    close(stage)
    stage.pay(100, stage.old)
    for row in (
        lambda: Payment(client_id=stage.ann, location_id=1, method=Method.CASH, currency="EUR", amount=100,
                        received_at=clock.now(), received_on=OCTOBER.last, received_by_id=stage.rae.user_id,
                        request_key="behind"),
        lambda: Tip(payment_id=1, therapist_id=stage.people.theo.user_id, amount=100, on_date=OCTOBER.last)):
        with guard.acting(stage.people.system), pytest.raises(DBAPIError, match="books_closed"), transaction():
            db.session.add(row())
            db.session.flush()


def test_only_a_whole_month_that_is_over(stage):
    for period in (NOVEMBER, Period.parse("2025"), Period.parse("2026-10-01..2026-10-30")):
        with pytest.raises(Invalid):
            close(stage, period)
    close(stage)
    with pytest.raises(AlreadyClosed):
        close(stage)


@pytest.mark.parametrize("name", ["theo", "rae", "bo"])
def test_closing_and_opening_are_the_owners(stage, people, name):
    with pytest.raises(Forbidden):
        close(stage, who=getattr(people, name))
    close(stage)
    with pytest.raises(Forbidden):
        reopen(stage, who=getattr(people, name))


def test_opening_again_needs_a_reason_and_keeps_what_was(stage):
    before = close(stage)
    with pytest.raises(Invalid):
        reopen(stage, reason=" ")
    reopen(stage)
    assert stage.read(lambda: the_practice().books_closed_on) == date(2026, 9, 30)
    stage.do(lambda: write_off(stage.rae, stage.old, amount=100, on=OCTOBER.last, reason="moved away"))
    after = close(stage)
    assert from_text(before)[0].figures["owed"] == 3900 and from_text(after)[0].figures["owed"] == 3800
    with guard.acting(stage.people.system):
        told = list(db.session.scalars(select(AuditRow.action).where(AuditRow.action.like("month.%"))
                                       .order_by(AuditRow.id)))
        assert told == ["month.close", "month.reopen", "month.close"]
        facts = db.session.scalars(select(AuditRow.facts)).all()
        assert "a receipt was found" not in str(facts), "the owner's own words stand with the month alone"
    with pytest.raises(NotFound):
        reopen(stage, NOVEMBER)


def test_the_later_month_is_opened_first(stage):
    close(stage, Period.month(2026, 9))
    close(stage)
    with pytest.raises(LaterMonthClosed):
        reopen(stage, Period.month(2026, 9))
    reopen(stage)
    reopen(stage, Period.month(2026, 9))


def test_books_opened_in_the_settings_open_the_month(stage):
    close(stage)
    with guard.acting(stage.people.olive), transaction():
        close_books(stage.people.olive, None, reason="start again")
    with guard.acting(stage.people.olive):
        assert closed_month(OCTOBER) is None
    close(stage)
    with guard.acting(stage.people.olive):
        assert db.session.scalar(select(func.count(ClosedMonth.id))) == 2


def test_what_comes_later_is_listed_and_counts_later(stage):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        late = stage.session_at(clock.now())
    close(stage)
    stage.do(lambda: _charge(stage, late))
    stage.credit(stage.old)
    with guard.acting(stage.people.olive):
        moved = moved_since(stage.people.olive, closed_month(OCTOBER))
        assert [row.net for row in moved.documents] == [6872, -6872] and moved.figures == {}
        november = the_report(stage.people.olive, NOVEMBER).figures
    assert november["earned"] == 0  # the late session, less the credit note


def test_a_payment_of_the_month_that_is_taken_back_later_is_listed(stage):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        wrong = stage.pay(4200)
    close(stage)
    stage.do(lambda: reverse_payment(stage.rae, wrong, reason="it bounced"))
    new = stage.pay(100)
    stage.do(lambda: reverse_payment(stage.rae, new, reason="wrong client"))
    with guard.acting(stage.people.olive):
        moved = moved_since(stage.people.olive, closed_month(OCTOBER))
        november = the_report(stage.people.olive, NOVEMBER).figures
    assert [(row.on_date, row.of_date, row.amount, row.reason) for row in moved.payments] == [
        (stage.today, stage.today - timedelta(days=25), -4200, "it bounced")]
    assert moved.figures == {} and november["received"] == -4200


def _charge(stage, appointment_id):
    return checkout(stage.rae, appointment_id, payments=[], request_key="late")


def test_a_figure_that_would_be_another_today_is_listed(stage):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        number = stage.session_at(clock.now(), S.NO_SHOW)
    close(stage)
    with guard.acting(stage.people.system), transaction():
        set_state(stage.people.system, number, S.BOOKED)
    with guard.acting(stage.people.olive):
        moved = moved_since(stage.people.olive, closed_month(OCTOBER))
    assert moved.figures["no_show_rate"] == ((1, 1), (0, 0))


def test_the_list_before_closing(stage):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        stage.session_at(clock.now())
        stage.pay(500)
    with guard.acting(stage.people.bo):
        found = {name: check.count for name, check in checks_before_closing(stage.people.bo, OCTOBER).items()}
    assert found == {"uncharged": 1, "unfinished": 0, "unsigned": 0, "tills": 0, "drafts": 0, "credit": 500}


@pytest.fixture
def walk(people):
    return Walk(Stage(people))


@RANDOM
@given(before=STEPS, after=STEPS)
def test_a_figure_of_a_closed_month_never_moves(walk, before, after):
    """Neither as it was kept, nor worked out again from the rows."""
    month = walk.begin()
    walk.live(before)
    walk.live([("month", 1, 1)])
    stage = walk.stage
    close(stage, month)
    kept = file_of(stage, month)
    walk.live([*after, ("month", 1, 1)])
    assert file_of(stage, month) == kept
    with guard.acting(stage.people.olive):
        assert moved_since(stage.people.olive, closed_month(month)).figures == {}
    assert_held(stage, month.last, clock.now().date())


def assert_held(stage, *days: date) -> None:
    """What is counted on from closed months, or over what has something left, is what all rows come to."""
    with guard.acting(stage.people.olive):
        assert held.money(days[-1]).until is not None and check_books() == []
        for day in days:
            assert held.money(day) == held.money(day, held.Money())
            assert credit_rows(day) == credit_rows(day, is_afresh=True)
            for model, left, found in ((Package, left_of_packages, held.packages), (Voucher, left_of_vouchers,
                                                                                   held.vouchers)):
                good = (model.sold_on <= day, or_(model.expires_on.is_(None), model.expires_on > day))
                rows = db.session.scalars(select(left(day)).select_from(model).where(*good)).all()
                assert found(day) == sum(rows)


def test_deposits_are_counted_on_from_a_closed_month(stage):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        session = stage.session_at(clock.now(), S.ARRIVED)
        one, _other = (stage.do(lambda key=key: take_deposit(
            stage.rae, client_id=stage.ann, appointment_id=session, amount=1000, method=Method.CARD, request_key=key))
            for key in "ab")
    close(stage)
    stage.do(lambda: reverse_payment(stage.rae, one, reason="wrong card"))
    with guard.acting(stage.people.olive):
        found = the_report(stage.people.olive, NOVEMBER).figures
        assert (found["deposits"], found["client_credit"], found["received"]) == (1000, 1000, -1000)


def test_books_name_a_closing_that_does_not_fit(stage):
    stage.pay(500)
    with clock.frozen(personas.NOW + timedelta(days=20)):
        close(stage, NOVEMBER)
        with guard.acting(stage.people.system), transaction():
            db.session.connection().exec_driver_sql("UPDATE closed_month SET credit_amount = 499")
        assert [(one.rule, one.what) for one in check_books()] == [
            ("held at the end of a closed month", "credit are 499, the rows come to 500")]


def test_a_month_closed_before_a_figure_was_known_is_still_read(stage):
    with guard.acting(stage.people.olive):
        found = whole_report(stage.people.olive, Period.parse("2026-11"))
    old = json.loads(as_text(*found))
    del old["figures"]["debt_opening"]
    assert from_text(json.dumps(old))[0].figures == found[0].figures
