"""The PostgreSQL database: read table by table in one moment of it, and filled again. Needs no program of the server.
"""
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from practice.core.db import READING, begin
from practice.ops.backup.container import BackupBroken

# So that the same rows are the same bytes on every server.
PLAIN = ("SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL bytea_output = 'hex'", "SET LOCAL extra_float_digits = 1",
         "SET LOCAL timezone = 'UTC'", "SET LOCAL intervalstyle = 'postgres'")
LOCK = 7_305_112_026  # any number, the same for every backup
REVISION = text("SELECT version_num FROM alembic_version")
TAKE_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that reads one moment of the database; raises BackupBroken when another backup is being made."""
    import psycopg

    try:
        with engine.connect() as connection:
            begin(connection, READING)
            if not connection.scalar(TAKE_LOCK, {"lock": LOCK}):
                raise BackupBroken("Another backup of this database is being made.")
            yield connection
    except (psycopg.OperationalError, OperationalError) as error:
        raise BackupBroken(f"The PostgreSQL server does not answer: {getattr(error, 'orig', error)}") from error


def tables(connection: Connection) -> dict[str, list[str]]:
    """{table: columns}, a table after those it refers to."""
    inspector = inspect(connection)
    names = [name for name, _keys in inspector.get_sorted_table_and_fkc_names() if name and name != "alembic_version"]
    return {name: [column["name"] for column in inspector.get_columns(name)] for name in names}


def _listed(connection: Connection, names: list[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(name) for name in names)


def rows_out(connection: Connection, table: str, columns: list[str]) -> Iterator[bytes]:
    """The rows in the order of their key, one line each, in pieces as the server sends them."""
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"] or columns
    for setting in PLAIN:
        connection.exec_driver_sql(setting)
    with connection.connection.driver_connection.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT {_listed(connection, columns)} FROM {_listed(connection, [table])} "
                         f"ORDER BY {_listed(connection, key)}) TO STDOUT") as lines:
            for piece in lines:
                yield bytes(piece)


def rows_in(connection: Connection, table: str, columns: list[str], pieces: Iterable[bytes]) -> None:
    """Fill a table with the lines of `rows_out`."""
    for setting in PLAIN:
        connection.exec_driver_sql(setting)
    with connection.connection.driver_connection.cursor() as cursor:
        with cursor.copy(f"COPY {_listed(connection, [table])} ({_listed(connection, columns)}) FROM STDIN") as lines:
            for piece in pieces:
                lines.write(piece)


def count_on(connection: Connection) -> None:
    """New rows get numbers after the highest there is."""
    for table, columns in tables(connection).items():
        if "id" in columns and connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table}):
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(max(id), 1), "
                                    f"max(id) IS NOT NULL) FROM {_listed(connection, [table])}"), {"name": table})


@contextmanager
def _server(url: str):
    """A connection to the server beside the database of this address, outside any transaction."""
    import psycopg

    address = make_url(url).set(drivername="postgresql", database="postgres")
    try:
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise BackupBroken(f"The PostgreSQL server does not answer: {error}") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupBroken("This user may not make databases on that server: ALTER USER … CREATEDB.") from error


def _named(words: str, *names: str):
    from psycopg import sql

    return sql.SQL(words).format(*map(sql.Identifier, names))


def exists(url: str) -> bool:
    """Whether the server has a database of that name."""
    with _server(url) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [make_url(url).database])
        return found.fetchone() is not None


def make_empty(url: str) -> None:
    """A new database of that name; what was there under it is thrown away."""
    name = make_url(url).database
    with _server(url) as server:
        server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))
        server.execute(_named("CREATE DATABASE {} TEMPLATE template0", name))


def drop(url: str) -> None:
    """Throw the database of that name away, and whoever is in it out."""
    with _server(url) as server:
        server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", make_url(url).database))


def rename(url: str, name: str) -> None:
    """Give a database that nobody is connected to its name."""
    with _server(url) as server:
        server.execute(_named("ALTER DATABASE {} RENAME TO {}", make_url(url).database, name))
