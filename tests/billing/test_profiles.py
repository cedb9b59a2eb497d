"""What a paper must carry is asked before it is issued: pure rules, then the real issue and the paper itself."""
import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.accounts.services.users import get_user, set_profile
from practice.admin.papers import invoice_pdf
from practice.billing import profiles
from practice.billing.models.documents import Document, LineKind
from practice.billing.models.payments import Payment
from practice.billing.profiles import LineFacts, NotReadyToIssue, PaperFacts, check_paper, is_abn
from practice.billing.queries.documents import get_document
from practice.billing.services.credit_notes import credit_note
from practice.billing.services.documents import LineInput, issue_invoice
from practice.clients.queries import get_client
from practice.clients.services import change_client
from practice.core import pdf
from practice.core.db import db, transaction
from practice.ops.books.check import check_books
from practice.premises.models import Issuer, Profile, TaxCategory, TaxCode
from practice.premises.queries import get_practice, issuer_for
from practice.premises.services import change_settings, save
from tests.admin.test_checkout import fields, look
from tests.factories.billing import Stage

ABN = "51 824 753 556"  # the tax office's own example
TREATMENT = LineFacts(True, "S", "", "AB12", "1234567A", "1234567893", "97124", 1, 1)
PRODUCT = LineFacts(False, "S")
FULL = PaperFacts("", "3 Quay", ABN, "+61 2 5550 1234", "1 Lane", 10_000, 0, (TREATMENT,))


@pytest.mark.parametrize(("profile", "changed", "words"), [
    ("vat_eu", {"address": " "}, "address: it is entered in Set-up, Practice"),
    ("vat_eu", {"tax_number": ""}, "VAT number"),
    ("vat_eu", {"lines": (LineFacts(True, "E"),)}, "Set-up, Taxes"),
    ("vat_eu", {"client_address": ""}, "client's page, Edit"),
    ("vat_uk", {"client_address": "", "gross": 25_001}, "client's page, Edit"),
    ("rmt_ontario", {"lines": (replace(TREATMENT, registration=""),)}, "Set-up, Staff"),
    ("rmt_ontario", {"lines": (TREATMENT, PRODUCT)}, "receipt of their own"),
    ("rmt_ontario", {"tax_number": ""}, "HST number"),
    ("fund_australia", {"tax_number": "51 824 753 557"}, "ABN"),
    ("fund_australia", {"phone": ""}, "phone number"),
    ("fund_australia", {"lines": (replace(TREATMENT, registration=""),)}, "association number"),
    ("fund_australia", {"lines": (replace(TREATMENT, provider=""),)}, "provider number"),
    ("superbill_us", {"tax_number": ""}, "EIN"),
    ("superbill_us", {"lines": (replace(TREATMENT, npi=""),)}, "NPI"),
    ("superbill_us", {"lines": (replace(TREATMENT, code=""), PRODUCT)}, "code for insurers"),
])
def test_what_is_missing_is_named_with_its_place(profile, changed, words):
    check_paper(replace(FULL, profile=profile))
    with pytest.raises(NotReadyToIssue) as refused:
        check_paper(replace(FULL, profile=profile, **changed))
    (fault,) = refused.value.faults
    assert words in fault.words


@pytest.mark.parametrize(("profile", "changed"), [
    ("plain", {"address": "", "tax_number": "", "client_address": ""}),
    ("vat_eu", {"client_address": "", "simplified_amount": 10_000}),
    ("vat_uk", {"client_address": "", "gross": 25_000}),
    ("vat_eu", {"tax_number": "", "lines": (LineFacts(True, "E", "Article 132(1)(c)"),)}),
    ("rmt_ontario", {"lines": (PRODUCT,)}),
    ("fund_australia", {"lines": (PRODUCT,)}),
])
def test_what_the_place_does_not_ask_for_is_not_asked(profile, changed):
    check_paper(replace(FULL, profile=profile, **changed))


def test_the_check_of_an_abn():
    assert is_abn(ABN) and not is_abn("11 111 111 111") and not is_abn("") and not is_abn("5182475355")
    assert set(profiles.CHECKS) == set(Profile) - {Profile.PLAIN}


@pytest.fixture
def stage(people):
    return Stage(people)


def set_up(stage, profile, **values):
    house = stage.people.system
    with guard.acting(house), transaction():
        row = issuer_for(None)
        save(house, Issuer, row.id, version=row.version, profile=profile, **values)
        practice = get_practice()
        change_settings(house, version=practice.version, phone="+353155501380")


def name_therapist(stage, **values):
    theo = stage.people.theo.user_id
    with guard.acting(stage.people.system), transaction():
        profile = get_user(theo).profile
        set_profile(stage.people.system, theo, short_name="Theo", colour=1, version=profile.version,
                    **{"registration_body": "", "registration_number": ""} | values)


def issue(stage, *lines: LineInput) -> int:
    return stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=lines))


def paper(stage, document_id: int) -> str:
    reader = stage.read(lambda: PdfReader(io.BytesIO(invoice_pdf(get_document(document_id)))))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def session(stage, gross=7800, **values) -> LineInput:
    return stage.line(gross, therapist_id=stage.people.theo.user_id, service_on=stage.today, **values)


def test_a_refused_paper_takes_no_number(stage):
    set_up(stage, Profile.VAT_EU, address="", tax_number="IE1234567T")
    with pytest.raises(NotReadyToIssue):
        issue(stage, session(stage))
    set_up(stage, Profile.VAT_EU, address="1 Quay\nDublin", tax_number="IE1234567T")
    number = issue(stage, session(stage))
    with guard.acting(stage.people.system):
        assert [row.number for row in db.session.query(Document)] == [1]
    assert "VAT number IE1234567T" in paper(stage, number)
    stage.check_books()


def test_a_vat_invoice_says_each_rate_and_why_a_line_is_exempt(stage, app):
    set_up(stage, Profile.VAT_EU, address="1 Quay", tax_number="IE1234567T")
    with guard.acting(stage.people.system), transaction():
        code = save(stage.people.system, TaxCode, None, name="Medical", category=TaxCategory.EXEMPT, rate=0,
                    reason="Exempt: Article 132(1)(c) of Directive 2006/112/EC").id
        taxed = save(stage.people.system, TaxCode, None, name="Taxed", category=TaxCategory.STANDARD, rate=200_000).id
    number = issue(stage, LineInput("Treatment, 60 minutes", 7800, code, service_on=stage.today),
                   LineInput("Oil", 1200, taxed, LineKind.PRODUCT, quantity=2000, discount=400,
                             discount_reason="opened"))
    words = paper(stage, number)
    assert "Exempt: Article 132(1)(c)" in words and "20 %" in words and "Exempt" in words
    assert "€10.00" in words and "−€3.33" in words and "€16.67" in words  # unit price, discount and line, without tax
    assert "€98.00" in words


def test_a_simplified_invoice_needs_no_address(stage):
    with guard.acting(stage.rae), transaction():
        change_client(stage.rae, stage.ann, version=get_client(stage.ann).version, street="", postal_code="", city="")
    set_up(stage, Profile.VAT_EU, address="1 Quay", tax_number="IE1234567T", simplified_amount=10_000)
    issue(stage, session(stage, 10_000))
    with pytest.raises(NotReadyToIssue, match="client's address"):
        issue(stage, session(stage, 10_001))


def test_ontario_prints_a_line_to_sign(stage):
    set_up(stage, Profile.RMT_ONTARIO, address="1 Quay", tax_number="12345 6789 RT0001")
    with pytest.raises(NotReadyToIssue, match="registration number"):
        issue(stage, session(stage))
    name_therapist(stage, registration_body="CMTO", registration_number="A123")
    words = paper(stage, issue(stage, session(stage)))
    assert "HST number" in words and words.count("CMTO A123") == 2 and "Signature" in words


def test_in_ontario_a_product_beside_a_treatment_stands_on_a_receipt_of_its_own(stage, as_person):
    set_up(stage, Profile.RMT_ONTARIO, address="", tax_number="")
    done = stage.session()
    desk, address = as_person("rae"), f"/checkout/{done}?product={stage.roller}"
    page = look(desk, address)
    assert "Makes two receipts" in page
    wanted = fields(page) | {"method": "card", "amount": "97.00"}  # a euro too much
    refused = desk.post(address, data=wanted)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and all(words in page for words in (
        "3 things to put right", "address", "HST number", "registration number"))  # all of it at once
    assert "/setup/practice/" not in page
    page = as_person("olive").post(address, data=wanted).get_data(as_text=True)
    assert "/setup/practice/" in page and f"/setup/staff/{stage.people.theo.user_id}" in page
    set_up(stage, Profile.RMT_ONTARIO, address="1 Quay", tax_number="12345 6789 RT0001")
    name_therapist(stage, registration_body="CMTO", registration_number="A123")
    for _click in range(2):
        assert desk.post(address, data=wanted).status_code == 302
    with guard.acting(stage.people.system):
        rows = db.session.query(Document).order_by(Document.number).all()
        assert [(row.number, row.gross_amount, row.open_amount, row.appointment_id) for row in rows] == [
            (1, 7800, 0, done), (2, 1800, 0, None)]
        assert [row.amount for row in db.session.query(Payment)] == [9700]  # one card, two receipts
        assert check_books() == []
        numbers = [row.id for row in rows]
    treatment, product = (paper(stage, number) for number in numbers)
    assert "A123" in treatment and "Foam roller" not in treatment
    assert "A123" not in product and "Foam roller" in product
    assert f"/checkout/receipt/{numbers[1]}.pdf" in look(desk, f"/checkout/{done}/receipt")


def test_in_ontario_an_invoice_by_hand_is_split_as_well(stage, as_person):
    set_up(stage, Profile.RMT_ONTARIO, address="1 Quay", tax_number="12345 6789 RT0001")
    name_therapist(stage, registration_body="CMTO", registration_number="A123")
    desk, address = as_person("rae"), f"/money/clients/{stage.ann}/invoice"
    sent = {"product-0": str(stage.roller), "product-1": f"t{stage.treatment}", "pieces-1": "2",
            "therapist": str(stage.people.theo.user_id), "day": "2026-11-16", "request_key": "k"}
    for _click in range(2):
        assert desk.post(address, data=sent).status_code == 302
    assert "Made as 2 invoices" in look(desk, address)
    with guard.acting(stage.people.system):
        rows = db.session.query(Document).order_by(Document.number).all()
        assert [(row.gross_amount, row.lines[0].given_by, row.lines[0].service_on) for row in rows] == [
            (15_600, "Theo Marsh, CMTO A123", date(2026, 11, 16)), (1800, "", None)]
        assert check_books() == []


def test_australia_calls_it_a_tax_invoice(stage):
    set_up(stage, Profile.FUND_AUSTRALIA, address="1 Quay", tax_number=ABN)
    name_therapist(stage, registration_body="AMT", registration_number="1-23456", provider_number="AMT0012X")
    number = issue(stage, session(stage))
    words = paper(stage, number)
    assert "Tax invoice" in words and f"ABN {ABN}" in words and "AMT 1-23456, AMT0012X" in words
    note = stage.do(lambda: credit_note(stage.rae, number, reason="not given"))
    assert "Adjustment note" in paper(stage, note)


def test_a_letter_that_cannot_be_printed_is_refused_before_the_number(stage, monkeypatch):
    monkeypatch.setattr(pdf, "_machine_fonts", lambda: [])  # a computer with no fonts of its own
    with pytest.raises(NotReadyToIssue, match="山"):
        issue(stage, LineInput("Treatment 山", 7800, stage.tax))
    number = issue(stage, LineInput("Zażółć gęślą, شكراً, שלום", 0, stage.tax))
    assert stage.read(lambda: get_document(number).number) == 1
