"""Money in, put against invoices, given back, reversed; once however often one clicks; the books always close."""
import random
import threading
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from practice.access import guard
from practice.billing.models.payments import Method, Payment
from practice.billing.services.credit_notes import AlreadyCredited
from practice.billing.services.payments import (
    AlreadyReversed,
    GivenBack,
    NoSuchCredit,
    give_back,
    reverse_payment,
    take_payment,
    use_credit,
)
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Forbidden, Invalid, NotFound
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def payments(stage) -> int:
    return stage.read(lambda: db.session.scalar(select(func.count(Payment.id))))


def back(stage, amount, key="back"):
    return stage.do(lambda: give_back(stage.rae, client_id=stage.ann, amount=amount, method=Method.CASH,
                                      request_key=key, reason="moves away"))


def undo(stage, payment):
    return stage.do(lambda: reverse_payment(stage.rae, payment, reason="wrong card"))


@pytest.mark.requirement("paid-once")
def test_part_rest_and_too_much(stage):
    invoice = stage.invoice()
    stage.pay(3000, invoice)
    assert stage.open(invoice) == 4800
    stage.pay(10_000, invoice)
    assert (stage.open(invoice), stage.credit_left()) == (0, 5200)
    second = stage.invoice()
    assert stage.do(lambda: use_credit(stage.rae, second)) == 5200
    assert (stage.open(second), stage.credit_left()) == (2600, 0)
    stage.check_books()


def test_without_an_invoice_it_is_credit_and_used_as_far_as_asked(stage):
    stage.pay(5000)
    stage.pay(2000)
    invoice = stage.invoice()
    assert stage.do(lambda: use_credit(stage.rae, invoice, most=6000)) == 6000
    assert (stage.open(invoice), stage.credit_left()) == (1800, 1000)
    stage.check_books()


def test_the_oldest_first(stage):
    first = stage.invoice(1000)
    with clock.frozen(personas.NOW.replace(day=18)):
        second, third = stage.invoice(1000), stage.invoice(1000)
        stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=2500, method=Method.BANK,
                                      request_key="oldest", document_id=third, is_for_oldest=True))
    assert [stage.open(number) for number in (first, second, third)] == [0, 500, 0]
    stage.check_books()


@pytest.mark.requirement("paid-once")
def test_the_same_click_twice_is_one_payment(stage):
    invoice = stage.invoice()
    assert stage.pay(7800, invoice, key="one click") == stage.pay(7800, invoice, key="one click")
    other = stage.client("Ben", "Okafor")
    with pytest.raises(Invalid):
        stage.pay(7800, key="one click", client_id=other)


def test_a_payment_pays_only_its_own_client(stage):
    other, invoice = stage.client("Ben", "Okafor"), stage.invoice()
    with pytest.raises(NotFound):
        stage.pay(100, invoice, client_id=other)
    with pytest.raises(NotFound):
        stage.pay(100, client_id=10**9)
    with pytest.raises(NotFound):
        stage.pay(100, 10**9)
    assert payments(stage) == 0


def test_a_reversal_opens_what_was_paid(stage):
    first, second = stage.invoice(), stage.invoice(1000)
    payment = stage.pay(10_000, first)
    stage.do(lambda: use_credit(stage.rae, second))
    undone = undo(stage, payment)
    assert (stage.open(first), stage.open(second), stage.credit_left()) == (7800, 1000, 0)
    for number in (payment, undone):
        with pytest.raises(AlreadyReversed):
            undo(stage, number)
    assert payments(stage) == 2
    stage.check_books()


@pytest.mark.requirement("paid-once")
def test_credit_goes_back_once(stage):
    payment = stage.pay(5000)
    assert back(stage, 3000) == back(stage, 3000)
    assert stage.credit_left() == 2000
    with pytest.raises(NoSuchCredit):
        back(stage, 2001, "more")
    with pytest.raises(GivenBack):
        undo(stage, payment)
    invoice = stage.invoice()
    assert stage.do(lambda: use_credit(stage.rae, invoice)) == 2000
    stage.check_books()


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize("amount", [0, -5, 10**13, True, 1.0, float("nan"), Decimal("10.50"), "100"])
def test_amounts_that_cannot_be(stage, amount):
    with pytest.raises(Invalid):
        stage.pay(amount)
    with pytest.raises(Invalid):
        back(stage, amount)
    assert payments(stage) == 0


@pytest.mark.parametrize("reason", ["", "  ", "no"])
def test_taking_back_needs_a_reason(stage, reason):
    payment = stage.pay(100)
    with pytest.raises(Invalid):
        stage.do(lambda: reverse_payment(stage.rae, payment, reason=reason))
    with pytest.raises(Invalid):
        stage.do(lambda: give_back(stage.rae, client_id=stage.ann, amount=1, method=Method.CASH, request_key="x",
                                   reason=reason))


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    payment, invoice, actor = stage.pay(100), stage.invoice(), getattr(people, name)
    for work in (lambda: take_payment(actor, client_id=stage.ann, amount=1, method=Method.CASH, request_key="x"),
                 lambda: use_credit(actor, invoice), lambda: reverse_payment(actor, payment, reason="for fun"),
                 lambda: give_back(actor, client_id=stage.ann, amount=1, method=Method.CASH, request_key="y",
                                   reason="for fun")):
        with guard.acting(actor), pytest.raises(Forbidden), transaction():
            work()


STEPS = st.lists(st.tuples(st.sampled_from(["invoice", "pay", "loose", "credit", "part", "undo", "use", "back"]),
                           st.integers(1, 20_000), st.integers(0, 99)), max_size=14)


@pytest.mark.requirement("sums")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_books_close(stage, steps):
    invoices, taken = [stage.invoice(500)], []
    for place, (step, amount, pick) in enumerate(steps):
        invoice = invoices[pick % len(invoices)]
        payment = taken[pick % len(taken)] if taken else None
        try:
            match step:
                case "invoice":
                    invoices.append(stage.invoice(amount, 100 + pick))
                case "pay" | "loose":
                    taken.append(stage.pay(amount, invoice if step == "pay" else None))
                case "credit" | "part":
                    stage.credit(invoice, {1: amount} if step == "part" else None)
                case "undo" if payment:
                    undo(stage, payment)
                case "use":
                    stage.do(lambda invoice=invoice: use_credit(stage.rae, invoice))
                case "back":
                    back(stage, amount, f"{random.random()}-{place}")
        except (AlreadyReversed, AlreadyCredited, GivenBack, NoSuchCredit, Invalid):
            continue
    stage.check_books()


@pytest.mark.requirement("paid-once")
def test_eight_at_once(cloned_database):
    """One click sent eight times, and eight who want the same credit: one payment, and the credit is spent once."""
    clock.set_to(personas.NOW)
    stage, app, odd, seen = Stage(personas.open_house()), cloned_database.app, [], []
    stage.pay(1000)
    invoices, start = [stage.invoice(800) for _each in range(8)], threading.Barrier(8)

    def work(invoice):
        with app.app_context(), guard.acting(stage.rae):
            start.wait()
            try:
                with transaction():
                    seen.append(take_payment(stage.rae, client_id=stage.ann, amount=500, method=Method.CARD,
                                             request_key="the click", document_id=invoices[0]).id)
                with transaction():
                    use_credit(stage.rae, invoice)
            except DomainError as error:
                odd.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in invoices]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert odd == [] and len(seen) == 8 and len(set(seen)) == 1
    stage.check_books()
    assert stage.credit_left() == 0 and payments(stage) == 2
