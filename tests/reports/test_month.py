"""A month worked out by hand: every figure to the cent, the bridges closing, on both databases."""
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.billing.models.documents import LineKind
from practice.billing.models.payments import Method
from practice.billing.services.checkout import checkout
from practice.billing.services.documents import LineInput, issue_invoice, less
from practice.billing.services.opening import bring_debt
from practice.billing.services.payments import reverse_payment, take_deposit, take_payment
from practice.billing.services.till import close_the_till, open_the_till
from practice.core import clock
from practice.core.db import snapshot, transaction
from practice.core.errors import Forbidden, Invalid
from practice.core.spreadsheet import Kind
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.definitions import FIGURES
from practice.reports.period import Period
from practice.reports.queries.details import BUILDERS, detail
from practice.reports.queries.journal import journal
from practice.reports.queries.report import report
from practice.reports.queries.tables import DETAILS, ON_SCREEN, SUMMARIES, TABLES
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage
from tests.reports.by_hand import HAND, exempt_code, live
from tests.reports.opening import opened
from tests.reports.test_accounting import balances

OCTOBER, NOVEMBER = Period.month(2026, 10), Period.month(2026, 11)


def figures(people, period=NOVEMBER) -> dict:
    with guard.acting(people.olive):
        return report(people.olive, period).figures


def tables(people, period=NOVEMBER) -> dict:
    with guard.acting(people.bo):
        return report(people.bo, period).tables


@pytest.fixture
def exempt(people):
    return exempt_code(people)


@pytest.fixture
def stage(people, exempt):
    return live(people, exempt)


def test_every_figure_of_the_month_worked_out_by_hand(people, stage):
    assert figures(people) == HAND


def test_every_figure_has_a_name_and_a_meaning(people, stage):
    assert figures(people).keys() == FIGURES.keys()
    assert {figure.rows for figure in FIGURES.values()} - {""} <= ON_SCREEN.keys()


def test_what_came_later_does_not_change_october(people, stage):
    october = figures(people, OCTOBER)
    assert (october["owed"], october["owed_count"], october["received"]) == (8800, 3, 3000)
    assert (october["earned"], october["tax_cash_basis"]) == (6872 + 2643 + 881, 357)


@pytest.mark.parametrize(("days", "owed"), [(13, 0), (14, 17_300)])
def test_what_is_paid_on_the_last_day_is_not_owed_at_its_end(people, stage, days, owed):
    with clock.frozen(personas.NOW + timedelta(days=days)):
        stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=17_300, method=Method.BANK,
                                      request_key="last", is_for_oldest=True))
        assert figures(people)["owed"] == owed and figures(people, Period.month(2026, 12))["owed"] == 0


def test_by_therapist(people, stage):
    theo, tara = people.theo.user_id, people.tara.user_id
    rows = {row[0]: row for row in tables(people)["therapists"]}
    assert [rows[key][8] for key in (theo, tara)] == [42_922, 8568]  # earned: of both 3569 and 3568
    # Paid; of the 40.00 on both 1762 and 238 each: of 2000 in 4051, and of 2000 in 4049.
    assert [rows[key][9:11] for key in (theo, tara, None)] == [(25_814, 3486), (4262, 238), (17_621, 2379)]
    assert rows[tara][11] == 1000 and rows[theo][12:15] == (4, 300, 240)


def test_tax_by_rate_on_both_bases(people, stage):
    assert tables(people)["tax_rates"] == [(None, "S", 135_000, 58_237, 7863, 7031), (None, "E", 0, 5000, 0, 0)]


def test_by_method_and_day(people, stage):
    found = tables(people)
    assert found["methods"] == [("card", "card", 30_000), ("cash", "cash", 3700), ("bank", "bank", 31_800)]
    assert found["days"] == [(None, date(2026, 11, 17), 3700, 30_000, 31_800, 65_500, 0)]


def test_every_summary_sums_to_its_figure(people, stage):
    f, found = figures(people), tables(people)
    sums = {name: table.total(found[name]) for name, table in SUMMARIES.items()}
    for name in ("therapists", "treatments", "weeks", "locations", "issuers"):
        assert sums[name]["earned"] == f["earned"], name
    assert sums["therapists"]["cash_net"] == f["cash_basis_net"] and sums["therapists"]["tips"] == f["tips_given"]
    assert sums["tax_rates"] == {"net": f["invoiced_net"], "tax": f["invoiced_tax"], "cash_tax": f["tax_cash_basis"]}
    assert sums["methods"]["amount"] == sums["days"]["amount"] == sums["locations"]["received"] == f["received"]
    assert sums["locations"]["owed"] == sums["issuers"]["owed"] == f["owed"]
    assert sums["locations"]["invoiced"] == sums["issuers"]["invoiced"] == f["invoiced_gross"]


def test_every_figure_is_the_sum_of_its_rows(people, stage):
    f = figures(people)
    with guard.acting(people.bo):
        rows = {name: detail(people.bo, name, NOVEMBER) for name in BUILDERS}
        totals = {name: DETAILS[name].total(found) for name, found in rows.items()}
        for key, amount in [(row[0], row[8]) for row in report(people.bo, NOVEMBER).tables["therapists"]]:
            part = detail(people.bo, "earned", NOVEMBER, key=f"therapist-{key or 'none'}")
            assert DETAILS["earned"].total(part)["amount"] == amount
        for key, _name, _number, amount in report(people.bo, NOVEMBER).tables["treatments"]:
            part = detail(people.bo, "earned", NOVEMBER, key=f"treatment-{key or 'none'}")
            assert DETAILS["earned"].total(part)["amount"] == amount
    assert totals["documents"] == {"net": f["invoiced_net"], "tax": f["invoiced_tax"], "gross": f["invoiced_gross"]}
    assert totals["earned"]["amount"] == f["earned"] and totals["payments"]["amount"] == f["received"]
    assert totals["owed"]["owed"] == totals["debtors"]["owed"] == f["owed"]
    assert totals["tips"]["amount"] == f["tips_given"]
    today = date(2026, 11, 17)
    assert rows["payouts"] == [(None, today, "card", today, today, "", 30_000, 29_248, 600, 152),
                               (None, today, "card", None, None, "", 0, -500, 500, 0)]
    assert [row[1:] for row in rows["packages"]] == [
        ("2026-0007", "Ann Doyle", date(2026, 11, 17), date(2027, 11, 17), 11_747)]
    assert [(*row[2:4], row[-1]) for row in rows["vouchers"]] == [("Ann Doyle", date(2026, 11, 17), 4200)]
    assert [row[2:] for row in rows["other_documents"]] == [("voucher_sale", today, "Ann Doyle", 10_000)]
    assert rows["credit"] == [(stage.ann, "Ann Doyle", 0, 700)]  # Bea's is used up
    assert rows["tips_owed"] == [(None, "Tara Lindqvist", 1000, 400, 600)]
    assert len(rows["documents"]) == f["documents"] and len(rows["appointments"]) == 5


def test_every_number_opens_rows_that_come_to_it(people, stage):
    """Whatever figure has rows: their sum, or how many there are."""
    with guard.acting(people.bo):
        found = report(people.bo, NOVEMBER)
        for name, figure in FIGURES.items():
            if figure.rows:
                assert opened(people.bo, found, name) == found.figures[name], name
    assert {name for name, figure in FIGURES.items() if not figure.rows} == {
        "average_ticket", "bridge_difference", "debt_difference", "step_difference"}


def test_deposits_open_what_is_left_of_each(people):
    """30.00 stay; 50.00 that were taken back are gone, and so are 78.00 that paid their session."""
    stage, coming = Stage(people), S.ARRIVED
    kept, used, gone = stage.session(coming), stage.session(), stage.session(coming)
    for session, amount in ((kept, 3000), (used, 7800), (gone, 5000)):
        payment = stage.do(lambda session=session, amount=amount: take_deposit(
            stage.rae, client_id=stage.ann, appointment_id=session, amount=amount, method=Method.CARD,
            request_key=f"deposit-{session}"))
    stage.do(lambda: reverse_payment(stage.rae, payment, reason="wrong card"))
    stage.do(lambda: checkout(stage.rae, used, payments=[], request_key="used", with_credit=True))
    with guard.acting(people.bo):
        assert [row[-1] for row in detail(people.bo, "deposits", NOVEMBER)] == [3000]
        assert detail(people.bo, "credit", NOVEMBER) == [(stage.ann, "Ann Doyle", 3000, 3000)]
    assert figures(people)["deposits"] == 3000


def test_what_was_brought_over_is_called_so_where_it_is_owed_from_before(people):
    stage = Stage(people)
    with guard.acting(people.olive), transaction():
        bring_debt(people.olive, stage.ann, amount=900, on=OCTOBER.last, due_on=OCTOBER.last, reference="R-1")
    with guard.acting(people.bo):
        assert [(row[2], row[-1]) for row in detail(people.bo, "steps", NOVEMBER, key="debt_before")] == [
            ("opening", 900)]


def test_the_bookings_of_the_month_come_to_its_figures(people, stage):
    """By account; what is owed in November grew from 88.00. Of 300.00 by card 1.52 are still to come."""
    with guard.acting(people.bo), snapshot():
        found = balances(journal(NOVEMBER))
    assert {key: amount for key, amount in found.items() if amount} == {
        "method:card": 152, "method:cash": 3700, "method:bank": 31_400, "payout_bank": 28_748, "card_fees": 1100,
        "clients": 8500, "credit": -700, "tips": -600, "packages": -11_747, "vouchers": -4200, "voucher_bonus": 2000,
        "written_off": 1000,
        "revenue:service:S:135000": -40_616, "revenue:service:E:0": -5000, "revenue:package_session": -5874,
        "tax:S:135000": -7863}
    assert sum(found.values()) == 0


def test_no_column_of_a_table_is_missing(people, stage):
    """Each row of each table has a key and a value for every column."""
    with guard.acting(people.bo):
        found = report(people.bo, NOVEMBER).tables | {name: detail(people.bo, name, NOVEMBER) for name in BUILDERS}
    for name, rows in found.items():
        assert {len(row) for row in rows} <= {len(TABLES[name].fields) + 1}, name
        assert all(type(row[place]) is int for row in rows
                   for place, (_key, _title, kind) in enumerate(TABLES[name].fields, 1) if kind is Kind.MONEY)


def test_the_till_difference_is_in_the_month(people, stage):
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_till=True)
    till = stage.do(lambda: open_the_till(stage.rae, float_amount=5000))
    stage.pay(1000, method=Method.CASH)
    stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 5950}))
    assert figures(people)["till_difference"] == -50
    assert tables(people)["days"][0][-1] == -50


def test_any_days_are_summed_like_a_month(people, stage):
    parts = [figures(people, Period(date(2026, 11, 1), date(2026, 11, 16))),
             figures(people, Period(date(2026, 11, 17), date(2026, 11, 30)))]
    for name in ("invoiced_gross", "earned", "received", "tax_cash_basis", "cash_basis_net"):
        assert sum(part[name] for part in parts) == HAND[name], name
    year = figures(people, Period.parse("2026"))
    assert year["received"] == 68_500 and year["owed"] == 17_300


def test_a_discount_on_everything_is_shared_to_the_cent(people, exempt):
    """78.00 of Theo's with 13.5 % tax, 50.00 of Tara's without, and a roller for 18.00, less 10.00 on all: by what each
    comes to 5.342, 3.425 and 1.233, so 5.34, 3.43 and 1.23."""
    stage, theo, tara = Stage(people), people.theo.user_id, people.tara.user_id
    lines = less([stage.line(7800, therapist_id=theo), LineInput("Medical", 5000, exempt, therapist_id=tara),
                  LineInput("Roller", 1800, stage.tax, LineKind.PRODUCT)], 1000, "ten years")
    assert [line.discount for line in lines] == [534, 343, 123]
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=lines))
    f, rows = figures(people), {row[0]: row for row in tables(people)["therapists"]}
    # 89.43 with tax holds 10.64 of it: 8.64 in 72.66 and 2.00 in 16.77, whose fraction is the larger one; 46.57 none
    assert (f["invoiced_net"], f["invoiced_tax"], f["invoiced_gross"]) == (12_536, 1064, 13_600)
    assert (f["earned_services"], f["earned_products"], f["earned"]) == (11_059, 1477, 12_536)
    assert rows[theo][8] == 6402 and rows[tara][8] == 4657 and rows[None][8] == 1477
    stage.pay(13_600, number)
    f = figures(people)
    assert (f["cash_basis_net"], f["tax_cash_basis"], f["owed"]) == (12_536, 1064, 0)
    stage.credit(number)
    f = figures(people)
    assert (f["earned"], f["invoiced_gross"], f["client_credit"]) == (0, 0, 13_600) and f["bridge_difference"] == 0
    with pytest.raises(Invalid):
        less(lines, 13_601, "too much")


def test_reception_and_therapists_have_no_month(people, stage):
    for actor in (people.rae, people.theo):
        with guard.acting(actor), pytest.raises(Forbidden):
            report(actor, NOVEMBER)

