"""Both databases for every test that touches data.

The schema is migrated once a run, into a template; every worker works on its own copy. An ordinary test runs inside
one outer transaction that is rolled back; one that needs real commits, other processes or a server gets a database
of its own (`cloned_database`).
"""

import base64
import itertools
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import create_engine

from tests.plugins import postgres

KINDS = ("sqlite", "postgresql")
ROOT = Path(__file__).resolve().parents[2]
STRICT = bool(os.environ.get("CI"))


# --- one set of templates for the run, made by whoever starts it ------------------------------------------------


class Templates:
    """The migrated databases that workers copy, and what the run needs to know about them."""

    def __init__(self):
        self.folder = postgres.temporary_folder("practice-tests-")
        self.keys = [base64.b64encode(secrets.token_bytes(32)).decode()]
        self.sqlite = str(self.folder / "template.db")
        self.postgres_url = None
        self.postgres_missing = None
        self.server = None

    def make(self, only: str | None) -> None:
        """Both, or SQLite alone when `only` that is asked for: a server takes longer than many a test."""
        migrate_fresh(f"sqlite:///{self.sqlite}", self.keys)
        if only == "sqlite":
            self.postgres_missing = "only SQLite was asked for"
            return
        server = postgres.PostgresServer()
        try:
            server.start()
        except Exception as error:  # whatever stops it: no wheel for this machine, no user may be made, no memory
            self.postgres_missing = f"PostgreSQL does not start here: {type(error).__name__}: {error}"
            return
        self.server, self.postgres_url = server, server.url
        migrate_fresh(postgres.named(server.url, postgres.TEMPLATE), self.keys)

    def told(self) -> dict:
        """What a worker needs, as plain values."""
        return {
            "folder": str(self.folder),
            "keys": self.keys,
            "sqlite": self.sqlite,
            "postgres_url": self.postgres_url,
            "postgres_missing": self.postgres_missing,
        }

    def remove(self) -> None:
        if self.server:
            self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def migrate_fresh(url: str, keys: list[str]) -> None:
    """Bring an empty database to the newest schema, the way a first start does."""
    from practice.cli.making import migrate_database
    from practice.core.db import db

    app = make_app(url, keys)
    migrate_database(app)
    with app.app_context():
        db.engine.dispose()


def make_app(url: str, keys: list[str]) -> Flask:
    """An application for tests on that database."""
    from argon2 import PasswordHasher

    from config import Config
    from practice.accounts import passwords
    from practice.app import create_app

    # Real hashing, at a cost that only a test may choose.
    passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    settings = Config(
        database_url=url,
        secret_key="only for tests: " + keys[0],
        sealing_keys=tuple(base64.b64decode(key) for key in keys),
        testing=True,
    )
    app = create_app(settings)
    app.test_client_class = ScreenClient
    return app


class ScreenClient(FlaskClient):
    """A test client whose every request has an application context, and so a database session, of its own.

    Without it Flask lends a request the context the test itself stands in: with its session, the rows that holds,
    and whoever is signed in there. A writing request carries the token its page would have, unless `csrf=False`.
    """

    def open(self, *args, csrf=True, **kwargs):
        from practice.core.db import db

        if csrf and kwargs.get("method", "GET") not in ("GET", "HEAD", "OPTIONS"):
            kwargs["headers"] = {**dict(kwargs.get("headers") or {}), "X-CSRFToken": self.csrf_token()}
        if has_app_context():
            db.session.rollback()  # a reading of the test's own must not be held open around what the request writes
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def csrf_token(self) -> str:
        """The token a page shown to this client would carry."""
        with self.application.app_context(), self.session_transaction() as session:
            secret = session.setdefault("csrf_token", secrets.token_hex(20))
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(secret)


class Worker:
    """The databases and applications of this process; each is made when first asked for, and kept."""

    def __init__(self, told: dict, name: str):
        self.told = told
        self.name = name
        self.apps: dict[str, Flask] = {}
        self.engines = {}
        self.numbers = itertools.count(1)

    def missing(self, kind: str) -> str | None:
        return self.told["postgres_missing"] if kind == "postgresql" else None

    def copy(self, kind: str, name: str) -> str:
        """A fresh database of that name; gives its address."""
        if kind == "postgresql":
            return postgres.clone(self.told["postgres_url"], name)
        path = Path(self.told["folder"]) / f"{name}.db"
        shutil.copyfile(self.told["sqlite"], path)
        return f"sqlite:///{path}"

    def discard(self, kind: str, name: str) -> None:
        if kind == "postgresql":
            postgres.drop(self.told["postgres_url"], name)
            return
        for path in Path(self.told["folder"]).glob(f"{name}.db*"):
            path.unlink(missing_ok=True)

    def app(self, kind: str) -> Flask:
        """The application of this worker on that kind of database."""
        if kind not in self.apps:
            from practice.core.db import db

            self.apps[kind] = app = make_app(self.copy(kind, self.name), self.told["keys"])
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            with app.app_context():
                self.engines[kind] = db.engine
        return self.apps[kind]

    @contextmanager
    def bound(self, kind: str, bind) -> Iterator[Flask]:
        """The application, its sessions working on `bind` (a connection or another engine), in a context."""
        from practice.core.db import db

        app = self.app(kind)
        settings = dict(app.config)
        with app.app_context():
            engines = db.engines
            engines[None] = bind
            try:
                yield app
                db.session.remove()
            finally:
                engines[None] = self.engines[kind]
                app.config.clear()
                app.config.update(settings)  # a test's setting is its own

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()


@dataclass(frozen=True)
class Database:
    """What a test may know of the database it runs on."""

    kind: str
    url: str
    app: Flask
    keys: tuple[str, ...]

    def environ(self, folder: Path) -> dict[str, str]:
        """The environment for a process of its own on this database; its keys are written into `folder`."""
        keys = folder / "sealing_keys"
        keys.write_text("\n".join(self.keys) + "\n")
        secret = "only for tests: " + self.keys[0]
        return os.environ | {"DATABASE_URL": self.url, "PRACTICE_KEYS": str(keys), "SECRET_KEY": secret}


# --- fixtures ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def database_worker(request) -> Iterator[Worker]:
    config = request.config
    if hasattr(config, "workerinput"):
        told, name = config.workerinput["practice_templates"], config.workerinput["workerid"]
    else:
        told, name = templates_of(config).told(), "main"
    worker = Worker(told, name)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def database_kind(request, database_worker) -> str:
    """sqlite, then postgresql: every test that asks for data runs once on each."""
    reason = database_worker.missing(request.param)
    if reason:
        (pytest.fail if STRICT else pytest.skip)(reason)
    return request.param


@pytest.fixture
def database(database_kind, database_worker) -> Iterator[Database]:
    """Empty tables inside a transaction that is rolled back afterwards; an application context is active."""
    from practice.core.db import begin

    worker = database_worker
    worker.app(database_kind)
    with worker.engines[database_kind].connect() as connection:
        begin(connection)
        with worker.bound(database_kind, connection) as app:
            url = worker.engines[database_kind].url.render_as_string(hide_password=False)
            yield Database(database_kind, url, app, tuple(worker.told["keys"]))
        connection.rollback()


@pytest.fixture
def app(database) -> Flask:
    return database.app


@pytest.fixture
def client(app) -> FlaskClient:
    """A browser without JavaScript, signed in as nobody."""
    return app.test_client()


@contextmanager
def clone(worker: Worker, kind: str) -> Iterator[Database]:
    """A database of one's own, with real commits, that other processes may open. For fixtures of any scope."""
    worker.app(kind)
    name = f"{worker.name}_{next(worker.numbers)}"
    url = worker.copy(kind, name)
    options = worker.apps[kind].config.get("SQLALCHEMY_ENGINE_OPTIONS", {})
    engine = create_engine(url, **options)
    try:
        with worker.bound(kind, engine) as app:
            yield Database(kind, url, app, tuple(worker.told["keys"]))
    finally:
        engine.dispose()
        worker.discard(kind, name)


@pytest.fixture
def cloned_database(database_kind, database_worker) -> Iterator[Database]:
    """For browsers, killed processes and many at once: see `clone`. An application context is active."""
    with clone(database_worker, database_kind) as database:
        yield database


# --- both kinds for every test, and the templates before the first one ------------------------------------------


def pytest_addoption(parser):
    parser.addoption("--database", choices=KINDS, help="only this database (for a quick look: both count)")


def pytest_generate_tests(metafunc):
    if "database_kind" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only_on")
        metafunc.parametrize("database_kind", [only.args[0]] if only else KINDS, indirect=True, scope="session")


def pytest_collection_modifyitems(config, items):
    """`--database` leaves out what runs on the other one."""
    wanted = config.getoption("--database")
    kinds = {item: item.callspec.params.get("database_kind") if hasattr(item, "callspec") else None for item in items}
    left_out = [item for item, kind in kinds.items() if wanted and kind not in (None, wanted)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def templates_of(config) -> Templates:
    """The templates of this run, made on first use."""
    if not hasattr(config, "practice_templates"):
        config.practice_templates = templates = Templates()
        config.add_cleanup(templates.remove)
        templates.make(config.getoption("--database"))
    return config.practice_templates


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """xdist: the process that starts the workers makes the templates, and tells each where they are."""
    node.workerinput["practice_templates"] = templates_of(node.config).told()


def pytest_configure(config):
    if not hasattr(config, "workerinput") and os.name != "nt":
        import signal

        # A stopped run must not leave a PostgreSQL server behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
