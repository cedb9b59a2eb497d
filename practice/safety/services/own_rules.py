"""The practice's own rules: written over the shipped rulebook, taken back to it.

A rule is a condition, a technique, a standing rule or a setting (rulebook_own.Part). It counts at once wherever a
verdict is worked out. What the desk is told is kept, and follows client by client.
"""
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, union, update
from sqlalchemy.exc import IntegrityError

from practice.access.actor import Actor, system
from practice.access.guard import acting, require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import check_version, db, violates
from practice.core.errors import Invalid, NotFound, Stale
from practice.core.text import _
from practice.safety.models import Condition, OwnRule, OwnRuleChange, SafetyProfile
from practice.safety.queries.book import forget_rulebook, rulebook
from practice.safety.queries.known import LIVE
from practice.safety.rulebook import shipped
from practice.safety.rulebook_check_parts import problems_of
from practice.safety.rulebook_own import part_of, row_key
from practice.safety.services.consequences import rewrite

CONDITION, PROFILE = Condition.__table__.c, SafetyProfile.__table__.c
CLIENTS_AT_ONCE = 20  # few enough that nobody at the desk waits for the end of it

changed = threading.Event()  # set when a rule was changed: who tells the desk in this process need not wait


class RuleRefused(Invalid):
    """`problems` are the sentences for the person who wrote it."""

    message = _("This rule cannot be taken as it is.")

    def __init__(self, problems: list[str]):
        super().__init__()
        self.problems = problems


def save_rule(actor: Actor, content: Mapping[str, Any], *, version: int) -> OwnRule:
    """Write a rule of the practice's own; `version` 0 means there was none of that key. Raises RuleRefused, Stale."""
    require(actor, Permission.RULEBOOK_EDIT)
    problems = problems_of(content, rulebook())
    if problems:
        raise RuleRefused(problems)
    key = row_key(part_of(content), content["key"])
    row = _held(key)
    if row is None:
        if version:
            raise Stale()
        row = OwnRule(key=key, version=1)
        db.session.add(row)
    else:
        check_version(row, version)
    row.content, row.made_over, row.is_active = dict(content), shipped().version, True
    return _changed(actor, row, "rule.save")


def take_back(actor: Actor, key: str, *, version: int) -> OwnRule:
    """The shipped rule counts again; where there is none, conditions of that kind are the therapist's to decide, and a
    technique is only known by its name.

    Raises NotFound, Stale.
    """
    require(actor, Permission.RULEBOOK_EDIT)
    row = _held(key)
    if row is None or not row.is_active:
        raise NotFound()
    check_version(row, version)
    row.is_active = False
    return _changed(actor, row, "rule.take_back")


def tell_next(actor: Actor) -> bool:
    """Bring what the desk is told of the next few clients to the rules as they are now; whether anybody is left.

    A rule may reach everybody who has something, so it is done in small steps, a transaction each; where it stands is
    kept with the rule, and goes on there after a restart.
    """
    require(actor, Permission.RULEBOOK_EDIT)
    with acting(system("a rule changed", address=actor.address)):
        waiting = _waiting()
        if not waiting:
            return False
        ids = _next_clients(min(waiting.values()))
        for one in ids:
            rewrite(actor, one)
        for rule_id, told_up_to in waiting.items():
            now = max(told_up_to, ids[-1]) if ids else None
            db.session.execute(update(OwnRule).where(OwnRule.id == rule_id).values(told_up_to=now)
                               .execution_options(synchronize_session=False))
        audit.record(actor, "rule.tell", clients=len(ids))
    return bool(ids)


def _waiting() -> dict[int, int]:
    """The changed rules not everybody at the desk knows of yet, each with the last client told of it; held until the
    transaction ends."""
    return dict(db.session.execute(select(OwnRule.id, OwnRule.told_up_to).where(OwnRule.told_up_to.is_not(None))
                                   .order_by(OwnRule.id).with_for_update()).all())


def _next_clients(begin: int) -> list[int]:
    """Those a rule may say anything about: with a condition, or with what is known beside conditions."""
    with_something = union(
        select(CONDITION.client_id).where(CONDITION.client_id > begin, CONDITION.state.in_(LIVE)),
        select(PROFILE.client_id).where(PROFILE.client_id > begin)).subquery()
    return list(db.session.execute(
        select(with_something.c.client_id).order_by(with_something.c.client_id).limit(CLIENTS_AT_ONCE)).scalars())


def _held(key: str) -> OwnRule | None:
    return db.session.scalars(select(OwnRule).where(OwnRule.key == key).with_for_update()
                              .execution_options(populate_existing=True)).first()


def _changed(actor: Actor, row: OwnRule, action: str) -> OwnRule:
    row.changed_at, row.changed_by_id, row.told_up_to = clock.now(), actor.user_id, 0
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, "own_rule_key") or violates(error, "own_rule.key"):
            raise Stale() from error  # somebody else wrote one of that key meanwhile
        raise
    db.session.add(OwnRuleChange(key=row.key, number=row.version, content=row.content, is_active=row.is_active,
                                 book_version=shipped().version, changed_at=row.changed_at,
                                 changed_by_id=row.changed_by_id))
    forget_rulebook()
    changed.set()
    audit.record(actor, action, row, key=row.key)
    return row
