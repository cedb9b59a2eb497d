"""How many questions something costs the database."""
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from practice.core.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent within the block, in their order."""
    statements = []

    def hear(connection, cursor, statement, *rest):
        statements.append(statement)

    bound = db.session.get_bind()
    engine = getattr(bound, "engine", bound)
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", hear)
