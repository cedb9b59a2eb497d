"""A bench database ready to be asked: the cached one, or a fresh one filled now."""
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, func, select

from practice.billing.models.documents import Document
from practice.core import clock
from practice.core.db import begin, db
from practice.ops.bench import load, places
from practice.ops.bench.places import Place
from practice.ops.bench.rows import Rows
from practice.ops.bench.sizes import Size
from practice.ops.bench.stage import TIME_ZONE, set_stage
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState

STILL_ASKED = timedelta(days=7)  # what Today asks to charge is left to it

MakeApp = Callable[[object], Flask]
Migrate = Callable[[Flask], None]

# Nothing is lost with a bench database that was not finished: it is begun again.
HURRIED = ("journal_mode=OFF", "synchronous=OFF", "secure_delete=OFF", "foreign_keys=OFF", "cache_size=-400000",
           "temp_store=MEMORY")


def prepared(place: Place, size: Size, make_app: MakeApp, migrate: Migrate, console: Console, *,
             checkouts: int = 0) -> tuple[Flask, date]:
    """The application on the filled database, and the day up to which it is filled.

    Filled again when it is not there, was filled by another version of the schema, or has fewer sessions left to
    charge than `checkouts`.
    """
    day = places.day_of(place, size)
    if day is not None:
        app = make_app(place.config())
        with app.app_context():
            if len(uncharged(checkouts)) == checkouts:
                return app, day
            db.session.rollback()
            db.engine.dispose()
    place.begin_afresh()
    app = make_app(place.config())
    day = clock.local_date(clock.now(), TIME_ZONE)
    migrate(app)
    with app.app_context(), Progress(TextColumn("{task.description:>20}"), BarColumn(), TimeElapsedColumn(),
                                     console=console) as progress:
        fill(size, day, progress)
    return app, day


def fill(size: Size, day: date, progress: Progress) -> None:
    """Fill the migrated, empty database of the application context; its connections are closed afterwards."""
    stage = set_stage(size)
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as connection:
        hurry(connection)
        begin(connection)
        load.load(connection, Rows(size, stage, day), progress)
        places.mark(connection, size, day)
        connection.exec_driver_sql("COMMIT")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.invalidate()  # with the settings of a hurry
    db.engine.dispose()


def hurry(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for pragma in HURRIED:
            connection.exec_driver_sql(f"PRAGMA {pragma}").close()


def uncharged(most: int) -> list[int]:
    """Appointments that are done and were never charged, of before the last days; at most so many, oldest first."""
    appointment, document = Appointment.__table__, Document.__table__
    last = db.session.connection().scalar(select(func.max(appointment.c.on_date)))
    if last is None:
        return []
    is_charged = select(document.c.id).where(document.c.appointment_id == appointment.c.id).exists()
    return list(db.session.connection().scalars(
        select(appointment.c.id).where(appointment.c.state == AppointmentState.DONE, ~is_charged,
                                       appointment.c.on_date < last - STILL_ASKED)
        .order_by(appointment.c.on_date.desc(), appointment.c.id).limit(most)))
