"""Statements, reminders, fees with consent, package sessions given back and packages that run out."""
from datetime import timedelta
from types import SimpleNamespace

import pytest

from practice.access import guard
from practice.billing.models.documents import LineKind
from practice.billing.models.payments import Method
from practice.billing.queries.accounts import get_package, uses_of
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import get_document
from practice.billing.queries.fees import missed
from practice.billing.queries.reminders import overdue
from practice.billing.queries.statement import Entry, statement_of
from practice.billing.services.checkout import checkout
from practice.billing.services.fees import NoConsent, NothingToAsk, charge_fee, record_consent
from practice.billing.services.packages import AlreadyGivenBack, PackageOver, give_session_back
from practice.billing.services.payments import reverse_payment, take_payment
from practice.billing.services.reminders import LastReminderSent, NotOverdue, RemindedToday, remind
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.period import Period
from practice.reports.queries.report import report
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def switch(stage, **values):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, **values)


def figures(stage, month: str):
    with guard.acting(stage.people.olive):
        found = report(stage.people.olive, Period.parse(month))
        return SimpleNamespace(**found.figures, adds_up=found.adds_up, therapists=found.tables["therapists"])


def test_a_statement_adds_up_to_the_account(stage):
    first = stage.invoice()
    payment = stage.pay(9000, first)
    clock.set_to(personas.NOW + timedelta(days=1))
    second = stage.invoice(4000)
    stage.credit(second, {1: 1000})
    stage.do(lambda: reverse_payment(stage.rae, payment, reason="wrong card"))
    day = stage.today + timedelta(days=1)
    stage.do(lambda: write_off(stage.rae, first, amount=800, on=day, reason="moved away"))
    found = stage.read(lambda: statement_of(stage.ann, day, day))
    assert found.opening == 7800 - 9000
    assert [(line.entry, line.amount) for line in found.lines] == [
        (Entry.INVOICE, 4000), (Entry.CREDIT_NOTE, -1000), (Entry.TAKEN_BACK, 9000), (Entry.WRITTEN_OFF, -800)]
    assert found.closing == stage.open(first) + stage.open(second) - stage.credit_left() == 10_000
    whole = stage.read(lambda: statement_of(stage.ann, stage.today, day))
    assert (whole.opening, whole.closing, len(whole.lines)) == (0, 10_000, 6)


def test_three_reminders_and_no_more(stage):
    switch(stage, has_reminders=True, reminder_days=10)
    invoice, due = stage.invoice(), 14
    with pytest.raises(NotOverdue):
        stage.do(lambda: remind(stage.rae, invoice))
    for step, day in ((1, due + 10), (2, due + 20), (3, due + 30)):
        clock.set_to(personas.NOW + timedelta(days=day))
        row = stage.read(lambda day=day: overdue(stage.today + timedelta(days=day))[0])
        assert (row.next_step, row.is_time) == (step, True)
        stage.do(lambda: remind(stage.rae, invoice))
        if step < 3:
            with pytest.raises(RemindedToday):
                stage.do(lambda: remind(stage.rae, invoice))
    with pytest.raises(LastReminderSent):
        stage.do(lambda: remind(stage.rae, invoice))
    stage.pay(7800, invoice)
    assert stage.read(lambda: overdue(stage.today + timedelta(days=60))) == []
    with pytest.raises(NotOverdue):
        stage.do(lambda: remind(stage.rae, invoice))


def test_a_fee_needs_a_policy_and_consent_given_before(stage):
    session = stage.session(S.NO_SHOW)
    text = "Appointment not kept"
    with pytest.raises(NothingToAsk):
        stage.do(lambda: record_consent(stage.rae, stage.ann, how="on paper", on=stage.today))
    switch(stage, no_show_percent=50, late_cancel_percent=0)
    with pytest.raises(NoConsent):
        stage.do(lambda: charge_fee(stage.rae, session, text=text))
    for how, on in (("", stage.today), ("on paper", stage.today + timedelta(days=1))):
        with pytest.raises(Invalid):
            stage.do(lambda how=how, on=on: record_consent(stage.rae, stage.ann, how=how, on=on))
    stage.do(lambda: record_consent(stage.rae, stage.ann, how="on paper", on=stage.today - timedelta(days=3)))
    switch(stage, no_show_percent=80)  # more than what was agreed to
    assert stage.read(lambda: [(row.appointment.id, row.fee) for row in missed(stage.today)]) == [(session, 3900)]
    invoice = stage.do(lambda: charge_fee(stage.rae, session, text=text))
    document = stage.read(lambda: get_document(invoice))
    assert [(line.kind, line.text, line.gross_amount) for line in document.lines] == [(LineKind.FEE, text, 3900)]
    assert stage.read(lambda: charged([session])) == {session} and stage.read(lambda: missed(stage.today)) == []
    for other in (session, stage.session(S.DONE), stage.session(S.CANCELLED_LATE)):
        with pytest.raises(NothingToAsk):
            stage.do(lambda other=other: charge_fee(stage.rae, other, text=text))
    assert figures(stage, "2026-11").earned_fees == document.net_amount
    stage.check_books()


def used(stage, package) -> int:
    session = stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key=f"u{session}", package_id=package))
    return stage.read(lambda: uses_of(package)[-1].id)


def test_a_session_goes_back_into_its_package(stage):
    package = stage.package(3, 20_000)
    use = used(stage, package)
    value = stage.read(lambda: uses_of(package)[0].value_amount)
    assert figures(stage, "2026-11").earned == value
    with pytest.raises(Invalid):
        stage.do(lambda: give_session_back(stage.rae, use, reason=""))
    session = stage.read(lambda: uses_of(package)[0].appointment_id)
    stage.do(lambda: give_session_back(stage.rae, use, reason="was ill"))
    assert stage.read(lambda: get_package(package).sessions_left) == 3
    assert figures(stage, "2026-11").earned == 0 and stage.read(lambda: charged([session])) == set()
    with pytest.raises(AlreadyGivenBack):
        stage.do(lambda: give_session_back(stage.rae, use, reason="was ill"))
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="again", package_id=package))
    assert stage.read(lambda: get_package(package).sessions_left) == 2
    with pytest.raises(NotFound):
        stage.do(lambda: give_session_back(stage.rae, 10**9, reason="was ill"))
    stage.check_books()


def test_what_runs_out_is_earned_on_its_last_day_by_nobody(stage):
    package = stage.package(2, 20_000)  # holds a year: until 17 November 2027
    used_id = used(stage, package)
    left = stage.read(lambda: get_package(package).value_left_amount)
    november = figures(stage, "2026-11")
    assert (november.earned_expired, november.deferred_packages) == (0, left)
    end = figures(stage, "2027-11")
    assert (end.earned_expired, end.deferred_packages, end.earned) == (left, 0, left)
    assert figures(stage, "2027-10").deferred_packages == left
    clock.set_to(personas.NOW + timedelta(days=400))
    with pytest.raises(PackageOver):
        stage.do(lambda: give_session_back(stage.rae, used_id, reason="too late"))
    document = stage.read(lambda: get_package(package).document_id)
    gross = stage.read(lambda: get_document(document).gross_amount)
    stage.credit(document, {1: gross // 2})
    assert figures(stage, "2027-11").earned_expired == left  # a past month does not change
    assert figures(stage, "2027-12").earned_expired < 0
    stage.check_books()


def test_what_is_held_for_others(stage):
    stage.pay(5000)
    held = figures(stage, "2026-11")
    assert held.client_credit == 5000 and held.adds_up
    assert figures(stage, "2026-10").client_credit == 0


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    invoice, actor = stage.invoice(), getattr(people, name)
    for work in (lambda: remind(actor, invoice), lambda: charge_fee(actor, 1, text="x"),
                 lambda: record_consent(actor, stage.ann, how="on paper", on=stage.today),
                 lambda: give_session_back(actor, 1, reason="was ill")):
        with guard.acting(actor), pytest.raises(Forbidden), transaction():
            work()


def test_tips_are_in_what_was_received_and_apart(stage):
    invoice = stage.invoice()
    stage.do(lambda: take_payment(stage.rae, client_id=stage.ann, amount=8800, method=Method.CARD, request_key="t",
                                  document_id=invoice, tip=1000, tip_for_id=stage.people.theo.user_id))
    month = figures(stage, "2026-11")
    assert (month.received, month.tips_given, month.bridge_credit) == (8800, 1000, 0)
    assert month.tips_payable == 1000
    assert month.adds_up and month.earned == stage.read(lambda: get_document(invoice).net_amount)
