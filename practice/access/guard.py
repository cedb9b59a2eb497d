"""Checks at the door and below it: permissions, and the row rule behind every statement of the session."""
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import Select, bindparam, event, inspect, select
from sqlalchemy.orm import QueryableAttribute, Session
from sqlalchemy.sql import visitors

from practice.access import policy
from practice.access.actor import Actor, system
from practice.access.permissions import Permission
from practice.core.db import db
from practice.core.errors import Forbidden, NotFound

MOST_ACTORS = 32  # whose form of a kept statement is remembered
_ruled: WeakKeyDictionary = WeakKeyDictionary()  # {statement: {actor: the statement with the actor's rules}}
_columns: WeakSet = WeakSet()  # statements that were seen to read columns alone


class NoActor(RuntimeError):
    """Rows were asked for and nobody said who is asking."""


def require(actor: Actor, *permissions: Permission) -> None:
    """Raise Forbidden unless `actor` holds every one of `permissions`."""
    if not all(actor.may(permission) for permission in permissions):
        raise Forbidden()


def require_any(actor: Actor, *permissions: Permission) -> None:
    """Raise Forbidden unless `actor` holds at least one of `permissions`."""
    if not any(actor.may(permission) for permission in permissions):
        raise Forbidden()


def bind(actor: Actor | None) -> None:
    """Say who is asking from now on in this session; what others read is forgotten."""
    session = db.session()
    if session.info.get("actor") != actor:
        if session.identity_map or session.new:
            session.expunge_all()
        session.info["actor"] = actor


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Within the block `actor` is who is asking."""
    before = db.session().info.get("actor")
    _write_down()
    bind(actor)
    try:
        yield actor
        _write_down()
    finally:
        bind(before)


def _write_down() -> None:
    """What was changed in a transaction goes to the database before the rows are forgotten."""
    session = db.session()
    if session.info.get("writing"):
        session.flush()


@contextmanager
def system_session(why: str) -> Iterator[Session]:
    """A session of its own, on the same connection, for rules that must see everything.

    It reads columns, never entities, and cannot write; the test suite lists who uses it.
    """
    session = Session(bind=db.session().connection(), autoflush=False, join_transaction_mode="rollback_only",
                      info={"actor": system(why), "columns_only": True})
    _write_down()
    try:
        yield session
    finally:
        session.expunge_all()  # never closed: its transaction is the outer session's


@event.listens_for(Session, "do_orm_execute")
def _apply_row_rule(state):
    if not state.is_orm_statement:
        return
    actor = state.session.info.get("actor")
    if actor is None:
        raise NoActor("no actor is bound to this session")
    if state.session.info.get("columns_only"):
        _refuse_entities(state.statement)
    if not actor.is_system:
        state.statement = _with_rules(state.statement, actor)


def _refuse_entities(statement) -> None:
    if statement in _columns:
        return
    for column in getattr(statement, "column_descriptions", ()):
        if column["entity"] is not None and column["expr"] is column["entity"]:
            raise RuntimeError("a system session reads columns, never entities")
    _columns.add(statement)


def as_seen(statement):
    """The ORM statement with the row rule of who asks, for reading very many rows straight from the connection: the
    session puts the rule on what it runs itself."""
    actor = db.session().info.get("actor")
    if actor is None:
        raise NoActor("no actor is bound to this session")
    return statement if actor.is_system else _with_rules(statement, actor)


def _with_rules(statement, actor: Actor):
    """The statement with the actor's rules.

    A statement that a module keeps and runs again gets them once: its ruled form then brings along the key under which
    its SQL is found, which costs more to work out than the rest of a small query.
    """
    forms = _ruled.setdefault(statement, {})
    if actor not in forms:
        if len(forms) >= MOST_ACTORS:
            forms.clear()
        rules = _rules_for(statement, actor)
        forms[actor] = statement.options(*rules) if rules else None  # the form must not keep its own key alive
    ruled = forms[actor]
    return statement if ruled is None else ruled


def _rules_for(statement, actor: Actor) -> list:
    """The rules of the tables a statement names; all of them when it brings loader options or joins over a
    relationship, which may name more."""
    rules = policy.options_for(actor)
    if statement._with_options:
        return list(rules.values())
    parts = list(visitors.iterate(statement))
    if any(_joins_over_relationship(part) for part in parts):
        return list(rules.values())
    named = {part for part in parts if part.__visit_name__ == "table"}
    # An ORM table is an annotated copy that is equal to its original.
    return [rule for table, rule in rules.items() if table in named]


def _joins_over_relationship(part) -> bool:
    """Whether it is a SELECT with `.join(Appointment.client)`: the table stands nowhere in it until it is run."""
    return any(isinstance(target, QueryableAttribute) for target, *_how in getattr(part, "_setup_joins", ()))


@event.listens_for(Session, "before_flush")
def _refuse_foreign_rows(session, context, instances):
    actor = session.info.get("actor")
    if actor is not None and actor.is_system:
        return
    changed = [row for row in session.dirty if session.is_modified(row)] + list(session.deleted)
    if changed and actor is None:
        raise NoActor("no actor is bound to this session")
    for row in changed:
        _refuse_if_foreign(session, actor, row)


def _refuse_if_foreign(session, actor, row) -> None:
    chosen, key = _seen(type(row), actor), {"row_id": inspect(row).identity[0]}
    if chosen is not None and session.connection().execute(chosen, key).first() is None:
        raise NotFound()


@lru_cache(maxsize=512)
def _seen(model: type, actor: Actor) -> Select | None:
    """Finds the row `row_id` if the actor sees it; None for who sees every row. Raises NoReadGrant."""
    rule = policy.criterion(model, actor)
    if rule is None:
        raise policy.NoReadGrant()
    if policy.is_everything(rule):
        return None
    table = inspect(model).local_table
    return select(table.c.id).where(table.c.id == bindparam("row_id"), rule)
