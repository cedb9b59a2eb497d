"""Settings: read once from the environment, checked, and then never changed.

Every setting has a default that is right for one practice on one computer. What must be secret is made on the first
start, kept in `instance/` readable by its owner only, and never has a default.
"""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from practice.outbox.letter import MailServer

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_SECRET = 32
KEY_BYTES = 32
MAIL_PORTS = {"smtp": 587, "smtps": 465}


class ConfigError(Exception):
    """A setting that cannot be used; the sentence names it."""


@dataclass(frozen=True)
class Config:
    """What `create_app` needs to know.

    database_url: an SQLAlchemy address, SQLite files absolute, PostgreSQL through psycopg.
    sealing_keys: 32 bytes each; the first seals, all of them open. They are read again when `keys_path` changes.
    former_secret_keys: cookies signed with these are still taken; `secret_key` signs.
    trusted_hosts: the names this server answers to, without port.
    proxies: how many reverse proxies in front are trusted to say where a request came from.
    mail: the server that mail is handed to; None: the practice sends none.
    backups: the folder that backups are kept in.
    idle_minutes, session_hours: after how long without use, and after how long at all, a sign-in ends.
    """

    database_url: str
    secret_key: str = field(repr=False)
    sealing_keys: tuple[bytes, ...] = field(repr=False)
    trusted_hosts: tuple[str, ...] = LOCAL_HOSTS
    https: bool = False
    proxies: int = 0
    idle_minutes: int = 15
    session_hours: int = 12
    mail: MailServer | None = None
    keys_path: str = ""
    backups: str = str(INSTANCE / "backups")
    testing: bool = False
    former_secret_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, *, database: str = "practice.db") -> "Config":
        """The settings of this process; `database` is the file in instance/ used without DATABASE_URL.

        Makes the secret key and the sealing keys where there are none. Raises ConfigError.
        """
        url = database_url(environ.get("DATABASE_URL") or f"sqlite:///{INSTANCE / database}")
        signing, *former = secret_keys(environ)
        hosts = tuple(name.strip() for name in environ.get("TRUSTED_HOSTS", "").split(",") if name.strip())
        return cls(
            database_url=url,
            secret_key=signing,
            former_secret_keys=tuple(former),
            sealing_keys=sealing_keys(environ, url),
            keys_path=str(keys_file(environ)),
            trusted_hosts=hosts or LOCAL_HOSTS,
            https=yes_or_no(environ, "PRACTICE_HTTPS"),
            proxies=number(environ, "PRACTICE_PROXIES", 0, 0, 5),
            idle_minutes=number(environ, "PRACTICE_IDLE_MINUTES", 15, 1, 24 * 60),
            session_hours=number(environ, "PRACTICE_SESSION_HOURS", 12, 1, 7 * 24),
            mail=mail_server(environ),
            backups=environ.get("PRACTICE_BACKUPS") or str(INSTANCE / "backups"),
        )

    def changed_keys(self) -> Callable[[], list[bytes] | None]:
        """For the keyring: the keys anew when their file has changed."""
        return changed_keys(self.keys_path)

    def with_database(self, url: str) -> "Config":
        """The same settings on another database."""
        return replace(self, database_url=database_url(url))


def database_url(value: str) -> str:
    """The address in the form SQLAlchemy wants. Raises ConfigError."""
    try:
        url = make_url(value)
    except ArgumentError:
        raise ConfigError("DATABASE_URL is not an address like sqlite:///file or postgresql://user@host/name") from None
    kind = url.get_backend_name()
    if kind in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    elif kind != "sqlite":
        raise ConfigError(f"DATABASE_URL names {kind}: practice runs on SQLite and PostgreSQL")
    elif not url.database or url.database == ":memory:":
        raise ConfigError("DATABASE_URL names an SQLite database in memory: give it a file")
    else:
        url = url.set(database=str((ROOT / url.database).resolve()))
    return url.render_as_string(hide_password=False)


def secret_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The key that signs, then those before it: SECRET_KEY and SECRET_KEY_FALLBACKS (separated by commas), or the lines
    of the file kept in instance/. Raises ConfigError for one that can be guessed.
    """
    given = environ.get("SECRET_KEY")
    former = [key.strip() for key in environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key.strip()]
    if given is None:
        given, *kept = keep(INSTANCE / "secret_key", secrets.token_urlsafe(48)).split() or [""]
        former = [*kept, *former]
    for name, key in [("SECRET_KEY", given), *(("SECRET_KEY_FALLBACKS", key) for key in former)]:
        if len(key) < SHORTEST_SECRET:
            raise ConfigError(f"{name} is too short: at least {SHORTEST_SECRET} characters, or leave it out")
        if len(set(key)) < 10:
            raise ConfigError(f"{name} can be guessed: use random characters, or leave it out")
    return given, *former


def keys_file(environ: Mapping[str, str]) -> Path:
    """Where the sealing keys are kept."""
    return Path(environ.get("PRACTICE_KEYS") or INSTANCE / "sealing_keys")


def changed_keys(path: str) -> Callable[[], list[bytes] | None]:
    """A function that gives the keys of this file when it is not the one of the last call, else None."""
    def mark():
        found = os.stat(path)
        return found.st_ino, found.st_mtime_ns, found.st_size

    last = mark() if path else None

    def changed() -> list[bytes] | None:
        nonlocal last
        try:
            now = mark() if path else None
            if now == last:
                return None
            keys, last = list(parse_keys(Path(path), Path(path).read_text())), now
        except OSError:  # on its way from one name to the other, or gone: go on with what is known
            return None
        return keys

    return changed


def sealing_keys(environ: Mapping[str, str], url: str) -> tuple[bytes, ...]:
    """The keys in the file PRACTICE_KEYS (instance/sealing_keys): one in base64 per line, the first one seals.

    A new file is made for a new database only: beside an existing one it would hide that the old keys are lost.
    Raises ConfigError.
    """
    path = keys_file(environ)
    if not path.exists() and holds_data(url):
        raise ConfigError(f"PRACTICE_KEYS: {path} is missing, and the database is not new: put the keys back first")
    return parse_keys(path, keep(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"))


def parse_keys(path: Path, text: str) -> tuple[bytes, ...]:
    """The keys in the text of the file at `path`. Raises ConfigError."""
    keys = []
    for line in text.split():
        try:
            key = base64.b64decode(line, validate=True)
        except ValueError:
            raise ConfigError(f"PRACTICE_KEYS: {path} holds a line that is not base64") from None
        if len(key) != KEY_BYTES or len(set(key)) < 10:
            raise ConfigError(f"PRACTICE_KEYS: {path} holds a key that is not {KEY_BYTES} random bytes")
        keys.append(key)
    if not keys:
        raise ConfigError(f"PRACTICE_KEYS: {path} is empty")
    return tuple(keys)


def mail_server(environ: Mapping[str, str]) -> MailServer | None:
    """The server at PRACTICE_SMTP, which mail from PRACTICE_MAIL_FROM is handed to. Raises ConfigError."""
    given, sender = environ.get("PRACTICE_SMTP", "").strip(), environ.get("PRACTICE_MAIL_FROM", "").strip()
    if not given:
        return None
    try:
        url = urlsplit(given)
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in MAIL_PORTS or url.path.strip("/") or url.query:
        raise ConfigError("PRACTICE_SMTP is not an address like smtps://user:password@mail.example.com:465 "
                          "(smtp:// for STARTTLS)")
    try:
        sender = validate_email(sender, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        raise ConfigError("PRACTICE_MAIL_FROM is not an e-mail address: it says where mail comes from, for example "
                          "desk@example.com") from None
    return MailServer(host, port or MAIL_PORTS[url.scheme], sender, unquote(url.username or ""),
                      unquote(url.password or ""), url.scheme == "smtps")


def holds_data(url: str) -> bool:
    """Whether the SQLite file of this address is there; of a server nothing is known before it is asked."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        return False
    path = Path(parts.database)
    return path.exists() and path.stat().st_size > 0


def keep(path: Path, fresh: str) -> str:
    """The text of a secret file; written with `fresh` first, for its owner only, where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)  # whole or not at all: another process may be starting as well
        except FileExistsError:
            pass
        except OSError:  # a file system without links: the first start there is on its own
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text()


def number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number between `least` and `most`. Raises ConfigError."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise ConfigError(f"{name} is {text!r}: it must be a whole number from {least} to {most}")
    return int(text)


def yes_or_no(environ: Mapping[str, str], name: str) -> bool:
    """A switch; off when it is not set. Raises ConfigError."""
    text = environ.get(name, "").strip().lower()
    if text not in ("", "0", "1", "no", "yes", "off", "on", "false", "true"):
        raise ConfigError(f"{name} is {text!r}: it must be 1 or 0")
    return text in ("1", "yes", "on", "true")
