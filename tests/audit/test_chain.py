"""The audit trail: written with the thing itself, and any later change to it is found."""
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from practice.access import guard
from practice.access.actor import system
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import UnauditedWrite, db, transaction
from practice.core.errors import Invalid
from practice.transfer.services.reviewing import sign_review
from tests import personas
from tests.factories import clients
from tests.personas import NOW
from tests.plugins.statements import counted

ANYBODY = system("somebody who reads")


@pytest.fixture
def trail(people):
    """A few rows of history."""
    with guard.acting(people.system):
        for name in ("Ann", "Ben", "Cleo"):
            with transaction():
                clients.client(name, "Doyle")
        yield


def broken() -> list[tuple[int, str]]:
    return [(place.row_id, place.reason) for place in audit.verify(db.session())]


def tamper(statement: str, **values) -> None:
    """Change the table behind the application's back, past the triggers."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        for name in ("audit_row_no_update", "audit_row_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("ALTER TABLE audit_row DISABLE TRIGGER audit_row_no_change")
    connection.execute(text(statement), values)


@pytest.mark.requirement("audit-chain")
def test_an_untouched_trail_is_whole(trail):
    assert db.session.query(AuditRow).count() > 5
    assert broken() == []


@pytest.mark.requirement("nobody-above", "audit-chain")
def test_rows_are_append_only_for_the_application(trail):
    with pytest.raises(Exception, match="audit_row_append_only"):
        db.session.connection().execute(text("DELETE FROM audit_row WHERE id = 2"))


@pytest.mark.requirement("audit-chain")
def test_an_edited_row_is_found(trail):
    tamper("UPDATE audit_row SET action = 'nothing.happened' WHERE id = 3")
    assert (3, "changed") in broken()


@pytest.mark.requirement("audit-chain")
def test_a_deleted_row_is_found(trail):
    tamper("DELETE FROM audit_row WHERE id = 3")
    assert (3, "missing") in broken()


@pytest.mark.requirement("audit-chain")
def test_reordered_rows_are_found(trail):
    tamper("UPDATE audit_row SET id = 1000 WHERE id = 3")
    tamper_again = "UPDATE audit_row SET id = 3 WHERE id = 4"
    db.session.connection().execute(text(tamper_again))
    assert broken() != []


@pytest.mark.requirement("audit-chain")
def test_a_cut_off_end_is_found(trail):
    last = db.session.query(AuditRow).count()
    tamper("DELETE FROM audit_row WHERE id = :last", last=last)
    assert broken() == [(last, "cut off")]


def broken_in(first: int, last: int) -> list[tuple[int, str]]:
    return [(place.row_id, place.reason) for place in audit.verify_part(db.session(), first, last)]


@pytest.mark.requirement("complaint-pack", "audit-chain")
def test_a_part_of_the_trail_is_checked_alone(trail):
    last = db.session.query(AuditRow).count()
    assert broken_in(1, last) == broken_in(3, last) == []
    assert broken_in(3, last + 1) == [(last + 1, "missing")]
    tamper("UPDATE audit_row SET address = 'elsewhere' WHERE id = 4")
    db.session.connection().execute(text("DELETE FROM audit_row WHERE id = 3"))
    assert broken_in(1, 2) == broken_in(6, last) == []
    assert {(3, "missing"), (4, "changed")} <= set(broken_in(2, last))


def broken_between(first_at, last_at) -> list[str]:
    return [place.reason for place in audit.verify_between(db.session(), first_at, last_at)]


@pytest.mark.requirement("complaint-pack", "audit-chain")
@pytest.mark.parametrize("is_followed", [True, False])
@pytest.mark.parametrize("lost", ["id = :last", "id > 2 AND id <= :last"])
def test_rows_missing_at_the_end_of_a_time_are_found(trail, people, is_followed, lost):
    """Of a month of which the last row is gone, or every one."""
    last, later = db.session.query(AuditRow).count(), NOW + timedelta(days=2)
    tamper("UPDATE audit_row SET at = :before WHERE id <= 2", before=str(NOW - timedelta(days=1)))
    if is_followed:
        with guard.acting(people.system), clock.frozen(later), transaction():
            clients.client("Dan", "Doyle")
    assert broken_between(NOW + timedelta(days=1), later) == broken_between(later, later + timedelta(days=1)) == []
    db.session.connection().execute(text(f"DELETE FROM audit_row WHERE {lost}"), {"last": last})
    assert "missing" in broken_between(NOW, NOW + timedelta(days=1))


@pytest.mark.requirement("complaint-pack", "audit-chain")
def test_a_month_that_does_not_hold_is_signed_for_with_words_only(trail, people):
    with clock.frozen(NOW + timedelta(days=20)), guard.acting(people.olive), transaction():
        tamper("UPDATE audit_row SET address = 'elsewhere' WHERE id = 4")
        with pytest.raises(Invalid):
            sign_review(people.olive, "2026-11", words="Fine")
        assert not sign_review(people.olive, "2026-11", words="The data protection officer is told").is_whole


@pytest.mark.requirement("audit-complete")
def test_a_change_without_a_record_is_refused(people, acting):
    acting(people.system)
    with transaction():
        row = clients.client("Dan", "Doyle")
        row_id = row.id
    with pytest.raises(UnauditedWrite), transaction():
        db.session.get(clients.Client, row_id).city = "Cork"
    assert db.session.get(clients.Client, row_id).city == ""


@pytest.mark.requirement("audit-complete")
def test_nothing_of_a_failed_transaction_is_recorded(trail, people, acting):
    acting(people.system)
    before = db.session.query(AuditRow).count()
    with pytest.raises(ZeroDivisionError), transaction():
        clients.client("Eve", "Doyle")
        raise ZeroDivisionError
    assert db.session.query(AuditRow).count() == before
    assert broken() == []


def read() -> None:
    with transaction(is_of_reading=True):
        audit.record(ANYBODY, "brief.read", client_id=1)


def read_one() -> tuple[int, list]:
    """How many rows one reading adds, and where the chain does not hold after it."""
    before = db.session.query(AuditRow).count()
    read()
    return db.session.query(AuditRow).count() - before, broken()


@pytest.mark.requirement("audit-complete", "audit-chain")
@pytest.mark.parametrize("seen", ["the end", "an older end", "another trail", "another row of that number"])
def test_a_reading_is_recorded_once_wherever_the_trail_was_seen_to_end(trail, people, acting, monkeypatch, seen):
    acting(people.system)
    count, last = db.session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).one()
    older = db.session.scalar(select(AuditRow.hash).where(AuditRow.id == count - 1))
    monkeypatch.setattr(audit, "_seen", {"the end": (count, last), "an older end": (count - 1, older),
                                         "another trail": (0, audit.START),
                                         "another row of that number": (count, older)}[seen])
    assert read_one() == (1, [])
    assert read_one() == (1, [])


def test_a_reading_is_one_statement_on_a_server(trail, people, acting):
    acting(people.system)
    read()
    with counted() as statements:
        read()
    asked = [one for one in statements if "audit_" in one]
    if db.engine.dialect.name == "postgresql":
        assert len(asked) == 1 and "FOR UPDATE" not in asked[0]
    else:
        assert len(asked) == 3, "on SQLite: the end of the trail, the row, the end moves on"


@pytest.mark.requirement("audit-complete")
def test_a_reading_that_fails_leaves_nothing_behind(trail, people, acting):
    acting(people.system)
    before = db.session.query(AuditRow).count()
    db.session.rollback()
    with pytest.raises(ZeroDivisionError), transaction(is_of_reading=True):
        audit.record(ANYBODY, "brief.read", client_id=1)
        raise ZeroDivisionError
    with transaction():
        audit.record(ANYBODY, "room.change")
    assert db.session.query(AuditRow).count() == before + 1


@pytest.mark.requirement("audit-complete", "audit-chain", "never-locked")
def test_readings_and_changes_at_once_make_one_chain(cloned_database):
    """Eight threads, ten readings and ten changes each."""
    people, failures = personas.open_house(), []
    with guard.acting(people.system):
        before = db.session.query(AuditRow).count()

    def work():
        try:
            with cloned_database.app.app_context(), guard.acting(people.system):
                for _time in range(10):
                    read()
                    with transaction():
                        audit.record(ANYBODY, "room.change")
        except Exception as error:  # seen by the test, not by the thread
            failures.append(error)

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with guard.acting(people.system):
        assert db.session.query(AuditRow).count() == before + 160
        assert broken() == []
