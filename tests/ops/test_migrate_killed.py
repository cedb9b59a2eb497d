"""A migration that is killed at any of its statements leaves what was there; started again it comes to its end."""
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from practice.access import guard
from practice.audit import services as audit
from practice.clients.services import register_client
from practice.core.db import db, transaction
from tests import personas
from tests.plugins.databases import ROOT

FROM, NEVER = "0001", 10**9
# Forks for each kill, so that everything is loaded once; the child dies as of kill -9 before its n-th statement.
PROGRAM = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from practice.cli.making import make_app, migrate_database

def up_to(last):
    left = [last]
    def count(*_statement):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(Engine, "before_cursor_execute", count)
    migrate_database(make_app())

def in_a_child(last):
    child = os.fork()
    if not child:
        try:
            up_to(last)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]

make_app()
for last in map(int, sys.argv[1:]):
    print(last, "killed" if in_a_child(last) == signal.SIGKILL else "came to its end", flush=True)
"""


@pytest.mark.requirement("kill-anywhere", "migrations")
def test_killed_at_any_statement(cloned_database, tmp_path):
    from alembic import command

    people = personas.open_house()
    with guard.acting(people.system), transaction():
        register_client(people.system, first_name="Annwen", last_name="Quill")
        audit.record(people.system, "stage.set")
    db.session.remove()
    command.downgrade(cloned_database.app.extensions["migrate"].migrate.get_config("migrations"), FROM)
    db.engine.dispose()
    before = schema(cloned_database.url)
    assert before["revision"] == FROM
    assert migrate(cloned_database, tmp_path, 20, 120) == ["20 killed", "120 killed"]
    assert schema(cloned_database.url) == before, "something was left half done"
    assert migrate(cloned_database, tmp_path, NEVER) == [f"{NEVER} came to its end"]
    after = schema(cloned_database.url)
    assert after["revision"] > FROM and after["clients"] == before["clients"] == [("Annwen", "Quill")]


def migrate(database, folder, *kills: int) -> list[str]:
    """What became of a migration at each of the kills."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, *map(str, kills)], cwd=ROOT, text=True, capture_output=True,
                         env=database.environ(folder))
    return run.stdout.splitlines() if not run.returncode else [run.stderr]


def schema(url: str) -> dict:
    """Every table with its columns, the revision, and the clients."""
    engine = create_engine(url, poolclass=NullPool)
    columns = ("SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c ORDER BY 1, 2"
               if url.startswith("sqlite") else
               "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
               "ORDER BY 1, 2")
    with engine.connect() as connection:
        return {"columns": list(map(tuple, connection.execute(text(columns)))),
                "revision": connection.scalar(text("SELECT version_num FROM alembic_version")),
                "clients": list(map(tuple, connection.execute(text("SELECT first_name, last_name FROM client"))))}
