"""Back from a backup: into a new place only, proved there, and only then under the name that was asked for."""
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, make_url, update

from config import Config
from practice.access.actor import system
from practice.access.guard import acting
from practice.accounts.models import SignIn
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import begin, db, snapshot, transaction
from practice.ops.backup import make, postgresql, sqlite
from practice.ops.backup.container import BackupBroken
from practice.ops.books.check import check_books
from practice.outbox.models import Message
from practice.outbox.states import MessageState
from practice.transfer.services.erasing import press_out
from practice.transfer.services.register import NAME as REGISTER
from practice.transfer.services.register import Entry, erase_again, read_register

END_SIGN_INS = (update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=bindparam("now"))
                .execution_options(synchronize_session=False))
HOLD_MAIL = (update(Message).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
             .values(state=MessageState.UNSURE).execution_options(synchronize_session=False))


@dataclass(frozen=True)
class Restored:
    """What was put where: when the backup was made, the rows in it, what does not hold together in them, and how many
    clients were erased again."""

    made_at: str
    rows: int
    faults: list[str]
    erased: int


def restore(path: Path, config: Config, create_app: Callable, migrate: Callable) -> Restored:
    """Fill the new database `config.database_url` from the backup and prove it.

    Interrupted, it leaves nothing under that name. Faults of books and trail were in the practice when the backup was
    made: they are told, and the database is put in its place. Raises BackupBroken for everything else.
    """
    sealed.use(sealed.Keyring(list(config.sealing_keys)))
    try:
        entries = read_register({path.parent, Path(config.backups)})
    except ValueError as error:
        raise BackupBroken(f"The file {REGISTER} beside the backups cannot be read: put back a whole copy of it, or "
                           "who was erased since this backup would be there again.") from error
    place = _Sqlite(config) if make_url(config.database_url).get_backend_name() == "sqlite" else _Postgresql(config)
    place.check_new()
    place.clear()
    try:
        app = create_app(config.with_database(place.draft))
        with app.app_context():
            try:
                proof = place.fill(path, app, migrate)
                migrate(app)
                erased = _erase_again(entries)
                faults = _faults()
                _settle(path.name, proof["made_at"])
            finally:
                db.session.remove()
                db.engine.dispose()
        place.finish()
    finally:
        place.clear()
    return Restored(proof["made_at"], sum(proof["rows"].values()), faults, erased)


def _faults() -> list[str]:
    """What is wrong with books and trail, in words."""
    found = [f"{one.table} {one.row_id}: {one.rule}: {one.what}" for one in check_books()]
    with snapshot() as session:
        return found + [f"audit_row {one.row_id}: {one.reason}" for one in audit.verify(session)]


def _erase_again(entries: list[Entry]) -> int:
    """Who was erased since the backup was made is erased in it, too; gives how many."""
    if not entries:
        return 0
    with acting(system("practice restore")), transaction():
        done = erase_again(entries)
        if done:
            audit.record(system("practice restore"), "backup.forget", clients=done)
    press_out()
    return done


def _settle(name: str, made_at: str) -> None:
    """What has gone on since the backup was made is not done again: sign-ins of then are over, mail of then waits for
    a person."""
    actor = system("practice restore")
    with acting(actor), transaction():
        db.session.execute(END_SIGN_INS, {"now": clock.now()})
        db.session.execute(HOLD_MAIL)
        audit.record(actor, "backup.restore", name=name, made_at=made_at)


def _refuse_other(head: dict, kind: str) -> None:
    if head["kind"] != kind:
        raise BackupBroken(f"This is a backup of {head['kind']}: give an address of that kind with --to.")


class _Sqlite:
    """A file that is not there yet; filled under another name beside it."""

    def __init__(self, config: Config):
        self.target = Path(make_url(config.database_url).database)
        self._draft = self.target.with_name(f".{self.target.name}.restoring")
        self.draft = f"sqlite:///{self._draft}"

    def check_new(self) -> None:
        if self.target.exists():
            raise BackupBroken(f"{self.target} is there already: restore into a new place, then exchange them.")
        self.target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def clear(self) -> None:
        for left in self.target.parent.glob(f"{self._draft.name}*"):
            left.unlink(missing_ok=True)

    def fill(self, path: Path, app, migrate: Callable) -> dict:
        def take(head, members):
            _refuse_other(head, "sqlite")
            for _name, pieces in members:
                with open(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    for piece in pieces:
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())

        proof = make.read(path, take)
        if sqlite.describe(self._draft) != (proof["revision"], proof["rows"]):
            raise BackupBroken("The restored database does not have the rows that the backup says it has.")
        return proof

    def finish(self) -> None:
        os.link(self._draft, self.target)  # fails where somebody has made the file meanwhile


class _Postgresql:
    """A database that the server does not have yet; filled under another name."""

    def __init__(self, config: Config):
        self.url = config.database_url
        self.name = make_url(self.url).database
        self.draft = make_url(self.url).set(database=f"{self.name}_restoring").render_as_string(hide_password=False)

    def check_new(self) -> None:
        if postgresql.exists(self.url):
            raise BackupBroken(f"The server has a database {self.name} already: restore under a new name.")

    def clear(self) -> None:
        postgresql.drop(self.draft)

    def fill(self, path: Path, app, migrate: Callable) -> dict:
        def take(head, members):
            _refuse_other(head, "postgresql")
            postgresql.make_empty(self.draft)
            migrate(app, head["revision"])
            with db.engine.connect() as connection:
                begin(connection)
                for table, pieces in members:
                    postgresql.rows_in(connection, table, head["tables"][table], pieces)
                postgresql.count_on(connection)
                connection.commit()

        proof = make.read(path, take)
        with postgresql.one_moment(db.engine) as connection:
            for table, columns in proof["tables"].items():
                digest = hashlib.sha256()
                for piece in postgresql.rows_out(connection, table, columns):
                    digest.update(piece)
                if digest.hexdigest() != proof["sha256"][table]:
                    raise BackupBroken(f"The restored table {table} is not the one that was backed up.")
        return proof

    def finish(self) -> None:
        postgresql.rename(self.draft, self.name)
