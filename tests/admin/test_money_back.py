"""Refund, write-off, wrong method, deposits, tips and the till on the screen; what is off is nowhere."""
import re

import pytest

from practice.access import guard
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.tips import tip_accounts
from practice.core.db import db, transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.schedule.states import AppointmentState as S
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def switch(stage, **values):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, **values)


def key(page: str) -> str:
    return re.search(r'name="request_key"[^>]*value="(\w+)"', page)[1]


def test_a_partial_refund_is_one_form(stage, as_person):
    rae, invoice = as_person("rae"), stage.invoice()
    address = f"/money/back/invoices/{invoice}/refund"
    assert "Nothing can be refunded" in rae.get(address).text
    stage.pay(7800, invoice, method=Method.CASH)
    page = rae.get(address).text
    assert f'href="{address}"' in rae.get(f"/money/invoices/{invoice}").text
    assert 'value="78.00"' in page and re.search(r'checked[^>]*value="cash"', page)
    data = {"amount": "10,50", "method": "cash", "reason": "too short", "request_key": key(page)}
    for _twice in range(2):
        assert rae.post(address, data=data).status_code == 302
    assert "€10.50" in rae.get(f"/money/invoices/{invoice}").text
    assert rae.post(address, data=data | {"amount": "70", "request_key": "n"}).status_code == 422
    assert rae.post(address, data=data | {"amount": "ten", "request_key": "n"}).status_code == 422
    stage.check_books()


def test_a_write_off(stage, as_person):
    rae, invoice = as_person("rae"), stage.invoice()
    address = f"/money/back/invoices/{invoice}/write-off"
    data = {"amount": "8.00", "on_date": stage.today.isoformat(), "reason": "moved away"}
    for wrong in ({"on_date": "2999-01-01"}, {"on_date": "never"}, {"amount": "79"}, {"reason": ""}):
        assert rae.post(address, data=data | wrong).status_code == 422
    assert rae.post(address, data=data).status_code == 302
    page = rae.get(f"/money/invoices/{invoice}").text
    assert "Written off: moved away" in page and "€70.00" in page
    stage.check_books()


def test_a_wrong_method(stage, as_person):
    rae, invoice = as_person("rae"), stage.invoice()
    payment = stage.pay(7800, invoice)
    address = f"/money/back/payments/{payment}/method"
    assert address in rae.get("/money/payments").text
    assert rae.post(address, data={"method": "card"}).status_code == 422
    assert rae.post(address, data={"method": "cash"}).status_code == 302
    assert "taken back already" in rae.get(address).text
    assert stage.open(invoice) == 0
    stage.check_books()


def test_a_deposit_and_a_tip_at_the_checkout(stage, as_person):
    rae, coming = as_person("rae"), stage.session(S.BOOKED)
    address = f"/money/clients/{stage.ann}/deposit"
    assert rae.get(address).status_code == 404
    switch(stage, has_deposits=True, has_tips=True)
    coming = stage.session(S.BOOKED)
    page = rae.get(address).text
    assert rae.post(address, data={"appointment": str(coming), "amount": "20", "method": "card",
                                   "request_key": key(page)}).status_code == 302
    assert "kept for" in rae.get(f"/money/clients/{stage.ann}/").text
    done = stage.session()
    page = rae.get(f"/checkout/{done}").text
    assert "It is a tip" in page and "kept for" in page
    form = {"amount": "85", "method": "card", "due": "7800", "request_key": key(page), "over": "tip",
            "tip_for": str(stage.people.theo.user_id)}
    assert rae.post(f"/checkout/{done}", data=form | {"over": "change"}).status_code == 422
    assert rae.post(f"/checkout/{done}", data=form).status_code == 302
    assert stage.read(lambda: [row.owed for row in tip_accounts()]) == [700]
    assert "€7.00" in rae.get("/money/tips/").text
    address = f"/money/tips/{stage.people.theo.user_id}/pay"
    form = {"amount": "7", "method": "bank", "request_key": key(rae.get(address).text)}
    for _twice in range(2):
        assert rae.post(address, data=form).status_code == 302
    assert rae.post(address, data=form | {"request_key": "more"}).status_code == 422
    stage.check_books()


def test_a_day_of_the_till(stage, as_person):
    rae, bo = as_person("rae"), as_person("bo")
    assert rae.get("/money/till/").status_code == 404 and "/money/till/" not in rae.get("/money/").text
    switch(stage, has_till=True)
    assert "/money/till/" in rae.get("/money/").text
    assert rae.post("/money/till/open", data={"float_amount": "-1"}).status_code == 422
    assert rae.post("/money/till/open", data={"float_amount": "100"}).status_code == 302
    stage.pay(7800, stage.invoice(), method=Method.CASH)
    page = rae.get("/money/till/").text
    assert "€178.00" in page
    assert rae.post("/money/till/move", data={"direction": "out", "amount": "50", "reason": "to the bank",
                                              "request_key": key(page)}).status_code == 302
    till = int(re.search(r"/money/till/(\d+)/close", page)[1])
    assert rae.post(f"/money/till/{till}/close", data={"counted-cash": ""}).status_code == 422
    counted = {"counted-cash": "127,50", "note": "fifty short"}
    assert rae.post(f"/money/till/{till}/close", data=counted).status_code == 302
    page = bo.get("/money/till/").text
    assert "−€0.50" in page and "fifty short" in page
    slip = bo.get(f"/money/till/{till}/slip.pdf")
    assert slip.mimetype == "application/pdf" and slip.data.startswith(b"%PDF")
    assert rae.post("/money/till/open", data={"float_amount": "0"}).status_code == 302
    stage.check_books()


def test_cash_waits_for_the_till(stage, as_person):
    switch(stage, has_till=True)
    rae, done = as_person("rae"), stage.session()
    page = rae.get(f"/checkout/{done}").text
    answer = rae.post(f"/checkout/{done}", data={"amount": "78", "method": "cash", "due": "7800",
                                                 "request_key": key(page)})
    assert answer.status_code == 422 and "The till is closed" in answer.text
    assert stage.read(lambda: db.session.query(Payment).count()) == 0


def test_what_is_off_is_nowhere(stage, as_person):
    switch(stage, has_packages=False)
    rae, done = as_person("rae"), stage.session()
    for address in ("/money/", "/money/payments", f"/money/clients/{stage.ann}/", f"/checkout/{done}"):
        page = rae.get(address).text
        for word in ("Package", "package", "Till", "Tips", "deposit", "Deposit", "It is a tip"):
            assert word not in page, (address, word)
    assert rae.get(f"/money/clients/{stage.ann}/package").status_code == 404
    assert rae.get("/money/tips/").status_code == 404


def test_switches_and_closed_books_in_set_up(stage, as_person):
    olive = as_person("olive")
    page = olive.get("/setup/money/").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    data = {"has_till": "y", "version": version, "reminder_days": "14", "no_show_percent": "0",
            "late_cancel_percent": "0", "fee_tax_code_id": ""}
    assert olive.post("/setup/money/", data=data | {"no_show_percent": "101"}).status_code == 422
    assert olive.post("/setup/money/", data=data).status_code == 302
    assert olive.post("/setup/money/", data=data).status_code == 422
    with guard.acting(stage.people.system):
        assert get_practice().has_till and not get_practice().has_packages
    for day, status in (("2026-10-31", 302), ("2999-01-01", 422), ("no day", 422), ("", 422)):
        assert olive.post("/setup/money/books", data={"books_closed_on": day}).status_code == status, day
    assert olive.post("/setup/money/books", data={"books_closed_on": "", "reason": "the accountant"}).status_code == 302
