"""The owner's month of a filled database: its page, closing it, and its rows on file, beside what SQL alone takes.

Twice: as in a practice that closes its months (before the months on the page there is a closed one, from which figures
count on), and as in one that never does, where credit, deposits and tips are added up from the first day. The months
themselves are open, so that everything on the page is worked out.

In the bench's practice one invoice in fifty is never paid, written off or credited, so what is owed grows with all it
ever sold: 20,000 invoices at L. A practice that collects its debts has far fewer, and what it adds up stays as it is.
"""
import csv
import io
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path
from time import perf_counter

from flask import Flask
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from practice.access import guard
from practice.access.actor import Actor, staff
from practice.access.roles import Role
from practice.accounts.models import User
from practice.core import clock
from practice.core.db import db, snapshot, transaction
from practice.ops.bench import measure, places, prepare, raw, serving
from practice.ops.bench.run import SMALLER, database_version
from practice.ops.bench.sizes import SIZES, Size
from practice.ops.bench.stage import OWNER
from practice.reports.models import ClosedMonth
from practice.reports.period import Period
from practice.reports.queries.closed import closed_month, read_whole
from practice.reports.services.closing import close_month, reopen_month
from practice.schedule.models import Appointment

TIMES, FILES = 7, ("/lists/invoices/export/csv/?flt0_issued_between={}+to+{}",
                   "/lists/appointments/export/csv/?flt0_day_between={}+to+{}")
PAGE_MOST, CLOSE_MOST, FILE_MOST, EXPONENT_MOST = 3, 2, 3, 0.15
CLOSES, NEVER_CLOSES = "Month page, with two to compare", "The same where no month is closed"


@dataclass(frozen=True)
class Took:
    """What was asked, how long it took, what it is compared with, how long that took (the fastest of several times
    each, in seconds), and how often that it may take at most."""

    name: str
    seconds: float
    beside: str
    than: float
    most: float

    @property
    def is_fast(self) -> bool:
        return self.seconds <= self.most * self.than


@dataclass(frozen=True)
class Found:
    """Of one database; `sessions` of the month."""

    sessions: int
    times: tuple[Took, ...]

    @property
    def is_fast(self) -> bool:
        return all(took.is_fast for took in self.times)

    def of(self, name: str) -> float:
        return next(took.seconds for took in self.times if took.name == name)


def run(name: str, database: str, make_app, migrate) -> bool:
    """Print the table of this size, and from M to L the growth of what a row of the month costs; whether all keep to
    their targets. Only the practice that closes its months is asked to stay flat."""
    console = Console(width=None if sys.stdout.isatty() else 130)
    found = {size: one_size(console, SIZES[size], database, make_app, migrate)
             for size in (SMALLER.get(name), name) if size}
    good = found[name].is_fast
    if len(found) == 2:
        pair = found[SMALLER[name]], found[name], SIZES[SMALLER[name]], SIZES[name]
        closes, never = growth(CLOSES, *pair), growth(NEVER_CLOSES, *pair)
        console.print(f"Growth of the page's cost per session of the month from {SMALLER[name]} to {name}: exponent "
                      f"{closes:+.2f} where months are closed (at most {EXPONENT_MOST}), {never:+.2f} where none is.")
        good = good and closes <= EXPONENT_MOST
    return good


def growth(page: str, before: Found, after: Found, smaller: Size, larger: Size) -> float:
    """How the page's cost per session of the month grows with all sessions: 0 not at all, 1 in proportion."""
    costs = [one.of(page) / one.sessions for one in (before, after)]
    return log(costs[1] / costs[0]) / log(larger.sessions / smaller.sessions)


def one_size(console: Console, size: Size, database: str, make_app, migrate) -> Found:
    with places.place(database, size) as place:
        app, day = prepare.prepared(place, size, make_app, migrate, console)
        with app.app_context():
            version = database_version(db.session.connection())
            db.session.rollback()
        with clock.frozen(measure.noon(day)):
            month = Period.of(day).before
            open_all(app)
        never = time_page(app, place, make_app, month, day, NEVER_CLOSES)
        with clock.frozen(measure.noon(day)):
            closing = time_closing(app, month)
            files = [time_file(app, address.format(month.first, month.last), day) for address in FILES]
        page = time_page(app, place, make_app, month, day, CLOSES)
        sessions = sessions_of(app, month)
    found = Found(sessions, (page, never, closing, *files))
    table = Table("What", "ms", "Beside", "ms", "Times", "At most", title=f"The month, size {size.name} on {version}")
    for took in found.times:
        ratio = f"{took.seconds / took.than:.2f}"
        table.add_row(took.name, f"{took.seconds * 1000:.0f}", took.beside, f"{took.than * 1000:.0f}",
                      ratio if took.is_fast else f"[red]{ratio}[/]", str(took.most))
    console.print(table)
    console.print(f"{sessions:,} sessions in the month.", style="dim")
    return found


def open_all(app: Flask) -> None:
    """No month is closed, whatever an earlier run has left."""
    with app.app_context():
        owner = the_owner()
        with guard.acting(owner):
            standing = select(ClosedMonth.month).where(ClosedMonth.reopened_at.is_(None))
            for month in sorted(db.session.scalars(standing), reverse=True):
                with transaction():
                    reopen_month(owner, Period.parse(month), reason="the bench begins anew")
        db.session.remove()


def time_closing(app: Flask, month: Period) -> Took:
    """Close the month and open it again, beside working out the same report. First the months are closed that lie
    before those on the page: two before this one, and one before that of last year."""
    with app.app_context():
        owner = the_owner()
        with guard.acting(owner):
            for earlier in (month.year_before.before, month.before.before):
                if closed_month(earlier) is None:
                    with transaction():
                        close_month(owner, earlier)
            worked_out, closed = [], []
            for _time in range(TIMES):
                with snapshot():
                    worked_out.append(timed(lambda: read_whole(month)))
                closed.append(timed(lambda: close(owner, month)))
                with transaction():
                    reopen_month(owner, month, reason="the bench closes it again")
        db.session.remove()
    return Took("Close the month", min(closed), "working it out", min(worked_out), CLOSE_MOST)


def close(owner: Actor, month: Period) -> None:
    with transaction():
        close_month(owner, month)


def the_owner() -> Actor:
    with guard.system_session("who owns the bench's practice") as session:
        return staff(session.scalar(select(User.id).where(User.email == OWNER)), {Role.OWNER})


def time_file(app: Flask, address: str, day: date) -> Took:
    """The CSV of the month's rows, taken in this process, beside their SQL through Python's csv module."""
    def ask() -> None:
        with app.app_context():
            answer = browser.get(address, buffered=False)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status_code}")
            for _piece in answer.response:
                pass
            answer.close()

    with raw.nothing_stays(app) as connection:
        browser = measure.signed_in_here(app, OWNER)
        ask()
        statement, values = [one for one in raw.statements_of(connection, ask) if one[0].startswith("SELECT")][-1]
    browser = measure.signed_in_here(app, OWNER)
    took, alone = [], []
    for _time in range(TIMES):
        took.append(timed(ask))
        with app.app_context():
            proxy = db.engine.raw_connection()
            alone.append(timed(lambda proxy=proxy: written(proxy.driver_connection, statement, values)))
            proxy.close()
    name = address.split("/")[2]
    return Took(f"CSV of the month's {name}", min(took), "SQL through csv", min(alone), FILE_MOST)


def written(driver, statement: str, values) -> int:
    """The rows of a statement through the csv module; gives how many characters."""
    file = io.StringIO()
    writer = csv.writer(file)
    cursor = driver.cursor()
    cursor.execute(statement, values)
    writer.writerow([column[0] for column in cursor.description])
    writer.writerows(cursor)
    return file.tell()


def time_page(app: Flask, place, make_app, month: Period, day: date, name: str) -> Took:
    """The page, signed in over HTTP, beside its statements alone and a file of its size."""
    case = measure.Case(name, OWNER, measure.address(app, "reports.month", month=str(month)), asked=1)
    measure.record_raw(app, [case], day)
    with tempfile.TemporaryDirectory() as folder, serving.server(
            make_app, place.config(), measure.noon(day), Path(folder)) as port:
        measure.measure(port, Path(folder), [case])
    return Took(name, case.seconds, "its SQL and a static file", case.raw + case.static, PAGE_MOST)


def sessions_of(app: Flask, month: Period) -> int:
    with app.app_context():
        with guard.system_session("how many sessions the month has") as session:
            found = session.scalar(select(func.count(Appointment.id)).where(
                Appointment.on_date.between(month.first, month.last)))
        db.session.remove()
        db.engine.dispose()
    return found


def timed(work) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
