"""A month of the trail looked through by the owner, and signed for."""
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import get_practice, the_practice
from practice.transfer.models import TrailReview
from practice.transfer.sentences import Did, did

MOST_WORDS = 300


@dataclass(frozen=True)
class MonthOfTrail:
    """What happened in a month: entries by kind and by act, and whether the chain holds from first to last."""

    month: str
    by_kind: dict[Did, int]
    by_action: dict[str, int]
    entries: int
    is_whole: bool
    last_hash: str


def bounds(month: str) -> tuple[datetime, datetime]:
    """First instant of a month "2026-10" and of the one after. Raises Invalid."""
    try:
        first = date.fromisoformat(f"{month}-01")
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        zone = the_practice().time_zone
        return clock.day_bounds(first, zone)[0], clock.day_bounds(after, zone)[0]
    except (ValueError, OverflowError):  # no month, or one at either end of the calendar
        raise Invalid(_("Choose a month."), "month") from None


def look_through(actor: Actor, month: str) -> MonthOfTrail:
    """Add up a month and walk its part of the chain. Raises Invalid."""
    require(actor, Permission.AUDIT_READ)
    first_at, last_at = bounds(month)
    within = (AuditRow.at >= first_at, AuditRow.at < last_at)
    counted = select(AuditRow.action, func.count()).where(*within).group_by(AuditRow.action)
    acts = dict(db.session.execute(counted).all())
    last_id = db.session.scalar(select(func.max(AuditRow.id)).where(*within))
    kinds = {kind: sum(number for action, number in acts.items() if did(action) is kind) for kind in Did}
    is_whole = not any(audit.verify_between(db.session, first_at, last_at))
    last_hash = db.session.scalar(select(AuditRow.hash).where(AuditRow.id == last_id)) if last_id else ""
    return MonthOfTrail(month, kinds, acts, sum(acts.values()), is_whole, last_hash)


def sign_review(actor: Actor, month: str, *, words: str) -> TrailReview:
    """Sign for a month that is over, once, with what was found. Raises Invalid."""
    require(actor, Permission.AUDIT_READ)
    get_practice(for_change=True)  # of two who sign at once, the second is told
    found = look_through(actor, month)
    if bounds(month)[1] > clock.now():
        raise Invalid(_("Only a month that is over can be signed for."), "month")
    if db.session.scalar(select(TrailReview.id).where(TrailReview.month == month)):
        raise Invalid(_("This month is signed for already."), "month")
    if not found.is_whole and len(words.strip()) < 10:
        raise Invalid(_("The trail does not hold: say what you do about it."), "words")
    row = TrailReview(month=month, entries=found.entries, is_whole=found.is_whole, words=words.strip()[:MOST_WORDS],
                      sha256=found.last_hash, signed_at=clock.now(), signed_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "trail.sign", row, month=month, entries=found.entries, hash=found.last_hash)
    return row
