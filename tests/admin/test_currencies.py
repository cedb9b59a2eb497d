"""One house in dinars of three decimals, and in yen of none: from the price to the paper, the till and the month."""
import csv
import html
import io
import json
import re
from contextlib import nullcontext

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.admin.report_files import csv_files, file_of, whole
from practice.billing.models.payments import Method
from practice.billing.queries.documents import for_appointment
from practice.billing.queries.till import expected, open_till
from practice.billing.services.till import close_the_till, open_the_till
from practice.catalog.queries import products
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Invalid
from practice.core.money import decimals, format_money, plain
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.layouts import datev, neutral
from practice.reports.models import AccountCode
from practice.reports.period import Period
from practice.reports.queries.accounting import DATEV, entries_of, keys_of
from tests.factories.billing import Stage

MONTH = Period.month(2026, 11)
# currency, a product's price as it is typed, what is given, the sum as it is said
HOUSES = [("KWD", "1.255", "10.000", "KWD9.055"), ("TND", "1,255", "10", "TND9.055"),
          ("JPY", "1255", "10000", "¥9,055")]


def said_on(page) -> str:
    return html.unescape(page.get_data(as_text=True))


def said_in(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def bare(words: str) -> str:
    """Without blanks, of which there are several kinds beside an amount."""
    return re.sub(r"\s", "", words)


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


@pytest.mark.parametrize(("currency", "price", "given", "said"), HOUSES, ids=[row[0] for row in HOUSES])
def test_the_whole_house(people, as_person, currency, price, given, said):
    """A treatment of 7800 of the smallest unit and a product of 1255, paid in cash; 1005 of it given back."""
    stage, olive = Stage(people), people.olive
    with guard.acting(olive), transaction():
        change_settings(olive, version=get_practice().version, currency=currency, has_till=True)
    owner, desk = as_person("olive"), as_person("rae")
    assert owner.post("/setup/products/new", data={"name": "Oil", "price": price, "tax_code_id": str(stage.tax),
                                                   "is_active": "y", "version": ""}).status_code == 302
    with guard.acting(olive):
        oil = next(row for row in products() if row.name == "Oil")
        assert oil.price_amount == 1255
    assert f'value="{plain(1255, currency)}"' in said_on(owner.get(f"/setup/products/{oil.id}"))
    stage.do(lambda: open_the_till(stage.rae, float_amount=5000))
    session = stage.session()
    offered = said_on(desk.get(f"/checkout/{session}"))
    address = next(found for found in re.findall(r'href="([^"]+product=[^"]+)"', offered) if str(oil.id) in found)
    page = said_on(desk.get(address))
    panel = page[page.index("data-pay "):]
    assert said in bare(page) and hidden(panel, "due") == "9055"
    assert desk.post(address, data={name: hidden(panel, name) for name in ("due", "request_key")} | {
        "method": "cash", "amount": given, "over": "change"}).status_code == 302
    with guard.acting(stage.rae):
        invoice = for_appointment(session)
        assert (invoice.gross_amount, invoice.open_amount, invoice.currency) == (9055, 0, currency)
        assert expected(open_till())[0].amount == 5000 + 9055
        number = invoice.id
    assert said in bare(said_in(desk.get(f"/money/invoices/{number}.pdf").data))
    refund = said_on(desk.get(f"/money/back/invoices/{number}/refund"))
    assert f'value="{plain(9055, currency)}"' in refund
    assert desk.post(f"/money/back/invoices/{number}/refund", data={
        "amount": plain(1005, currency), "method": "cash", "reason": "too cold",
        "request_key": hidden(refund, "request_key")}).status_code == 302
    till = stage.read(lambda: open_till().id)
    stage.do(lambda: close_the_till(stage.rae, till, counted={Method.CASH: 5000 + 9055 - 1005}))
    with guard.acting(olive):
        found, booked = whole(olive, MONTH), entries_of(olive, MONTH)
        files = {kind: file_of(found, kind) for kind in ("json", "pdf")}
        sheet = next(data for name, data in csv_files(found).items() if "summary" in name)
        codes = {key: AccountCode(key=key, account="8000", tax_key="") for key in keys_of(booked)}
        journal = neutral(booked, codes, decimals=decimals(currency), names=False).decode("utf-8-sig")
    figures, words = found.report.figures, bare(format_money(8050, currency, "en"))
    assert (figures["received"], figures["invoiced_gross"], figures["owed"], figures["till_difference"]) == (
        8050, 8050, 0, 0)
    assert found.report.adds_up and json.loads(files["json"])["figures"]["received"] == 8050
    assert words in bare(said_in(files["pdf"])) and words in bare(said_on(owner.get("/reports/2026-11")))
    assert plain(8050, currency) in sheet.decode("utf-8-sig")
    cash = [row for row in csv.reader(io.StringIO(journal)) if any("9055" in cell.replace(".", "") for cell in row)]
    assert cash
    with nullcontext() if currency == "JPY" else pytest.raises(Invalid):
        codes |= {key: AccountCode(key=key, account="1", tax_key="") for key in DATEV}
        datev(booked, codes, decimals=decimals(currency), names=False, currency=currency, made_at=clock.now(),
              first=MONTH.first, last=MONTH.last)
    stage.check_books()
