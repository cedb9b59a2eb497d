"""The migrations, up and down, on both databases; and no drift between them, the models and the trigger list."""
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from practice.cli.making import migrate_database
from practice.core.db import Base, db
from practice.ops import triggers


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
def test_down_and_up_again(cloned_database):
    app = cloned_database.app
    db.session.remove()
    command.downgrade(settings(app), "base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrate_database(app)
    assert "client" in inspect(db.engine).get_table_names()


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
