"""Runs migrations inside the application, on SQLite and PostgreSQL, each as one transaction."""
from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

import practice.models  # noqa: F401 - every table must be known
from practice.core.db import Base, begin
from practice.ops import triggers


def include_name(name, kind, parents):
    return not triggers.is_ours(name)


def include_object(thing, name, kind, reflected, compare_to):
    return not triggers.is_ours(name)


def render_item(kind, item, autogen_context):
    """Our own column types as what the database holds: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}" if "(" in repr(item.impl) else f"sa.{item.impl!r}()"
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:  # batch migrations copy tables
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        begin(connection)
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True,
            include_name=include_name, include_object=include_object, render_item=render_item,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            triggers.recreate(connection)
        connection.commit()
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
