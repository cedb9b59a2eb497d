"""What the database alone needs: the statements of one request, run again through the driver without anything else."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from flask import Flask
from sqlalchemy import event

from practice.core.db import db

NOT_WORK = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET ")
Statement = tuple[str, object]


@contextmanager
def nothing_stays(app: Flask) -> Iterator[object]:
    """What requests write inside the block is rolled back at its end; gives the connection they use."""
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with app.app_context():
        engines, engine = db.engines, db.engine
        with engine.connect() as connection:
            connection.begin()
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
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
    """Seconds the statements take, the median of several runs; each run is rolled back instead of committed."""
    found = []
    proxy = engine.raw_connection()
    try:
        driver = proxy.driver_connection
        is_sqlite = engine.dialect.name == "sqlite"
        writes = any(not statement.lstrip().upper().startswith(("SELECT", "WITH")) for statement, _values in statements)
        for _time in range(times):
            begin = perf_counter()
            if is_sqlite:
                driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            for statement, values in statements:
                cursor = driver.cursor()
                cursor.execute(statement, values)
                if cursor.description:
                    cursor.fetchall()
                cursor.close()
            driver.rollback()
            found.append(perf_counter() - begin)
    finally:
        proxy.close()
    return median(found)
