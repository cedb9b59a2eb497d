"""Working hours."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sqlalchemy import delete

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.services.users import lock_profile
from practice.audit import services as audit
from practice.core.db import db, kept
from practice.core.errors import Invalid, Stale
from practice.core.text import _
from practice.premises.queries import main_location_id
from practice.schedule.models import Shift
from practice.schedule.queries.appointments import shifts_of


@dataclass(frozen=True)
class Hours:
    """A stretch of work on one weekday (0 is Monday), in minutes since midnight."""

    weekday: int
    starts_minute: int
    ends_minute: int
    from_on: date | None = None
    until_on: date | None = None


def set_hours(actor: Actor, user_id: int, rows: Sequence[Hours], *, seen: Sequence[Hours] | None = None) -> None:
    """Replace a therapist's working hours, at the main location.

    `seen` are the hours from which the change was made: others by now raise Stale. Raises NotFound for somebody who
    is no therapist, Invalid when stretches overlap or end before they start.
    """
    require(actor, Permission.USER_EDIT)
    lock_profile(user_id)
    if seen is not None and in_order(seen) != in_order(hours_of(user_id)):
        raise Stale()
    for row in rows:
        if row.from_on and row.until_on and row.until_on < row.from_on:
            raise Invalid(_("The last day is not before the first."), "hours")
        if not (0 <= row.weekday <= 6 and 0 <= row.starts_minute < row.ends_minute <= 24 * 60):
            raise Invalid(_("Working hours end after they start."), "hours")
    ordered = in_order(rows)
    if any(_overlap(before, after) for before, after in combinations(ordered, 2)):
        raise Invalid(_("Two stretches of one day overlap."), "hours")
    db.session.execute(delete(Shift).where(Shift.user_id == user_id).execution_options(synchronize_session=False))
    location_id = main_location_id()
    db.session.add_all(Shift(user_id=user_id, location_id=location_id, weekday=row.weekday,
                             starts_minute=row.starts_minute, ends_minute=row.ends_minute, from_on=row.from_on,
                             until_on=row.until_on) for row in ordered)
    db.session.flush()
    kept()["shifts"] = {}
    audit.record(actor, "shift.set", user_id=user_id, stretches=len(ordered))


def hours_of(user_id: int) -> list[Hours]:
    """A therapist's working hours as they stand."""
    return [Hours(row.weekday, row.starts_minute, row.ends_minute, row.from_on, row.until_on)
            for row in shifts_of(user_id)]


def in_order(rows: Iterable[Hours]) -> list[Hours]:
    return sorted(rows, key=lambda row: (row.weekday, row.starts_minute, row.ends_minute, row.from_on or date.min,
                                         row.until_on or date.max))


def _overlap(a: Hours, b: Hours) -> bool:
    return (a.weekday == b.weekday and a.starts_minute < b.ends_minute and b.starts_minute < a.ends_minute
            and _meet(a, b))


def _meet(a: Hours, b: Hours) -> bool:
    """Whether both hold on some common day."""
    return (a.from_on or date.min) <= (b.until_on or date.max) and (b.from_on or date.min) <= (a.until_on or date.max)
