"""Fills a bench database in bulk: the same rows for the same size and day.

Rows go in past the ORM (SQLite in one statement prepared once, PostgreSQL by COPY), with triggers, exclusion
constraints and secondary indexes out of the way; all of these are put back over all rows before anybody asks.
"""
from collections.abc import Iterable, Iterator
from itertools import islice

from rich.progress import Progress
from sqlalchemy import Connection, Index, func, select, text

from practice.core.db import Base
from practice.ops import triggers
from practice.ops.bench.rows import CONDITION_EACH, PACKAGE_EACH, TIP_EACH, Rows

BATCH = 10_000


def table(name: str):
    return Base.metadata.tables[name]


def load(connection: Connection, rows: Rows, progress: Progress) -> None:
    """Everything, table by table, after the stage was set; the caller commits."""
    size = rows.size
    without_triggers(connection)
    put = Putter(connection, progress)
    plan = (
        ("client", rows.clients, size.clients), ("appointment", rows.appointments, size.sessions),
        ("care", rows.care, size.sessions), ("session_note", rows.notes, size.sessions),
        ("series", rows.series, 1), ("document", rows.documents, size.sessions),
        ("document_line", rows.lines, size.sessions), ("document_tax", rows.taxes, size.sessions),
        ("payment", rows.payments, size.sessions), ("allocation", rows.allocations, size.sessions),
        ("package", rows.packages, size.sessions // PACKAGE_EACH),
        ("package_use", rows.package_uses, size.sessions // PACKAGE_EACH),
        ("tip", rows.tips, size.sessions // TIP_EACH),
        ("submission", rows.submissions, size.clients), ("intake_arrival", rows.arrivals, size.clients),
        ("condition", rows.conditions, size.clients // CONDITION_EACH), ("safety_profile", rows.profiles, size.clients),
    )
    for name, make, total in plan:
        put.rows(name, make(), total)
    head = connection.execute(select(table("audit_head").c.count, table("audit_head").c.hash)).one()
    last = put.rows("audit_row", rows.audit(head.count, head.hash), size.sessions)
    connection.execute(table("audit_head").update().values(count=last["id"], hash=last["hash"]))
    task = progress.add_task("indexes and triggers", total=None)
    for index in put.taken_out:
        index.create(connection)
    triggers.recreate(connection)
    if connection.dialect.name == "postgresql":
        follow_sequences(connection)
    connection.exec_driver_sql("ANALYZE")
    progress.update(task, total=1, completed=1)


class Putter:
    """Puts rows into tables, and remembers the indexes it took out before."""

    def __init__(self, connection: Connection, progress: Progress):
        self.connection, self.progress = connection, progress
        self.taken_out: list[Index] = []

    def rows(self, name: str, rows: Iterable[dict], total: int) -> dict:
        """Put in all rows, which name the same columns each; the others get the model's plain default. Returns the
        last one."""
        task = self.progress.add_task(name, total=total)
        for index in sorted(table(name).indexes, key=lambda index: index.name):
            index.drop(self.connection)
            self.taken_out.append(index)
        row = {}
        for batch in batches(rows):
            row = batch[-1]
            rest = {column.key: column.default.arg for column in table(name).c
                    if column.key not in row and column.default is not None and column.default.is_scalar}
            columns = [table(name).c[key] for key in (*row, *rest)]
            readers = [column.type.dialect_impl(self.connection.dialect).bind_processor(self.connection.dialect)
                       for column in columns]
            self._put(name, [column.name for column in columns],
                      [tuple(reader(value) if reader else value
                             for reader, value in zip(readers, (*item.values(), *rest.values()), strict=True))
                       for item in batch])
            self.progress.advance(task, len(batch))
        self.progress.update(task, total=1, completed=1)
        return row

    def _put(self, name: str, columns: list[str], values: list[tuple]) -> None:
        named = ", ".join(f'"{column}"' for column in columns)
        driver = self.connection.connection.driver_connection
        if self.connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            driver.executemany(f'INSERT INTO "{name}" ({named}) VALUES ({marks})', values)
            return
        with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" ({named}) FROM STDIN') as copy:
            for row in values:
                copy.write_row(row)


def batches(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def without_triggers(connection: Connection) -> None:
    """Take out what would look at every row while it is loaded; `triggers.recreate` puts it back over all of them."""
    if connection.dialect.name == "sqlite":
        for name in triggers.SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql("DROP TABLE IF EXISTS client_search")
        return
    for name in triggers.POSTGRESQL_EXCLUSIONS:
        connection.exec_driver_sql(f"ALTER TABLE appointment DROP CONSTRAINT IF EXISTS {name}")
    connection.exec_driver_sql(f"DROP INDEX IF EXISTS {triggers.SEARCH_INDEX}")


def follow_sequences(connection: Connection) -> None:
    """PostgreSQL: the next generated number comes after those that were loaded."""
    for name, item in Base.metadata.tables.items():
        if "id" not in item.c:
            continue
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{name}"'})
        if sequence:
            connection.execute(text(f"SELECT setval('{sequence}', (SELECT coalesce(max(id), 1) FROM \"{name}\"))"))


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {name: connection.scalar(select(func.count()).select_from(item))
            for name, item in sorted(Base.metadata.tables.items())}
