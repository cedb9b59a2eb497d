"""The practice's own rules: written over the shipped rulebook, taken back to it."""
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from practice.access.actor import Actor, system
from practice.access.guard import acting, require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import Invalid, NotFound, Stale
from practice.core.text import _
from practice.safety.models import Condition, OwnRule
from practice.safety.queries import LIVE, forget_rulebook
from practice.safety.rulebook import shipped
from practice.safety.rulebook_check import problems_of
from practice.safety.services.consequences import rewrite

CLIENTS_AT_ONCE = 100


class RuleRefused(Invalid):
    """`problems` are the sentences for the person who wrote it."""

    message = _("This rule cannot be taken as it is.")

    def __init__(self, problems: list[str]):
        super().__init__()
        self.problems = problems


def save_rule(actor: Actor, content: Mapping[str, Any], *, version: int) -> OwnRule:
    """Write a rule of the practice's own; `version` 0 means there was none of that key. Raises RuleRefused, Stale."""
    require(actor, Permission.RULEBOOK_EDIT)
    problems = problems_of(content, shipped())
    if problems:
        raise RuleRefused(problems)
    row = _held(content["key"])
    if row is None:
        if version:
            raise Stale()
        row = OwnRule(key=content["key"], version=1)
        db.session.add(row)
    else:
        check_version(row, version)
    row.content, row.made_over, row.is_active = dict(content), shipped().version, True
    return _changed(actor, row, "rule.save")


def take_back(actor: Actor, key: str, *, version: int) -> OwnRule:
    """The shipped rule counts again; where there is none, conditions of that kind are the therapist's to decide.

    Raises NotFound, Stale.
    """
    require(actor, Permission.RULEBOOK_EDIT)
    row = _held(key)
    if row is None or not row.is_active:
        raise NotFound()
    check_version(row, version)
    row.is_active = False
    return _changed(actor, row, "rule.take_back")


def rewrite_after(actor: Actor, client_id: int) -> int | None:
    """Bring what the desk is told of the next clients after `client_id` to the rules as they are now.

    A rule reaches everybody who has something: the caller goes on, a transaction each time, until it returns None.
    """
    require(actor, Permission.RULEBOOK_EDIT)
    table = Condition.__table__
    with acting(system("a rule changed", address=actor.address)):
        ids = list(db.session.execute(
            select(table.c.client_id).where(table.c.client_id > client_id, table.c.state.in_(LIVE)).distinct()
            .order_by(table.c.client_id).limit(CLIENTS_AT_ONCE)).scalars())
    for one in ids:
        rewrite(actor, one)
    return ids[-1] if ids else None


def _held(key: str) -> OwnRule | None:
    return db.session.scalars(select(OwnRule).where(OwnRule.key == key).with_for_update()
                              .execution_options(populate_existing=True)).first()


def _changed(actor: Actor, row: OwnRule, action: str) -> OwnRule:
    row.changed_at, row.changed_by_id = clock.now(), actor.user_id
    db.session.flush()
    forget_rulebook()
    audit.record(actor, action, row, key=row.key)
    return row
