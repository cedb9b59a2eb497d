"""One run of the bench: fill or find the database, ask, print."""
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, select

from practice.core import sealed
from practice.core.db import db
from practice.ops.bench import load, measure, places, prepare, report, serving
from practice.ops.bench.sizes import SIZES, Size

SMALLER = {"L": "M"}  # the size with which growth is compared


@dataclass(frozen=True)
class Result:
    size: Size
    cases: list[measure.Case]
    is_fast: bool


def run(name: str, database: str, make_app, migrate) -> bool:
    """Print the tables of this size, and from M to L the growth; whether all targets are met.

    `make_app(config)` gives an application, `migrate(app)` brings its database to the newest schema. Raises
    ConfigError.
    """
    console = Console(width=None if sys.stdout.isatty() else 130)
    results = [one_size(console, SIZES[size], database, make_app, migrate)
               for size in (SMALLER.get(name), name) if size]
    good = all(result.is_fast for result in results[-1:])
    if len(results) == 2:
        before, after = results
        good = report.show_growth(console, before.size, before.cases, after.size, after.cases) and good
        console.print("The day has as many sessions in both: what grows is what lies behind it.", style="dim")
    return good


def one_size(console: Console, size: Size, database: str, make_app, migrate) -> Result:
    with places.place(database, size) as place:
        app, day = prepare.prepared(place, size, make_app, migrate, console, checkouts=measure.CHECKOUTS)
        app.config["BENCH_SIZE"] = size
        with app.app_context():
            counts = load.count_rows(db.session.connection())
            version = database_version(db.session.connection())
            proof = sealed_proof(db.session.connection())
            db.session.rollback()
        found = measure.cases(app)
        measure.record_raw(app, found, day)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with serving.server(make_app, place.config(), measure.noon(day), folder) as port:
                measure.measure(port, folder, found)
                found.append(measure.measure_checkouts(app, port, folder))
        with app.app_context():
            audited = count_audited(db.session.connection()) - counts["audit_row"]
            db.session.rollback()
            db.engine.dispose()
    title = f"Size {size.name} on {version}"
    report.show_rows(console, counts)
    is_fast = report.show_cases(console, title, found)
    console.print(f"Audit on: {audited:,} rows written while asking. {proof}")
    return Result(size, found, is_fast)


def database_version(connection) -> str:
    if connection.dialect.name == "sqlite":
        return "SQLite " + connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    return "PostgreSQL " + connection.exec_driver_sql("SHOW server_version").scalar_one()


def count_audited(connection) -> int:
    return connection.scalar(select(func.count()).select_from(db.metadata.tables["audit_row"]))


def sealed_proof(connection) -> str:
    """Whether the text of notes is sealed, by looking at the bytes of one and opening it."""
    notes = db.metadata.tables["session_note"]
    row = connection.execute(select(notes.c.uid, notes.c._content).order_by(notes.c.id.desc()).limit(1)).one()
    text = sealed.keyring().open(row._content, f"session_note:_content:{row.uid}")
    words = text.encode()[2:20]
    if row._content[:1] != sealed.VERSION or words in row._content:
        raise RuntimeError("the text of notes is not sealed")
    return f"Sealed text on: the newest note is {len(row._content)} sealed bytes, {len(text)} characters when opened."
