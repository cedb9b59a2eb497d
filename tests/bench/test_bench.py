"""The bench: what it loads is a whole practice, and what it says of its times is what it measured."""

import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select

from practice.access import guard
from practice.access.actor import staff, system
from practice.access.roles import Role
from practice.accounts.models import User
from practice.audit.services import verify
from practice.billing.models.documents import Document
from practice.billing.models.payments import Method
from practice.billing.services.checkout import checkout
from practice.clients.queries import find_clients
from practice.core import clock
from practice.core.db import Base, db, snapshot, transaction
from practice.ops import triggers
from practice.ops.bench import lists, load, measure, months, papers, places, prepare, report, serving
from practice.ops.bench.browser import Browser
from practice.ops.bench.sizes import SIZES, Size
from practice.ops.bench.stage import DESK, OWNER, PASSWORD
from practice.ops.books.closings import held_at_the_end
from practice.reports.models import ClosedMonth
from practice.reports.period import Period
from practice.sessions.models import SessionNote
from practice.sessions.queries.notes import is_intact

DAY = date(2026, 11, 17)
TINY = Size("T", 60, 900, 2, 12)


@pytest.fixture
def filled(cloned_database):
    """A very small bench database; the clock stands at the moment the bench asks."""
    clock.set_to(measure.noon(DAY))
    prepare.fill(TINY, DAY, Progress(disable=True))
    yield cloned_database
    db.session.remove()


def test_what_is_loaded_is_whole(filled):
    with snapshot() as session:
        counts = load.count_rows(session.connection())
        assert list(verify(session)) == []
        if filled.kind == "sqlite":
            assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
            found = {name for (name,) in session.connection().exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')")}
            assert set(triggers.SQLITE_TRIGGERS) <= found
            assert {index.name for table in Base.metadata.tables.values() for index in table.indexes} <= found
    assert counts["client"] == TINY.clients and counts["appointment"] == counts["care"] == TINY.sessions
    assert counts["session_note"] > counts["document"] == counts["document_line"] > counts["payment"]
    assert counts["payment"] == counts["allocation"] > 800
    with guard.acting(system("looking")):
        notes = db.session.scalars(select(SessionNote)).all()
        assert all(is_intact(note) for note in notes) and "better than last time" in notes[0].content
        assert find_clients("ana") and find_clients("c7@")


def test_work_goes_on_in_it(filled):
    waiting = prepare.uncharged(100)
    assert len(waiting) == TINY.uncharged
    with guard.acting(system("looking")):
        actor = staff(db.session.scalar(select(User.id).where(User.email == DESK)), {Role.RECEPTION})
    with guard.acting(actor), transaction():
        last = db.session.scalar(select(func.max(Document.number)).where(Document.series_id == DAY.year))
        receipt = checkout(actor, waiting[0], payments=[(Method.CARD, 7_500)], request_key="first")
        assert db.session.get(Document, receipt.document_id).number == last + 1
    assert prepare.uncharged(100) == waiting[1:]


@contextmanager
def exporting(port: int):
    """Somebody saves the list of appointments again and again; gives the (code, lines) of each."""
    taken, is_over, browser = [], threading.Event(), Browser(port)
    browser.sign_in(OWNER, PASSWORD)

    def export():
        while not is_over.is_set():
            code, body = browser.get("/lists/appointments/export/csv/")
            taken.append((code, body.count(b"\n")))

    thread = threading.Thread(target=export)
    thread.start()
    try:
        yield taken
    finally:
        is_over.set()
        thread.join()
        browser.close()


@pytest.mark.requirement("fast-at-size")
def test_pages_are_timed_and_nothing_of_the_trial_stays(filled, monkeypatch, tmp_path):
    from practice.app import create_app

    for name, value in {"ROUNDS": 1, "ASKED": 1, "REPLAYED": 2, "CHECKOUTS": 4, "FRAGMENTS": ("ana",)}.items():
        monkeypatch.setattr(measure, name, value)
    app, environ = filled.app, filled.environ(tmp_path)
    app.config["BENCH_SIZE"] = TINY
    before = load.count_rows(db.session.connection())
    db.session.remove()
    cases = measure.cases(app)
    measure.record_raw(app, cases, DAY)
    assert load.count_rows(db.session.connection()) == before
    db.session.remove()
    config = prepare.Place(filled.url, tmp_path / "sealing_keys", "here").config()
    with serving.server(create_app, config, measure.noon(DAY), tmp_path) as port:
        with exporting(port) as taken:
            measure.measure(port, tmp_path, cases)
        assert len(taken) > 1 and set(taken) == {(200, TINY.sessions + 1)}
        assert max(case.seconds for case in cases if case.has_target) < 1, "with an export beside"
        cases.append(measure.measure_checkouts(app, port, tmp_path))
    assert environ and all(case.seconds > 0 and case.static > 0 for case in cases)
    assert all(case.raw > 0 and case.statements > 1 for case in cases[:-1])
    assert {case.name.split()[0] for case in cases} == {"Search", "Clients,", "Brief,", "Brief", "Free", "Today,",
                                                            "Overdue", "Issue", "Month,", "Who", "Whose"}
    usual, full = (case for case in cases if case.name.startswith("Brief"))
    assert full.size > 2 * usual.size and full.statements == usual.statements


def test_each_size_has_a_mark_of_its_own():
    before = places.fingerprint(TINY)
    assert places.fingerprint(TINY) == before != places.fingerprint(SIZES["S"])


def case(name: str, seconds: float, static: float) -> measure.Case:
    """Three rounds: the second at half the machine's pace, in the third only the page was held up."""
    return measure.Case(name, "", "", rounds=[seconds, seconds * 2, seconds * 9],
                        static_rounds=[static, static * 2, static / 2])


@pytest.mark.requirement("fast-at-size")
def test_ratios_and_growth():
    slow, fast = case("slow", 0.016, 0.001), case("fast", 0.014, 0.001)
    console = Console(quiet=True)
    assert round(slow.ratio) == 16 and not report.show_cases(console, "", [fast, slow])
    assert report.show_cases(console, "", [fast])
    small, large = SIZES["M"], SIZES["L"]
    assert report.exponent(case("", 0.01, 1), case("", 0.05, 1), small, large) == pytest.approx(1)
    assert report.show_growth(console, small, [fast], large, [fast])
    assert not report.show_growth(console, small, [case("", 0.01, 1)], large, [case("", 0.02, 1)])


def test_what_the_moment_is():
    assert measure.noon(DAY) == datetime(2026, 11, 17, 12, 30, tzinfo=UTC)


def test_papers_beside_typst_alone(app, monkeypatch, capsys):
    monkeypatch.setattr(papers, "PAPERS", 12)
    assert len({made.number_text for made in papers.made_up(12)}) == 12
    papers.run_papers(app)  # the ratio is for the bench: a busy machine fails no test
    assert "12 invoices" in capsys.readouterr().out


def test_lists_are_saved_whole_and_measured(filled):
    app = filled.app
    with app.app_context():
        count = db.session.connection().scalar(select(func.count()).select_from(db.metadata.tables["appointment"]))
        db.session.remove()
    taken = lists.take(app, measure.signed_in_here(app, OWNER), "/lists/appointments/export/csv/")
    assert taken.rows == count > 0 and 0 < taken.first_byte <= taken.seconds and taken.size > 50 * count


@pytest.mark.requirement("fast-at-size")
def test_the_month_is_timed(filled, monkeypatch, tmp_path):
    """Its closing is real, and opened again; the months before it stay closed."""
    monkeypatch.setattr(months, "TIMES", 1)
    month = Period.of(DAY).before
    closing = months.time_closing(filled.app, month)
    files = [months.time_file(filled.app, address.format(month.first, month.last), DAY) for address in months.FILES]
    assert all(one.seconds > 0 and one.than > 0 for one in (closing, *files))
    with guard.acting(system("looking")):
        closed = sorted(db.session.scalars(select(ClosedMonth.month).where(ClosedMonth.reopened_at.is_(None))))
        assert closed == [str(month.year_before.before), str(month.before.before)] and list(held_at_the_end()) == []
    months.open_all(filled.app)
    with guard.acting(system("looking")):
        assert db.session.scalar(select(func.count(ClosedMonth.id)).where(ClosedMonth.reopened_at.is_(None))) == 0


def test_the_month_keeps_to_its_targets():
    fast = months.Found(100, (months.Took("page", 2.9, "", 1.0, 3), months.Took("close", 2.0, "", 1.0, 2)))
    assert fast.is_fast and not months.Found(100, (months.Took("page", 3.1, "", 1.0, 3),)).is_fast
    twice = months.Found(50, fast.times)  # as long for half the sessions
    assert months.growth("page", fast, twice, SIZES["M"], SIZES["L"]) == pytest.approx(0.43, abs=0.01)
