"""Invoices, payments, packages and accounts on the screen."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.billing.models.documents import STATE_LABELS as DOCUMENT_STATES
from practice.billing.models.documents import Document
from practice.billing.queries import lists
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.states import PAYMENT_STATE_LABELS
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.models import Issuer, TaxCategory, TaxCode
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, save
from tests import personas
from tests.factories.billing import Stage

JUNK = ["NaN", "1e400", "-5", "0", "7,8,9", "9" * 40, "78.001", "abc", "", "\u0663\u0664x", "--1"]


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.fixture
def browser(as_person, stage):
    return as_person("rae")


def look(browser, address: str, code: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == code, address
    return answer.get_data(as_text=True)


def key(page: str) -> str:
    return re.search(r'name="request_key"[^>]*value="([^"]*)"', page)[1]


def numbers(page: str) -> list[str]:
    return re.findall(r'row-link" href="/money/invoices/\d+">([^<]+)<', page)


def test_an_invoice_is_paid_and_taken_back_in_parts(browser, stage):
    number = stage.invoice()
    page = look(browser, f"/money/invoices/{number}")
    assert "Open" in page and "€78.00" in page
    sent = {"amount": "30", "method": "card", "request_key": key(page)}
    for _click in range(2):
        assert browser.post(f"/money/invoices/{number}/pay", data=sent).status_code == 302
    assert stage.open(number) == 4800 and "Part paid" in look(browser, f"/money/invoices/{number}")
    address = f"/money/invoices/{number}/take-back"
    assert browser.post(address, data={"reason": ""}).status_code == 422
    part = {"reason": "goodwill", "line-1": "8.00", "request_key": "once"}
    note, again = (browser.post(address, data=part).headers["Location"] for _click in range(2))
    assert note == again and 'id="take-back-key"' in look(browser, f"/money/invoices/{number}")
    assert "C2026-0001" in look(browser, note) and stage.open(number) == 4000
    assert browser.post(address, data={"reason": "charged twice"}).status_code == 302
    assert "Void, credit note C2026-0002" in look(browser, f"/money/invoices/{number}")
    assert stage.credit_left() == 3000
    assert browser.post(address, data={"reason": "once more"}).status_code == 422
    stage.check_books()


def test_the_paper_is_the_same_each_time(browser, stage):
    number = stage.invoice()
    first = browser.get(f"/money/invoices/{number}.pdf")
    stage.pay(7800, number)
    with clock.frozen(personas.NOW + timedelta(minutes=5)):
        again = browser.get(f"/money/invoices/{number}.pdf")
    copy = browser.get(f"/money/invoices/{number}.pdf?copy=1")
    assert first.data == again.data != copy.data and first.data[:5] == copy.data[:5] == b"%PDF-"
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Content-Disposition"] == 'inline; filename="invoice-2026-0001.pdf"'
    note = stage.credit(number)
    assert "credit-note-C2026-0001.pdf" in browser.get(f"/money/invoices/{note}.pdf").headers["Content-Disposition"]


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize("amount", JUNK)
def test_junk_amounts_stay_in_the_field(browser, stage, amount):
    number = stage.invoice()
    for address, more in ((f"/money/invoices/{number}/pay", {}), (f"/money/clients/{stage.ann}/pay", {}),
                          (f"/money/clients/{stage.ann}/give-back", {"reason": "moves away"})):
        answer = browser.post(address, data={"amount": amount, "method": "card", "request_key": "k"} | more)
        assert answer.status_code == 422
    assert stage.open(number) == 7800 and stage.credit_left() == 0
    if amount:
        answer = browser.post(f"/money/invoices/{number}/take-back", data={"reason": "goodwill", "line-1": amount})
        assert answer.status_code == 422 and stage.open(number) == 7800


def test_saved_filters(browser, stage):
    with clock.frozen(personas.NOW - timedelta(days=30)):
        late, paid = stage.invoice(), stage.invoice()
        stage.pay(7800, paid)
    stage.invoice()
    assert numbers(look(browser, "/money/")) == ["2026-0003", "2026-0002", "2026-0001"]
    page = look(browser, "/money/?shown=overdue")
    assert numbers(page) == ["2026-0001"] and "Overdue 16 d" in page and "Overdue 1" in page
    assert numbers(look(browser, "/money/?shown=open")) == ["2026-0003", "2026-0001"]
    assert numbers(look(browser, "/money/?shown=paid")) == ["2026-0002"]
    assert numbers(look(browser, "/money/?shown=today")) == ["2026-0003"]
    assert numbers(look(browser, "/money/?first=2026-10-01&last=2026-10-31")) == ["2026-0002", "2026-0001"]
    assert stage.open(late) == 7800


def test_search_by_number_and_by_client(browser, as_person, stage):
    other = stage.client("Ben", "Okafor")
    stage.invoice()
    stage.invoice(client_id=other)
    for words, found in (("okafor", ["2026-0002"]), ("1", ["2026-0001"]), ("2026-0", ["2026-0002", "2026-0001"]),
                         ("2026-0002", ["2026-0002"]), ("c2026-", []), ("nobody", []), ("9" * 40, []), ("%", []),
                         ("2026-%", [])):
        assert numbers(look(browser, f"/money/?q={words}")) == found, words
    assert numbers(look(as_person("bo"), "/money/?q=2")) == ["2026-0002"]
    assert numbers(look(as_person("bo"), "/money/?q=okafor")) == []


def test_pages_go_on_and_back(browser, stage, monkeypatch):
    for _each in range(7):
        stage.invoice()
    whole = numbers(look(browser, "/money/"))
    for search in ("", "shown=open", "q=2026-"):
        monkeypatch.setattr(lists.list_documents, "__kwdefaults__", lists.list_documents.__kwdefaults__ | {"limit": 3})
        found, address = [], f"/money/?{search}"
        for turn in range(3):
            page = look(browser, address)
            found += numbers(page)
            older = re.search(r'href="(/money/\?[^"]*after=[^"]*)"', page)
            address = older[1].replace("&amp;", "&") if older else None
            assert bool(older) == (turn < 2)
        assert found == whole, search
        newer = re.search(r'href="(/money/\?[^"]*before=[^"]*)"', page)[1].replace("&amp;", "&")
        assert numbers(look(browser, newer)) == whole[3:6], search


@pytest.mark.parametrize("junk", ["after=abc_1", "after=2026-11-17_x", "after=2026-11-17_" + "9" * 30,
                                  "before=2026-99-99_1"])
def test_junk_places_are_bad_requests(browser, junk):
    assert look(browser, f"/money/?{junk}", 400)
    assert look(browser, f"/money/payments?{junk}", 400)


@pytest.mark.parametrize("junk", ["shown=x&first=abc&last=0000-00-00", "after=", "q=%2500",
                                  "method=gold&first=9999-01-01"])
def test_other_junk_is_ignored(browser, junk):
    for address in ("/money/", "/money/payments", "/money/packages"):
        assert look(browser, f"{address}?{junk}")


def test_payments_are_listed_and_taken_back(browser, as_person, stage):
    number = stage.invoice()
    payment = stage.pay(7800, number)
    page = look(browser, "/money/payments?method=card")
    assert "Ann Doyle" in page and "2026-0001" in page
    assert "2026-0001" not in look(browser, "/money/payments?method=cash")
    assert "Ann Doyle" in look(as_person("bo"), "/money/payments")
    address = f"/money/payments/{payment}/reverse"
    assert "Ann Doyle" in look(browser, address)
    assert browser.post(address, data={"reason": ""}).status_code == 422
    assert browser.post(address, data={"reason": "wrong card"}).status_code == 302
    assert stage.open(number) == 7800 and "Taken back" in look(browser, "/money/payments")
    assert "already" in look(browser, address)
    assert browser.post(address, data={"reason": "again"}).status_code == 422


def test_an_account_and_what_is_done_from_it(browser, stage):
    number = stage.invoice()
    account = f"/money/clients/{stage.ann}"
    sent = {"amount": "100", "method": "bank", "request_key": key(look(browser, f"{account}/pay"))}
    for _click in range(2):
        assert browser.post(f"{account}/pay", data=sent).status_code == 302
    assert stage.open(number) == 0 and stage.credit_left() == 2200
    page = look(browser, f"{account}/give-back")
    back = {"amount": "22", "method": "cash", "request_key": key(page), "reason": "moves away"}
    assert browser.post(f"{account}/give-back", data=back | {"amount": "22.01"}).status_code == 422
    for _click in range(2):
        assert browser.post(f"{account}/give-back", data=back).status_code == 302
    assert stage.credit_left() == 0 and "Given back" in look(browser, f"{account}/")
    stage.check_books()


def test_a_package_is_sold(browser, as_person, stage):
    address = f"/money/clients/{stage.ann}/package"
    sent = {"treatment": str(stage.treatment), "sessions": "10", "price": "700", "months": "12"}
    for change in ({"sessions": "1"}, {"sessions": "x"}, {"price": "1e400"}, {"price": "0"}, {"treatment": "999999"},
                   {"treatment": ""}, {"months": "0"}, {"months": "9" * 40}):
        assert browser.post(address, data=sent | change).status_code == 422, change
    sent["request_key"] = key(look(browser, address))
    invoice, again = (browser.post(address, data=sent).headers["Location"] for _click in range(2))
    assert invoice == again and "10 × Treatment, 60 minutes" in look(browser, invoice)
    for name in ("rae", "bo"):
        assert "10 of 10" in look(as_person(name), "/money/packages")


def test_products_over_the_counter(browser, stage):
    assert "Ann Doyle" in look(browser, "/money/new?q=doyle")
    address = f"/money/clients/{stage.ann}/invoice"
    for sent in ({}, {"product-0": "999999"}, {"product-0": str(stage.roller), "pieces-0": "0"},
                 {"product-0": str(stage.roller), "pieces-0": "1e3"}, {"product-0": f"t{stage.treatment}"},
                 {"product-0": f"t{stage.treatment}", "therapist": "999999", "day": "2026-11-16"},
                 {"product-0": f"t{stage.treatment}", "therapist": str(stage.people.theo.user_id), "day": "soon"},
                 {"product-0": f"t{stage.treatment}", "therapist": str(stage.people.theo.user_id),
                  "day": "2026-11-18"}):
        assert browser.post(address, data=sent).status_code == 422
    sent = {"product-0": str(stage.roller), "pieces-0": "2", "request_key": key(look(browser, address))}
    made, again = (browser.post(address, data=sent).headers["Location"] for _click in range(2))
    assert made == again and "Foam roller × 2" in look(browser, made)
    assert stage.read(lambda: db.session.scalars(select(Document.gross_amount)).all()) == [3600]


@pytest.mark.parametrize("address", ["/money/invoices/999999", "/money/invoices/999999.pdf", "/money/clients/999999/",
                                     "/money/clients/999999/pay", "/money/clients/999999/package",
                                     "/money/payments/999999/reverse"])
def test_unknown_ones_are_not_there(browser, address):
    assert look(browser, address, 404)


def test_who_may_what(as_person, stage):
    number = stage.invoice()
    payment = stage.pay(100, number)
    readable = ["/money/", "/money/payments", "/money/packages", f"/money/invoices/{number}",
                f"/money/invoices/{number}.pdf", "/lists/invoices/", "/lists/payments/", "/lists/packages/",
                "/lists/invoice-lines/", "/lists/allocations/"]
    for name, code in (("theo", 403), ("tara", 403), ("bo", 200), ("olive", 200)):
        person = as_person(name)
        for address in readable:
            assert person.get(address).status_code == code, (name, address)
    bo = as_person("bo")
    for address in (f"/money/invoices/{number}/pay", f"/money/invoices/{number}/take-back",
                    f"/money/invoices/{number}/credit", f"/money/payments/{payment}/reverse",
                    f"/money/clients/{stage.ann}/pay"):
        assert bo.post(address, data={}).status_code == 403
    assert "Take payment" not in look(bo, f"/money/invoices/{number}")


def test_the_lists_leave_as_files_for_who_may(as_person, stage):
    stage.pay(3000, stage.invoice())
    for name in ("invoices", "invoice-lines", "payments", "allocations", "packages"):
        assert as_person("rae").get(f"/lists/{name}/export/csv/").status_code == 403
        assert look(as_person("bo"), f"/lists/{name}/export/csv/")
    text = look(as_person("bo"), "/lists/invoices/export/csv/")
    assert "2026-0001" in text and "78.00" in text and "48.00" in text


def test_a_badge_says_of_a_document_what_the_lists_say(app, people):
    with app.test_request_context():
        page = app.jinja_env.get_template("macros/ui.html").module
        for state, word in (DOCUMENT_STATES | PAYMENT_STATE_LABELS).items():
            assert f"</svg>{word}</span>" in page.document_badge(state), state
        assert "Overdue 3 d" in page.document_badge("overdue", 3)
        assert "Void, credit note G-1" in page.document_badge("void", credit_note="G-1")


def test_the_plain_list_of_invoices_says_how_each_stands(browser, as_person, stage):
    for paid in (0, 3000, 7800):
        document = stage.invoice(7800)
        if paid:
            stage.pay(paid, document)
    stage.credit(stage.invoice(1000))
    page = look(browser, "/lists/invoices/")
    states = re.findall(r'data-label="State">\s*(.*?)\s*</td>', page)
    assert states == ["Issued", "Void", "Paid", "Part paid", "Open"]  # the credit note on top is owed by nobody
    clock.set_to(personas.NOW + timedelta(days=60))
    assert "Overdue" in look(as_person("rae"), "/lists/invoices/")


def test_an_invoice_says_why_it_carries_no_data(browser, people, stage):
    def switched(**values):
        with guard.acting(people.olive), transaction():
            change_settings(people.olive, version=get_practice().version, **values)

    def told(*lines, number=None):
        number = number or stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=list(lines)))
        found = re.search(r"<dt>E-invoice</dt><dd>(.*?)</dd>", look(browser, f"/money/invoices/{number}"))
        return found and found[1]

    with guard.acting(people.system), transaction():
        outside = save(people.system, TaxCode, None, name="none", category=TaxCategory.OUTSIDE, rate=0, reason="").id
    first, untaxed = stage.invoice(), LineInput("Treatment", 7800, outside)
    assert told(number=first) is None
    switched(has_einvoices=True)
    assert told(stage.line(), untaxed) == "None. No tax number of the practice stands on it."
    with guard.acting(people.system), transaction():
        head = db.session.query(Issuer).first()
        save(people.system, Issuer, head.id, version=head.version, tax_number="IE1234567T")
    assert told(stage.line()) == "In the PDF (Factur-X)"
    assert told(stage.line(), untaxed).startswith("None. Part of it is taxed and part is outside the tax:")
    assert told(stage.line(discount=7800, discount_reason="a gift")) == "None. It comes to nothing."
    switched(has_einvoices=False)
    second = stage.invoice()
    switched(has_einvoices=True)
    assert told(number=second) == "None. E-invoices were switched off when it was issued."


def test_the_plain_lists_show_days_as_everywhere_and_lead_to_the_document(browser, stage):
    number = stage.invoice()
    stage.pay(3000, number)
    stage.package()
    page = look(browser, "/lists/invoices/")
    assert f'href="/money/invoices/{number}"' in page and "1 Dec 2026" in page
    for name in ("invoices", "invoice-lines", "payments", "allocations", "packages"):
        page = look(browser, f"/lists/{name}/")
        assert "17 Nov 2026" in page and "2026-11-17" not in page, name
        assert name == "payments" or ">2026-0001</a>" in page or ">2026-0002</a>" in page, name
