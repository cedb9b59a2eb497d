"""The migrations, up and down, on both databases; and no drift between them, the models and the trigger list."""
import itertools

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, literal_column, select, text

from practice.cli.making import migrate_database
from practice.core import clock
from practice.core.db import Base, db
from practice.ops import triggers
from tests import personas
from tests.world import build_world


def settings(app):
    return app.extensions["migrate"].migrate.get_config("migrations")


@pytest.mark.requirement("migrations")
def test_schema_has_no_drift(cloned_database):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            "include_name": lambda name, kind, parents: not triggers.is_ours(name),
            "include_object": lambda thing, name, *rest: not triggers.is_ours(name), "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.requirement("migrations")
def test_triggers_are_those_of_the_list(cloned_database):
    with db.engine.connect() as connection:
        if cloned_database.kind == "sqlite":
            found = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
            assert found == set(triggers.SQLITE_TRIGGERS)
        else:
            found = set(connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
            assert found == set(triggers.POSTGRESQL_TRIGGERS)
            constraints = set(connection.scalars(text("SELECT conname FROM pg_constraint WHERE contype = 'x'")))
            assert constraints == set(triggers.POSTGRESQL_EXCLUSIONS)


def contents(tables: dict[str, list[str]]) -> dict[str, list]:
    """The rows of these columns of each table."""
    with db.engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(select(*(literal_column(f'"{one}"') for one in columns))
                                                          .select_from(text(name)))))
                for name, columns in tables.items()}


def columns_there() -> dict[str, list[str]]:
    seen = inspect(db.engine)
    return {name: [column["name"] for column in seen.get_columns(name)] for name in seen.get_table_names()
            if name != "alembic_version" and not triggers.is_ours(name)}


@pytest.mark.requirement("migrations")
def test_forward_with_the_data_of_each_release(cloned_database):
    """A filled practice goes back to each release, with what that one can hold, and on to the next: every row is there
    as it was. At last all the way down, and up again from nothing."""
    clock.set_to(personas.NOW)
    build_world(personas.open_house())
    db.session.remove()
    app, lost = cloned_database.app, []
    config = settings(app)
    releases = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    for newer, older in itertools.pairwise(releases):
        command.downgrade(config, older)
        tables = columns_there()
        before = contents(tables)
        command.upgrade(config, newer)
        after = contents(tables)
        lost += [(newer, name) for name in tables if before[name] != after[name]]
        command.downgrade(config, older)
    assert lost == [] and len(before["client"]) == 2 and len(releases) > 30
    command.downgrade(config, "base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrate_database(app)
    assert columns_there().keys() == {table.name for table in Base.metadata.sorted_tables}
