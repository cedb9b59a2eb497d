"""One day on a page: who works, what is booked, and what the desk must know of who comes. No clinical word."""
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select

from practice.access.guard import system_session
from practice.accounts.queries import Therapist, user_names
from practice.core import clock
from practice.intake.queries import NEVER, FormStatus
from practice.premises.queries import the_practice
from practice.safety.rules_verdict import Consequence
from practice.schedule.grid import DayColumn, DayGrid, Item, ItemKind, layout
from practice.schedule.models import Appointment, Block
from practice.schedule.queries import appointments
from practice.schedule.queries.team import team
from practice.schedule.queries.visits import Visit, visits_on
from practice.schedule.states import HOLDING_TIME

MOST_COLUMNS = 5  # side by side: more cannot be read on a screen
URGENT = (Consequence.MUST_CALL, Consequence.LETTER_OUTSTANDING, Consequence.FORM_MISSING)


@dataclass(frozen=True)
class DayView:
    """A local day laid out: a column for each of `therapists`, which is one of the `parts` of a day with many of them
    (`part` counts from 1). `appointments` and `blocks` hold what a box of the grid refers to by (kind, id); a box
    that is in neither belongs to a client this person may not see."""

    day: date
    therapists: tuple[Therapist, ...]
    parts: tuple[tuple[Therapist, ...], ...]
    part: int
    short_names: dict[int, str]  # of all active therapists
    grid: DayGrid
    appointments: dict[int, Visit]
    arrived: list[Visit]  # who waits, whoever treats them
    blocks: dict[int, Block]
    consequences: dict[int, tuple[Consequence, ...]] = field(default_factory=dict)
    forms: dict[int, FormStatus] = field(default_factory=dict)

    def form_of(self, client_id: int) -> FormStatus:
        return self.forms.get(client_id, NEVER)


def day_view(day: date, therapist_ids: list[int] | None = None, *, part: int | None = None) -> DayView:
    """The day of these therapists; None stands for everybody who works then or has something booked.

    `part` lays out MOST_COLUMNS of them at most, None all.
    """
    zone = the_practice().time_zone
    first, last = clock.day_bounds(day, zone)
    blocks = {row.id: row for row in appointments.blocks_between(first, last)}
    there = team(day)
    work = [one for one in there.work if one.start < last and one.end > first]
    present = {*there.booked, *(row.user_id for row in blocks.values()), *(one.therapist_id for one in work)}
    shown = _columns(there.therapists, present, therapist_ids)
    parts = tuple(tuple(shown[at:at + MOST_COLUMNS]) for at in range(0, len(shown), MOST_COLUMNS)) or ((),)
    part = min(max(part, 1), len(parts)) if part is not None else None
    shown = parts[part - 1] if part else tuple(shown)
    found = visits_on(day, [one.id for one in shown])
    seen = {row.id: row for row in found.visits}
    items = _items(day, blocks, seen, is_all=len(seen) == sum(there.booked.get(one.id, 0) for one in shown))
    columns = [DayColumn(one.id, [piece for piece in work if piece.therapist_id == one.id], items.get(one.id, []))
               for one in shown]
    return DayView(day, shown, parts, part or 1, {one.id: one.short_name for one in there.therapists},
                   layout(columns, day, zone, now=clock.now()), seen, found.waiting, blocks, found.consequences,
                   found.forms)


TIMES = select(Appointment.id, Appointment.user_id, Appointment.starts_at, Appointment.ends_at,
               Appointment.state).where(Appointment.on_date == bindparam("day"))


def _items(day: date, blocks: dict[int, Block], seen: dict[int, Visit], *, is_all: bool) -> dict[int, list[Item]]:
    """What stands in each therapist's column; `is_all`: this person sees everything there.

    Else times only: a colleague's client is a stretch without a name. What fell out is shown to those who see the
    appointment itself; to others it is free time.
    """
    rows = seen.values()
    if not is_all:
        with system_session("the day's columns") as session:
            rows = session.execute(TIMES, {"day": day}).all()
    found: dict[int, list[Item]] = {}
    for row in rows:
        holds = row.state in HOLDING_TIME
        if holds or row.id in seen:
            found.setdefault(row.user_id, []).append(Item(row.starts_at, row.ends_at, ref=row.id, holds=holds))
    for block in blocks.values():
        found.setdefault(block.user_id, []).append(
            Item(block.starts_at, block.ends_at, ItemKind.BLOCK, ref=block.id))
    return found


def _columns(active: list[Therapist], present: set[int], therapist_ids: list[int] | None) -> list[Therapist]:
    if therapist_ids is not None:
        return [one for one in active if one.id in therapist_ids]
    shown = [one for one in active if one.id in present] or active
    gone = present - {one.id for one in active}
    if gone:  # somebody who left has appointments on that day
        names = user_names()
        shown += [Therapist(user_id, names.get(user_id, ""), names.get(user_id, ""), 8) for user_id in sorted(gone)]
    return shown
