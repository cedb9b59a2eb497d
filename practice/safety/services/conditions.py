"""Answers propose, the therapist decides."""
from dataclasses import replace

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import IllegalMove, Invalid
from practice.core.text import _
from practice.safety.content import ConditionContent
from practice.safety.models import Condition, ConditionState
from practice.safety.queries.book import rulebook
from practice.safety.queries.rows import condition_to_change
from practice.safety.services.consequences import rewrite

SHORTEST_REASON = 3  # letters


def add_condition(actor: Actor, client_id: int, content: ConditionContent) -> Condition:
    """A condition the therapist found at the visit. Raises Invalid, NotFound."""
    require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    _check(content)
    row = Condition(client_id=client.id, state=ConditionState.ACCEPTED, content=content.to_json(),
                    created_at=clock.now(), decided_at=clock.now(), decided_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "condition.add", row, client_id=client.id)
    rewrite(actor, client.id)
    return row


def accept(actor: Actor, condition_id: int, *, version: int, content: ConditionContent | None = None) -> None:
    """Accept a proposal, as it is or changed. Raises Stale, IllegalMove, Invalid, NotFound."""
    row = _held(actor, condition_id, version, ConditionState.PROPOSED)
    if content is not None:
        _check(content)
        row.content = _written_over(row, content)
    _decide(actor, row, ConditionState.ACCEPTED, "condition.accept")


def dismiss(actor: Actor, condition_id: int, *, version: int, reason: str) -> None:
    """Put a proposal aside, with a reason. Raises Stale, IllegalMove, Invalid, NotFound."""
    row = _held(actor, condition_id, version, ConditionState.PROPOSED)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(_("Say why this is put aside."), "reason")
    row.content = replace(ConditionContent.from_json(row.content), reason=reason.strip()).to_json()
    _decide(actor, row, ConditionState.DISMISSED, "condition.dismiss")


def change(actor: Actor, condition_id: int, content: ConditionContent, *, version: int) -> None:
    """Change an active condition. Raises Stale, IllegalMove, Invalid, NotFound."""
    row = _held(actor, condition_id, version, ConditionState.ACCEPTED)
    _check(content)
    row.content = _written_over(row, content)
    audit.record(actor, "condition.change", row, client_id=row.client_id)
    rewrite(actor, row.client_id)


def end(actor: Actor, condition_id: int, *, version: int, reason: str = "") -> None:
    """End an active condition: its limits hold no longer. It stays in the record.

    Raises Stale, IllegalMove, NotFound.
    """
    row = _held(actor, condition_id, version, ConditionState.ACCEPTED)
    row.content = replace(ConditionContent.from_json(row.content), reason=reason.strip()).to_json()
    row.ended_at = clock.now()
    _decide(actor, row, ConditionState.ENDED, "condition.end")


def _written_over(row: Condition, content: ConditionContent) -> str:
    return content.written_over(ConditionContent.from_json(row.content), clock.now(), row.created_at).to_json()


def _held(actor: Actor, condition_id: int, version: int, state: ConditionState) -> Condition:
    """The row to change, when it is still in that state. A newer version is said first: it explains the rest."""
    require(actor, Permission.CHART_WRITE)
    row = condition_to_change(condition_id)
    check_version(row, version)
    if row.state is not state:
        raise IllegalMove()
    return row


def _decide(actor: Actor, row: Condition, state: ConditionState, action: str) -> None:
    row.state = state
    row.decided_at, row.decided_by_id = clock.now(), actor.user_id
    client_id = row.client_id
    audit.record(actor, action, row, client_id=client_id)
    rewrite(actor, client_id)


def _check(content: ConditionContent) -> None:
    rule = rulebook().rules.get(content.key or "")
    if content.key and rule is None:
        raise Invalid(_("The rulebook does not know this condition."), "key")
    if rule is None and not content.words.strip():
        raise Invalid(_("Choose a condition, or say in your own words what it is."), "words")
    if rule is not None and content.variant is not None and content.variant not in rule.versions:
        raise Invalid(_("The rule knows no such severity."), "variant")
    if content.own_limit is not None and not 0 <= content.own_limit <= 5:
        raise Invalid(_("A limit is a level from 0 to 5."), "own_limit")
