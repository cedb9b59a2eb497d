"""Working hours."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import main_location_id
from practice.schedule.models import Shift


@dataclass(frozen=True)
class Hours:
    """A stretch of work on one weekday (0 is Monday), in minutes since midnight."""

    weekday: int
    starts_minute: int
    ends_minute: int
    from_on: date | None = None
    until_on: date | None = None


def set_hours(actor: Actor, user_id: int, rows: Sequence[Hours]) -> None:
    """Replace a therapist's working hours. Raises Invalid when stretches overlap or end before they start."""
    require(actor, Permission.USER_EDIT)
    for row in rows:
        if not (0 <= row.weekday <= 6 and 0 <= row.starts_minute < row.ends_minute <= 24 * 60):
            raise Invalid(_("Working hours end after they start."), "hours")
    ordered = sorted(rows, key=lambda row: (row.weekday, row.starts_minute))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.weekday == after.weekday and before.ends_minute > after.starts_minute and _meet(before, after):
            raise Invalid(_("Two stretches of one day overlap."), "hours")
    db.session.execute(delete(Shift).where(Shift.user_id == user_id).execution_options(synchronize_session=False))
    location_id = main_location_id()
    db.session.add_all(Shift(user_id=user_id, location_id=location_id, weekday=row.weekday,
                             starts_minute=row.starts_minute, ends_minute=row.ends_minute, from_on=row.from_on,
                             until_on=row.until_on) for row in ordered)
    db.session.flush()
    audit.record(actor, "shift.set", user_id=user_id, stretches=len(ordered))


def _meet(a: Hours, b: Hours) -> bool:
    """Whether both hold on some common day."""
    return (a.from_on or date.min) <= (b.until_on or date.max) and (b.from_on or date.min) <= (a.until_on or date.max)
