"""Who is free when. Intervals in, slots and clashes out; every one is half-open, [start, end), of aware UTC instants.

Local wall times appear in one place only, `expand_range`; after it a day of 23 or 25 hours needs no care.
"""
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from practice.core.text import _

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time from `start` up to, not including, `end`. Raises ValueError for a naive or empty one."""

    start: datetime
    end: datetime

    def __post_init__(self):
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError("a span needs aware datetimes")
        # Datetimes of one zone are subtracted on the wall clock, which lies across a change of summer time.
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            object.__setattr__(self, "start", self.start.astimezone(UTC))
            object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")

    @property
    def minutes(self) -> int:
        """Whole minutes that pass, by the clock on no wall."""
        return (self.end - self.start) // MINUTE

    def overlaps(self, other: "Span") -> bool:
        """True when the two share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        """True when `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Work(Span):
    """A stretch in which one therapist works at one location."""

    therapist_id: int
    location_id: int | None = None


class TakenKind(StrEnum):
    APPOINTMENT = "appointment"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Taken(Span):
    """Time that a therapist, a room or both are not free. `ref` is the caller's key of the row it came from.

    `buffer` minutes after an appointment are free of other appointments too, but a block or the end of a shift may
    fall into them.
    """

    therapist_id: int | None = None
    room_id: int | None = None
    kind: TakenKind = TakenKind.APPOINTMENT
    ref: Hashable = None
    buffer: int = 0

    def __post_init__(self):
        Span.__post_init__(self)
        if self.therapist_id is None and self.room_id is None:
            raise ValueError("taken time names a therapist or a room")

    @property
    def with_buffer(self) -> Span:
        """The time another appointment must keep clear of."""
        return Span(self.start, self.end + self.buffer * MINUTE)

    def is_in_the_way_of(self, other: "Taken") -> bool:
        """True when the times collide: with their buffers if both are appointments, without them if not."""
        if self.kind == other.kind == TakenKind.APPOINTMENT:
            return self.with_buffer.overlaps(other.with_buffer)
        return self.overlaps(other)

    def is_same_as(self, other: "Taken") -> bool:
        """True when both stand for one row: an appointment being moved does not clash with itself."""
        return self.ref is not None and self.ref == other.ref and self.kind == other.kind


class ClashReason(StrEnum):
    THERAPIST_BOOKED = "therapist_booked"
    THERAPIST_BLOCKED = "therapist_blocked"
    ROOM_BOOKED = "room_booked"
    ROOM_BLOCKED = "room_blocked"


CLASH_WORDS = {
    ClashReason.THERAPIST_BOOKED: _("The therapist is already booked at that time"),
    ClashReason.THERAPIST_BLOCKED: _("The therapist's time is blocked then"),
    ClashReason.ROOM_BOOKED: _("The room is already booked at that time"),
    ClashReason.ROOM_BLOCKED: _("The room is closed at that time"),
}


@dataclass(frozen=True, slots=True)
class Clash:
    """Why something cannot be booked, and what stands in the way."""

    reason: ClashReason
    other: Taken

    @property
    def message(self) -> str:
        """The reason in words, marked for translation."""
        return CLASH_WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """Working hours on one weekday (0 = Monday), in minutes since midnight as read on the wall at the location.

    An end above 1440 lies on the next day. The dates are inclusive; a single extra day is a shift whose `valid_from`
    and `valid_until` are that day.
    """

    therapist_id: int
    weekday: int
    starts_minute: int
    ends_minute: int
    location_id: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def is_on(self, day: date) -> bool:
        """True when the shift starts on `day`."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Room:
    """A room that will do. A shift uses the rooms of its own location."""

    id: int
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Diary:
    """What is known of the days searched: who works when, and what is taken."""

    work: Sequence[Work]
    taken: Sequence[Taken]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `minutes` with any of `therapists`, in any of `rooms` (None: no room needed).

    Both are in order of preference, which decides between slots that start together. The slot starts at `earliest`
    or later and ends at `latest` or earlier. `buffer` minutes after it therapist and room are still busy.
    """

    minutes: int
    therapists: tuple[int, ...]
    rooms: tuple[Room, ...] | None
    earliest: datetime
    latest: datetime | None = None
    buffer: int = 0
    step: int = 15


@dataclass(frozen=True, slots=True)
class Slot(Span):
    """A start at which somebody, and a room where one is needed, is free for the whole length."""

    therapist_id: int
    room_id: int | None = None


def expand_range(shifts: Iterable[WeeklyShift], first_day: date, last_day: date, tz_name: str) -> list[Work]:
    """The stretches worked by shifts that start from `first_day` to `last_day`, both included, as instants, in order.

    A wall time that summer time skips moves forward by the hour; of one that comes twice the first is meant, so a
    shift may last an hour less or more than it reads. Touching shifts of one therapist at one location are joined.
    """
    zone = ZoneInfo(tz_name)
    shifts = list(shifts)
    found = []
    for offset in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=offset)
        for shift in shifts:
            if shift.is_on(day):
                start, end = (
                    # Wall-clock arithmetic first, the zone after: 09:00 is 09:00 on the day the clocks change too.
                    (datetime.combine(day, time.min) + minute * MINUTE).replace(tzinfo=zone).astimezone(UTC)
                    for minute in (shift.starts_minute, shift.ends_minute)
                )
                if start < end:  # a shift inside the skipped hour may vanish
                    found.append(Work(start, end, shift.therapist_id, shift.location_id))
    return _joined(found)


def _joined(work: list[Work]) -> list[Work]:
    last: dict[tuple, Work] = {}
    done = []
    for piece in sorted(work, key=lambda one: one.start):
        key = (piece.therapist_id, piece.location_id)
        before = last.get(key)
        if before and piece.start <= before.end:
            last[key] = Work(before.start, max(before.end, piece.end), *key)
        else:
            if before:
                done.append(before)
            last[key] = piece
    return sorted(done + list(last.values()), key=lambda one: (one.start, one.therapist_id))


def clashes(new: Taken, busy: Iterable[Taken]) -> list[Clash]:
    """Everything in `busy` that stands in the way of `new`, in order of time: for the therapist and for the room.

    The row that `new` itself came from (same kind and ref) is no obstacle.
    """
    found = []
    for other in sorted(busy, key=lambda one: one.start):
        if new.is_same_as(other) or not other.is_in_the_way_of(new):
            continue
        booked = other.kind == TakenKind.APPOINTMENT
        if new.therapist_id is not None and new.therapist_id == other.therapist_id:
            found.append(Clash(ClashReason.THERAPIST_BOOKED if booked else ClashReason.THERAPIST_BLOCKED, other))
        if new.room_id is not None and new.room_id == other.room_id:
            found.append(Clash(ClashReason.ROOM_BOOKED if booked else ClashReason.ROOM_BLOCKED, other))
    return found


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same time in the fewest spans, in order; touching ones are joined."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(Span(span.start, span.end))
    return merged


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans` without `taken`, in order."""
    holes = deque(merge(taken))
    left = []
    for span in merge(spans):
        at = span.start
        while holes and holes[0].start < span.end:
            if holes[0].start > at:
                left.append(Span(at, holes[0].start))
            at = max(at, holes[0].end)
            if holes[0].end > span.end:
                break  # it reaches into the next span as well
            holes.popleft()
        if at < span.end:
            left.append(Span(at, span.end))
    return left


def is_working(span: Span, work: Iterable[Span]) -> bool:
    """True when `span` lies wholly inside working time."""
    return any(stretch.contains(span) for stretch in merge(work))


def free_slots(
    shifts: Iterable[Span],
    busy: Iterable[Span],
    blocks: Iterable[Span],
    minutes: int,
    buffer: int = 0,
    step: int = 15,
    *,
    earliest: datetime | None = None,
    latest: datetime | None = None,
) -> list[Span]:
    """Every slot of `minutes` inside `shifts` and outside `busy` and `blocks`, in order of start.

    `buffer` minutes after the slot stay free of appointments (`busy`, each with its own buffer in it); they may reach
    into a block or past the end of a shift.
    Starts lie on multiples of `step` minutes of the hour; a gap that is long enough but fits no such start is
    offered from its first minute. Nothing starts before `earliest` or ends after `latest`.
    Raises ValueError when a length is not positive.
    """
    if minutes <= 0 or step <= 0 or buffer < 0:
        raise ValueError("minutes and step must be above nought, buffer not below it")
    pad = buffer * MINUTE
    taken = [Span(one.start - pad, one.end) for one in busy] + list(blocks)
    slots = []
    for gap in subtract(shifts, taken):
        start, end = max(gap.start, earliest or gap.start), min(gap.end, latest or gap.end)
        slots += _starts(start, end, minutes * MINUTE, step * MINUTE)
    return slots


def _starts(start: datetime, end: datetime, length: timedelta, step: timedelta) -> list[Span]:
    start = EPOCH - (EPOCH - start) // MINUTE * MINUTE  # up to a whole minute: "from now" comes with seconds
    if start + length > end:
        return []
    # Zone offsets are whole quarter hours, so a round minute in UTC is a round minute on the wall.
    at = EPOCH - (EPOCH - start) // step * step
    if at + length > end:
        return [Span(start, start + length)]
    found = []
    while at + length <= end:
        found.append(Span(at, at + length))
        at += step
    return found


def open_slots(diary: Diary, wanted: Wanted) -> list[Slot]:
    """Every slot that is `wanted` and free, one per therapist and start, by start, then by preference of therapist."""
    found = []
    for rank, therapist_id in enumerate(wanted.therapists):
        for start, slot in _slots_of(diary, wanted, therapist_id).items():
            found.append((start, rank, slot))
    return [slot for _start, _rank, slot in sorted(found, key=lambda one: one[:2])]


def _slots_of(diary: Diary, wanted: Wanted, therapist_id: int) -> dict[datetime, Slot]:
    work = [one for one in diary.work if one.therapist_id == therapist_id]
    slots: dict[datetime, Slot] = {}
    places = {(None, one.location_id) for one in work}  # a slot never lies at two locations
    if wanted.rooms is not None:
        places = [(room.id, room.location_id) for room in wanted.rooms]
    for room_id, location_id in places:
        there = [one for one in work if one.location_id == location_id]
        taken = [
            one
            for one in diary.taken
            if one.therapist_id == therapist_id or (room_id is not None and one.room_id == room_id)
        ]
        free = free_slots(
            there,
            [one.with_buffer for one in taken if one.kind == TakenKind.APPOINTMENT],
            [one for one in taken if one.kind == TakenKind.BLOCK],
            wanted.minutes,
            wanted.buffer,
            wanted.step,
            earliest=wanted.earliest,
            latest=wanted.latest,
        )
        for span in free:
            slots.setdefault(span.start, Slot(span.start, span.end, therapist_id, room_id))
    return slots
