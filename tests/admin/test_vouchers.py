"""Vouchers on the screen: off, sold, printed, used at the checkout."""
import re

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.billing.models.vouchers import Voucher
from practice.core.db import db, transaction
from practice.ops.scan.walk import Page
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def key(page: str) -> str:
    return re.search(r'name="request_key"[^>]*value="(\w+)"', page)[1]


def test_a_voucher_from_sale_to_use(stage, as_person):
    rae, done = as_person("rae"), stage.session()
    assert rae.get("/money/vouchers/").status_code == 404
    assert "oucher" not in rae.get(f"/checkout/{done}").text and "oucher" not in rae.get("/money/").text
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_vouchers=True)
    address = f"/money/vouchers/sell/{stage.ann}"
    form = {"kind": "multi", "price": "50", "value": "60", "for_name": "Aunt May", "months": "12", "method": "card",
            "request_key": key(rae.get(address).text)}
    for wrong in ({"price": "no"}, {"value": "40"}, {"kind": "single", "treatment": ""}, {"months": "999"}):
        assert rae.post(address, data=form | wrong).status_code == 422, wrong
    for _twice in range(2):
        assert rae.post(address, data=form).status_code == 302
    number, code = stage.read(lambda: tuple(db.session.execute(select(Voucher.id, Voucher.code)).one()))
    page = rae.get("/money/vouchers/").text
    assert "Aunt May" in page and "€60.00" in page
    assert rae.get(f"/money/vouchers/{number}.pdf").data.startswith(b"%PDF")
    assert code not in as_person("bo").get("/money/vouchers/").text
    assert "no voucher with this code" in rae.get(f"/checkout/{done}?voucher=WRONG").text
    page = rae.get(f"/checkout/{done}?voucher={code.lower()}").text
    assert "€18.00" in page and "Do not use" in page
    taken_off = next(fields for _method, _address, fields in Page(page).found if "discount" in fields)
    page = rae.get(f"/checkout/{done}", query_string=taken_off | {"discount": "8", "why": "first visit"}).text
    assert "€10.00" in page and "Do not use" in page, "the voucher is still there beside the discount"
    page = rae.get(f"/checkout/{done}?voucher={code}").text
    assert rae.post(f"/checkout/{done}?voucher={code}", data={
        "amount": "18", "method": "card", "due": "1800", "request_key": key(page)}).status_code == 302
    page = rae.get(f"/checkout/{done}/receipt").text
    assert "Voucher" in page and rae.get(re.search(r'src="(/checkout/receipt/\d+\.pdf)', page)[1]).status_code == 200
    assert "No vouchers here" in rae.get("/money/vouchers/").text
    stage.check_books()


def test_for_one_treatment(stage, as_person):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_vouchers=True)
    rae, done = as_person("rae"), stage.session()
    address = f"/money/vouchers/sell/{stage.ann}"
    assert rae.post(address, data={"kind": "single", "treatment": str(stage.treatment), "price": "78", "months": "",
                                   "method": "cash", "request_key": key(rae.get(address).text)}).status_code == 302
    code = stage.read(lambda: db.session.scalar(select(Voucher.code)))
    page = rae.get(f"/checkout/{done}?voucher={code}").text
    assert "Finish, nothing to pay" in page
    assert rae.post(f"/checkout/{done}?voucher={code}", data={"due": "0", "method": "card",
                                                              "request_key": key(page)}).status_code == 302
    assert "Paid ahead" in rae.get(f"/checkout/{done}/receipt").text
    number = stage.read(lambda: db.session.scalar(select(Voucher.document_id)))
    assert rae.get(f"/money/invoices/{number}").status_code == 200
    assert rae.get(f"/money/invoices/{number}.pdf").status_code == 200
    stage.check_books()


def test_an_open_invoice_is_paid_with_a_voucher(stage, as_person):
    rae, invoice = as_person("rae"), stage.invoice()
    assert rae.post(f"/money/vouchers/pay/{invoice}", data={"voucher": "x"}).status_code == 404
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_vouchers=True)
    address = f"/money/vouchers/sell/{stage.ann}"
    rae.post(address, data={"kind": "multi", "price": "50", "months": "12", "method": "card",
                            "request_key": key(rae.get(address).text)})
    code, sale = stage.read(lambda: tuple(db.session.execute(select(Voucher.code, Voucher.document_id)).one()))

    def pay(document_id, typed):
        page = rae.post(f"/money/vouchers/pay/{document_id}", data={"voucher": typed}, follow_redirects=True)
        return page.get_data(as_text=True)

    assert "no voucher with this code" in pay(invoice, "WRONG")
    assert "€50.00 paid with the voucher" in pay(invoice, f" {code.lower()} ")
    assert stage.open(invoice) == 2800 and "Nothing is left of this voucher" in pay(invoice, code)
    assert "pays invoices alone" in pay(sale, code)
    stage.pay(2800, invoice)
    assert "Nothing is open" in pay(invoice, code)
    assert as_person("bo").post(f"/money/vouchers/pay/{invoice}", data={"voucher": code}).status_code == 403
    stage.check_books()
