"""What is taken and what is free, for the rules. They must see everything, so they read columns, never rows."""
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select

from practice.access.guard import system_session
from practice.catalog.queries import able_therapists, get_treatment
from practice.core import clock
from practice.core.db import kept
from practice.premises.models import Room
from practice.premises.queries import main_location_id, the_practice
from practice.schedule import overlaps
from practice.schedule.models import Appointment, Block, Shift
from practice.schedule.overlaps import Diary, Slot, Taken, TakenKind, Wanted, WeeklyShift, Work
from practice.schedule.states import HOLDING_TIME

DAY = timedelta(days=1)
SOME_DAYS = timedelta(days=2)  # an appointment begins at most a day before it ends, and zones are a day apart
LOOK_AHEAD = (7, 31, 92)  # days, tried in turn until enough is found
BOOKED = (
    select(Appointment.id, Appointment.starts_at, Appointment.ends_at, Appointment.busy_until_at, Appointment.user_id,
           Appointment.room_id)
    .where(Appointment.state.in_(HOLDING_TIME),
           Appointment.on_date.between(bindparam("first_day"), bindparam("last_day")),  # so that an index finds them
           Appointment.starts_at < bindparam("last"), Appointment.busy_until_at > bindparam("first")))
BLOCKED = (select(Block.id, Block.starts_at, Block.ends_at, Block.user_id)
           .where(Block.starts_at < bindparam("last"), Block.ends_at > bindparam("first")))
ROOMS = select(Room.id, Room.location_id).where(Room.is_active).order_by(Room.name)


def taken_between(first: datetime, last: datetime) -> list[Taken]:
    """All time of therapists and rooms that is taken within [first, last)."""
    days = {"first_day": first.date() - SOME_DAYS, "last_day": last.date() + SOME_DAYS}  # local ones, wherever that is
    with system_session("is the time free") as session:
        booked = session.execute(BOOKED, {"first": first, "last": last, **days}).all()
        blocked = session.execute(BLOCKED, {"first": first, "last": last}).all()
    return [
        *(Taken(row.starts_at, row.ends_at, row.user_id, row.room_id, TakenKind.APPOINTMENT, row.id,
                buffer=_minutes(row.busy_until_at - row.ends_at)) for row in booked),
        *(Taken(row.starts_at, row.ends_at, row.user_id, None, TakenKind.BLOCK, row.id) for row in blocked)]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


SHIFTS = select(Shift.user_id, Shift.weekday, Shift.starts_minute, Shift.ends_minute, Shift.location_id,
                Shift.from_on, Shift.until_on).where(Shift.weekday.in_(bindparam("weekdays", expanding=True)))


def weekly_shifts(weekdays: Iterable[int] = range(7)) -> list[WeeklyShift]:
    """Everybody's working hours on these days of the week, Monday 0. Remembered like the settings."""
    held, days = kept().setdefault("shifts", {}), frozenset(weekdays)
    if days not in held:
        with system_session("who works when") as session:
            rows = session.execute(SHIFTS, {"weekdays": sorted(days)}).all()
        held[days] = [WeeklyShift(row.user_id, row.weekday, starts_minute=row.starts_minute,
                                  ends_minute=row.ends_minute, location_id=row.location_id, valid_from=row.from_on,
                                  valid_until=row.until_on) for row in rows]
    return held[days]


def rooms() -> tuple[overlaps.Room, ...]:
    """The rooms in use, by name. Remembered like the settings."""
    if kept().get("rooms") is None:
        with system_session("which rooms there are") as session:
            kept()["rooms"] = tuple(overlaps.Room(row.id, row.location_id) for row in session.execute(ROOMS))
    return kept()["rooms"]


def working(first: date, last: date) -> list[Work]:
    """The stretches that everybody works on these local days, both included, and what runs past midnight into them."""
    days = min((last - first).days + 2, 7)
    shifts = weekly_shifts({(first - DAY + number * DAY).weekday() for number in range(days)})
    return overlaps.expand_range(shifts, first - DAY, last, the_practice().time_zone)


def diary(first: datetime, last: datetime, moving_id: int | None = None) -> Diary:
    """Working hours and what is taken, for looking for free time within [first, last).

    The appointment `moving_id` is not in its own way.
    """
    zone = the_practice().time_zone
    taken = [one for one in taken_between(first, last + DAY)
             if (one.kind, one.ref) != (TakenKind.APPOINTMENT, moving_id)]
    return Diary(working(clock.local_date(first, zone), clock.local_date(last, zone)), taken)


def wanted(treatment_id: int, *, earliest: datetime, latest: datetime | None = None, therapist_id: int | None = None,
           minutes: int | None = None) -> Wanted:
    """What is looked for: a treatment by anybody who gives it, or by one therapist."""
    treatment = get_treatment(treatment_id)
    able = tuple(able_therapists(treatment_id))
    if therapist_id is not None:
        able = (therapist_id, *(other for other in able if other != therapist_id))
    there = rooms() if treatment.needs_room else ()
    return Wanted(minutes=minutes or treatment.minutes, therapists=able, rooms=there or None,
                  earliest=max(earliest, clock.now()), latest=latest, buffer=treatment.buffer_minutes)


def first_free(treatment_id: int, *, earliest: datetime | None = None, therapist_id: int | None = None,
               minutes: int | None = None, count: int = 3, moving_id: int | None = None) -> list[Slot]:
    """The next free times for a treatment, within three months; only the named therapist's where one is named.

    Of times that overlap with the same therapist only the first is offered.
    """
    start = max(earliest or clock.now(), clock.now())
    asked = wanted(treatment_id, earliest=start, therapist_id=therapist_id, minutes=minutes)
    if therapist_id is not None:
        asked = replace(asked, therapists=(therapist_id,))
    found: list[Slot] = []
    for days in LOOK_AHEAD:
        found = _apart(overlaps.open_slots(diary(start, start + days * DAY, moving_id), asked), count)
        if len(found) >= count:
            break
    return found


def nearest_free(treatment_id: int, at: datetime, therapist_id: int, *, minutes: int | None = None,
                 moving_id: int | None = None) -> Sequence[Slot]:
    """The free times nearest to a wanted one: the therapist's own first, then those of others."""
    start, end = max(at - 3 * DAY, clock.now()), at + 7 * DAY
    if end <= start:
        return []
    asked = wanted(treatment_id, earliest=start, latest=end, therapist_id=therapist_id, minutes=minutes)
    found = overlaps.open_slots(diary(start, end, moving_id), asked)
    by_distance = sorted(found, key=lambda slot: abs(slot.start - at))
    own = _apart([slot for slot in by_distance if slot.therapist_id == therapist_id], 3)
    others = _apart([slot for slot in by_distance if slot.therapist_id != therapist_id], 2)
    return [*own, *others]


def _apart(slots: list[Slot], count: int) -> list[Slot]:
    """The first `count`, without those that overlap one before: 11:00 and 15:00 are a choice, 15:15 is none."""
    kept: list[Slot] = []
    for slot in slots:
        if not any(slot.therapist_id == other.therapist_id and slot.overlaps(other) for other in kept):
            kept.append(slot)
            if len(kept) == count:
                break
    return kept


def is_within_hours(starts_at: datetime, ends_at: datetime, therapist_id: int) -> bool:
    """Whether the therapist works during all of [starts_at, ends_at)."""
    day = clock.local_date(starts_at, the_practice().time_zone)
    work = [one for one in working(day, day) if one.therapist_id == therapist_id]
    return overlaps.is_working(overlaps.Span(starts_at, ends_at), work)


def location_at(starts_at: datetime, therapist_id: int) -> int:
    """Where the therapist works at that moment; the main location outside working hours."""
    day = clock.local_date(starts_at, the_practice().time_zone)
    there = [one.location_id for one in working(day, day)
             if one.therapist_id == therapist_id and one.start <= starts_at < one.end]
    return next((location_id for location_id in there if location_id), None) or main_location_id()
