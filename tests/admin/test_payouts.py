"""Card payouts on the screen: nowhere while they are off; written down, shown beside the payments, taken back."""
import re

import pytest

from practice.access import guard
from practice.core.db import transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    stage = Stage(people)
    stage.pay(8000)
    return stage


def switch_on(stage):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_payouts=True)


def test_what_is_off_is_nowhere(stage, as_person):
    bo = as_person("bo")
    assert bo.get("/money/payouts/").status_code == bo.get("/money/payouts/new").status_code == 404
    for page in ("/money/", "/reports/2026-11"):
        assert "payout" not in bo.get(page).text and "Card fees" not in bo.get(page).text


def test_written_down_and_taken_back(stage, as_person):
    switch_on(stage)
    assert "/money/payouts/" not in as_person("rae").get("/money/").text
    bo = as_person("bo")
    assert 'href="/money/payouts/"' in bo.get("/money/").text and "€80.00" in bo.get("/money/payouts/").text
    page = bo.get("/money/payouts/new").text
    assert "€80.00" in page and 'value="2026-11-17"' in page
    typed = {"first_on": "2026-11-17", "last_on": "2026-11-17", "paid_on": "2026-11-17", "bank_amount": "77,80",
             "fee_amount": "1.70", "reference": "po_1",
             "request_key": re.search(r'name="request_key"[^>]*value="(\w+)"', page)[1]}
    for wrong in ({"bank_amount": "lots"}, {"first_on": "never"}, {"fee_amount": "-1"}, {"last_on": ""},
                  {"paid_on": "2026-11-18"}):
        assert bo.post("/money/payouts/new", data=typed | wrong).status_code == 422
    for _twice in range(2):
        assert bo.post("/money/payouts/new", data=typed).status_code == 302
    shown = bo.get("/money/payouts/").text
    assert "It differs by €0.50" in shown and shown.count("po_1") == 1
    for text in ("€80.00", "€77.80", "€1.70", "€0.50"):
        assert text in shown
    again = bo.post("/money/payouts/new", data=typed | {"request_key": "other"})
    assert again.status_code == 422 and "in another payout: 17 Nov 2026 to 17 Nov 2026." in again.text
    month = bo.get("/reports/2026-11").text
    assert "Card fees: €1.70; paid out to the bank: €77.80" in month and 'href="/reports/2026-11/rows/payouts"' in month
    assert "€0.50" in bo.get("/reports/2026-11/rows/payouts").text
    back = re.search(r"/money/payouts/\d+/back", shown)[0]
    assert bo.post(back, data={"reason": ""}).status_code == 422
    assert bo.post(back, data={"reason": "typed wrong"}).status_code == 302
    assert "Takes back" in bo.get("/money/payouts/").text and "taken back already" in bo.get(back).text
    assert bo.post(back, data={"reason": "again"}).status_code == 422
    assert "Card fees: €0.00; paid out to the bank: €0.00" in bo.get("/reports/2026-11").text
    assert bo.get("/money/payouts/new?method=cash").status_code == 404
    stage.check_books()


def test_everything_that_is_wrong_is_said_at_once(stage, as_person):
    """What cannot be read stands in the same round as what is missing, in the other forms of money too."""
    switch_on(stage)
    sol, document, paid = as_person("sol"), stage.invoice(), stage.invoice()
    stage.pay(7800, paid)
    for url, typed, wrong in (
            ("/money/payouts/new", {"first_on": "never", "paid_on": "2026-11-17", "bank_amount": "abc"},
             {"first_on", "last_on", "bank_amount", "fee_amount"}),
            ("/money/payouts/fee", {"fee_amount": "abc"}, {"paid_on", "fee_amount"}),
            (f"/money/back/invoices/{document}/write-off", {"amount": "abc", "on_date": "x"},
             {"amount", "on_date", "reason"}),
            (f"/money/back/invoices/{paid}/refund", {"amount": "abc", "method": "card"}, {"amount", "reason"}),
            (f"/money/clients/{stage.ann}/give-back", {"amount": "abc", "method": "card"}, {"amount", "reason"})):
        answer = sol.post(url, data=typed)
        assert answer.status_code == 422, url
        assert set(re.findall(r'aria-describedby="(\w+)-error', answer.text)) == wrong, url


def test_a_fee_billed_apart(stage, as_person):
    switch_on(stage)
    assert as_person("rae").get("/money/payouts/fee").status_code == 403
    bo = as_person("bo")
    assert 'href="/money/payouts/fee"' in bo.get("/money/payouts/").text
    page = bo.get("/money/payouts/fee").text
    typed = {"paid_on": "2026-11-17", "fee_amount": "2.64", "reference": "October",
             "request_key": re.search(r'name="request_key"[^>]*value="(\w+)"', page)[1]}
    for wrong in ({"fee_amount": "0"}, {"fee_amount": "lots"}, {"paid_on": ""}, {"paid_on": "2026-11-18"}):
        assert bo.post("/money/payouts/fee", data=typed | wrong).status_code == 422
    for _twice in range(2):
        assert bo.post("/money/payouts/fee", data=typed).status_code == 302
    shown = bo.get("/money/payouts/").text
    assert shown.count("October") == 1 and "Fee billed apart" in shown and "€80.00" in shown
    assert "Card fees: €2.64; paid out to the bank: −€2.64" in bo.get("/reports/2026-11").text
    back = re.search(r"/money/payouts/\d+/back", shown)[0]
    assert "Fee billed apart" in bo.get(back).text
    assert bo.post(back, data={"reason": "twice"}).status_code == 302
    assert bo.get("/money/payouts/fee?method=cash").status_code == 404
    stage.check_books()
