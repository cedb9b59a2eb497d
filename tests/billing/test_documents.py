"""Invoices are snapshots; credit notes take them back to the last cent."""
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.billing.models.documents import Document, DocumentLine, DocumentState
from practice.billing.queries.documents import get_document
from practice.billing.services.credit_notes import AlreadyCredited, NotAnInvoice, PackageUsed, credit_note
from practice.billing.services.documents import content_hash, issue_invoice
from practice.billing.services.packages import use_package
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.premises.models import TaxCategory, TaxCode
from practice.premises.services import save
from practice.schedule.queries.appointments import get_appointment
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.mark.requirement("issued-immutable")
def test_an_invoice_is_a_snapshot(stage):
    number = stage.invoice()
    with guard.acting(stage.people.system), transaction():
        db.session.execute(text("UPDATE client SET last_name = 'Changed', street = 'elsewhere'"))
        db.session.execute(text("UPDATE issuer SET name = 'Changed'"))
        db.session.execute(text("UPDATE tax_code SET rate = 0"))
    row = stage.read(lambda: get_document(number))
    assert (row.net_amount, row.tax_amount, row.gross_amount, row.open_amount) == (6872, 928, 7800, 7800)
    assert row.billed_name == "Ann Doyle" and row.billed_address == "3 Quay\nD02 Dublin"
    assert row.issuer_head["name"] == "Linden Lane Massage"
    assert row.due_on == stage.today + timedelta(days=14) and row.issued_on == stage.today
    assert row.lines[0].recognised_on == stage.today and row.lines[0].tax_rate == 135000
    assert row.content_hash == content_hash(row)


def test_a_line_counts_on_the_day_of_its_service(stage):
    on = stage.today - timedelta(days=20)
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=[stage.line(service_on=on)]))
    note = stage.credit(number)
    assert stage.read(lambda: get_document(number)).lines[0].recognised_on == on
    assert stage.read(lambda: get_document(note)).lines[0].recognised_on == stage.today


def test_lines_of_several_taxes_add_up(stage):
    with guard.acting(stage.people.system), transaction():
        free = save(stage.people.system, TaxCode, None, name="Exempt", category=TaxCategory.EXEMPT, rate=0,
                    reason="Article 132(1)(c)").id
    lines = [stage.line(7800, discount=333, discount_reason="regular"), stage.line(1999, quantity=3000)]
    lines.append(type(lines[0])("Talk", 4000, free))
    number = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=lines))
    row = stage.read(lambda: get_document(number))
    assert row.gross_amount == 7800 - 333 + 3 * 1999 + 4000
    assert [(tax.rate, tax.net_amount + tax.tax_amount) for tax in row.taxes] == [(0, 4000), (135000, 13464)]
    assert row.lines[2].tax_reason == "Article 132(1)(c)"
    stage.check_books()


@pytest.mark.requirement("nobody-above", "issued-immutable")
@pytest.mark.parametrize("change", [
    "UPDATE document SET gross_amount = 1, net_amount = 1, tax_amount = 0", "UPDATE document SET billed_name = 'x'",
    "UPDATE document SET issuer_head = '{}'", "UPDATE document SET due_on = '2030-01-01'",
    "UPDATE document SET number_text = '2026-0009'", "UPDATE document SET state = 'draft', number = NULL",
    "UPDATE document_line SET text = 'x'", "UPDATE document_line SET net_amount = 1",
    "DELETE FROM document_line", "UPDATE document_tax SET tax_amount = 0", "DELETE FROM document_tax",
    "UPDATE payment SET amount = 1", "DELETE FROM payment", "UPDATE allocation SET amount = 1",
    "DELETE FROM allocation", "DELETE FROM document",
])
def test_the_database_keeps_what_was_issued(stage, change):
    stage.pay(7800, stage.invoice())
    refused = "document_issued|money_fixed|FOREIGN KEY|foreign key"
    with guard.acting(stage.people.system), pytest.raises(DBAPIError, match=refused), transaction():
        db.session.connection().execute(text(change))


@pytest.mark.parametrize("lines", [[], [{"discount": 7801, "discount_reason": "too much"}], [{"discount": 100}],
                                   [{"tax_code_id": 10**9}]])
def test_lines_that_cannot_be(stage, lines):
    made = [stage.line(**values) if "tax_code_id" not in values else type(stage.line())("x", 1, **values)
            for values in lines]
    with pytest.raises(Invalid):
        stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=made))


def test_an_unknown_client(stage):
    with pytest.raises(NotFound):
        stage.invoice(client_id=10**9)


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_who_may_not(stage, people, name):
    number, actor = stage.invoice(), getattr(people, name)
    with guard.acting(actor), pytest.raises(Forbidden), transaction():
        issue_invoice(actor, client_id=stage.ann, lines=[stage.line()])
    with guard.acting(actor), pytest.raises(Forbidden), transaction():
        credit_note(actor, number, reason="for fun")


def test_a_credit_note_takes_all_back(stage):
    number = stage.invoice(7800, 1999)
    stage.pay(3000, number)
    note = stage.credit(number)
    row, back = stage.read(lambda: (get_document(number), get_document(note)))
    assert row.state is DocumentState.VOID and row.open_amount == 0
    assert back.gross_amount == -9799 and back.refers_to_id == number and back.open_amount == 0
    assert [line.quantity for line in back.lines] == [-1000, -1000]
    assert stage.credit_left() == 3000
    stage.check_books()
    for again in (number, note):
        with pytest.raises((AlreadyCredited, NotAnInvoice)):
            stage.credit(again)


def test_a_credit_note_in_parts_and_the_last_takes_the_remainder(stage):
    number = stage.invoice(10_001)
    stage.pay(10_001, number)
    notes = [stage.credit(number, {1: 3333}), stage.credit(number, {1: 3333}), stage.credit(number)]
    rows = [stage.read(lambda n=n: get_document(n)) for n in notes]
    whole = stage.read(lambda: get_document(number))
    assert [row.gross_amount for row in rows] == [-3333, -3333, -3335]
    assert sum(row.tax_amount for row in rows) == -whole.tax_amount
    assert sum(row.net_amount for row in rows) == -whole.net_amount
    assert whole.state is DocumentState.VOID and stage.credit_left() == 10_001
    stage.check_books()


def test_a_part_lowers_what_is_open_first(stage):
    number = stage.invoice(7800)
    stage.pay(5000, number)
    stage.credit(number, {1: 2000})
    assert (stage.open(number), stage.credit_left()) == (800, 0)
    stage.credit(number, {1: 2000})
    assert (stage.open(number), stage.credit_left()) == (0, 1200)
    stage.check_books()


@pytest.mark.parametrize("amounts", [{}, {1: 0}, {1: 7801}, {1: -1}, {2: 100}, {1: True}, {1: 1.0}])
def test_parts_that_cannot_be(stage, amounts):
    number = stage.invoice()
    with pytest.raises(Invalid):
        stage.credit(number, amounts)


@pytest.mark.requirement("issued-immutable")
def test_a_credit_note_needs_a_reason(stage):
    number = stage.invoice()
    with pytest.raises(Invalid):
        stage.do(lambda: credit_note(stage.rae, number, reason=" x "))


def test_a_package_that_is_credited_is_over(stage):
    package = stage.package(3, 30_000)
    from practice.billing.models.packages import Package
    document = stage.read(lambda: db.session.get(Package, package).document_id)
    session = stage.session()
    stage.do(lambda: use_package(stage.rae, package, get_appointment(session), stage.treatment))
    with pytest.raises(PackageUsed):
        stage.credit(document)
    stage.credit(document, {1: 20_000})
    row = stage.read(lambda: db.session.get(Package, package))
    assert (row.sessions_left, row.value_left_amount) in [(0, 0), (2, 1)]
    stage.check_books()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gross=st.lists(st.integers(1, 30_000), min_size=1, max_size=4), parts=st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 15_000)), max_size=5), paid=st.integers(0, 40_000))
def test_parts_always_add_up_to_the_invoice(stage, gross, parts, paid):
    number = stage.invoice(*gross)
    if paid:
        stage.pay(paid, number)
    for position, amount in parts:
        try:
            stage.credit(number, {position: amount})
        except (Invalid, AlreadyCredited):
            continue
    try:
        stage.credit(number)
    except AlreadyCredited:
        pass
    assert stage.read(lambda: db.session.get(Document, number)).state is DocumentState.VOID
    assert stage.read(lambda: db.session.query(DocumentLine).count()) >= len(gross)
    stage.check_books()
