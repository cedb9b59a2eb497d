"""The day view as numbers: which rows, which lane. Draws nothing and reads nothing.

A row is a quarter of an hour that really passes, so a day of 23 or 25 hours has 92 or 100 of them and its hour labels
skip or repeat one.
"""
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from practice.schedule.overlaps import Span, merge, subtract

ROW = timedelta(minutes=15)
LONGEST_BREAK = timedelta(hours=2)  # a longer hole between two shifts reads as not working


class ItemKind(StrEnum):
    APPOINTMENT = "appointment"
    BLOCK = "block"


class PlacedKind(StrEnum):
    APPOINTMENT = "appointment"
    BLOCK = "block"
    OFF = "off"
    BREAK = "break"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Item(Span):
    """Something in a column. `holds` is False for a cancelled appointment: shown, but its time may be booked again."""

    kind: ItemKind = ItemKind.APPOINTMENT
    ref: Hashable = None
    holds: bool = True


@dataclass(frozen=True, slots=True)
class DayColumn:
    """One therapist's day as it is known: working time and what is in it."""

    therapist_id: int
    work: Sequence[Span]
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Placed(Span):
    """A box in a column: first row (0 = top), rows high, and which of how many lanes side by side."""

    kind: PlacedKind
    row: int
    span: int
    lane: int = 0
    lanes: int = 1
    ref: Hashable = None


@dataclass(frozen=True, slots=True)
class HourMark:
    """A full hour on the wall: its row and its label, as in 09:00."""

    row: int
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A therapist's boxes from top to bottom; `booked` counts the appointments that hold their time."""

    therapist_id: int
    booked: int
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class DayGrid:
    """The whole day view, from the instant `first` to `last`, `rows` quarters.

    The now-line stands in `now_row`, `now_minute` minutes (0-14) down from its top; both are None when the present is
    not on the page.
    """

    first: datetime
    last: datetime
    rows: int
    hours: tuple[HourMark, ...]
    columns: tuple[GridColumn, ...]
    now_row: int | None = None
    now_minute: int | None = None


def layout(
    columns: Sequence[DayColumn],
    day: date,
    tz_name: str,
    *,
    now: datetime | None = None,
    hours: tuple[int, int] = (8, 18),
    min_gap: int = 30,
) -> DayGrid:
    """Lay out one local `day`.

    The page runs over full hours from the first thing in it to the last, `hours` when it is empty; what belongs to
    the days before or after is cut off. Free time of `min_gap` minutes or more is offered as a gap, from the next
    quarter and never in the past; without `now` nothing counts as past.
    """
    zone = ZoneInfo(tz_name)
    page = _page(columns, day, zone, hours)
    rows = -((page.start - page.end) // ROW)
    now_row = now_minute = None
    if now is not None and page.start <= now < page.end:
        since = now - page.start
        now_row, now_minute = since // ROW, since % ROW // timedelta(minutes=1)
    return DayGrid(
        first=page.start,
        last=page.end,
        rows=rows,
        hours=_hour_marks(page, zone),
        columns=tuple(_column(column, page, now, min_gap) for column in columns),
        now_row=now_row,
        now_minute=now_minute,
    )


def _page(columns: Sequence[DayColumn], day: date, zone: ZoneInfo, hours: tuple[int, int]) -> Span:
    midnight = datetime.combine(day, time.min, zone)
    next_midnight = datetime.combine(day + timedelta(days=1), time.min, zone)
    whole = Span(midnight, next_midnight)
    known = [_cut(one, whole) for column in columns for one in (*column.work, *column.items)]
    shown = [one for one in known if one is not None]
    if not shown:
        last = next_midnight if hours[1] == 24 else datetime.combine(day, time(hours[1]), zone)
        return Span(datetime.combine(day, time(hours[0]), zone), last)
    start = _full_hour(min(one.start for one in shown), zone)
    end = max(one.end for one in shown)
    end_hour = _full_hour(end, zone)
    if end_hour < end:
        end_hour += timedelta(hours=1)
    return Span(max(start, whole.start), min(end_hour, whole.end))


def _full_hour(instant: datetime, zone: ZoneInfo) -> datetime:
    """The full hour on the wall at or before `instant`, as an instant."""
    wall = instant.astimezone(zone)
    return instant - timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)


def _cut(span: Span, window: Span) -> Span | None:
    if not span.overlaps(window):
        return None
    if window.contains(span):
        return span
    return Span(max(span.start, window.start), min(span.end, window.end))


def _hour_marks(page: Span, zone: ZoneInfo) -> tuple[HourMark, ...]:
    marks = []
    at = page.start
    while at < page.end:
        wall = at.astimezone(zone)
        if wall.minute == 0:
            marks.append(HourMark((at - page.start) // ROW, wall.strftime("%H:%M"), at))
        at += ROW
    return tuple(marks)


def _column(column: DayColumn, page: Span, now: datetime | None, min_gap: int) -> GridColumn:
    items = [(_cut(one, page), one) for one in column.items if one.overlaps(page)]
    held = [cut for cut, one in items if one.holds]
    boxes = [(PlacedKind(one.kind.value), cut, one.ref) for cut, one in items]
    boxes += [(kind, span, None) for kind, span in _off(column.work, page, [cut for cut, _one in items])]
    boxes += [(PlacedKind.GAP, span, None) for span in _gaps(column.work, held, page, now, min_gap)]
    booked = sum(1 for _cut_to, one in items if one.holds and one.kind == ItemKind.APPOINTMENT)
    return GridColumn(column.therapist_id, booked, _place(boxes, page))


def _off(work: Sequence[Span], page: Span, taken: list[Span]) -> list[tuple[PlacedKind, Span]]:
    """Time not worked, without what is booked there all the same; a short hole between two shifts is a break."""
    shifts = merge(work)
    found = []
    for hole in subtract([page], shifts):
        between = bool(shifts) and shifts[0].start < hole.start and hole.end < shifts[-1].end
        kind = PlacedKind.BREAK if between and hole.end - hole.start <= LONGEST_BREAK else PlacedKind.OFF
        found += [(kind, left) for left in subtract([hole], taken)]
    return found


def _gaps(
    work: Sequence[Span], held: list[Span], page: Span, now: datetime | None, min_gap: int
) -> list[Span]:
    found = []
    for gap in subtract([cut for one in work if (cut := _cut(one, page))], held):
        start = gap.start if now is None else max(gap.start, now)
        start = page.start - (page.start - start) // ROW * ROW
        if gap.end - start >= timedelta(minutes=min_gap):
            found.append(Span(start, gap.end))
    return found


def _place(boxes: list[tuple[PlacedKind, Span, Hashable]], page: Span) -> tuple[Placed, ...]:
    """Give every box its rows and, where boxes share a row, lanes of equal width."""
    rows = -((page.start - page.end) // ROW)
    spread = []
    for kind, cut, ref in boxes:
        # Both ends go to the nearest quarter, so boxes that touch in time never share a row.
        first = min(_nearest_row(cut.start - page.start), rows - 1)
        height = max(_nearest_row(cut.end - page.start) - first, 1)
        spread.append((first, height, kind, cut, ref))
    spread.sort(key=lambda box: (box[0], -box[1], box[3].start, box[2]))
    placed, group, group_end = [], [], 0
    for box in spread:
        if group and box[0] >= group_end:
            placed += _in_lanes(group)
            group, group_end = [], 0
        group.append(box)
        group_end = max(group_end, box[0] + box[1])
    return tuple(placed + _in_lanes(group))


def _nearest_row(offset: timedelta) -> int:
    return (offset + ROW / 2) // ROW


def _in_lanes(group: list[tuple]) -> list[Placed]:
    """Put boxes that hang together into the first lane that is free at their top."""
    lane_ends: list[int] = []
    chosen = []
    for first, height, *_rest in group:
        lane = next((i for i, end in enumerate(lane_ends) if end <= first), len(lane_ends))
        lane_ends[lane : lane + 1] = [first + height]
        chosen.append(lane)
    return [
        Placed(cut.start, cut.end, kind, first, height, lane, len(lane_ends), ref)
        for (first, height, kind, cut, ref), lane in zip(group, chosen, strict=True)
    ]
