"""From the finished session to the receipt."""
import threading

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import get_document
from practice.billing.services.checkout import CheckedOutAlready, Extra, NotDoneYet, checkout, what_to_charge
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import Handover, SessionNote
from tests import personas
from tests.factories import schedule
from tests.factories.billing import Stage

CARD = [(Method.CARD, 7800)]


@pytest.fixture
def stage(people):
    return Stage(people)


def pay(stage, session, payments=CARD, key="a", **values):
    return stage.do(lambda: checkout(stage.rae, session, payments=payments, request_key=key, **values))


def hand_over(stage, session, treatment, **values):
    with guard.acting(stage.people.system), transaction():
        row = Handover(appointment_id=session, client_id=stage.ann, treatment_id=treatment, handed_at=clock.now(),
                       handed_by_id=stage.people.theo.user_id, **{"minutes": 60, "products": []} | values)
        db.session.add(row)
        audit.record(stage.people.system, "handover.write", client_id=stage.ann)


def test_it_hangs_on_done_and_on_nothing_else(stage):
    session = stage.session(S.ARRIVED)
    with pytest.raises(NotDoneYet):
        pay(stage, session)
    with guard.acting(stage.rae), transaction():
        set_state(stage.rae, session, S.DONE)
    receipt = pay(stage, session, [(Method.CARD, 5000), (Method.CASH, 2800)])
    document = stage.read(lambda: get_document(receipt.document_id))
    assert document.open_amount == 0 and document.lines[0].text == "Treatment, 60 minutes"
    assert document.lines[0].therapist_id == stage.people.theo.user_id and document.appointment_id == session
    with guard.acting(stage.people.system):
        assert db.session.scalar(select(func.count(SessionNote.id))) == 0
    assert pay(stage, session) == receipt
    with pytest.raises(CheckedOutAlready):
        pay(stage, session, key="b")
    assert stage.read(lambda: charged([session])) == {session}
    stage.check_books()


def test_what_the_therapist_handed_over_is_charged(stage):
    with guard.acting(stage.people.system), transaction():
        longer = schedule.treatment("Deep tissue 90", neutral_name="Treatment, 90 minutes", minutes=90, price=11_000).id
    session = stage.session()
    hand_over(stage, session, longer, minutes=90, products=[[stage.roller, 2]])
    document = stage.read(lambda: get_document(pay(stage, session, []).document_id))
    assert [(line.text, line.gross_amount) for line in document.lines] == [
        ("Treatment, 90 minutes", 11_000), ("Foam roller", 3600)]


def test_prices_come_from_the_price_list(stage):
    session = stage.session()
    with guard.acting(stage.rae):
        charge = what_to_charge(session, extras=[Extra(stage.roller, 2)], discount=800, discount_reason="first visit")
        assert [line.unit_price for line in charge.lines] == [7800, 1800] and charge.lines[1].quantity == 2000
        for discount, reason in ((800, ""), (7801, "too much"), (-1, "upwards"), (8.0, "not whole")):
            with pytest.raises(Invalid):
                what_to_charge(session, discount=discount, discount_reason=reason)
        for extra, error in ((Extra(stage.roller, 0), Invalid), (Extra(stage.roller, 100), Invalid),
                             (Extra(10**9), NotFound)):
            with pytest.raises(error):
                what_to_charge(session, extras=[extra])


def test_credit_package_and_what_is_owed_too(stage):
    stage.pay(2000)
    old, package, session = stage.invoice(4600), stage.package(2, 10_000), stage.session()
    receipt = pay(stage, session, [(Method.CARD, 1800 - 1000 + 4600)], extras=[Extra(stage.roller)], with_credit=True,
                  package_id=package, also_ids=[old])
    document = stage.read(lambda: get_document(receipt.document_id))
    assert [line.text for line in document.lines] == ["Foam roller"] and document.open_amount == 0
    assert stage.open(old) == 0 and receipt.package_use_id
    stage.check_books()


def test_nobody_elses_invoice_is_paid_along(stage):
    other = stage.client("Ben", "Okafor")
    theirs, session = stage.invoice(client_id=other), stage.session()
    with pytest.raises(NotFound):
        pay(stage, session, [(Method.CARD, 20_000)], also_ids=[theirs])
    assert stage.read(lambda: charged([session])) == set()


def test_paying_later_leaves_it_open(stage):
    receipt = pay(stage, stage.session(), [])
    assert stage.open(receipt.document_id) == 7800 and receipt.payment_ids == ()


def test_after_a_credit_note_it_can_be_charged_again(stage):
    session = stage.session()
    first = pay(stage, session)
    stage.credit(first.document_id)
    second = pay(stage, session, [], key="again", with_credit=True)
    assert second.document_id != first.document_id and stage.open(second.document_id) == 0
    stage.check_books()


@pytest.mark.parametrize("name", ["theo", "tara", "bo"])
def test_who_may_not(stage, people, name):
    session, actor = stage.session(), getattr(people, name)
    with guard.acting(actor), pytest.raises(Forbidden), transaction():
        checkout(actor, session, payments=CARD, request_key="x")


def test_an_unknown_appointment(stage):
    with pytest.raises(NotFound):
        pay(stage, 10**9)


@pytest.mark.requirement("paid-once")
def test_a_double_click_at_once_is_one_invoice_and_one_payment(cloned_database):
    clock.set_to(personas.NOW)
    stage, app, seen, refused = Stage(personas.open_house()), cloned_database.app, [], []
    session, start = stage.session(), threading.Barrier(6)

    def work(key):
        with app.app_context(), guard.acting(stage.rae):
            start.wait()
            try:
                with transaction():
                    seen.append(checkout(stage.rae, session, payments=CARD, request_key=key))
            except CheckedOutAlready:
                refused.append(key)

    threads = [threading.Thread(target=work, args=(key,)) for key in ("a", "a", "a", "b", "b", "b")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(seen) == len(refused) == 3 and len(set(seen)) == 1
    with guard.acting(stage.rae):
        db.session.rollback()
        assert db.session.scalar(select(func.count(Document.id))) == 1
        assert db.session.scalar(select(func.count(Payment.id))) == 1
