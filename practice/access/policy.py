"""The row rule: which rows of each mapped class an actor sees. Fails closed.

Each room's policy file registers its classes. `rows(actor)` gives one SQL criterion on Core tables, `true()`,
`false()`, or None for "no read grant", which raises when a statement touches the class: a silently empty answer to
"which conditions?" would read as safe.
"""
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, True_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean

from practice.access.actor import Actor
from practice.core.errors import Forbidden

RowRule = Callable[[Actor], ColumnElement | None]

_rules: dict[type, RowRule] = {}


class NoReadGrant(Forbidden):
    """The actor may not read this kind of row at all."""


class _Refusal(ColumnElement):
    """A criterion that raises as soon as a statement with it is compiled."""

    type = Boolean()
    _traverse_internals = [("name", InternalTraversal.dp_string)]

    def __init__(self, name: str):
        self.name = name


@compiles(_Refusal)
def _refuse(element, compiler, **options):
    raise NoReadGrant()


class Bound(BindParameter):
    """A value in a rule. Two of them compare as objects, not as SQL: SQLAlchemy looks the values of a rule up in
    dictionaries with every run of a statement, and equality in SQL builds an expression for each look.
    """

    inherit_cache = True
    __hash__ = BindParameter.__hash__

    def __eq__(self, other):
        return hash(self) == hash(other)


def register(model: type, rows: RowRule) -> None:
    """Say which rows of `model` an actor sees; each mapped class needs exactly one rule."""
    if model in _rules:
        raise RuntimeError(f"{model.__name__} has a row rule already")
    _rules[model] = rows


def everyone_with(*permissions) -> RowRule:
    """A rule: all rows for who holds any of these permissions, a refusal for everybody else."""
    return lambda actor: true() if any(actor.may(p) for p in permissions) else None


def system_only(actor: Actor) -> None:
    """A rule: no person reads this class as rows; the house itself does."""
    return None


def criterion(model: type, actor: Actor) -> ColumnElement | None:
    """The rows of `model` that `actor` sees, None when they hold no read grant."""
    return _rules[model](actor)


def is_everything(rule: ColumnElement) -> bool:
    """Whether a rule leaves no row out."""
    return isinstance(rule, True_)


@lru_cache(maxsize=512)
def options_for(actor: Actor) -> dict:
    """The row rule of `actor` as loader options, by table, built once: one for each mapped class that has rows the
    actor does not see."""
    options = {}
    for model, rows in _rules.items():
        rule = rows(actor)
        if rule is None:
            rule = _Refusal(model.__name__)
        elif is_everything(rule):
            continue
        # Loads of relationships are statements of their own and get the rule when they run.
        options[model.__table__] = with_loader_criteria(model, rule, include_aliases=True, propagate_to_loaders=False)
    return options


def check_complete(base: type) -> None:
    """Stop the start-up when a mapped class has no row rule."""
    missing = sorted(m.class_.__name__ for m in base.registry.mappers if m.class_ not in _rules)
    if missing:
        raise RuntimeError(f"no row rule for: {', '.join(missing)}")
