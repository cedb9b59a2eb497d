"""What breaks under the practice: no room, no writing, no connection, conflicts, a clock that is set back.

Each time: a clear sentence with a number, no false success, and the next click works again.
"""
import contextlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, make_url, select, text

from practice.access import guard
from practice.audit.services import verify
from practice.clients.models import Client
from practice.clients.services import register_client
from practice.core import clock
from practice.core.db import db, snapshot, transaction
from tests import personas
from tests.plugins import postgres
from tests.plugins.people import sign_in

NAMES = ("Aoife Byrne", "Zoltan Kiss", "Mei Tan", "Olu Ade", "Ines Prado", "Bjarne Lund", "Dua Xhaka", "Hugo Farr",
         "Wanda Mroz", "Tariq Jabr", "Quincy Vole", "Ylva Skog", "Sefa Tuala", "Ennio Gatti")  # nobody like another

@pytest.fixture
def rae(cloned_database):
    """Reception, signed in, on a database of its own; errors are answered as a server does."""
    clock.set_to(personas.NOW)
    personas.open_house()
    db.session.remove()
    cloned_database.app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = sign_in(cloned_database.app.test_client(), "rae")
    assert browser.get("/").status_code == 200
    yield browser
    cloned_database.app.config["PROPAGATE_EXCEPTIONS"] = None


def register(browser) -> tuple[int, str]:
    """Somebody new every time, whether or not it succeeds; with an address, so that it takes room."""
    browser.turn = getattr(browser, "turn", -1) + 1
    first, last = NAMES[browser.turn].split()
    answer = browser.post("/clients/new", data={"first_name": first, "last_name": last, "reminder_channel": "none",
                                                "street": f"{last} Road " * 10})
    return answer.status_code, answer.get_data(as_text=True)


def registered() -> int:
    with guard.acting(personas.system("looking")):
        found = db.session.scalar(select(func.count(Client.id)))
        db.session.rollback()
    return found


def is_refused(code: int, page: str) -> bool:
    """Said to be nobody's fault, with what happened and a number; nothing of the inside is shown."""
    return (code == 503 and "Nothing of this step was saved" in page and bool(re.search(r"\b[0-9a-f]{8}\b", page))
            and not re.search(r"sqlite|psycopg|SELECT|INSERT|Traceback", page))


@contextmanager
def setting(name: str, value: str):
    """A setting of SQLite on every connection there is and comes."""
    from sqlalchemy import event

    def put(connection, *_record):
        connection.execute(f"PRAGMA {name}={value}")

    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", put)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", put)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def no_room(url: str):
    """The database file may not grow by another page: SQLite's own word for it is that the disk is full. PostgreSQL
    keeps the clients on a disk of their own, which something else has filled."""
    if not url.startswith("sqlite"):
        with small_disk(url) if may_mount() else said_to_be_full(url):
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text("VACUUM"))
        pages = connection.scalar(text("PRAGMA page_count"))
    with setting("max_page_count", str(pages)):
        yield


def may_mount() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and not subprocess.call(["unshare", "--mount", "true"])


@contextmanager
def small_disk(url: str):
    """A file system of a megabyte with the table of clients on it, and no room left."""
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False)) as connection:
        owner = os.stat(connection.execute("SHOW data_directory").fetchone()[0]).st_uid
    db.session.remove()
    db.engine.dispose()
    folder = postgres.temporary_folder("practice-small-disk-")
    folder.chmod(0o755)
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=1m,uid={owner},mode=700", "tmpfs", disk], check=True)
    name = f"small_{make_url(url).database}"
    try:
        (disk / "data").mkdir()
        os.chown(disk / "data", owner, -1)
        postgres.run(url, f"CREATE TABLESPACE {name} LOCATION '{disk / 'data'}'",
                     "ALTER TABLE client SET (fillfactor = 10)", f"ALTER TABLE client SET TABLESPACE {name}")
        with open(disk / "something else", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        yield
        (disk / "something else").unlink()
    finally:
        postgres.run(url, "ALTER TABLE client SET TABLESPACE pg_default", "CHECKPOINT", f"DROP TABLESPACE {name}")
        subprocess.run(["umount", "--lazy", disk], check=True)  # the server may have it open still
        shutil.rmtree(folder)


@contextmanager
def said_to_be_full(url: str):
    """Where no disk can be mounted, PostgreSQL raises its own error for it, from a trigger."""
    postgres.run(url, """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'made up' USING ERRCODE = 'disk_full'; END $$""",
                 "CREATE TRIGGER full_disk BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION full_disk()")
    try:
        yield
    finally:
        postgres.run(url, "DROP TRIGGER full_disk ON client")


@contextmanager
def read_only(url: str):
    """As after a fault of the disk, when it can be read and no more."""
    if url.startswith("sqlite"):
        with setting("query_only", "ON"):
            yield
        return
    name = make_url(url).database
    postgres.run(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    db.engine.dispose()
    try:
        yield
    finally:
        postgres.run(postgres.named(url, "postgres"), f"ALTER DATABASE {name} RESET default_transaction_read_only")
        db.session.remove()
        db.engine.dispose()


def cut_off(url: str) -> None:
    """What a restart of the server does to whoever is connected."""
    postgres.run(postgres.named(url, "postgres"), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                 f"WHERE datname = '{make_url(url).database}'")


@pytest.mark.requirement("faults")
def test_a_full_disk(cloned_database, rae):
    house = personas.system("filling up")
    with guard.acting(house), transaction():
        for number in range(60):  # a page of the file is not begun with one client
            register_client(house, first_name=f"Client {number}", last_name=f"Number {number}")
    nothing_is_taken_while(no_room(cloned_database.url), rae)


@pytest.mark.requirement("faults")
def test_a_disk_that_can_only_be_read(cloned_database, rae):
    nothing_is_taken_while(read_only(cloned_database.url), rae)


def nothing_is_taken_while(fault, rae) -> None:
    with fault:
        code, page = next(answer for answer in iter(lambda: register(rae), None) if answer[0] != 302)
        before = registered()
        assert is_refused(code, page), (code, page[-2000:])
        assert is_refused(*register(rae)) and registered() == before
    assert register(rae)[0] == 302 and registered() == before + 1


@pytest.mark.requirement("faults", "never-locked")
@pytest.mark.only_on("postgresql", "SQLite has no server that could go away")
def test_postgresql_goes_away_and_comes_back(cloned_database, rae):
    """Every connection is cut between two clicks, as by a restart; at most the one click in between is refused."""
    assert register(rae)[0] == 302
    for _time in range(3):
        before = registered()
        cut_off(cloned_database.url)
        code, page = register(rae)
        assert code == 302 or is_refused(code, page), (code, page[-2000:])
        assert registered() == before + (code == 302)
        assert register(rae)[0] == 302


@pytest.mark.requirement("never-locked")
@pytest.mark.only_on("postgresql", "SQLite lets one write at a time")
@pytest.mark.parametrize(("failures", "code"), [(2, 302), (3, 503)])
def test_a_serialization_error_is_tried_again(cloned_database, rae, failures, code):
    """PostgreSQL raises its own error, from a trigger that counts outside the transaction: twice is not noticed."""
    postgres.run(cloned_database.url, "CREATE SEQUENCE trips", f"""
        CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('trips') <= {failures} THEN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END IF;
            RETURN NEW; END $$""", "CREATE TRIGGER trip BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION trip()")
    assert register(rae)[0] == code
    assert registered() == (code == 302)
    assert register(rae)[0] == 302


@pytest.mark.requirement("faults")
def test_a_clock_that_is_set_back(cloned_database, rae):
    """Nobody is signed out or locked out, what is written stands, and the trail keeps its order."""
    assert register(rae)[0] == 302
    clock.set_to(personas.NOW - timedelta(hours=3))
    assert rae.get("/").status_code == 200
    assert register(rae)[0] == 302 and registered() == 2
    clock.set_to(personas.NOW + timedelta(minutes=1))
    assert register(rae)[0] == 302
    with guard.acting(personas.system("looking")), snapshot() as session:
        assert list(verify(session)) == []
