"""Whatever happens in a practice: its months close."""
import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import select

from practice.access import guard
from practice.billing.models.documents import Document
from practice.core import clock
from practice.core.db import db
from practice.reports.definitions import FIGURES, OWED_BY_AGE
from practice.reports.period import Period, age_bucket
from practice.reports.queries.closed import compared
from practice.reports.queries.details import detail
from practice.reports.queries.report import Report, report
from practice.reports.queries.tables import DETAILS, SUMMARIES
from tests.factories.billing import Stage
from tests.reports.opening import opened
from tests.reports.walk import ACTS, EVERYTHING, STEPS, Walk

RANDOM = settings(max_examples=8, deadline=None, derandomize=True,
                  suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

HELD_AND_STEPS = ("credit", "deposits", "tips_owed", "steps")


@pytest.fixture
def walk(people):
    return Walk(Stage(people))


@RANDOM
@given(steps=STEPS)
@example(steps=EVERYTHING)
def test_every_month_closes(walk, steps):
    walk.begin()
    first = clock.now().date()
    walk.live(steps)
    olive = walk.stage.people.olive
    with guard.acting(olive):
        for month in Period(first, clock.now().date()).months():
            found = report(olive, month)
            before = report(olive, month.before).figures
            assert before["client_credit"] + found.figures["bridge_credit"] == found.figures["client_credit"]
            assert before["owed"] == found.figures["debt_before"]
            assert found.adds_up, {name: value for name, value in found.figures.items() if "difference" in name}
            assert_sums(olive, found)


def assert_sums(actor, found: Report) -> None:
    f = found.figures
    for name, figure in FIGURES.items():
        if figure.rows in HELD_AND_STEPS:
            assert opened(actor, found, name) == f[name], name
    assert sum(f[name] for name in OWED_BY_AGE.values()) == f["owed"]
    sums = {name: table.total(found.tables[name]) for name, table in SUMMARIES.items()}
    for name in ("therapists", "treatments", "weeks", "locations", "issuers"):
        assert sums[name]["earned"] == f["earned"]
    assert sums["therapists"]["cash_net"] == f["cash_basis_net"]
    assert sums["locations"]["owed"] == sums["issuers"]["owed"] == f["owed"]
    paid = f["cash_basis_net"] + sums["therapists"]["cash_tax"]
    assert paid + f["bridge_voucher_sales"] + f["tips_given"] + f["bridge_credit"] == f["received"]
    rows = {name: DETAILS[name].total(detail(actor, name, found.period)) for name in DETAILS}
    assert rows["documents"]["gross"] == f["invoiced_gross"] and rows["earned"]["amount"] == f["earned"]
    assert rows["payments"]["amount"] == f["received"] and rows["owed"]["owed"] == f["owed"]
    assert_owed(found, detail(actor, "owed", found.period))
    assert rows["debtors"] == {age: f[name] for age, name in OWED_BY_AGE.items()} | {"owed": f["owed"]}
    assert rows["tips"]["amount"] == f["tips_given"]
    assert (rows["payouts"]["bank"], rows["payouts"]["fee"]) == (f["paid_out"], f["card_fees"])
    paid = rows["payouts"]
    assert paid["difference"] == paid["expected"] - paid["bank"] - paid["fee"]
    assert compared(actor, found.period).items() <= f.items()
    assert numbers_on_file(actor, found.period) == numbers_given(found.period)
    assert rows["credit"] == {"deposits": f["deposits"], "amount": f["client_credit"]}
    assert rows["packages"]["left"] == f["deferred_packages"] and rows["vouchers"]["left"] == f["voucher_liability"]


def numbers_on_file(actor, period: Period) -> list[str]:
    return sorted(row[1] for name in ("documents", "other_documents") for row in detail(actor, name, period))


def numbers_given(period: Period) -> list[str]:
    """All there are, of whatever series."""
    return sorted(db.session.scalars(select(Document.number_text).where(
        Document.issued_on.between(period.first, period.last))))


def assert_owed(found: Report, rows: list[tuple]) -> None:
    """What the database counts by age, beside the invoices themselves."""
    f, last = found.figures, found.period.last
    for age, name in OWED_BY_AGE.items():
        assert f[name] == sum(owed for *_invoice, due_on, _name, _age, owed in rows if age_bucket(last, due_on) == age)
    assert f["owed_count"] == len(rows)
    assert f["owed_oldest_days"] == max(((last - row[3]).days for row in rows), default=0)


def test_the_walk_does_everything_it_is_told(walk):
    """A step that was refused every time would prove nothing."""
    walk.begin()
    walk.live(EVERYTHING)
    assert walk.done.keys() == set(ACTS)
