"""Nothing that was acknowledged is lost when the server is killed in the middle of its work, twenty times."""

import json
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.billing.models.documents import Document, Series
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.services.checkout import checkout
from practice.clients.models import Care, CareReason
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.queries import main_location_id
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState
from practice.sessions.models import SessionNote
from practice.sessions.queries.notes import content_of
from tests import personas
from tests.factories import clients, schedule, sessions
from tests.factories.billing import Stage
from tests.plugins.browsers import serving
from tests.plugins.commands import Command
from tests.plugins.databases import ROOT

KILLS = 20
MOST_SERVERS = 40
EACH = 1200  # sessions for each of the two clients: more than they get through
LOSS_SECONDS = 2.0  # until a client must have noticed that its server died
PATIENCE = 120.0  # seconds until a client must have written something


@pytest.mark.requirement("durable")
def test_kill_minus_nine(cloned_database, tmp_path):
    numbers = set_stage()
    port_file = tmp_path / "port"
    books = {kind: tmp_path / f"{kind}.book" for kind in ("notes", "checkouts")}
    processes, kills, rng = [], 0, random.Random(9)
    try:
        for _server in range(MOST_SERVERS):
            with serving(cloned_database, tmp_path) as server:
                draft = tmp_path / "port.new"
                draft.write_text(server.url.rpartition(":")[2])
                draft.replace(port_file)
                if not processes:
                    processes = [start(cloned_database.app, kind, port_file, books[kind], numbers[kind])
                                 for kind in books]
                lost_before = lost(books)
                wait_for_writes(books, processes)
                time.sleep(rng.uniform(0.0, 0.25))
                server.process.kill()
                server.process.wait()
                kills += wait_for_loss(books, lost_before)
            if kills == KILLS:
                break
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert kills == KILLS, "requests were open at too few of the kills"
    told = {kind: [line for line in read(book) if line["what"] == "written"] for kind, book in books.items()}
    assert min(len(lines) for lines in told.values()) > KILLS
    db.session.remove()
    with guard.acting(personas.system("looking")):
        check_notes(told["notes"])
        check_invoices({line["appointment"] for line in told["checkouts"]})
    check_trail(cloned_database, tmp_path)


@pytest.mark.requirement("durable")
def test_the_checker_notices_what_is_missing(people):
    """A note that stands at an earlier save, one that is not there, a checkout without its invoice, a gap."""
    stage = Stage(people)
    with guard.acting(people.theo):
        note = sessions.signed(people.theo, stage.session(), sessions.words("turn 3"))
        told = db.session.get(SessionNote, note).appointment_id
    charged = stage.session()
    stage.do(lambda: checkout(stage.rae, charged, payments=[(Method.CARD, 7800)], request_key="kept"))
    with guard.acting(people.system):
        check_notes([{"appointment": told, "turn": 3}])
        check_invoices({charged})
        for wrong in ([{"appointment": told, "turn": 4}], [{"appointment": charged, "turn": 1}]):
            with pytest.raises(AssertionError):
                check_notes(wrong)
        with pytest.raises(AssertionError):
            check_invoices({charged, told})
    with guard.acting(people.system), transaction():
        db.session.scalars(select(Series)).one().next_number += 1
        audit.record(people.system, "a number is lost")
    with guard.acting(people.system), pytest.raises(AssertionError):
        check_invoices({charged})


# --- what is killed ---------------------------------------------------------------------------------------------


def set_stage() -> dict[str, list[int]]:
    """The cast, and sessions that are done: their numbers for each client of the test."""
    people = personas.open_house()
    now = clock.now()
    with guard.acting(people.system), transaction():
        treatment_id = schedule.treatment("Classic 60").id
        person_id = clients.client("Ann", "Doyle").id
        db.session.add(Care(client_id=person_id, user_id=people.theo.user_id, from_at=now - timedelta(days=400),
                            until_at=now + timedelta(days=30), reason=CareReason.BOOKING))
        rows = [done_session(person_id, people.theo.user_id, treatment_id, now - timedelta(hours=number + 2))
                for number in range(2 * EACH)]
        db.session.add_all(rows)
        db.session.flush()
        audit.record(people.system, "stage.set", client_id=person_id)
        numbers = [row.id for row in rows]
    db.session.remove()
    return {"notes": numbers[:EACH], "checkouts": numbers[EACH:]}


def done_session(client_id: int, therapist_id: int, treatment_id: int, starts_at) -> Appointment:
    ends_at = starts_at + timedelta(minutes=50)
    return Appointment(client_id=client_id, user_id=therapist_id, treatment_id=treatment_id, starts_at=starts_at,
                       location_id=main_location_id(), ends_at=ends_at, busy_until_at=ends_at,
                       on_date=clock.local_date(starts_at, "Europe/Dublin"), state=AppointmentState.DONE,
                       state_at=ends_at, booked_at=starts_at)


def start(app, kind: str, port_file: Path, book: Path, numbers: list[int]) -> subprocess.Popen:
    """One client, with the addresses of its form and of what it writes to."""
    book.touch()
    pages = app.url_map.bind("localhost")
    form, writing = {"notes": ("notes.edit", "notes.save"), "checkouts": ("checkout.page", "checkout.page")}[kind]
    addresses = [pages.build(form, {"appointment_id": numbers[0]}),
                 pages.build(writing, {"appointment_id": 0}).replace("0", "{}")]
    return subprocess.Popen([sys.executable, "-m", "tests.house.kill_client", kind, str(port_file), str(book),
                             *addresses, *map(str, numbers)], cwd=ROOT)


def read(book: Path) -> list[dict]:
    """The lines of a book; one that is just being written is left out."""
    text = book.read_text()
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]


def lost(books: dict[str, Path]) -> int:
    return sum(line["what"] == "lost" for book in books.values() for line in read(book))


def wait_for_writes(books: dict[str, Path], processes) -> None:
    """Until both clients have something written by this server."""
    before = {kind: book.stat().st_size for kind, book in books.items()}
    until = time.monotonic() + PATIENCE
    while any(book.stat().st_size == before[kind] for kind, book in books.items()):
        assert all(process.poll() is None for process in processes), "a client has stopped"
        assert time.monotonic() < until, "a client writes nothing"
        time.sleep(0.005)


def wait_for_loss(books: dict[str, Path], before: int) -> int:
    """1 when a request was open as the server died, else 0."""
    until = time.monotonic() + LOSS_SECONDS
    while time.monotonic() < until:
        if lost(books) > before:
            return 1
        time.sleep(0.01)
    return 0


# --- what must be there -----------------------------------------------------------------------------------------


def check_notes(told: list[dict]) -> None:
    """Each note stands at the last save that was acknowledged, or at a later one nobody heard of."""
    last = {line["appointment"]: line["turn"] for line in told}
    stored = {row.appointment_id: row for row in db.session.scalars(select(SessionNote))}
    assert last.keys() <= stored.keys()
    for number, turn in last.items():
        assert int(content_of(stored[number]).subjective.removeprefix("turn ")) >= turn


def check_invoices(told: set[int]) -> None:
    """Each acknowledged checkout has its one invoice, paid in full; the numbers count up without gap or double."""
    documents = list(db.session.scalars(select(Document)))
    charged = [row.appointment_id for row in documents]
    assert told <= set(charged) and len(charged) == len(set(charged))
    assert sorted(row.number for row in documents) == list(range(1, len(documents) + 1))
    assert db.session.scalars(select(Series.next_number)).all() == [len(documents) + 1]
    assert {row.open_amount for row in documents} == {0}
    assert len(db.session.scalars(select(Payment)).all()) == len(documents)
    paid = {row.document_id: row.amount for row in db.session.scalars(select(Allocation))}
    assert paid == {row.id: row.gross_amount for row in documents}
    recorded = db.session.scalars(select(AuditRow.entity_id).where(AuditRow.action == "invoice.issue")).all()
    assert sorted(recorded) == sorted(row.id for row in documents)


def check_trail(database, folder: Path) -> None:
    code, said, wrong = Command("audit", "verify", environ=database.environ(folder)).finish()
    assert code == 0 and "whole" in said, said + wrong
