"""How many questions something costs the database."""
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from practice.core.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent within the block, in their order."""
    statements = []
    with hearing(lambda connection, cursor, statement, *rest: statements.append(statement)):
        yield statements


@contextmanager
def carrying(word: str) -> Iterator[tuple[list[str], list[str]]]:
    """Of the statements that are sent within the block, those with `word` in their text, and those it is bound to."""
    in_text, bound_to = [], []

    def hear(connection, cursor, statement, parameters, *rest):
        if word in statement.casefold():
            in_text.append(statement)
        if word in repr(parameters).casefold():
            bound_to.append(statement)

    with hearing(hear):
        yield in_text, bound_to


@contextmanager
def hearing(hear) -> Iterator[None]:
    """Calls `hear` before each statement, with what SQLAlchemy tells of it."""
    bound = db.session.get_bind()
    engine = getattr(bound, "engine", bound)
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hear)
