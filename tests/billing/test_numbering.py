"""Numbers: no gap, no double, never back in time; at once, after failures, and after being killed."""
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from practice.access import guard
from practice.billing.models.documents import Document, DocumentKind, number_text
from practice.billing.queries.documents import expected_number, get_document
from practice.billing.services.documents import draft_invoice, issue_invoice
from practice.billing.services.numbering import DateGoesBack
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.models import Issuer
from practice.premises.queries import get_practice
from practice.premises.services import change_settings, save
from tests import personas
from tests.factories.billing import Stage

WORKER = """
import sys
from config import Config
from practice.access import guard
from practice.access.actor import system
from practice.app import create_app
from practice.billing.services.documents import LineInput, issue_invoice
from practice.core.db import transaction

with create_app(Config.from_environ()).app_context(), guard.acting(system("many at once")) as house:
    for turn in range(int(sys.argv[1])):
        try:
            with transaction():
                row = issue_invoice(house, client_id=int(sys.argv[2]),
                                    lines=[LineInput("Treatment", 7800, int(sys.argv[3]))])
                said = row.number_text
                if turn % 10 == 9:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
        print(said, flush=True)
"""


@pytest.fixture
def stage(people):
    return Stage(people)


def texts(stage, kind=DocumentKind.INVOICE) -> list[str]:
    return stage.read(lambda: list(db.session.scalars(
        select(Document.number_text).where(Document.kind == kind).order_by(Document.number, Document.id))))


def numbers() -> list[int]:
    return sorted(db.session.scalars(select(Document.number).where(Document.kind == DocumentKind.INVOICE)))


def test_each_kind_and_year_has_its_own_numbers(stage):
    first = stage.invoice()
    stage.invoice()
    stage.credit(first)
    with clock.frozen(datetime(2027, 1, 1, 0, 30, tzinfo=UTC)):
        stage.invoice()
    assert texts(stage) == ["2026-0001", "2027-0001", "2026-0002"]
    assert texts(stage, DocumentKind.CREDIT_NOTE) == ["C2026-0001"]


@pytest.mark.requirement("time")
def test_the_year_is_the_one_on_the_wall(stage):
    with guard.acting(stage.people.system), transaction():
        db.session.execute(text("UPDATE practice SET time_zone = 'Pacific/Auckland'"))
    with clock.frozen(datetime(2026, 12, 31, 11, 30, tzinfo=UTC)):
        number = stage.invoice()
    row = stage.read(lambda: get_document(number))
    assert row.number_text == "2027-0001" and row.issued_on.isoformat() == "2027-01-01"


def test_an_independent_therapist_has_numbers_of_their_own(stage):
    with guard.acting(stage.people.system), transaction():
        issuer = save(stage.people.system, Issuer, None, name="Theo Marsh", user_id=stage.people.theo.user_id).id
    stage.invoice()
    own = stage.do(lambda: issue_invoice(stage.rae, client_id=stage.ann, lines=[stage.line()],
                                         therapist_id=stage.people.theo.user_id))
    row = stage.read(lambda: get_document(own))
    assert row.number == 1 and row.issuer_id == issuer and row.issuer_head["name"] == "Theo Marsh"
    assert row.number_text.endswith("2026-0001") and row.number_text != "2026-0001"


@pytest.mark.requirement("gapless-numbers")
def test_what_failed_gives_its_number_back(stage):
    stage.invoice()
    with pytest.raises(ZeroDivisionError), guard.acting(stage.rae), transaction():
        issue_invoice(stage.rae, client_id=stage.ann, lines=[stage.line()])
        raise ZeroDivisionError
    stage.invoice()
    assert texts(stage) == ["2026-0001", "2026-0002"]


@pytest.mark.requirement("gapless-numbers")
def test_a_draft_takes_no_number(stage):
    with pytest.raises(ZeroDivisionError), guard.acting(stage.rae), transaction():
        row = draft_invoice(stage.rae, client_id=stage.ann, lines=[stage.line()])
        assert row.number is None and row.number_text is None and row.open_amount == 7800
        raise ZeroDivisionError
    stage.invoice()
    assert texts(stage) == ["2026-0001"]


def test_dates_do_not_go_back(stage):
    stage.invoice()
    with clock.frozen(personas.NOW - timedelta(days=1)), pytest.raises(DateGoesBack):
        stage.invoice()
    stage.invoice()
    assert texts(stage) == ["2026-0001", "2026-0002"]


def test_more_than_four_digits():
    assert number_text("2026-", 12345) == "2026-12345"


@pytest.mark.requirement("gapless-numbers")
def test_eight_threads_the_first_time_and_on(cloned_database):
    """The counter itself is made by whoever comes first."""
    clock.set_to(personas.NOW)
    stage, app, odd, start = Stage(personas.open_house()), cloned_database.app, [], threading.Barrier(8)

    def work(worker):
        with app.app_context():
            start.wait()
            for turn in range(6):
                try:
                    with guard.acting(stage.rae), transaction():
                        issue_invoice(stage.rae, client_id=stage.ann, lines=[stage.line()])
                        if (worker + turn) % 5 == 0:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    pass
                except Exception as error:
                    odd.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert odd == []
    found = stage.read(numbers)
    assert len(found) == 8 * 6 - sum((worker + turn) % 5 == 0 for worker in range(8) for turn in range(6))
    assert found == list(range(1, len(found) + 1))


@pytest.mark.requirement("gapless-numbers")
def test_processes_of_which_some_are_killed(cloned_database, tmp_path):
    """Every number a process printed is there; there is no gap, although half of the eight were killed at work."""
    stage = Stage(personas.open_house())
    environ = cloned_database.environ(tmp_path)
    command = [sys.executable, "-c", WORKER, "20", str(stage.ann), str(stage.tax)]
    files = [(tmp_path / f"said-{number}").open("w+") for number in range(8)]
    workers = [subprocess.Popen(command, env=environ, stdout=file) for file in files]
    while not all(Path(file.name).stat().st_size or worker.poll() for file, worker in zip(files, workers, strict=True)):
        time.sleep(0.02)  # until every one is at work
    for worker in workers[:4]:
        os.kill(worker.pid, signal.SIGKILL)
    assert [worker.wait(timeout=300) for worker in workers[4:]] == [0, 0, 0, 0]
    [worker.wait(timeout=300) for worker in workers[:4]]
    said = [line for file in files for line in Path(file.name).read_text().split()]
    [file.close() for file in files]
    with guard.acting(stage.rae):
        db.session.rollback()
        rows = dict(db.session.execute(select(Document.number, Document.number_text)).all())
    assert sorted(rows) == list(range(1, len(rows) + 1))
    assert set(said) <= set(rows.values()) and len(set(said)) == len(said) >= 4 * 18


def test_numbers_may_go_on_over_the_turn_of_the_year(stage):
    first = stage.invoice()
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_yearly_numbers=False)
    found = [first, stage.invoice()]
    with clock.frozen(personas.NOW + timedelta(days=60)):
        assert stage.read(lambda: expected_number(None, clock.now().date())) == "0002"
        found += [stage.invoice(), stage.credit(found[1])]
    assert [stage.read(lambda number=number: get_document(number).number_text) for number in found] == [
        "2026-0001", "0001", "0002", "C0001"]
    stage.check_books()
