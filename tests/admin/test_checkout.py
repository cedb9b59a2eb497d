"""Checkout and money on the screen: three clicks, the server's own sums, nothing for therapists."""
import html
import re

import pytest

from practice.access import guard
from practice.audit import services as audit
from practice.billing.queries.documents import for_appointment
from practice.core import clock
from practice.core.db import db, transaction
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import Handover
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.fixture
def session_id(stage):
    return stage.session()


def fields(page: str) -> dict:
    """The hidden fields of the pay panel."""
    panel = page[page.index("data-pay "):]
    return {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', panel)[1] for name in ("due", "request_key")}


def look(browser, address: str, code: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == code
    return answer.get_data(as_text=True)


@pytest.mark.requirement("no-store")
def test_three_clicks_to_a_receipt(as_person, session_id):
    browser = as_person("rae")
    page = look(browser, f"/checkout/{session_id}")
    assert "Deep tissue 60" in page and "€78.00" in page
    answer = browser.post(f"/checkout/{session_id}", data=fields(page) | {"method": "card", "amount": "78"})
    assert answer.status_code == 302
    receipt = look(browser, answer.headers["Location"])
    assert "2026-0001" in receipt and "Deep tissue" not in receipt
    pdf = browser.get(re.search(r'iframe class="paper"[^>]* src="([^"#]+)', receipt)[1])
    assert pdf.data[:5] == b"%PDF-" and "receipt-2026-0001.pdf" in pdf.headers["Content-Disposition"]
    assert pdf.headers["Cache-Control"] == "no-store"
    assert look(browser, f"/checkout/{session_id}", 302)


@pytest.mark.requirement("paid-once")
def test_the_same_click_twice_is_one_invoice(as_person, session_id):
    browser = as_person("rae")
    sent = fields(look(browser, f"/checkout/{session_id}")) | {"method": "cash", "amount": "100"}
    for _click in range(2):
        assert browser.post(f"/checkout/{session_id}", data=sent).status_code == 302
    page = look(browser, "/money/")
    assert "2026-0001" in page and "2026-0002" not in page


@pytest.mark.requirement("paid-once")
def test_another_tab_takes_nothing_more(as_person, session_id):
    browser = as_person("rae")
    first, second = (fields(look(browser, f"/checkout/{session_id}")) for _tab in range(2))
    browser.post(f"/checkout/{session_id}", data=first | {"method": "card", "amount": "78"})
    answer = browser.post(f"/checkout/{session_id}", data=second | {"method": "card", "amount": "78"})
    assert "Nothing more was taken" in look(browser, answer.headers["Location"])
    assert look(browser, "/money/payments").count("Put right<") == 1


@pytest.mark.parametrize(("sent", "paid", "open_amount"), [
    ({"method": "cash", "amount": "100"}, ["Cash"], 0), ({"method": "later", "amount": "78"}, [], 7800),
    ({"method": "card", "amount": "50"}, ["Card"], 2800), ({"method": "bank", "amount": ""}, [], 7800),
    ({"method": "card", "amount": "50", "second_method": "cash"}, ["Card", "Cash"], 0),
])
def test_ways_to_pay(as_person, stage, session_id, sent, paid, open_amount):
    browser = as_person("rae")
    answer = browser.post(f"/checkout/{session_id}", data=fields(look(browser, f"/checkout/{session_id}")) | sent)
    receipt = look(browser, answer.headers["Location"])
    assert re.findall(r"<dt>(Card|Cash|Bank transfer),", receipt) == paid
    assert ("Change to give back: €22.00" in receipt) == (sent["amount"] == "100")
    assert stage.read(lambda: for_appointment(session_id).open_amount) == open_amount
    stage.check_books()


def test_products_are_added_and_taken_off_by_links(as_person, stage, session_id):
    browser = as_person("rae")
    page = look(browser, f"/checkout/{session_id}")
    more = html.unescape(re.search(r'href="([^"]+product=[^"]+)"', page)[1])
    page = look(browser, more)
    assert fields(page)["due"] == "9600" and "Foam roller" in page
    drop = html.unescape(re.search(r'href="([^"]+)">Remove', page)[1])
    assert fields(look(browser, drop))["due"] == "7800"
    answer = browser.post(more, data=fields(look(browser, more)) | {"method": "card", "amount": "96"})
    assert answer.status_code == 302
    assert stage.read(lambda: for_appointment(session_id).gross_amount) == 9600


def test_credit_package_and_an_old_invoice(as_person, stage, session_id):
    stage.pay(1200)
    old, package = stage.invoice(4600), stage.package(2, 10_000)
    browser = as_person("rae")
    page = look(browser, f"/checkout/{session_id}")
    assert fields(page)["due"] == "6600" and "2 of 2" in page  # credit is used unless one says no
    assert fields(look(browser, f"/checkout/{session_id}?credit=0"))["due"] == "7800"
    assert fields(look(browser, f"/checkout/{session_id}?package={package}&also={old}"))["due"] == "4600"
    wanted = f"/checkout/{session_id}?also={old}"
    browser.post(wanted, data=fields(look(browser, wanted)) | {"method": "card", "amount": "112"})
    assert stage.open(old) == 0 and stage.read(lambda: for_appointment(session_id).open_amount) == 0
    stage.check_books()


def test_paid_with_a_package_there_is_no_invoice(as_person, stage, session_id):
    package, browser = stage.package(2, 10_000), as_person("rae")
    wanted = f"/checkout/{session_id}?package={package}"
    page = look(browser, wanted)
    assert fields(page)["due"] == "0" and "nothing to pay" in page
    answer = browser.post(wanted, data=fields(page))
    assert "Paid ahead" in look(browser, answer.headers["Location"])


def test_what_the_therapist_asked_is_offered(as_person, stage, session_id):
    with guard.acting(stage.people.system), transaction():
        db.session.add(Handover(appointment_id=session_id, client_id=stage.ann, treatment_id=stage.treatment,
                                minutes=75, products=[[stage.roller, 2]], back_in_days=14, message="Offer ten",
                                handed_at=clock.now(), handed_by_id=stage.people.theo.user_id))
        audit.record(stage.people.system, "handover.write")
    browser = as_person("rae")
    page = look(browser, f"/checkout/{session_id}")
    for words in ("from Theo", "back in 2 weeks", "Offer ten", "75 min given", "Tue 1 Dec"):
        assert words in page
    assert fields(page)["due"] == "11400"
    receipt = browser.post(f"/checkout/{session_id}", data=fields(page) | {"method": "card", "amount": "114"})
    slot = re.search(r'href="(/booking/new[^"]+at=[^"]+)"', look(browser, receipt.headers["Location"]))[1]
    assert look(browser, html.unescape(slot))


def test_not_before_it_is_done(as_person, stage):
    browser, session = as_person("rae"), stage.session(S.ARRIVED)
    page = look(browser, f"/checkout/{session}")
    assert "not done yet" in page
    assert browser.post(f"/checkout/{session}", data=fields(page) | {"method": "card"}).status_code == 422
    assert look(browser, f"/checkout/{session}/receipt", 404)


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


def test_a_discount_off_everything(as_person, stage, session_id):
    """10.00 off 78.00 and 18.00: 8.125 and 1.875, so 8.13 and 1.87: of equal fractions the first takes it."""
    browser = as_person("rae")
    address = f"/checkout/{session_id}?product={stage.roller}&discount=10&why=ten+years&off=all"
    page = browser.get(address).get_data(as_text=True)
    assert "8.13 off: ten years" in page and "1.87 off: ten years" in page and fields(page)["due"] == "8600"
    assert "off=all" in page  # the other links keep it
    assert browser.get(address.replace("=10&", "=96.01&")).status_code == 422


@pytest.mark.parametrize("address", ["?discount=NaN&why=xxx", "?discount=1e400&why=xxx", "?discount=78.01&why=xxx",
                                     "?discount=-5&why=xxx", f"?discount={'9' * 40}&why=xxx"])
def test_junk_discounts(as_person, session_id, address):
    assert "1 thing to put right" in look(as_person("rae"), f"/checkout/{session_id}{address}", 422)


@pytest.mark.parametrize("address", ["?product=abc&product=-1", "?package=x", "?also=1e400", "?credit=maybe"])
def test_junk_addresses_charge_the_session(as_person, session_id, address):
    assert fields(look(as_person("rae"), f"/checkout/{session_id}{address}"))["due"] == "7800"


@pytest.mark.requirement("no-hidden-write")
def test_foreign_products_packages_and_invoices(as_person, stage, session_id):
    other = stage.client("Ben", "Okafor")
    theirs, browser = stage.invoice(client_id=other), as_person("rae")
    assert look(browser, f"/checkout/{session_id}?product=999999", 404)
    assert fields(look(browser, f"/checkout/{session_id}?also={theirs}"))["due"] == "7800"
    for address in (f"?also={theirs}", "?package=999999"):
        wanted = f"/checkout/{session_id}{address}"
        answer = browser.post(wanted, data=fields(look(browser, wanted)) | {"method": "card", "amount": "78"})
        assert answer.status_code in (404, 422)
        assert stage.read(lambda: for_appointment(session_id)) is None
    assert stage.open(theirs) == 7800


@pytest.mark.parametrize(("name", "code"), [("theo", 403), ("bo", 403), ("tara", 403)])
def test_checkout_is_for_the_desk(as_person, session_id, name, code):
    assert as_person(name).get(f"/checkout/{session_id}").status_code == code


def test_unknown_sessions_are_not_there(as_person, session_id):
    browser = as_person("rae")
    for address in ("/checkout/999999", "/checkout/999999/receipt", "/checkout/receipt/999999.pdf"):
        assert look(browser, address, 404)
