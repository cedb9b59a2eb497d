"""What the database alone needs: the statements of one request, run again through the driver without anything else."""
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from flask import Flask
from sqlalchemy import event

from practice.core.db import begin, db

NOT_WORK = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET ")
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.MULTILINE)  # also after WITH
Statement = tuple[str, object]


@contextmanager
def nothing_stays(app: Flask) -> Iterator[object]:
    """What requests write inside the block is rolled back at its end; gives the connection they use."""
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with app.app_context():
        engines, engine = db.engines, db.engine
        with engine.connect() as connection:
            begin(connection)
            engines[None] = connection
            try:
                yield connection
                db.session.remove()
            finally:
                engines[None] = engine
                connection.rollback()


def statements_of(connection, ask: Callable[[], object]) -> list[Statement]:
    """What `ask()` sends to the database, without the marks of transactions."""
    found: list[Statement] = []

    def hear(_connection, _cursor, statement, parameters, _context, executemany):
        if not statement.lstrip().upper().startswith(NOT_WORK):
            found.extend((statement, one) for one in (parameters if executemany else [parameters]))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        ask()
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    return found


def replay(engine, statements: list[Statement], times: int) -> float:
    """Seconds the statements take, the median of several runs; nothing of them stays."""
    reads = [one for one in statements if not WRITES.search(one[0])]
    writes = [one for one in statements if WRITES.search(one[0])]
    proxy = engine.raw_connection()
    try:
        driver = proxy.driver_connection
        driver.execute("BEGIN")
        found = median(run(driver, reads) for _time in range(times))
        if writes:  # apart: after taking back what was written, a PostgreSQL driver has everything planned anew
            found += median(run(driver, writes, undo="ROLLBACK TO replay") for _time in range(times))
        driver.rollback()
    finally:
        proxy.close()
    return found


def run(driver, statements: list[Statement], undo: str = "") -> float:
    if undo:
        driver.execute("SAVEPOINT replay")
    start = perf_counter()
    for statement, values in statements:
        cursor = driver.cursor()
        cursor.execute(statement, values)
        if cursor.description:
            cursor.fetchall()
        cursor.close()
    seconds = perf_counter() - start
    if undo:
        driver.execute(undo)
    return seconds
