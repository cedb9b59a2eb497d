"""Checkout and money on the screen: three clicks, the server's own sums, nothing for therapists."""
import re

import pytest

from practice.access import guard
from practice.core.db import transaction
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, schedule


@pytest.fixture
def session_id(people):
    with guard.acting(people.system), transaction():
        ann = clients.client("Ann", "Doyle")
        treatment = schedule.treatment("Deep tissue 60")
        schedule.hours(people.theo.user_id)
        return schedule.appointment(ann.id, people.theo.user_id, treatment.id, personas.NOW, state=S.DONE).id


def fields(page: str) -> dict:
    """The hidden fields of the pay panel."""
    panel = page[page.index("data-pay"):]
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', panel)[1] for name in ("due", "request_key")}


def test_three_clicks_to_a_receipt(as_person, session_id):
    browser = as_person("rae")
    page = browser.get(f"/checkout/{session_id}").get_data(as_text=True)
    assert "Treatment, 60 minutes" in page and "€78.00" in page.replace("\u00a0", "") and "Deep tissue" not in page
    answer = browser.post(f"/checkout/{session_id}", data=fields(page) | {"method": "card", "amount": "78"})
    assert answer.status_code == 302
    receipt = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "2026-0001" in receipt
    pdf = browser.get(re.search(r'iframe class="paper" src="([^"]+)"', receipt)[1])
    assert pdf.data[:5] == b"%PDF-" and "receipt-2026-0001.pdf" in pdf.headers["Content-Disposition"]
    assert pdf.headers["Cache-Control"] == "no-store"
    assert browser.get(f"/checkout/{session_id}").status_code == 302


def test_the_same_click_twice_is_one_invoice(as_person, session_id):
    browser = as_person("rae")
    sent = fields(browser.get(f"/checkout/{session_id}").get_data(as_text=True)) | {"method": "cash", "amount": "100"}
    for _click in range(2):
        assert browser.post(f"/checkout/{session_id}", data=sent).status_code == 302
    page = browser.get("/money/").get_data(as_text=True)
    assert "2026-0001" in page and "2026-0002" not in page


@pytest.mark.parametrize("amount", ["NaN", "1e400", "-5", "7,8,9", "9" * 40, "78.001", "abc"])
def test_junk_amounts_stay_in_the_field(as_person, session_id, amount):
    browser = as_person("rae")
    sent = fields(browser.get(f"/checkout/{session_id}").get_data(as_text=True)) | {"method": "card", "amount": amount}
    answer = browser.post(f"/checkout/{session_id}", data=sent)
    assert answer.status_code == 422 and amount in answer.get_data(as_text=True)


def test_a_changed_sum_is_not_taken(as_person, session_id):
    browser = as_person("rae")
    sent = fields(browser.get(f"/checkout/{session_id}").get_data(as_text=True))
    answer = browser.post(f"/checkout/{session_id}", data=sent | {"due": "100", "method": "card", "amount": "1"})
    assert answer.status_code == 422 and "sum has changed" in answer.get_data(as_text=True)


def test_a_discount_needs_a_reason(as_person, session_id):
    browser = as_person("rae")
    assert browser.get(f"/checkout/{session_id}?discount=8").status_code == 422
    page = browser.get(f"/checkout/{session_id}?discount=8&why=first+visit").get_data(as_text=True)
    assert "first visit" in page and fields(page)["due"] == "7000"


def test_an_invoice_is_paid_and_taken_back(as_person, session_id):
    browser = as_person("rae")
    sent = fields(browser.get(f"/checkout/{session_id}").get_data(as_text=True)) | {"method": "bank", "amount": "0"}
    browser.post(f"/checkout/{session_id}", data=sent)
    listed = browser.get("/money/?shown=open").get_data(as_text=True)
    invoice = re.search(r'href="(/money/invoices/\d+)"', listed)[1]
    page = browser.get(invoice).get_data(as_text=True)
    key = re.search(r'name="request_key"[^>]*value="([^"]*)"', page)[1]
    paid = browser.post(f"{invoice}/pay", data={"amount": "30", "method": "card", "request_key": key})
    assert paid.status_code == 302
    assert browser.post(f"{invoice}/take-back", data={"reason": ""}).status_code == 422
    note = browser.post(f"{invoice}/take-back", data={"reason": "charged twice"}).headers["Location"]
    assert "C2026-0001" in browser.get(note).get_data(as_text=True)
    assert browser.get(f"{invoice}.pdf").data == browser.get(f"{invoice}.pdf").data


@pytest.mark.parametrize(("name", "code"), [("theo", 403), ("bo", 403), ("tara", 403)])
def test_checkout_is_for_the_desk(as_person, session_id, name, code):
    assert as_person(name).get(f"/checkout/{session_id}").status_code == code


def test_unknown_sessions_are_not_there(as_person, session_id):
    browser = as_person("rae")
    assert browser.get("/checkout/999999").status_code == 404
    assert browser.get("/money/invoices/999999").status_code == 404


def test_a_bookkeeper_reads_and_takes_nothing(as_person, session_id):
    browser = as_person("bo")
    assert browser.get("/money/").status_code == 200
    assert browser.get("/lists/invoices/").status_code == 200
    assert browser.get("/lists/invoices/export/csv/").status_code == 200
    assert browser.post("/money/invoices/1/pay", data={}).status_code == 403
