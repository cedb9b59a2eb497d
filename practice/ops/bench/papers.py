"""Two hundred different invoices as PDF in one run, beside typst alone setting the same pages."""
import time
from collections.abc import Iterator
from datetime import date, timedelta

import click
from flask import Flask

from practice.admin.papers import invoice_paper, invoice_pdf
from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentTax, LineKind
from practice.core import pdf
from practice.premises.models import PriceMode, Profile, TaxCategory

PAPERS = 200
LARGEST_RATIO = 2.0
NAMES = ("Ann Doyle", "Władysława Żółcińska", "Ödön Szőke", "Σοφία Παππά", "שירה בן־דוד", "محمد الأندلسي")
HEAD = {"name": "Willow Street Massage", "address": "3 Willow Street\nDublin", "tax_number": "IE1234567T",
        "bank_account": "IE12 BOFI 9000 0112 3456 78", "footer": "", "phone": "+35315550138", "country": "IE",
        "email": "desk@example.com", "profile": Profile.VAT_EU}


def run_papers(app: Flask) -> bool:
    """Print the times and the ratio; whether it is within LARGEST_RATIO."""
    with app.app_context():
        documents = list(made_up(PAPERS))
        invoice_pdf(documents[0])  # what is loaded once
        ours = alone = 0.0
        for document in documents:
            started = time.perf_counter()
            size = len(invoice_pdf(document))
            ours += time.perf_counter() - started
            compiler, inputs = pdf.setting("invoice", invoice_paper(document), document.language)
            started = time.perf_counter()
            made = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=0, pdf_standards=["ua-1"])
            alone += time.perf_counter() - started
            if len(made) != size:
                raise RuntimeError("typst alone set another paper")
    ratio = ours / alone
    click.echo(f"{PAPERS} invoices: {ours:.2f} s, {ours / PAPERS * 1000:.1f} ms each; typst alone {alone:.2f} s; "
               f"ratio {ratio:.2f} (at most {LARGEST_RATIO:g}).")
    return ratio <= LARGEST_RATIO


def made_up(count: int) -> Iterator[Document]:
    """Invoices that are in no database, all different: names of several scripts, one to eight lines."""
    for number in range(1, count + 1):
        on = date(2026, 1, 1) + timedelta(days=number)
        lines = [DocumentLine(
            position=place, kind=LineKind.SERVICE, text=f"Treatment, {30 + 15 * place} minutes", service_on=on,
            given_by="Jon Keller, ITMA 4711", quantity=1000, unit_price_amount=5000 + number, discount_amount=0,
            discount_reason="", tax_category=TaxCategory.STANDARD, tax_rate=135_000, tax_reason="",
            net_amount=5000 + number - 595, tax_amount=595, gross_amount=5000 + number)
            for place in range(1, 2 + number % 8)]
        net, tax = (sum(getattr(line, name) for line in lines) for name in ("net_amount", "tax_amount"))
        yield Document(
            kind=DocumentKind.INVOICE, number_text=f"2026-{number:04}", language="en", currency="EUR",
            price_mode=PriceMode.GROSS, issued_on=on, due_on=on + timedelta(days=14), issuer_head=HEAD,
            billed_name=f"{NAMES[number % len(NAMES)]} {number}", billed_address=f"{number} Station Road\nDublin",
            reason="", net_amount=net, tax_amount=tax, gross_amount=net + tax, lines=lines,
            taxes=[DocumentTax(category=TaxCategory.STANDARD, rate=135_000, net_amount=net, tax_amount=tax)])
