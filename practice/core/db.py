"""The database and its one door for writing.

`transaction()` is the only place that commits. On SQLite it issues BEGIN IMMEDIATE, and reads outside it take no
lock; everything that writes outside it is refused.
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

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
        return self._db.engines[None] if bind is None else bind


db = SQLAlchemy(model_class=Base, session_options={"class_": OneDatabase})


class WriteOutsideTransaction(RuntimeError):
    """Something was about to be written outside `transaction()`."""


class UnauditedWrite(RuntimeError):
    """A transaction changed rows and recorded nothing in the audit trail."""


# Work done at the end of every transaction, before the commit; the audit trail adds itself here.
before_commit: list[Callable[[Session], None]] = []


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, record):
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # no BEGIN behind our back: transaction() and snapshot() issue it
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000",
                       "cache_size=-16000", "mmap_size=268435456", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection, record):
    if type(connection).__module__.startswith("psycopg"):
        connection.prepared_max = 500  # more than the statements there are: none has to be planned twice


def _is_sqlite(session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is written, or nothing is.

    Forgets what was read before, so that services read afresh what they change. Not to be nested.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() inside transaction()")
    _refuse_unflushed(session)
    session.rollback()
    session.info["writing"] = True
    try:
        if _is_sqlite(session):
            begin_immediate(session)
        yield session
        session.flush()
        for work in before_commit:
            work(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def begin_immediate(session) -> None:
    """Take SQLite's write lock now; inside an outer transaction of a test the lock is already held."""
    connection = session.connection()
    if not connection.connection.driver_connection.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


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
    if _is_sqlite(session):
        if not connection.connection.driver_connection.in_transaction:
            connection.exec_driver_sql("BEGIN")
    elif not connection.in_nested_transaction():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield session
    finally:
        session.rollback()


@event.listens_for(Session, "before_flush")
def _flush_needs_transaction(session, context, instances):
    if not session.info.get("writing"):
        raise WriteOutsideTransaction("flush outside transaction()")


@event.listens_for(Session, "do_orm_execute")
def _bulk_needs_transaction(state):
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.session.info.get("writing"):
        raise WriteOutsideTransaction("bulk write outside transaction()")


@event.listens_for(Session, "before_commit")
def _commit_needs_transaction(session):
    if not session.info.get("writing"):
        raise WriteOutsideTransaction("commit outside transaction()")


def check_version(row, version: int | None) -> None:
    """Refuse a save made from an old copy of `row`, and count this one. Raises Stale."""
    if version is None or int(version) != row.version:
        raise Stale()
    row.version += 1


def is_conflict(error: BaseException) -> bool:
    """Whether running the same transaction again may succeed: serialization failure, deadlock, busy database."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    return code in ("40001", "40P01") or (isinstance(error, OperationalError) and "locked" in str(error.orig))


def violates(error: BaseException, name: str) -> bool:
    """Whether an IntegrityError was raised by the constraint or trigger called `name`."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return constraint == name or name in str(error.orig)


