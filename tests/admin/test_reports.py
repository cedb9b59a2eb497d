"""The month on the screen and on file."""
import re
from datetime import timedelta
from html import unescape

import pytest

from practice.access import guard
from practice.admin.report_charts import cell
from practice.core import clock
from practice.core.db import transaction
from practice.core.spreadsheet import Column, Kind
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState
from tests import personas
from tests.factories.billing import Stage

MONTH = "/reports/2026-11"


def test_the_month_of_an_empty_practice_says_not_available(as_person):
    page = as_person("olive").get(MONTH).get_data(as_text=True)
    assert "November 2026" in page and "n/a" in page and "0 %" not in page


def test_the_weeks_of_a_month_are_named_by_their_days(as_person):
    page = as_person("olive").get(MONTH).get_data(as_text=True)
    assert ">1</text>" in page and ">2–8</text>" in page and ">30</text>" in page


def test_a_year_is_shown_by_month_and_compared_once(as_person, people):
    """The time before a year is the year before: said once."""
    Stage(people).session()
    olive = as_person("olive")
    year = unescape(olive.get("/reports/2026").text)
    assert "Earned by month" in year and "Earned by week" not in year
    assert "Earned by week" in olive.get(MONTH).text
    assert "Year before: 2026" in (later := olive.get("/reports/2027").text) and "Days before" not in later
    assert sides(later) == {("Year before", "↓ 100.0 %")}


def test_what_a_figure_is_set_beside_is_told_apart_by_name(as_person, people):
    Stage(people).session()
    olive = as_person("olive")
    assert sides(page := olive.get("/reports/2026-12").text) == {("Month before", "↓ 100.0 %")}
    assert "Month before: November 2026" in page and "Year before: December 2025" in page
    assert sides(olive.get("/reports/2027-11").text) == {("Year before", "↓ 100.0 %")}
    page = olive.get("/reports/2026-12-01..2027-01-15").text
    assert "Days before: 16 Oct 2026 – 30 Nov 2026" in page and sides(page) == {("Days before", "↓ 100.0 %")}


def sides(page: str) -> set[tuple[str, str]]:
    """What the tiles of a month say beside their figures."""
    return set(re.findall(r'<span class="stat-against"><span>(.*?)</span> <b>(.*?)</b>', page))


def test_every_figure_opens_its_rows(as_person, people):
    """Every address on the page that leads to rows, with something in the month."""
    stage = Stage(people)
    invoice = stage.invoice(7800)
    stage.pay(5000, invoice)
    stage.pay(700)
    stage.credit(stage.invoice(1000))
    stage.session()
    bo = as_person("bo")
    page = unescape(bo.get(MONTH).text)
    addresses = set(re.findall(rf'href="({MONTH}/rows/[^"]+)"', page))
    names = {address.removeprefix(f"{MONTH}/rows/") for address in addresses}
    assert {"documents", "earned", "payments", "owed", "credit", "visits", "visitors?key=new", "time", "retention",
            "limits", "steps?key=bridge_open", "steps?key=bridge_credit", "steps?key=debt_paid"} <= names
    for address in sorted(addresses):
        assert bo.get(address).status_code == 200, address
    page = bo.get(f"{MONTH}/rows/credit").text
    assert "Ann Doyle" in page and "€7.00" in page
    assert "Not paid yet of it" in bo.get(f"{MONTH}/rows/steps?key=bridge_open").text


def test_the_heading_of_rows_says_what_they_are_narrowed_to(as_person, people):
    stage = Stage(people)
    stage.session()
    bo, theo = as_person("bo"), people.theo.user_id
    for address, said in (
            ("earned", "Earned"), (f"earned?key=therapist-{theo}", "Earned: Theo Marsh"),
            ("earned?key=therapist-none", "Earned: Without a therapist"), ("earned?key=fee", "Earned: Fee"),
            (f"earned?key=treatment-{stage.treatment}", "Earned: Deep tissue 60"),
            ("earned?key=treatment-none", "Earned: Products, fees and the rest"),
            ("payments?key=cash", "Received: Cash"), ("payments?key=out", "Received: Given back"),
            ("owed?key=1-30", "Still owed: 1–30 days"), ("appointments?key=no_show", "Appointments: No-show"),
            ("visitors?key=new", "Clients who came: New"), ("documents?key=invoice", "Invoices and credit notes"),
            ("steps?key=debt_paid", "Settled with money")):
        page = unescape(bo.get(f"{MONTH}/rows/{address}").text)
        assert f'{said} <span class="h1-second">November 2026</span>' in page and f"<title>{said} ·" in page, address


@pytest.mark.parametrize("address", [
    "/reports/2026-13", "/reports/x", f"{MONTH}/rows/nothing", f"{MONTH}/rows/earned?key=therapist-x",
    f"{MONTH}/rows/owed?key=long", f"{MONTH}/rows/visitors?key=eaten", f"{MONTH}/rows/payments?key=eaten",
    f"{MONTH}/rows/appointments?key=eaten", f"{MONTH}/rows/steps",
    f"{MONTH}/rows/steps?key=bridge_difference", f"{MONTH}/rows/earned?key=eaten", "/reports/99999-01.csv"])
def test_unknown_addresses_are_not_there(as_person, address):
    assert as_person("olive").get(address).status_code == 404


@pytest.mark.parametrize(("kind", "begins", "name"), [
    ("csv", b"PK", "2026-11-csv.zip"), ("xlsx", b"PK", "2026-11.xlsx"), ("pdf", b"%PDF", "2026-11.pdf"),
    ("json", b"{", "2026-11.json")])
def test_the_files(as_person, kind, begins, name):
    answer = as_person("olive").get(f"{MONTH}.{kind}")
    assert answer.data.startswith(begins) and f'filename="{name}"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["theo", "rae"])
def test_not_for_therapists_or_reception(as_person, name):
    assert as_person(name).get(MONTH).status_code == 403


@pytest.mark.parametrize("days", ["2026", "2026-10-05..2026-11-03"])
def test_a_year_and_any_days(as_person, days):
    assert as_person("olive").get(f"/reports/{days}").status_code == 200


def test_days_are_asked_for_below_the_page(as_person):
    answer = as_person("olive").get("/reports/?first=2026-10-05&last=2026-11-03")
    assert answer.headers["Location"].endswith("/reports/2026-10-05..2026-11-03")
    assert as_person("olive").get("/reports/?first=2026-10-05&last=x").status_code == 404


@pytest.mark.parametrize("name", ["therapists", "days", "debtors", "locations", "issuers", "tax_rates"])
def test_the_summaries_open_as_tables(as_person, name):
    assert as_person("bo").get(f"{MONTH}/rows/{name}").status_code == 200


def test_the_owner_closes_a_month_and_opens_it_again(as_person):
    browser = as_person("olive")
    assert "Close the month" in browser.get("/reports/2026-10/closing/").get_data(as_text=True)
    browser.post("/reports/2026-10/closing/close")
    page = browser.get("/reports/2026-10/closing/").get_data(as_text=True)
    assert "Fingerprint" in page and "Moved since the close" in page
    assert browser.post("/reports/2026-10/closing/open", data={"reason": ""}).status_code == 422
    assert browser.post("/reports/2026-10/closing/open", data={"reason": "a receipt was found"}).status_code == 302
    assert "Close the month" in browser.get("/reports/2026-10/closing/").get_data(as_text=True)


def test_the_page_names_the_earlier_months_that_are_locked_too(as_person, people):
    with clock.frozen(personas.NOW - timedelta(days=95)):
        stage = Stage(people)
        stage.invoice(7800)
    olive, closing = as_person("olive"), "/reports/2026-{}/closing/"
    assert "also locks" not in olive.get(closing.format("08")).text
    assert "locks an earlier month that is still open: August 2026." in olive.get(closing.format("09")).text
    page = olive.get(closing.format("10")).text
    assert "Closing October 2026 also locks 2 earlier months that are still open: August 2026, September 2026." in page
    olive.post(f"{closing.format('08')}close")
    assert "an earlier month that is still open: September 2026." in olive.get(closing.format("10")).text
    olive.post(f"{closing.format('10')}close")
    assert "also locks" not in olive.get(closing.format("09")).text, "it is locked already"


def test_many_earlier_months_are_named_by_the_first_and_the_last(as_person, people):
    with clock.frozen(personas.NOW - timedelta(days=365)):
        Stage(people).invoice(7800)
    page = as_person("olive").get("/reports/2026-10/closing/").text
    assert "also locks 11 earlier months that are still open: November 2025 to September 2026." in page


def test_rows_that_closing_does_not_lock_say_so(as_person, people):
    with clock.frozen(personas.NOW - timedelta(days=25)):
        stage = Stage(people)
        missed = stage.session_at(clock.now(), AppointmentState.NO_SHOW)
    olive, rows = as_person("olive"), "/reports/2026-10/rows/{}"
    assert "as they are today" not in olive.get(rows.format("appointments")).text
    olive.post("/reports/2026-10/closing/close")
    with guard.acting(people.system), transaction():
        set_state(people.system, missed, AppointmentState.BOOKED)
    page = olive.get(rows.format("appointments?key=no_show")).text
    assert "These rows are as they are today." in page and "No rows" in page and "/reports/2026-10/closing/" in page
    assert olive.get("/reports/2026-10.json").json["figures"]["no_show_rate"] == [1, 1]
    for name, says in (("visits", True), ("time", True), ("documents", False), ("therapists", False)):
        assert ("as they are today" in olive.get(rows.format(name)).text) is says, name


def test_the_bookkeeper_looks_and_does_not_close(as_person):
    browser = as_person("bo")
    assert "Close the month" not in browser.get("/reports/2026-10/closing/").get_data(as_text=True)
    assert browser.post("/reports/2026-10/closing/close").status_code == 403


@pytest.mark.parametrize("name", ["documents", "earned", "owed"])
def test_a_number_in_the_rows_opens_its_document(as_person, people, name):
    stage = Stage(people)
    invoice = stage.invoice()
    page = as_person("bo").get(f"{MONTH}/rows/{name}").get_data(as_text=True)
    assert f'href="/money/invoices/{invoice}"' in page


def test_rows_without_a_therapist_say_so_and_counts_read_as_sums_do(people):
    """An empty cell is no name; thousands of minutes stand apart as thousands of euros do."""
    assert cell(Column("therapist", "Therapist"), "", {}) == "Without a therapist"
    assert cell(Column("booked", "Minutes booked", kind=Kind.INTEGER), 6855, {}) == "6,855"
