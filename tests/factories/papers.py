"""Invoices that are hard to set: long names, several scripts, forty lines, nothing to pay. Never stored."""
from datetime import date

from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentState, DocumentTax, LineKind
from practice.premises.models import PriceMode, Profile, TaxCategory

DAY = date(2026, 11, 17)
PEOPLE = {
    "long": ("en", "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliana Theodora Josephine of Ballybofey",
             "Apartment 14, The Old Convent of Our Lady of Perpetual Succour\nLlanfairpwllgwyngyllgogerychwyrndrobwll"),
    "arabic": ("ar", "عبد الرحمن بن خالد الهاشمي", "شارع الملك فيصل ١٢\nدبي"),
    "hebrew": ("he", "שרה בן־דוד כהן", "רחוב הרצל 12\nתל אביב"),
    "polish": ("pl", "Władysława Brzęczyszczykiewicz-Żółć", "ul. Źródlana 7\n31-131 Kraków"),
    "nothing": ("en", "Ann Adams", ""),
}
LINES = {"long": 40, "nothing": 1}
GIVEN = {Profile.RMT_ONTARIO: "Theodora Thorne, CMTO A12345",
         Profile.FUND_AUSTRALIA: "Theodora Thorne, AMT 1-23, AMT012X"}
TAX_NUMBERS = {Profile.FUND_AUSTRALIA: "51 824 753 556", Profile.SUPERBILL_US: "12-3456789"}


def hard_invoice(profile: Profile, who: str, kind: DocumentKind = DocumentKind.INVOICE) -> Document:
    """An issued invoice of this profile for one of PEOPLE."""
    language, name, address = PEOPLE[who]
    count, gross = LINES.get(who, 3), 0 if who == "nothing" else 7800
    tax = gross - round(gross / 1.135)
    head = {"name": "Willow Street Massage & Bodywork", "address": "12 Willow Street\nDublin 2", "profile": profile,
            "tax_number": TAX_NUMBERS.get(profile, "IE1234567T"), "bank_account": "IE29 AIBK 9311 5212 3456 78",
            "footer": "Thank you for your visit.", "phone": "+35315550138", "email": "hello@willow.example",
            "country": "IE"}
    lines = [DocumentLine(
        position=number, kind=LineKind.SERVICE, text=f"Treatment, {60 + number} minutes", service_on=DAY,
        given_by=GIVEN.get(profile, "Theodora Thorne"), quantity=1000, unit_price_amount=gross, discount_amount=0,
        discount_reason="", tax_category=TaxCategory.STANDARD, tax_rate=135_000, tax_reason="", net_amount=gross - tax,
        tax_amount=tax, gross_amount=gross) for number in range(1, count + 1)]
    return Document(
        kind=kind, state=DocumentState.ISSUED, number=934, number_text="2026-0934", currency="EUR", language=language,
        price_mode=PriceMode.GROSS, billed_name=name, billed_address=address, issuer_head=head, reason="",
        issued_on=DAY, due_on=date(2026, 12, 1), net_amount=(gross - tax) * count, tax_amount=tax * count,
        gross_amount=gross * count, open_amount=gross * count, lines=lines,
        taxes=[DocumentTax(category=TaxCategory.STANDARD, rate=135_000, net_amount=(gross - tax) * count,
                           tax_amount=tax * count)])
