"""Reading money: how clients and documents stand, and lists that an index gives in order."""
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.billing.models.payments import Method
from practice.billing.queries import lists
from practice.billing.queries.accounts import account_of
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import (
    credit_of,
    expected_number,
    get_document,
    open_of_clients,
    parts_of,
    state_of,
)
from practice.billing.queries.lists import Search, Shown
from practice.billing.states import PaymentState
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from tests import personas
from tests.factories.billing import Stage


@pytest.fixture
def stage(people):
    return Stage(people)


def test_how_a_client_stands(stage):
    first, second = stage.invoice(), stage.invoice(1000)
    stage.pay(2000, first)
    stage.pay(500)
    stage.package(4, 10_000)
    account = stage.read(lambda: account_of(stage.ann, stage.today))
    assert account.owed == 5800 + 1000 + 10_000 and account.credit == 500
    assert [row.id for row in account.open_documents][:2] == [first, second]
    assert [row.sessions_left for row in account.packages] == [4]
    assert account.treatment_names == {stage.treatment: "Deep tissue 60"}
    assert [row.number for row in account.recent] == [3, 2, 1]
    nobody = stage.read(lambda: account_of(stage.client("Ben", "Okafor"), stage.today))
    assert (nobody.owed, nobody.credit, nobody.packages, nobody.recent) == (0, 0, [], [])


def test_states_follow_the_money(stage):
    number = stage.invoice()

    def state(today=stage.today):
        return stage.read(lambda: state_of(get_document(number), today))

    assert state() == PaymentState.UNPAID
    assert state(stage.today + timedelta(days=14)) == PaymentState.UNPAID
    assert state(stage.today + timedelta(days=15)) == PaymentState.OVERDUE
    stage.pay(100, number)
    assert state() == PaymentState.PART_PAID
    stage.pay(7700, number)
    assert state(stage.today + timedelta(days=99)) == PaymentState.PAID
    note = stage.credit(number)
    assert state() == "void" and stage.read(lambda: state_of(get_document(note), stage.today)) == ""
    assert [part.amount for part in stage.read(lambda: parts_of(number))] == [100, 7700, 7800, -7700, -100]


def test_the_number_that_comes_next(stage):
    assert stage.read(lambda: expected_number(stage.people.theo.user_id, stage.today)) is None
    stage.invoice()
    assert stage.read(lambda: expected_number(stage.people.theo.user_id, stage.today)) == "2026-0002"


def test_what_payments_paid(stage):
    first, second = stage.invoice(1000), stage.invoice(1000)
    payment = stage.do(lambda: stage_pay_oldest(stage, 1500))
    found = stage.read(lambda: lists.paid_by([payment]))[payment]
    assert [one.document_id for one in found] == [first, second] and found[0].billed_name == "Ann Doyle"
    stage.credit(first)
    assert [one.document_id for one in stage.read(lambda: lists.paid_by([payment]))[payment]] == [second]


def stage_pay_oldest(stage, amount):
    from practice.billing.services.payments import take_payment
    return take_payment(stage.rae, client_id=stage.ann, amount=amount, method=Method.CASH, request_key="o",
                        is_for_oldest=True)


@pytest.mark.requirement("bounded")
def test_counting_ends_somewhere(stage, monkeypatch):
    for _each in range(3):
        stage.invoice(100)
    of_today, overdue = Search(Shown.TODAY), Search(Shown.OVERDUE)

    def counted(person=stage.rae):
        with guard.acting(person):
            return lists.tallies([Search(Shown.OPEN), overdue, of_today, of_today], stage.today)

    assert counted() == {Search(Shown.OPEN): lists.Tally(3, 300, True), overdue: lists.Tally(0, 0, True),
                         of_today: lists.Tally(3, 300, True)}
    with pytest.raises(NoReadGrant):
        counted(stage.people.theo)
    monkeypatch.setattr(lists, "COUNTED", 2)
    tally = counted()[Search(Shown.OPEN)]
    assert tally.count == 2 and not tally.is_all


@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("more", [{}, {"prefix": "2026-"}, {"numbers": ("2026-0001",)}, {"client_ids": (1, 2)},
                                  {"first": personas.NOW.date()}])
def test_pages_meet_without_gap_or_double(stage, shown, more):
    for days in (40, 20, 20, 0, 0):
        with clock.frozen(personas.NOW - timedelta(days=days)):
            paid = stage.invoice(100)
    stage.pay(100, paid)
    search = Search(shown, **{**more, "client_ids": (stage.ann,)} if "client_ids" in more else more)
    with guard.acting(stage.rae):
        whole = [row.id for row in lists.list_documents(search, stage.today).rows]
        found, after = [], None
        while True:
            page = lists.list_documents(search, stage.today, after=after, limit=2)
            found += [row.id for row in page.rows]
            if not page.has_after:
                break
            after = lists.key_of(page.rows[-1], search)
        assert found == whole
        if len(whole) > 2:
            back = lists.list_documents(search, stage.today, before=lists.key_of(page.rows[0], search), limit=2)
            assert [row.id for row in back.rows] == whole[:whole.index(page.rows[0].id)][-2:]


def plan(statement) -> str:
    """How the database means to find the rows."""
    kind = db.session.get_bind().dialect.name
    dialect = sqlite.dialect() if kind == "sqlite" else postgresql.dialect()
    written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    connection = db.session.connection()
    if kind == "sqlite":
        return "\n".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}")))
    for way in ("seqscan", "bitmapscan", "sort"):  # what a planner picks for five rows says nothing
        connection.execute(text(f"SET LOCAL enable_{way} = off"))
    return "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN {written}")))


@pytest.mark.parametrize(("search", "index"), [
    (Search(), "ix_document_issued_on_id"), (Search(Shown.PAID), "ix_document_issued_on_id"),
    (Search(Shown.OPEN), "ix_document_open"), (Search(Shown.OVERDUE), "ix_document_open"),
    # Of one day the ids are the order: PostgreSQL may take the key of a table with five rows.
    (Search(Shown.TODAY), "ix_document_issued_on_id|pk_document"),
    (Search(prefix="2026-00"), "uq_document_number_text|autoindex"),
    (Search(first=personas.NOW.date()), "ix_document_issued_on_id"),
])
def test_every_list_has_its_index(stage, search, index):
    """A page is read from an index in order, whatever the number of documents."""
    stage.invoice()
    with guard.acting(stage.people.system):
        column, is_descending = lists._order(search)
        order = (column.desc(), lists.Document.id.desc()) if is_descending else (column, lists.Document.id)
        chosen = lists._matching(search, stage.today).order_by(*order).limit(26)
        found = plan(chosen.with_only_columns(lists.Document.id, lists.Document.open_amount))
    assert any(name in found for name in index.split("|")), found
    if "prefix" not in str(search) or search.prefix is None:
        assert "TEMP B-TREE" not in found and "Sort" not in found, found


@pytest.mark.requirement("own-rows")
def test_foreign_and_unknown_rows(stage, people):
    number = stage.invoice()
    for name in ("theo", "tara"):
        with guard.acting(getattr(people, name)), pytest.raises(NoReadGrant):
            get_document(number)
        with guard.acting(getattr(people, name)), pytest.raises(NoReadGrant):
            credit_of(stage.ann)
    with pytest.raises(NotFound):
        stage.read(lambda: get_document(10**9))
    assert stage.read(lambda: open_of_clients([10**9])) == {}
    assert stage.read(lambda: charged([10**9])) == set()
