"""What is wrong with an installation, in plain words: looks only, changes nothing."""
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DBAPIError

from config import INSTANCE, LOCAL_HOSTS, ROOT, Config, ConfigError, holds_data, keys_file
from practice.accounts.queries import is_empty
from practice.audit.models import AuditRow
from practice.core import clock, sealed
from practice.core.db import db
from practice.ops import keys
from practice.ops.backup import make
from practice.ops.backup.container import BackupBroken, Opening

BACKUP_LATE, BACKUP_OLD = timedelta(hours=26), timedelta(days=7)
CLOCK_SLACK = timedelta(minutes=2)
LEAST_FREE = 500 * 1024 * 1024  # bytes


class Level(StrEnum):
    FINE = "fine"
    ADVICE = "look"
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """One sentence about the installation."""

    level: Level
    words: str


def fine(words: str) -> Finding:
    return Finding(Level.FINE, words)


def advice(words: str) -> Finding:
    return Finding(Level.ADVICE, words)


def wrong(words: str) -> Finding:
    return Finding(Level.WRONG, words)


def examine(environ: Mapping[str, str], create_app: Callable) -> Iterator[Finding]:
    """Everything there is to say about the installation with these settings."""
    path = keys_file(environ)
    is_server = environ.get("DATABASE_URL", "").startswith("postgres")
    if not path.exists() and not is_server and not holds_data(_url(environ)):
        yield advice("There is no practice here yet: start it with practice serve.")
        return
    if not path.exists():
        yield wrong(f"The key file {path} is missing: without it no clinical text opens. Put your copy back.")
        return
    try:
        config = Config.from_environ(environ)
    except ConfigError as error:
        yield wrong(f"{error}.")
        return
    yield from permissions(config)
    yield from address(config)
    yield from disk(config)
    yield from backups(config)
    file = _database_file(config)
    if file and not file.exists():
        yield wrong(f"The database {file} is missing: restore the newest backup to that place.")
        return
    app = create_app(config)
    with app.app_context():
        try:
            yield from database()
        except DBAPIError:
            yield wrong("The database does not answer: is its server running, and is DATABASE_URL right?")
        finally:
            db.session.remove()
            db.engine.dispose()


def _url(environ: Mapping[str, str]) -> str:
    return environ.get("DATABASE_URL") or f"sqlite:///{INSTANCE / 'practice.db'}"


def _database_file(config: Config) -> Path | None:
    url = make_url(config.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" else None


def permissions(config: Config) -> Iterator[Finding]:
    """Keys, secret, database and backups are for the user of the server only."""
    if os.name == "nt":
        return
    file, folder = _database_file(config), Path(config.backups)
    secret = [Path(config.keys_path), INSTANCE / "secret_key", *([file] if file else []), folder,
              *(folder / name for name in make.names(folder))]
    open_ones = [path for path in secret if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_ones:
        yield wrong(f"Others on this machine can read {path}: chmod {'700' if path.is_dir() else '600'} it.")
    if not open_ones:
        yield fine("Keys, database and backups are for this user only.")


def address(config: Config) -> Iterator[Finding]:
    """Encrypted on the way, under the names people type."""
    reaches_out = not set(config.trusted_hosts) <= set(LOCAL_HOSTS)
    if reaches_out and not config.https:
        yield wrong("Other machines may come (TRUSTED_HOSTS), and what they send is not encrypted: put a proxy with "
                    "TLS in front and set PRACTICE_HTTPS=1.")
    elif config.https and not reaches_out:
        yield wrong("PRACTICE_HTTPS=1, and TRUSTED_HOSTS does not name what people type: everybody is refused.")
    elif config.https and not config.proxies:
        yield advice("PRACTICE_HTTPS=1 without PRACTICE_PROXIES: everybody seems to come from the proxy, and a guesser "
                     "slows down the whole practice.")
    elif config.https:
        yield fine("The way to the server is encrypted, cookies are for it alone.")
    else:
        yield fine("Only this machine is served.")


def disk(config: Config) -> Iterator[Finding]:
    """Room for the database, and for a backup of it."""
    file, folder = _database_file(config), Path(config.backups)
    size = file.stat().st_size if file and file.exists() else 0
    for place in {_nearest(folder), *([file.parent] if file else [])}:
        free = shutil.disk_usage(place).free
        if free < max(LEAST_FREE, 2 * size):
            yield wrong(f"Only {free // 1024**2:,} MB are free for {place}: make room before nothing can be saved.")
        else:
            yield fine(f"{free // 1024**3:,} GB are free for {place}.")


def _nearest(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def backups(config: Config) -> Iterator[Finding]:
    """There is one of today, the keys open it, and it is not on the disk that may break."""
    folder = Path(config.backups)
    found = make.names(folder)
    if not found:
        yield wrong(f"There is no backup in {folder}: run practice backup every night.")
        return
    made_at = datetime.strptime(found[-1], make.NAME).replace(tzinfo=UTC)
    age = clock.now() - made_at
    if age > BACKUP_OLD:
        yield wrong(f"The newest backup is {age.days} days old: does practice backup still run every night?")
    elif age > BACKUP_LATE:
        yield advice(f"The newest backup is {int(age.total_seconds() // 3600)} hours old.")
    else:
        yield fine(f"The newest backup is of {made_at:%Y-%m-%d %H:%M} UTC.")
    try:
        with (folder / found[-1]).open("rb") as file:
            Opening(file, sealed.Keyring(list(config.sealing_keys)))
    except (BackupBroken, OSError) as error:
        yield wrong(f"The newest backup does not open: {error}")
    file = _database_file(config)
    if file and file.exists() and file.stat().st_dev == folder.stat().st_dev:
        yield advice("Backups lie on the same disk as the database: take them to another machine as well.")


def database() -> Iterator[Finding]:
    """Schema, keys, clock, owner; needs an application context."""
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if revision != newest:
        yield wrong(f"The database has schema {revision or 'none'}, this program needs {newest}: back up, then run "
                    "practice migrate.")
        return
    yield fine("The database has the newest schema.")
    try:
        keys.check()
        yield fine("The keys open what is stored.")
    except ConfigError as error:
        yield wrong(str(error))
    last = db.session.connection().scalar(select(func.max(AuditRow.__table__.c.at)))
    if last is not None and last - clock.now() > CLOCK_SLACK:
        yield wrong(f"The clock of this machine is behind: the trail has an entry of {last:%Y-%m-%d %H:%M} UTC.")
    else:
        yield fine("The clock goes on from the last entry.")
    if is_empty():
        yield advice("There is no owner yet: practice serve shows the code for the first one.")
