"""The SQLite file: copied as of one moment while others write, and looked through."""
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from practice.ops.backup.container import BackupBroken

PAGES = 2048  # copied between two looks at the clock


def copy(source: Path, target: Path) -> None:
    """Everything in `source` as of now; what is being written meanwhile is not in it, and nobody waits.

    Raises BackupBroken, as on a full disk.
    """
    try:
        with (closing(sqlite3.connect(source, isolation_level=None)) as reading,
              closing(sqlite3.connect(target)) as writing):
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it is one moment
            reading.backup(writing, pages=PAGES)
    except sqlite3.Error as error:
        raise BackupBroken(f"The database could not be copied beside itself: {error}.") from error


@contextmanager
def only_one(source: Path):
    """Hold the lock of backups of this file; raises BackupBroken when another one is being made."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    path = source.with_name(f".{source.name}.backup-lock")
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupBroken("Another backup of this database is being made.") from None
        yield


def describe(path: Path) -> tuple[str, dict[str, int]]:
    """The schema's revision and how many rows each table has. Raises BackupBroken for a file that does not hold."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if faults != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise BackupBroken("The copy of the database does not hold together: " + "; ".join(faults))
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            names = [row[0] for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
                "AND name NOT LIKE 'client_search%' AND name <> 'alembic_version' ORDER BY name")]
            counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    except sqlite3.Error as error:
        raise BackupBroken(f"The copy of the database cannot be read: {error}") from error
    return revision, counts
