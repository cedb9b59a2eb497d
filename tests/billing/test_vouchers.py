"""Vouchers for an amount (taxed when used) and for one treatment (taxed when sold): used, expired, taken back."""
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.documents import Document, DocumentKind
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import get_document, open_of_clients
from practice.billing.queries.vouchers import get_voucher, plain_code
from practice.billing.services.checkout import CheckedOutAlready, Extra, checkout
from practice.billing.services.credit_notes import VoucherUsed
from practice.billing.services.payments import PaidForVoucher, reverse_payment
from practice.billing.services.vouchers import NoSuchVoucher, VoucherOver, pay_with_voucher, sell_voucher
from practice.billing.settlement import OtherTreatment
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Forbidden, Invalid
from practice.ops.books.check import check_books
from practice.reports.period import Period
from practice.reports.queries.report import report
from tests import personas
from tests.factories import schedule
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def sell(stage, price=5000, key="v", **values):
    values = {"value_amount": price} | values if "treatment_id" not in values else values
    number = stage.do(lambda: sell_voucher(stage.rae, client_id=stage.ann, text="Voucher", price_amount=price,
                                           method=Method.CARD, request_key=key, **values))
    return stage.read(lambda: get_voucher(number))


def left(stage, voucher_id) -> int:
    return stage.read(lambda: get_voucher(voucher_id).left_amount)


def pay(stage, session, code, payments=(), key="k"):
    return stage.do(lambda: checkout(stage.rae, session, payments=payments, request_key=key, voucher=code))


def test_the_money_of_a_voucher_is_taken_back_with_its_document(stage):
    voucher = sell(stage)
    payment = stage.read(lambda: db.session.scalar(select(Payment.id).where(Payment.request_key == "v")))

    def undo():
        return stage.do(lambda: reverse_payment(stage.rae, payment, reason="wrong card"))

    invoice = stage.invoice(5000)
    stage.do(lambda: pay_with_voucher(stage.rae, invoice, voucher.code))
    for value in (0, 5000):  # a sale that is owed is neither in what is owed nor due on any day
        assert left(stage, voucher.id) == value
        with pytest.raises(PaidForVoucher):
            undo()
        if not value:
            stage.credit(invoice)
    stage.check_books()
    stage.credit(voucher.document_id)
    undo()
    assert left(stage, voucher.id) == 0 and stage.credit_left() == 0
    stage.check_books()


def test_a_form_sent_again_for_another_time_sells_no_second_voucher(stage):
    first = sell(stage, holds_days=90)
    for other in (365, None):
        with pytest.raises(Invalid, match="something else"):
            sell(stage, holds_days=other)
    with clock.frozen(personas.NOW + timedelta(days=1)):
        assert sell(stage, holds_days=90).id == first.id, "the day after, the same form"


def test_a_sale_that_is_open_since_before_that_rule_stands_beside_invoices(stage):
    voucher, invoice = sell(stage), stage.invoice()
    with guard.acting(stage.people.system) as house, transaction():
        sale = get_document(voucher.document_id)
        sale.open_amount = 5000
        audit.record(house, "voucher.use", sale)
    found = stage.read(lambda: open_of_clients([stage.ann])[stage.ann])
    assert {row.id for row in found} == {voucher.document_id, invoice}


def figures(stage, month: str):
    with guard.acting(stage.people.olive):
        found = report(stage.people.olive, Period.parse(month))
        return SimpleNamespace(**found.figures, adds_up=found.adds_up, therapists=found.tables["therapists"])


def test_an_amount_is_no_revenue_when_sold_and_pays_invoices(stage):
    voucher = sell(stage, 10_000, value_amount=12_000)
    number, code, sale = voucher.id, voucher.code, voucher.document_id
    assert sell(stage, 10_000, value_amount=12_000).id == number
    month = figures(stage, "2026-11")
    assert (month.invoiced_gross, month.earned, month.received) == (0, 0, 10_000)
    assert month.bridge_voucher_sales == 10_000 and month.adds_up and month.voucher_liability == 12_000
    with guard.acting(stage.rae):
        document = get_document(sale)
        assert (document.kind, document.tax_amount) == (DocumentKind.VOUCHER_SALE, 0)
        assert document.number_text == "V2026-0001"
    first, second = stage.session(), stage.session()
    receipt = pay(stage, first, code.lower())
    assert stage.open(receipt.document_id) == 0 and left(stage, number) == 4200
    rest = pay(stage, second, code, [(Method.CARD, 3600)], key="l")
    assert stage.open(rest.document_id) == 0 and left(stage, number) == 0
    third = stage.session()
    with pytest.raises(VoucherOver):
        pay(stage, third, code, key="m")
    with pytest.raises(NoSuchVoucher):
        pay(stage, third, "NONSENSE", key="n")
    month = figures(stage, "2026-11")
    assert month.adds_up and month.voucher_liability == 0 and month.received == 13_600
    stage.check_books()
    stage.credit(receipt.document_id)  # what a voucher paid goes back into it
    assert (left(stage, number), stage.credit_left()) == (7800, 0)
    stage.check_books()


def test_a_treatment_is_taxed_when_sold_and_earned_when_given(stage):
    voucher = sell(stage, 7800, treatment_id=stage.treatment)
    number, code, net = voucher.id, voucher.code, voucher.value_amount
    month = figures(stage, "2026-11")
    assert month.invoiced_gross == 7800 and month.invoiced_tax == 7800 - net and month.earned == 0
    assert month.voucher_liability == net and month.adds_up
    with guard.acting(stage.people.system), transaction():
        other = schedule.treatment("Deep tissue 90", neutral_name="Treatment, 90 minutes", minutes=90, price=11_000).id
        longer = schedule.appointment(stage.ann, stage.people.theo.user_id, other,
                                      personas.NOW - timedelta(hours=9), state="done").id
    with pytest.raises(OtherTreatment):
        pay(stage, longer, code)
    session = stage.session()
    receipt = pay(stage, session, code)
    assert receipt.document_id is None and stage.read(lambda: charged([session])) == {session}
    with pytest.raises(CheckedOutAlready):
        pay(stage, session, code)
    month = figures(stage, "2026-11")
    assert (month.earned, month.therapists[0][0]) == (net, stage.people.theo.user_id)
    assert month.voucher_liability == 0
    with pytest.raises(VoucherUsed):
        stage.credit(stage.read(lambda: get_voucher(number).document_id))
    stage.check_books()


def test_what_runs_out_counts_with_the_share_of_its_price(stage):
    voucher = sell(stage, 8000, value_amount=10_000, holds_days=13)  # until 30 November
    code = voucher.code
    pay(stage, stage.session(), code)
    month = figures(stage, "2026-11")
    assert month.earned_expired == 2200 * 8000 // 10_000 and month.voucher_liability == 0
    clock.set_to(personas.NOW + timedelta(days=20))
    with pytest.raises(VoucherOver):
        pay(stage, stage.session(), code, key="late")
    stage.check_books()


def test_one_that_nobody_used_is_taken_back(stage):
    voucher = sell(stage)
    number, sale = voucher.id, voucher.document_id
    with pytest.raises(VoucherUsed):
        stage.credit(sale, {1: 100})
    stage.credit(sale)
    assert (left(stage, number), stage.credit_left()) == (0, 5000)
    month = figures(stage, "2026-11")
    assert (month.invoiced_gross, month.bridge_voucher_sales, month.voucher_liability) == (0, 0, 0)
    assert month.adds_up
    stage.check_books()


@pytest.mark.parametrize("values", [{"price": 0}, {"price": -5}, {"price": 5000, "value_amount": 4999},
                                    {"price": 5000, "value_amount": None}, {"price": 5000, "holds_days": 0}])
def test_vouchers_that_cannot_be(stage, values):
    with pytest.raises(Invalid):
        sell(stage, **values)
    assert stage.read(lambda: db.session.scalars(select(Document)).all()) == []


def test_codes_are_read_however_they_are_typed():
    assert plain_code(" abcd-2345 wxyz ") == plain_code("ABCD2345WXYZ") == "ABCD-2345-WXYZ"
    assert plain_code("äöü%_'") == ""


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    actor = getattr(people, name)
    with guard.acting(actor), pytest.raises(Forbidden), transaction():
        sell_voucher(actor, client_id=stage.ann, text="Voucher", price_amount=1, value_amount=1, method=Method.CARD,
                     request_key="x")


@pytest.mark.requirement("no-double-booking")
def test_two_at_once_spend_it_once(cloned_database):
    clock.set_to(personas.NOW)
    stage, app, odd = Stage(personas.open_house()), cloned_database.app, []
    voucher = sell(stage, 7800)
    code, number = voucher.code, voucher.id
    sessions, start = [stage.session() for _each in range(4)], threading.Barrier(4)

    def work(session):
        with app.app_context(), guard.acting(stage.rae):
            start.wait()
            try:
                with transaction():
                    checkout(stage.rae, session, payments=[], request_key=f"k{session}", voucher=code)
            except DomainError as error:
                odd.append(type(error))

    threads = [threading.Thread(target=work, args=(session,)) for session in sessions]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.session.rollback()
    assert odd == [VoucherOver] * 3 and left(stage, number) == 0
    stage.check_books()


def test_a_voucher_for_the_treatment_of_an_invoice_that_was_issued(stage):
    """It was taxed when it was sold: the line is credited, the session is the voucher's, the product stays owed."""
    voucher = sell(stage, 6000, treatment_id=stage.treatment)
    session = stage.session()
    invoice = stage.do(lambda: checkout(stage.rae, session, payments=[(Method.CARD, 1000)], request_key="k",
                                        extras=[Extra(stage.roller)])).document_id
    other = stage.invoice()  # of no session
    with pytest.raises(OtherTreatment):
        stage.do(lambda: pay_with_voucher(stage.rae, other, voucher.code))
    assert stage.do(lambda: pay_with_voucher(stage.rae, invoice, voucher.code, reason="Paid with a voucher")) == 7800
    assert (stage.open(invoice), left(stage, voucher.id)) == (800, 0)  # 18.00 less the 10.00 that were paid
    assert stage.read(lambda: get_document(invoice).state) == "issued"
    month = figures(stage, "2026-11")
    assert month.adds_up and month.invoiced_gross == 6000 + 1800 + 7800  # voucher, product, the other invoice
    with pytest.raises(VoucherOver):
        stage.do(lambda: pay_with_voucher(stage.rae, invoice, voucher.code))
    with guard.acting(stage.people.system):
        assert check_books() == []
