"""The sealing keys: that they fit what is stored, and changing them while people work.

A new key is put first in the file; from then on everything is sealed with it, and what is stored is sealed anew row by
row. Each step is a transaction of its own and asks only which key a value is under: whatever was cut off is simply
continued. Old keys stay in the file, for backups of before and for the chain of the audit trail.
"""
import base64
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import LargeBinary, Table, and_, bindparam, func, or_, select, update

from config import KEY_BYTES, ConfigError
from practice.access.actor import system
from practice.access.guard import acting
from practice.audit import services as audit
from practice.core import sealed
from practice.core.db import Base, db, transaction
from practice.core.sealed import SealBroken
from practice.ops import triggers

AT_ONCE = 100  # rows sealed anew in one transaction
SIGNED = "session_note_signed"  # the trigger that keeps a signed note as it is, its sealed bytes too


def sealed_tables() -> dict[Table, list[str]]:
    """Every table that holds sealed text, with its sealed columns: whatever is bytes in a row that has a uid."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [column.name for column in table.c if isinstance(column.type, LargeBinary)]
        if columns and "uid" in table.c:
            found[table] = columns
    return found


def check() -> None:
    """Open one value of every table. Raises ConfigError when the keys of this process do not fit the database."""
    connection = db.session.connection()
    try:
        for table, columns in sealed_tables().items():
            for name in columns:
                column = table.c[name]
                for order in (table.c.id, table.c.id.desc()):
                    row = connection.execute(select(table.c.uid, column).where(column.is_not(None))
                                             .order_by(order).limit(1)).first()
                    if row is not None:
                        sealed.keyring().open_bytes(row[1], f"{table.name}:{name}:{row.uid}")
    except SealBroken:
        raise ConfigError("PRACTICE_KEYS: these are not the keys that this database was sealed with. Put back the "
                          "key file that belongs to it; nothing was changed.") from None
    finally:
        db.session.rollback()


def add_key(path: Path) -> None:
    """Put a fresh key before the others in the file; whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n" + path.read_text())
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sealed.keyring().look_again()
    actor = system("practice keys rotate")
    with acting(actor), transaction():
        audit.record(actor, "keys.add", keys=len(path.read_text().split()))


def left() -> int:
    """How many rows hold something that is not sealed with the first key."""
    connection = db.session.connection()
    try:
        return sum(connection.scalar(select(func.count()).select_from(table).where(_is_old(table, columns)))
                   for table, columns in sealed_tables().items())
    finally:
        db.session.rollback()


def _is_old(table: Table, columns: list[str]):
    first = sealed.keyring().first_id
    return or_(*(and_(table.c[name].is_not(None), func.substr(table.c[name], 2, 8) != first) for name in columns))


def seal_anew(tell: Callable[[int], None]) -> int:
    """Seal everything with the first key; `tell` hears how many rows each step did. Gives how many there were."""
    done = 0
    while found := sum(_all_of(table, columns, tell) for table, columns in sealed_tables().items()):
        done += found  # and once more: somebody may have written with the old key meanwhile
    actor = system("practice keys rotate")
    with acting(actor), transaction():
        audit.record(actor, "keys.rotate", rows=done)
    return done


def _all_of(table: Table, columns: list[str], tell: Callable[[int], None]) -> int:
    last_id = done = 0
    while rows := _step(table, columns, last_id):
        last_id, done = rows[-1], done + len(rows)
        tell(len(rows))
    return done


def _step(table: Table, columns: list[str], after: int) -> list[int]:
    """The next rows after that id, in a transaction of their own; gives their ids."""
    which = (select(table.c.id, table.c.uid, *(table.c[name] for name in columns))
             .where(table.c.id > after, _is_old(table, columns)).order_by(table.c.id).limit(AT_ONCE).with_for_update())
    change = update(table).where(table.c.id == bindparam("row_id")).values(
        {name: bindparam(f"new{name}") for name in columns})
    with acting(system("practice keys rotate")), transaction() as session:
        connection = session.connection()
        with _past_the_trigger(connection, table):
            rows = connection.execute(which).all()
            if rows:
                connection.execute(change, [_anew(table, columns, row) for row in rows])
        return [row.id for row in rows]


def _anew(table: Table, columns: list[str], row) -> dict:
    keyring, values = sealed.keyring(), {"row_id": row.id}
    for name in columns:
        value, bound_to = getattr(row, name), f"{table.name}:{name}:{row.uid}"
        if value is not None:
            value = keyring.seal_bytes(keyring.open_bytes(value, bound_to), bound_to)
        values[f"new{name}"] = value
    return values


@contextmanager
def _past_the_trigger(connection, table: Table) -> Iterator[None]:
    """The trigger of signed notes stands aside for this transaction only; cut off, it is there as before."""
    if table.name != "session_note":
        yield
        return
    is_sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql(f"DROP TRIGGER {SIGNED}" if is_sqlite
                               else f"ALTER TABLE session_note DISABLE TRIGGER {SIGNED}")
    yield
    connection.exec_driver_sql(f"CREATE TRIGGER {SIGNED} {triggers.SQLITE_TRIGGERS[SIGNED]}" if is_sqlite
                               else f"ALTER TABLE session_note ENABLE TRIGGER {SIGNED}")
