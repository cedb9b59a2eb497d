"""Memberships: a month is invoiced once, its sessions are a package, unused ones expire or hold on, pause, cancel."""
import threading
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access import guard
from practice.billing.months import month, month_at
from practice.billing.queries.accounts import live_packages
from practice.billing.queries.documents import get_document
from practice.billing.queries.memberships import due_memberships, get_membership, months_of
from practice.billing.services.checkout import checkout
from practice.billing.services.memberships import MembershipOver, cancel, pause, renew, start_membership, take_up
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, Stale
from practice.reports.period import Period
from practice.reports.queries.report import report
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def start(stage, **values) -> int:
    values = {"sessions": 2, "price_amount": 12_000, "starts_on": stage.today} | values
    return stage.do(lambda: start_membership(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, **values))


def on(day: date) -> None:
    clock.set_to(personas.NOW + (day - personas.NOW.date()))


def renewed(stage, number) -> int:
    return stage.do(lambda: len(renew(stage.rae, number)))


def months(stage, number) -> list:
    return [(one.month.first_on, one.document.gross_amount if one.document else None)
            for one in reversed(stage.read(lambda: months_of(number)))]


def verb(stage, work, number, version=None):
    return stage.do(lambda: work(stage.rae, number, version=version))


def figures(stage, text: str):
    with guard.acting(stage.people.olive):
        found = report(stage.people.olive, Period.parse(text))
        assert found.adds_up
        return SimpleNamespace(**found.figures)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
def test_months_follow_each_other_without_a_gap(starts_on, number):
    first, last = month(starts_on, number)
    assert month(starts_on, number + 1)[0] == last + timedelta(days=1)
    assert month_at(starts_on, first) == month_at(starts_on, last) == number
    assert month_at(starts_on, first - timedelta(days=1)) == number - 1


def test_a_month_is_invoiced_when_it_begins_and_once(stage):
    number = start(stage)
    assert renewed(stage, number) == 0 and stage.read(lambda: due_memberships(stage.today)) == []
    on(date(2026, 12, 16))
    assert renewed(stage, number) == 0
    on(date(2026, 12, 17))
    assert stage.read(lambda: due_memberships(date(2026, 12, 17))) == [number]
    assert [renewed(stage, number), renewed(stage, number)] == [1, 0]
    invoice = stage.read(lambda: months_of(number)[0].document.id)
    text, = stage.read(lambda: [line.text for line in get_document(invoice).lines])
    assert text.endswith(", 17 Dec 2026 – 16 Jan 2027")
    assert months(stage, number) == [(date(2026, 11, 17), 12_000), (date(2026, 12, 17), 12_000)]
    stage.check_books()


def test_sessions_are_used_at_checkout_earned_when_given_and_expire(stage):
    number = start(stage)
    package, session = stage.read(lambda: live_packages(stage.ann, stage.today))[0].id, stage.session()
    net = stage.read(lambda: get_document(months_of(number)[0].document.id).net_amount)
    assert (figures(stage, "2026-11").deferred_packages, figures(stage, "2026-11").earned) == (net, 0)
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k", package_id=package))
    november = figures(stage, "2026-11")
    assert (november.earned_packages, november.deferred_packages) == (net - net // 2, net // 2)
    on(date(2026, 12, 17))
    renewed(stage, number)
    assert [row.sessions_left for row in stage.read(lambda: live_packages(stage.ann, date(2026, 12, 17)))] == [2]
    december = figures(stage, "2026-12")
    assert (december.earned_expired, december.deferred_packages) == (net // 2, net)
    stage.check_books()


def test_unused_sessions_hold_on_where_that_was_agreed(stage):
    number = start(stage, keeps_months=1)
    on(date(2026, 12, 17))
    renewed(stage, number)
    found = stage.read(lambda: live_packages(stage.ann, date(2026, 12, 17)))
    assert [(row.sessions_left, row.expires_on) for row in found] == [(2, date(2027, 1, 16)), (2, date(2027, 2, 16))]


def test_a_pause_leaves_months_out_and_the_next_one_is_invoiced_again(stage):
    number = start(stage)
    verb(stage, pause, number)
    on(date(2027, 1, 20))
    assert renewed(stage, number) == 0
    on(date(2027, 2, 18))
    verb(stage, take_up, number)
    assert renewed(stage, number) == 0
    on(date(2027, 3, 17))
    assert renewed(stage, number) == 1
    assert months(stage, number) == [(date(2026, 11, 17), 12_000), (date(2026, 12, 17), None),
                                     (date(2027, 1, 17), None), (date(2027, 2, 17), None),
                                     (date(2027, 3, 17), 12_000)]
    stage.check_books()


def test_cancelled_it_ends_with_its_month_and_may_be_taken_up_until_then(stage):
    number = start(stage)
    on(date(2026, 12, 20))
    verb(stage, cancel, number)
    assert stage.read(lambda: get_membership(number).ends_on) == date(2027, 1, 16)
    assert renewed(stage, number) == 1  # the month that runs
    with pytest.raises(MembershipOver):
        verb(stage, cancel, number)
    verb(stage, take_up, number)
    assert stage.read(lambda: get_membership(number).next_on) == date(2027, 1, 17)
    verb(stage, cancel, number)
    on(date(2027, 1, 17))
    assert renewed(stage, number) == 0
    for work in (take_up, pause, cancel):
        with pytest.raises(MembershipOver):
            verb(stage, work, number)
    later = start(stage, starts_on=date(2027, 2, 1))
    assert months(stage, later) == []
    verb(stage, cancel, later)
    assert stage.read(lambda: get_membership(later).next_on) is None
    stage.check_books()


def test_what_the_step_missed_is_invoiced_and_its_sessions_can_still_be_used(stage):
    number = start(stage)
    on(date(2027, 2, 1))
    assert renewed(stage, number) == 2
    found = stage.read(lambda: live_packages(stage.ann, date(2027, 2, 1)))
    assert [row.expires_on for row in found] == [date(2027, 2, 16), date(2027, 3, 1)]
    stage.check_books()


def test_who_may_and_what_is_refused(stage):
    number = start(stage)
    for values in ({"sessions": 0}, {"price_amount": 0}, {"keeps_months": 25}, {"starts_on": date(2026, 10, 17)},
                   {"starts_on": date(2027, 11, 18)}):
        with pytest.raises(Invalid):
            start(stage, **values)
    with pytest.raises(Stale):
        verb(stage, pause, number, version=99)
    for who in (stage.people.bo, stage.people.theo):
        with guard.acting(who), transaction(), pytest.raises(Forbidden):
            renew(who, number)


def test_machines_that_renew_at_once_make_one_invoice(cloned_database):
    """Each with a connection of its own: the account is held until the first has committed."""
    clock.set_to(personas.NOW)
    stage = Stage(personas.open_house())
    number, made, begin, app = start(stage), [], threading.Barrier(4), cloned_database.app
    on(date(2026, 12, 17))

    def work():
        with app.app_context(), guard.acting(stage.rae):
            begin.wait()
            with transaction():
                made.append(len(renew(stage.rae, number)))

    threads = [threading.Thread(target=work) for _each in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.session.rollback()
    assert sorted(made) == [0, 0, 0, 1]
    stage.check_books()
