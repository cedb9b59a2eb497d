"""What was there when the practice came here: paid, used and aged like what is made here, never revenue."""
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from practice.access import guard
from practice.billing.models.payments import Method
from practice.billing.queries.accounts import get_package
from practice.billing.queries.documents import get_document
from practice.billing.queries.opening import brought_over
from practice.billing.queries.reminders import overdue
from practice.billing.queries.statement import Entry, statement_of
from practice.billing.services.checkout import checkout
from practice.billing.services.closed import BooksClosed
from practice.billing.services.credit_notes import NotAnInvoice, PackageUsed, credit_note
from practice.billing.services.opening import BroughtAlready, bring_credit, bring_debt, bring_package, take_back
from practice.billing.services.payments import BroughtOver, correct_method, reverse_payment, use_credit
from practice.billing.services.refunds import NotPaidYet, refund
from practice.billing.services.write_offs import write_off
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.reports.period import Period
from practice.reports.queries.journal import journal
from practice.reports.queries.owed import ages_of, owed_by_client
from practice.reports.queries.report import report
from tests import personas
from tests.factories.billing import Stage

DUE = date(2026, 8, 1)


@pytest.fixture
def stage(people):
    """With the owner at the desk: nobody else brings anything over."""
    stage = Stage(people)
    stage.rae = people.olive
    return stage


def debt(stage, amount=5000, reference="R-17", **values) -> int:
    values = {"on": stage.today, "due_on": DUE} | values
    return stage.do(lambda: bring_debt(stage.rae, stage.ann, amount=amount, reference=reference, **values))


def credit(stage, amount=2500, reference="credit") -> int:
    return stage.do(lambda: bring_credit(stage.rae, stage.ann, amount=amount, on=stage.today, reference=reference))


def package(stage, amount=30_000, sessions=4, **values) -> int:
    return stage.do(lambda: bring_package(stage.rae, stage.ann, treatment_id=stage.treatment, sessions=sessions,
                                          amount=amount, on=stage.today, reference="ten of May", **values))


def figures(stage, month: str = "2026-11"):
    with guard.acting(stage.people.olive):
        found = report(stage.people.olive, Period.parse(month))
        assert found.adds_up
        return SimpleNamespace(**found.figures)


def test_a_debt_is_owed_since_it_was_due_and_is_paid_like_an_invoice(stage):
    number = debt(stage)
    row = stage.read(lambda: get_document(number))
    assert (row.series_id, row.number_text, row.open_amount) == (None, f"OB-{number}", 5000)
    assert stage.read(lambda: ages_of(stage.ann, stage.today))["over-90"] == 5000
    assert stage.read(lambda: [one.document.id for one in overdue(stage.today)]) == [number]
    month = figures(stage)
    assert (month.invoiced_gross, month.earned, month.received) == (0, 0, 0)
    assert (month.debt_opening, month.owed, month.owed_over_90) == (5000, 5000, 5000)
    first = stage.invoice()
    assert stage.read(lambda: get_document(first)).number_text == "2026-0001"
    stage.pay(2000, number)
    stage.do(lambda: write_off(stage.rae, number, amount=500, on=stage.today, reason="rounding"))
    month = figures(stage)
    assert (month.received, month.bridge_earlier, month.owed) == (2000, 2000, 2500 + 7800)
    stage.check_books()


def test_credit_pays_what_is_invoiced_here_and_was_not_received_here(stage):
    credit(stage)
    assert stage.credit_left() == 2500
    month = figures(stage)
    assert (month.received, month.client_credit, month.bridge_credit) == (0, 2500, 0)
    invoice = stage.invoice()
    stage.do(lambda: use_credit(stage.rae, invoice))
    month = figures(stage)
    assert (month.received, month.client_credit, month.bridge_credit, month.owed) == (0, 0, -2500, 5300)
    stage.check_books()


def test_sessions_left_are_used_at_checkout_and_earned_when_they_are_given(stage):
    number = package(stage)
    month = figures(stage)
    assert (month.deferred_packages, month.earned, month.owed, month.invoiced_gross) == (30_000, 0, 0, 0)
    session = stage.session()
    stage.do(lambda: checkout(stage.rae, session, payments=[], request_key="k", package_id=number))
    month = figures(stage)
    assert (month.deferred_packages, month.earned_packages, month.received) == (22_500, 7500, 0)
    document_id = stage.read(lambda: get_package(number).document_id)
    with pytest.raises(PackageUsed):
        stage.do(lambda: take_back(stage.rae, document_id, reason="wrong client"))
    stage.check_books()


def test_what_was_brought_over_wrongly_is_taken_back(stage):
    owed, paid = debt(stage), credit(stage)
    sold = stage.read(lambda: get_package(package(stage)).document_id)
    for number in (owed, sold):
        with pytest.raises(NotAnInvoice):
            stage.do(lambda number=number: credit_note(stage.rae, number, reason="wrong client"))
        note = stage.do(lambda number=number: take_back(stage.rae, number, reason="wrong client"))
        assert stage.read(lambda note=note: get_document(note).number_text) == f"OB-{note}"
    with pytest.raises(BroughtOver):
        stage.do(lambda: correct_method(stage.rae, paid, method=Method.CARD, reason="wrong"))
    stage.do(lambda: reverse_payment(stage.rae, paid, reason="wrong client"))
    month = figures(stage)
    assert (month.owed, month.client_credit, month.deferred_packages, month.received, month.invoiced_gross) == (0,) * 5
    assert [one.is_standing for one in stage.read(lambda: brought_over(stage.ann))] == [False] * 3
    debt(stage)
    credit(stage)
    stage.check_books()


def test_nothing_is_refunded_of_what_was_brought_over(stage):
    number = debt(stage)
    stage.pay(5000, number)
    with pytest.raises(NotPaidYet):
        stage.do(lambda: refund(stage.rae, number, amount=100, method=Method.CASH, request_key="r", reason="wrong"))


def test_once_a_client_and_reference_and_never_into_closed_books(stage):
    debt(stage)
    with pytest.raises(BroughtAlready):
        debt(stage, 100)
    credit(stage, reference="other")
    with pytest.raises(BroughtAlready):
        credit(stage, reference="other")
    for values in ({"amount": 0}, {"reference": " "}, {"on": stage.today + timedelta(days=1)},
                   {"due_on": stage.today + timedelta(days=400)}):
        with pytest.raises(Invalid):
            debt(stage, **{"reference": "R-18"} | values)
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version)
        get_practice().books_closed_on = stage.today - timedelta(days=1)
    with pytest.raises(BooksClosed):
        debt(stage, reference="R-18", on=stage.today - timedelta(days=1))


def test_the_desk_makes_no_credit_out_of_nothing(stage):
    number, rae, values = debt(stage), stage.people.rae, {"amount": 1, "on": stage.today, "reference": "x"}
    for verb in (lambda: bring_debt(rae, stage.ann, due_on=DUE, **values),
                 lambda: bring_credit(rae, stage.ann, **values),
                 lambda: bring_package(rae, stage.ann, treatment_id=stage.treatment, sessions=1, **values),
                 lambda: take_back(rae, number, reason="wrong client")):
        with pytest.raises(Forbidden), guard.acting(rae), transaction():
            verb()


def test_statement_receivables_and_journal_show_them(stage):
    owed, _paid = debt(stage), credit(stage)
    package(stage)
    lines = stage.read(lambda: statement_of(stage.ann, stage.today, stage.today)).lines
    assert [(line.entry, line.amount) for line in lines] == [
        (Entry.OPENING, 5000), (Entry.OPENING, 0), (Entry.OPENING, -2500)]
    assert [row.total for row in stage.read(lambda: owed_by_client(stage.today))] == [5000]
    with guard.acting(stage.people.olive):
        booked = [(entry.debit, entry.credit, entry.amount) for entry in journal(Period.parse("2026-11"))]
    assert sorted(booked) == [("clients", "opening", 5000), ("clients", "packages", 30_000),
                              ("opening", "clients", 30_000), ("opening", "credit", 2500)]
    clock.set_to(personas.NOW + timedelta(days=40))
    assert figures(stage, "2026-12").debt_before == 5000
    assert stage.open(owed) == 5000
