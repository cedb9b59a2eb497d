"""The ground the other tests stand on: both databases, each test on empty tables, real commits where asked for."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import func, select

from practice.access.actor import system
from practice.access.guard import acting, system_session
from practice.access.roles import Role
from practice.accounts.models import FirstRunCode, SignIn
from practice.accounts.services.first_run import new_code
from practice.accounts.services.users import add_user
from practice.audit.models import AuditRow
from practice.core.db import db, snapshot, transaction

ASKING = system("a test of the tests")
CODES = FirstRunCode.__table__
AUDIT = AuditRow.__table__
SIGN_INS = SignIn.__table__
PASSWORD = "a walk by the river"


def count(table) -> int:
    return db.session.connection().execute(select(func.count()).select_from(table)).scalar_one()


def write_code() -> str:
    with acting(ASKING), transaction():
        return new_code(ASKING)


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_writes_is_gone_for_the_next(database, time):
    assert count(CODES) == count(AUDIT) == 0
    write_code()
    write_code()
    assert (count(CODES), count(AUDIT)) == (1, 2)


def test_it_runs_on_the_database_it_says(database):
    assert db.session.get_bind().dialect.name == database.kind
    assert database.url.startswith(database.kind)


def test_a_failed_transaction_leaves_what_was_written_before(database):
    write_code()
    with pytest.raises(ZeroDivisionError), acting(ASKING), transaction():
        new_code(ASKING)
        raise ZeroDivisionError
    assert (count(CODES), count(AUDIT)) == (1, 1)


def test_readings_and_system_sessions_do_not_disturb_writing(database):
    assert count(CODES) == 0
    with acting(ASKING), transaction():
        with system_session("a look from the side") as session:
            assert session.execute(select(func.count()).select_from(CODES)).scalar_one() == 0
        new_code(ASKING)
        with system_session("another look") as session:
            assert session.execute(select(func.count()).select_from(CODES)).scalar_one() == 1
    with snapshot():
        assert count(CODES) == 1
    assert count(CODES) == 1


def test_a_request_keeps_what_it_writes_while_the_test_was_reading(client):
    """Signing in is a request that writes: the reading before it must not take that back."""
    with acting(ASKING), transaction():
        add_user(ASKING, name="Nora", email="nora@example.org", password=PASSWORD, roles={Role.OWNER})
    assert count(SIGN_INS) == 0
    answer = client.post("/sign-in", data={"email": "nora@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    assert count(SIGN_INS) == 1


@pytest.mark.requirement("csrf")
def test_a_request_without_its_token_is_refused(client):
    assert client.post("/sign-in", data={}, csrf=False).status_code == 400


def test_a_database_of_its_own_is_seen_by_other_connections(cloned_database):
    write_code()
    seen = []

    def look():
        with cloned_database.app.app_context():
            seen.append(count(CODES))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_database_of_its_own_is_seen_by_other_processes(cloned_database, tmp_path):
    write_code()
    done = subprocess.run(
        [sys.executable, "-m", "practice", "audit", "verify"],
        env=cloned_database.environ(tmp_path),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "The audit trail is whole."), done.stderr


@pytest.mark.only_on("sqlite", "says which files SQLite keeps")
def test_a_mark_keeps_a_test_to_one_database(database_kind):
    assert database_kind == "sqlite"


def test_a_run_on_one_database_leaves_out_what_belongs_to_the_other():
    """Also a test that runs on the other alone, of which nothing remains."""
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "--collect-only", "--database", "postgresql", __file__]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "what_a_test_writes_is_gone_for_the_next[postgresql-first]" in found and "[sqlite" not in found
    assert "a_mark_keeps_a_test_to_one_database" not in found
