"""Money back in one step, a wrong method put right, write-offs, tips, deposits."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.accounts import account_of
from practice.billing.queries.deposits import deposits_of, free_credit, free_credits
from practice.billing.queries.documents import get_document, state_of
from practice.billing.queries.tips import tip_accounts
from practice.billing.services.checkout import checkout
from practice.billing.services.closed import BooksClosed
from practice.billing.services.payments import (
    AlreadyReversed,
    NoSuchCredit,
    NotToCome,
    SameMethod,
    correct_method,
    give_back,
    reverse_payment,
    take_deposit,
    take_payment,
    use_credit,
)
from practice.billing.services.refunds import NotPaidYet, refund
from practice.billing.services.tips import NotSoManyTips, pay_out_tips
from practice.billing.services.write_offs import NothingOpen, write_off
from practice.billing.states import PaymentState
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, close_books
from practice.reports.period import Period
from practice.reports.queries.report import report
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def money_back(stage, invoice, amount, key="back", method=Method.CARD):
    return stage.do(lambda: refund(stage.rae, invoice, amount=amount, method=method, request_key=key,
                                   reason="too short"))


def test_part_of_a_paid_invoice_goes_back_in_one_step(stage):
    invoice = stage.invoice(5000, 2800)
    stage.pay(7800, invoice)
    clock.set_to(personas.NOW + timedelta(days=1))
    out = money_back(stage, invoice, 1001)
    assert money_back(stage, invoice, 1001) == out
    paid = stage.read(lambda: db.session.get(Payment, out))
    assert (paid.amount, paid.received_on) == (-1001, personas.NOW.date() + timedelta(days=1))
    with guard.acting(stage.rae):
        note = db.session.scalars(select(Document).where(Document.kind == DocumentKind.CREDIT_NOTE)).one()
        assert note.gross_amount == -1001 and [line.gross_amount for line in note.lines] == [-642, -359]
    assert (stage.open(invoice), stage.credit_left()) == (0, 0)
    money_back(stage, invoice, 6799, "the rest")
    assert stage.read(lambda: get_document(invoice).state) is DocumentState.VOID
    stage.check_books()


def test_what_cannot_go_back(stage):
    invoice = stage.invoice()
    stage.pay(5000, invoice)
    with pytest.raises(NotPaidYet):
        money_back(stage, invoice, 100)
    stage.pay(3300, invoice)
    for amount in (0, -1, 7801):
        with pytest.raises(NotPaidYet):
            money_back(stage, invoice, amount)
    money_back(stage, invoice, 7800)
    assert stage.credit_left() == 500
    stage.check_books()


def test_a_wrong_method_is_put_right_in_one_step(stage):
    first, second = stage.invoice(), stage.invoice(1000)
    payment = stage.pay(9000, first)
    stage.do(lambda: use_credit(stage.rae, second))
    right = stage.do(lambda: correct_method(stage.rae, payment, method=Method.CASH, reason="it was cash"))
    assert (stage.open(first), stage.open(second), stage.credit_left()) == (0, 0, 200)
    assert stage.read(lambda: db.session.get(Payment, right).method) == Method.CASH
    with pytest.raises(AlreadyReversed):
        stage.do(lambda: correct_method(stage.rae, payment, method=Method.BANK, reason="and again"))
    with pytest.raises(SameMethod):
        stage.do(lambda: correct_method(stage.rae, right, method=Method.CASH, reason="the same"))
    stage.check_books()


def test_a_write_off_has_a_reason_and_an_open_day(stage):
    invoice, today = stage.invoice(), stage.today
    stage.pay(7000, invoice)

    def off(amount=500, on=today, reason="moved away"):
        return stage.do(lambda: write_off(stage.rae, invoice, amount=amount, on=on, reason=reason))

    for values, error in (({"amount": 801}, NothingOpen), ({"amount": 0}, NothingOpen), ({"reason": "x"}, Invalid),
                          ({"on": today + timedelta(days=1)}, Invalid), ({"on": today - timedelta(days=1)}, Invalid)):
        with pytest.raises(error):
            off(**values)
    off()
    assert stage.open(invoice) == 300
    off(300)
    assert stage.read(lambda: state_of(get_document(invoice), today)) is PaymentState.WRITTEN_OFF
    stage.credit(invoice)  # what was written off was never paid: 70.00 become credit, not 78.00
    assert stage.credit_left() == 7000
    stage.check_books()


def test_what_was_paid_on_a_day_is_not_given_up_on_it(stage):
    """Paid in November, taken back in December: in November more would be settled than was invoiced."""
    invoice, november = stage.invoice(), stage.today
    payment = stage.pay(7000, invoice)
    later = personas.NOW + timedelta(days=20)
    with clock.frozen(later):
        stage.do(lambda: reverse_payment(stage.rae, payment, reason="bounced"))
        for amount, on, is_open in ((801, november, False), (800, november, True), (7000, later.date(), True)):
            if is_open:
                stage.do(lambda a=amount, d=on: write_off(stage.rae, invoice, amount=a, on=d, reason="moved away"))
            else:
                with pytest.raises(NothingOpen):
                    stage.do(lambda a=amount, d=on: write_off(stage.rae, invoice, amount=a, on=d, reason="moved away"))
        with guard.acting(stage.people.olive):
            for month in ("2026-11", "2026-12"):
                assert report(stage.people.olive, Period.parse(month)).adds_up, month
    stage.check_books()


def test_closed_books_take_nothing(stage):
    invoice, olive = stage.invoice(), stage.people.olive
    later = personas.NOW + timedelta(days=40)
    with clock.frozen(later):
        with guard.acting(olive), transaction():
            close_books(olive, stage.today)
        with pytest.raises(BooksClosed):
            stage.do(lambda: write_off(stage.rae, invoice, amount=100, on=stage.today, reason="moved away"))
        stage.do(lambda: write_off(stage.rae, invoice, amount=100, on=stage.today + timedelta(days=1), reason="moved"))
        session = stage.session()
        receipt = stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="late"))
        line = stage.read(lambda: get_document(receipt.document_id).lines[0])
        assert (line.service_on, line.recognised_on) == (stage.today, later.date())
        with guard.acting(olive), transaction():
            with pytest.raises(Invalid):
                close_books(olive, later.date())
            with pytest.raises(Invalid):
                close_books(olive, None)
            close_books(olive, None, reason="the accountant asked")
        with guard.acting(olive):
            told = db.session.scalars(select(AuditRow.facts).where(AuditRow.action == "books.open")).one()
            assert get_practice().books_reason == "the accountant asked" not in str(told)
    with guard.acting(stage.rae), pytest.raises(Forbidden), transaction():
        close_books(stage.rae, stage.today)
    stage.check_books()


def tipped(stage, invoice=None, amount=9000, tip=1000, key="tip", method=Method.CARD):
    return stage.do(lambda: take_payment(
        stage.rae, client_id=stage.ann, amount=amount, method=method, request_key=key, document_id=invoice, tip=tip,
        tip_for_id=stage.people.theo.user_id))


def owed_tips(stage) -> int:
    return stage.read(lambda: sum(row.owed for row in tip_accounts()))


def test_a_tip_is_the_therapists(stage):
    invoice = stage.invoice()
    payment = tipped(stage, invoice)
    assert (stage.open(invoice), stage.credit_left(), owed_tips(stage)) == (0, 200, 1000)

    def payout(amount, key):
        return stage.do(lambda: pay_out_tips(stage.rae, therapist_id=stage.people.theo.user_id, amount=amount,
                                             method=Method.CASH, request_key=key))

    assert payout(600, "a") == payout(600, "a")
    with pytest.raises(NotSoManyTips):
        payout(401, "b")
    assert owed_tips(stage) == 400
    stage.check_books()
    stage.do(lambda: correct_method(stage.rae, payment, method=Method.CASH, reason="it was cash"))
    assert owed_tips(stage) == 400
    last = stage.read(lambda: db.session.scalar(select(Payment.id).order_by(Payment.id.desc()).limit(1)))
    stage.do(lambda: reverse_payment(stage.rae, last, reason="all of it back"))
    assert (owed_tips(stage), stage.credit_left(), stage.open(invoice)) == (-600, 0, 7800)
    stage.check_books()


@pytest.mark.parametrize(("tip", "who"), [(9001, "theo"), (-1, "theo"), (100, "rae")])
def test_tips_that_cannot_be(stage, tip, who):
    with pytest.raises(Invalid):
        stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=9000, method=Method.CARD, request_key="t",
                                      tip=tip, tip_for_id=getattr(stage.people, who).user_id))


def test_a_deposit_is_kept_for_its_appointment(stage):
    session, other = stage.session(S.BOOKED), stage.invoice(5000)
    key = {"client_id": stage.ann, "method": Method.CARD}
    stage.do(lambda: take_deposit(stage.rae, appointment_id=session, amount=2000, request_key="d", **key))
    stage.pay(300)
    assert stage.read(lambda: [one.amount for one in deposits_of(stage.ann)]) == [2000]
    assert stage.read(lambda: free_credit(stage.ann)) == 300
    ben = stage.client("Ben", "Brown")
    stage.pay(900, stage.invoice(500, client_id=ben), client_id=ben)
    assert stage.read(lambda: free_credits([stage.ann, ben])) == {stage.ann: 300, ben: 400}
    assert stage.do(lambda: use_credit(stage.rae, other)) == 300
    with pytest.raises(NoSuchCredit):
        stage.do(lambda: give_back(stage.rae, amount=1, request_key="b", reason="wants it", **key))
    with guard.acting(stage.rae), transaction():
        set_state(stage.rae, session, S.DONE)
    receipt = stage.do(lambda: checkout(stage.rae, session, payments=[(Method.CARD, 5800)], request_key="k",
                                        with_credit=True))
    assert stage.open(receipt.document_id) == 0 and stage.read(lambda: deposits_of(stage.ann)) == []
    with pytest.raises(NotToCome):
        stage.do(lambda: take_deposit(stage.rae, appointment_id=session, amount=2000, request_key="e", **key))
    stage.check_books()


def test_a_deposit_of_a_visit_that_fell_out_is_credit(stage):
    session = stage.session(S.BOOKED)
    stage.do(lambda: take_deposit(stage.rae, client_id=stage.ann, appointment_id=session, amount=2000,
                                  method=Method.CARD, request_key="d"))
    with guard.acting(stage.rae), transaction():
        set_state(stage.rae, session, S.CANCELLED_EARLY)
    account = stage.read(lambda: account_of(stage.ann, stage.today))
    assert (account.credit, account.deposits) == (2000, [])
    ben = stage.client("Ben", "Okafor")
    with pytest.raises(NotFound):
        stage.do(lambda: take_deposit(stage.rae, client_id=ben, appointment_id=session,
                                      amount=1, method=Method.CARD, request_key="x"))
    stage.check_books()


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    invoice, actor = stage.invoice(), getattr(people, name)
    payment = stage.pay(7800, invoice)
    for work in (lambda: refund(actor, invoice, amount=1, method=Method.CARD, request_key="x", reason="why not"),
                 lambda: correct_method(actor, payment, method=Method.CASH, reason="why not"),
                 lambda: write_off(actor, invoice, amount=1, on=stage.today, reason="why not"),
                 lambda: pay_out_tips(actor, therapist_id=1, amount=1, method=Method.CARD, request_key="y"),
                 lambda: take_deposit(actor, client_id=stage.ann, appointment_id=1, amount=1, method=Method.CARD,
                                      request_key="z")):
        with guard.acting(actor), pytest.raises(Forbidden), transaction():
            work()


def test_settings_switch_on_and_off(stage):
    olive = stage.people.olive
    with guard.acting(olive), transaction():
        version = get_practice().version
        change_settings(olive, version=version, has_till=True, has_tips=True)
        assert get_practice().has_till
