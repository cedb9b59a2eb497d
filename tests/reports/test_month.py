"""The month's figures against sums done by hand, on both databases."""
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.services.checkout import Extra, checkout
from practice.core import clock
from practice.core.errors import Forbidden
from practice.reports.period import Month
from practice.reports.queries.details import DETAILS, detail
from practice.reports.queries.month import month_figures
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage

NOVEMBER, OCTOBER = Month(2026, 11), Month(2026, 10)


@pytest.fixture
def stage(people):
    """In October one invoice of 78.00, 30.00 of it paid. In November: a session with a foam roller, paid in full; one
    left open; a package of three sold and one of them used; the rest of October's paid; a no-show; an invoice credited.
    """
    with clock.frozen(personas.NOW - timedelta(days=25)):
        stage = Stage(people)
        old = stage.invoice(7800)
        stage.pay(3000, old)
    first, second, third = stage.session(), stage.session(), stage.session()
    stage.session(S.NO_SHOW)
    stage.do(lambda: checkout(stage.rae, first, payments=[(Method.CARD, 9600)], request_key="a",
                              extras=[Extra(stage.roller)]))
    stage.do(lambda: checkout(stage.rae, second, payments=[], request_key="b"))
    package = stage.package(sessions=3, price=20_000)
    stage.pay(20_000, method=Method.BANK)
    stage.do(lambda: checkout(stage.rae, third, payments=[], request_key="c", package_id=package))
    stage.pay(4800, old, method=Method.CASH)
    stage.credit(stage.invoice(5000))
    return stage


def figures(people, month=NOVEMBER, today=date(2026, 11, 30)):
    with guard.acting(people.olive):
        return month_figures(people.olive, month, today)


def test_what_was_invoiced_and_received(people, stage):
    f = figures(people)
    assert f.invoiced_gross == 7800 + 1800 + 7800 + 20_000
    assert f.invoiced_net + f.invoiced_tax == f.invoiced_gross
    assert f.received == 9600 + 20_000 + 4800
    assert dict(f.received_by_method) == {Method.CARD: 9600, Method.BANK: 20_000, Method.CASH: 4800}


def test_what_was_earned_leaves_the_package_out_until_it_is_used(people, stage):
    f = figures(people)
    session, roller, used = 6872, 1586, 5874  # net of 78.00 and 18.00 at 13.5 %, and a third of 17,621
    assert f.earned == 2 * session + roller + used
    assert sum(share.amount for share in f.earned_by_therapist) == f.earned
    assert sum(share.amount for share in f.earned_by_treatment) == f.earned
    assert sum(now for _first, _last, now, _then in f.earned_by_week) == f.earned
    assert f.earned_products == roller


def test_taxes_are_those_of_the_documents(people, stage):
    f = figures(people)
    assert sum(row.net for row in f.taxes) == f.invoiced_net and sum(row.tax for row in f.taxes) == f.invoiced_tax


def test_what_is_still_owed_at_the_end(people, stage):
    f = figures(people)
    assert f.owed == 7800 + 20_000 and f.owed_count == 2  # the second session, and the package: its money is credit yet
    assert sum(f.owed_by_age.values()) == f.owed
    assert figures(people, OCTOBER).owed == 4800  # what was paid in November does not change October


def test_sessions_and_no_shows(people, stage):
    f = figures(people)
    assert (f.sessions, f.visits, f.no_shows) == (3, 1, (1, 4))


@pytest.mark.parametrize("month", [NOVEMBER, OCTOBER, Month(2026, 12), Month(2026, 9)])
def test_the_bridge_closes(people, stage, month):
    bridge = figures(people, month).bridge
    assert bridge.adds_up
    assert bridge.invoiced + bridge.not_paid_yet + bridge.for_earlier + bridge.credit_built == bridge.received


def test_every_figure_is_the_sum_of_its_rows(people, stage):
    f = figures(people)
    with guard.acting(people.bo):
        tables = {name: detail(people.bo, name, NOVEMBER, "EUR") for name in DETAILS}
    assert tables["documents"].total()["gross"] == f.invoiced_gross
    assert tables["earned"].total()["amount"] == f.earned
    assert tables["payments"].total()["amount"] == f.received
    assert tables["owed"].total()["owed"] == f.owed
    assert tables["taxes"].total()["tax"] == f.invoiced_tax
    assert len(tables["appointments"].rows) == 4
    with guard.acting(people.bo):
        for share in f.earned_by_therapist:
            part = detail(people.bo, "earned", NOVEMBER, "EUR", key=f"therapist-{share.key or 'none'}")
            assert part.total()["amount"] == share.amount
        for share in f.earned_by_treatment:
            part = detail(people.bo, "earned", NOVEMBER, "EUR", key=f"treatment-{share.key or 'none'}")
            assert part.total()["amount"] == share.amount


def test_reception_and_therapists_have_no_month(people, stage):
    for actor in (people.rae, people.theo):
        with guard.acting(actor), pytest.raises(Forbidden):
            month_figures(actor, NOVEMBER, date(2026, 11, 30))
