"""The database and its one door for writing.

`transaction()` is the only place that commits; everything that writes outside it is refused. The drivers begin nothing
by themselves: `transaction()` and `snapshot()` do, and a read outside them is a statement of its own that takes no
lock. (On PostgreSQL a page that only reads would otherwise end in a ROLLBACK, after which psycopg has every statement
planned anew.)
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine, MetaData, event, inspect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, InvalidRequestError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, object_session

from practice.core.errors import Stale

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class OneDatabase(FlaskSession):
    """A session that need not work out with every statement which database its tables are in."""

    def get_bind(self, mapper=None, clause=None, bind=None, **asked):
        if bind is not None:
            return bind
        if "engine" not in self.info:
            self.info["engine"] = self._db.engines[None]
        return self.info["engine"]


db = SQLAlchemy(model_class=Base, session_options={"class_": OneDatabase})


class WriteOutsideTransaction(RuntimeError):
    """Something was about to be written outside `transaction()`."""


class UnauditedWrite(RuntimeError):
    """A transaction changed rows and recorded nothing in the audit trail."""


# Work done at the end of every transaction, before the commit; the audit trail adds itself here.
before_commit: list[Callable[[Session], None]] = []

WRITING = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}  # on SQLite with the write lock taken at once
READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
KEPT = "kept"  # where a session holds what it reads once: see kept()
STILL_THERE = 0.2  # seconds after its last use in which a connection to a server is not asked whether it still holds


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, record):
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000",
                       "cache_size=-16000", "mmap_size=268435456", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection, record):
    if type(connection).__module__.startswith("psycopg"):
        connection.autocommit = True
        connection.prepared_max = 500  # more than the statements there are: none has to be planned twice


@event.listens_for(Engine, "checkin")
def _note_use(connection, record):
    record.info["used"] = monotonic()


@event.listens_for(Engine, "checkout")
def _is_it_still_there(connection, record, fairy):
    """The pool's own pre_ping would ask at each transaction of a request; once a request is enough."""
    if not type(connection).__module__.startswith("psycopg") or monotonic() - record.info.get("used", 0) < STILL_THERE:
        return
    try:
        connection.execute("SELECT 1")
    except connection.Error as error:
        raise InvalidatePoolError() from error


def kept() -> dict:
    """What this session has read once and need not read again; forgotten when a transaction begins or is undone."""
    return db.session().info.setdefault(KEPT, {})


def _forget(session) -> dict:
    return session.info.pop(KEPT, {})


event.listen(Session, "after_rollback", _forget)


def begin(connection, how: dict[str, str] = WRITING) -> bool:
    """Begin a transaction on a connection; False inside one, such as a test's, where there is nothing to begin."""
    if _is_begun(connection.connection.driver_connection):
        return False
    connection.exec_driver_sql(how[connection.dialect.name])
    return True


def _is_begun(driver) -> bool:
    return driver.in_transaction if hasattr(driver, "in_transaction") else bool(driver.pgconn.transaction_status)


def read_already(model: type, row_id: int):
    """The row, if this session has read it and nothing has made it out of date since; None else.

    It came in through the row rule of who asks: `guard.bind` forgets what others read, `transaction()` what was read
    before it.
    """
    row = db.session().identity_map.get((model, (row_id,), None))
    return None if row is None or inspect(row).expired else row


@contextmanager
def transaction(*, is_of_reading: bool = False) -> Iterator[Session]:
    """Everything inside is written, or nothing is.

    Forgets what was read before, so that services read afresh what they change; not where only the reading itself is
    written down (`is_of_reading`): nothing else may be, and the trail begins what it needs for it. Not to be nested.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() inside transaction()")
    _refuse_unflushed(session)
    if not is_of_reading:
        session.expire_all()
    before = _forget(session)
    session.info["writing"], session.info["is_of_reading"] = True, is_of_reading
    session.expire_on_commit = not is_of_reading
    try:
        connection = session.connection()
        if not is_of_reading:
            begin(connection)
        yield session
        session.flush()
        for work in before_commit:
            work(session)
        session.commit()
        session.info[KEPT] = {**before, **kept()}  # what was changed is put there by whoever changed it
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"], session.expire_on_commit = False, True


def _refuse_unflushed(session) -> None:
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise WriteOutsideTransaction("rows were changed before transaction() began")


@contextmanager
def snapshot() -> Iterator[Session]:
    """Read-only view of one moment: several queries inside agree with each other."""
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    connection = session.connection()
    has_begun = begin(connection, READING)
    try:
        yield session
    finally:
        if has_begun and not connection.closed:
            connection.connection.driver_connection.commit()  # no ROLLBACK, for the reason above: nothing was written
        session.rollback()


def _may_write(session) -> bool:
    return bool(session.info.get("writing")) and not session.info["is_of_reading"]


@event.listens_for(Session, "before_flush")
def _flush_needs_transaction(session, context, instances):
    if not _may_write(session):
        raise WriteOutsideTransaction("flush outside transaction()")


@event.listens_for(Session, "do_orm_execute")
def _bulk_needs_transaction(state):
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not _may_write(state.session):
        raise WriteOutsideTransaction("bulk write outside transaction()")


@event.listens_for(Session, "before_commit")
def _commit_needs_transaction(session):
    if not session.info.get("writing"):
        raise WriteOutsideTransaction("commit outside transaction()")


def check_version(row, version: int | None) -> None:
    """Refuse a save made from an old copy of `row`, and count this one: of two at once, too. Raises Stale."""
    hold(row)
    if version is None or int(version) != row.version:
        raise Stale()
    row.version += 1


def hold(row) -> None:
    """Read `row` anew and hold it until the transaction ends. Raises Stale for one that is gone.

    On SQLite whoever writes holds the whole database since the transaction began. A row that is nowhere yet is held.
    """
    session = object_session(row)
    if session is not None and session.connection().dialect.name == "postgresql":
        session.flush()  # reading anew would forget what was changed on it before
        try:
            session.refresh(row, with_for_update={"of": type(row), "key_share": True})
        except InvalidRequestError:
            raise Stale() from None


def is_conflict(error: BaseException) -> bool:
    """Whether running the same transaction again may succeed: serialization failure, deadlock, busy database."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    return code in ("40001", "40P01") or (isinstance(error, OperationalError) and "locked" in str(error.orig))


def is_taken(error: BaseException) -> bool:
    """Whether somebody else has written the same row meanwhile: who runs again sees it. On SQLite writers wait."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "23505"


def is_out_of_order(error: BaseException) -> bool:
    """Whether the database itself is at fault, not what was asked: gone, full, read-only, or too busy by now."""
    return is_conflict(error) or isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "25006")


def violates(error: BaseException, name: str) -> bool:
    """Whether an IntegrityError was raised by the constraint or trigger called `name`."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return constraint == name or name in str(error.orig)


