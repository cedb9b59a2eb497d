"""What the desk is told of clients, never why, and whose answers wait for a therapist."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, or_, select

from practice.clients.models import Care
from practice.core import clock
from practice.core.db import db
from practice.premises.queries import the_practice
from practice.safety.models import Condition, ConditionState, ConsequenceRow
from practice.safety.rules_verdict import Consequence

CONSEQUENCES = select(ConsequenceRow.client_id, ConsequenceRow.kind).where(
    ConsequenceRow.client_id.in_(bindparam("clients", expanding=True)), ConsequenceRow.starts_on <= bindparam("on"),
    or_(ConsequenceRow.ends_on.is_(None), ConsequenceRow.ends_on >= bindparam("on")))


def consequences_of(client_ids: Iterable[int], on: date | None = None) -> dict[int, tuple[Consequence, ...]]:
    """What the desk must know of these clients on that day (None: today), never why; the most pressing first."""
    ids = list(client_ids)
    if not ids:
        return {}
    on = on or clock.local_date(clock.now(), the_practice().time_zone)
    found: dict[int, list[str]] = {}
    for client_id, kind in db.session.execute(CONSEQUENCES, {"clients": ids, "on": on}):
        found.setdefault(client_id, []).append(kind)
    return {client_id: told for client_id, kinds in found.items() if (told := by_urgency(kinds))}


def by_urgency(kinds: Iterable[str]) -> tuple[Consequence, ...]:
    """These stored kinds, the most pressing first; without those that no longer exist."""
    return tuple(one for one in Consequence if one in kinds)


@dataclass(frozen=True)
class Waiting:
    """How many answers of a client wait to be decided, and from how many forms."""

    client_id: int
    answers: int
    forms: int


def waiting_for(user_id: int) -> list[Waiting]:
    """The clients in a therapist's care whose answers nobody has decided, without opening one."""
    now = clock.now()
    mine = select(Care.client_id).where(Care.user_id == user_id, Care.from_at <= now, Care.until_at > now)
    rows = db.session.execute(
        select(Condition.client_id, func.count(Condition.id), func.count(Condition.submission_id.distinct()))
        .where(Condition.client_id.in_(mine), Condition.state == ConditionState.PROPOSED)
        .group_by(Condition.client_id).order_by(func.min(Condition.created_at)))
    return [Waiting(*row) for row in rows]
