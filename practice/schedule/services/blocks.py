"""Time in which nothing is booked."""
from datetime import datetime, timedelta

from practice.access.actor import Actor
from practice.access.guard import require, require_any
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.schedule import overlaps
from practice.schedule.models import Block, BlockKind
from practice.schedule.overlaps import Taken, TakenKind
from practice.schedule.queries import diary
from practice.schedule.queries.appointments import get_block
from practice.schedule.services.booking import SlotTaken, hold_diary

LONGEST = timedelta(days=60)


def block_time(actor: Actor, *, therapist_id: int, starts_at: datetime, ends_at: datetime,
               kind: BlockKind = BlockKind.OTHER, words: str = "") -> Block:
    """Keep a therapist's time free. Raises Invalid, SlotTaken where something is booked or blocked already."""
    _allow(actor, therapist_id)
    if ends_at <= starts_at:
        raise Invalid(_("The end is before the start."), "ends")
    if ends_at - starts_at > LONGEST:
        raise Invalid(_("At most sixty days at once."), "ends")
    hold_diary(therapist_id)
    found = overlaps.clashes(Taken(starts_at, ends_at, therapist_id, kind=TakenKind.BLOCK),
                             diary.taken_between(starts_at, ends_at))
    if found and found[0].other.kind is TakenKind.BLOCK:
        raise SlotTaken(_("This time is blocked already."))
    if found:
        raise SlotTaken(_("Something is booked in this time: move it first."))
    row = Block(user_id=therapist_id, kind=kind, starts_at=starts_at, ends_at=ends_at, words=words.strip()[:80])
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "block.add", row, therapist_id=therapist_id, starts_at=starts_at, ends_at=ends_at)
    return row


def _allow(actor: Actor, therapist_id: int) -> None:
    """The desk blocks anybody's time, a therapist their own."""
    require_any(actor, Permission.APPOINTMENT_BOOK, Permission.APPOINTMENT_CARRY_OUT)
    if therapist_id != actor.user_id:
        require(actor, Permission.APPOINTMENT_BOOK)


def unblock(actor: Actor, block_id: int) -> None:
    """Free the time again. Raises NotFound, Forbidden."""
    row = get_block(block_id)
    _allow(actor, row.user_id)
    audit.record(actor, "block.remove", row, therapist_id=row.user_id, starts_at=row.starts_at, ends_at=row.ends_at)
    db.session.delete(row)
    db.session.flush()
