"""The day view as the screens show it: the boxes of each column, and what a click on an appointment offers."""
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import current_app, request, url_for
from flask_babel import format_date

from practice.access.actor import Actor
from practice.access.permissions import Permission as P
from practice.admin import show
from practice.core import clock
from practice.core.errors import NotFound
from practice.core.text import _
from practice.intake.queries import FormStatus
from practice.premises.queries import the_practice
from practice.safety.rules_verdict import CONSEQUENCE_LABELS, Consequence
from practice.schedule.grid import Placed, PlacedKind
from practice.schedule.models import Appointment, Block
from practice.schedule.queries.day_view import URGENT, DayView
from practice.schedule.queries.visits import Visit
from practice.schedule.states import HOLDING_TIME, MOVES, AppointmentState

HOUR, HOUR_ROWS = timedelta(hours=1), 4
EARLY = timedelta(hours=24)  # before the start: a cancellation counts as early, unless the desk says otherwise
ICONS = {Consequence.MUST_CALL: "phone", Consequence.FORM_MISSING: "form"}
NEXT = {AppointmentState.BOOKED: AppointmentState.ARRIVED, AppointmentState.ARRIVED: AppointmentState.IN_SESSION,
        AppointmentState.IN_SESSION: AppointmentState.DONE}
BEFORE_SESSION = (AppointmentState.BOOKED, AppointmentState.ARRIVED)


@dataclass(frozen=True)
class Mark:
    """A small badge: a word marked for translation, its kind and its icon."""

    word: str
    kind: str
    icon: str | None = None


CHECK_DUE = Mark(_("Check to fill in"), "outline", "form")


@dataclass(frozen=True)
class Panel:
    """An appointment, and what this person may do with it in one click."""

    row: Appointment
    marks: tuple[Mark, ...]
    targets: tuple[AppointmentState, ...]
    next_state: AppointmentState | None
    links: tuple[tuple[str, str, str], ...]  # label, address, icon
    name: str
    can_hand_over: bool = False  # the tablet, with the check of today


@dataclass(frozen=True, slots=True)
class Slot:
    """An appointment in the grid, and the state its badge sets with one click."""

    row: Visit
    marks: tuple[Mark, ...]
    next_state: AppointmentState | None


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the grid. `slot` is None for blocked or free time, and for a colleague's client."""

    placed: Placed
    slot: Slot | None = None
    block: Block | None = None
    can_free: bool = False  # blocked time that this person may give back

    @property
    def is_short(self) -> bool:
        return self.placed.span < 3

    @property
    def place(self) -> str:
        """Where it stands, in classes of the stylesheet."""
        rows = f"t-{self.placed.row} span-{self.placed.span}"
        if self.placed.lanes == 1:
            return rows
        return f"{rows} lanes-{min(self.placed.lanes, 4)} lane-{min(self.placed.lane, 3)}"

    @property
    def wall_start(self) -> str:
        """When it starts, as the booking page reads it: "2026-11-17 14:00"."""
        return wall(self.placed.start)


def wall(instant: datetime) -> str:
    """An instant on the practice's wall clock, for an address: "2026-11-17 14:00"."""
    return clock.local(instant, the_practice().time_zone).strftime("%Y-%m-%d %H:%M")


def in_words(text: str) -> str:
    """A wall time of an address, or its day alone, as a form's field shows it: "Tue 17 Nov 2026 14:00".

    Other text stays as it was typed.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    day = f"{format_date(at.date(), 'EEE')} {show.day(at.date())}"
    return f"{day} {at:%H:%M}" if len(text) > len("2026-11-17") else day


def address(*endpoints: str, **values) -> str | None:
    """The address of the first of these pages that this practice has."""
    for endpoint in endpoints:
        if endpoint in current_app.view_functions:
            return url_for(endpoint, **values)
    return None


def asked_day(text: str | None) -> date:
    """The day in an address, today when none is named. Raises NotFound for what is no day."""
    if not text:
        return show.today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound() from None
    if not 2000 <= day.year <= 2100:
        raise NotFound()
    return day


def asked_part() -> int:
    """Which part of a day with many therapists the address asks for, counted from 1."""
    return request.args.get("part", 1, type=int)


def columns(view: DayView, actor: Actor, uncharged: Container[int] = ()) -> list[list[Box]]:
    """The boxes of each column, top to bottom; `uncharged` are the done appointments that say so."""
    slots = {row.id: slot(row, actor, view.consequences.get(row.client_id, ()), view.form_of(row.client_id), uncharged)
             for row in view.appointments.values()}
    return [[_box(piece, slots, view, actor) for placed in column.placed for piece in _pieces(placed)]
            for column in view.grid.columns]


def _pieces(placed: Placed) -> list[Placed]:
    """Free time by the hour: each piece books at its own start. The rest stays with the last one."""
    if placed.kind is not PlacedKind.GAP or placed.span < 2 * HOUR_ROWS:
        return [placed]
    count = placed.span // HOUR_ROWS
    return [replace(placed, start=placed.start + number * HOUR, row=placed.row + number * HOUR_ROWS,
                    end=placed.end if number == count - 1 else placed.start + (number + 1) * HOUR,
                    span=placed.span - number * HOUR_ROWS if number == count - 1 else HOUR_ROWS)
            for number in range(count)]


def _box(placed: Placed, slots: dict[int, Slot], view: DayView, actor: Actor) -> Box:
    if placed.kind is PlacedKind.APPOINTMENT:
        return Box(placed, slots.get(placed.ref))
    if placed.kind is PlacedKind.BLOCK:
        block = view.blocks[placed.ref]
        return Box(placed, block=block, can_free=actor.may(P.APPOINTMENT_BOOK) or block.user_id == actor.user_id)
    return Box(placed)


def slot(row: Visit, actor: Actor, consequences: tuple[Consequence, ...], form: FormStatus,
         uncharged: Container[int]) -> Slot:
    onward = NEXT.get(row.state)
    may_go = onward is not None and _is_open_to(actor, row) and actor.may(MOVES.table[row.state, onward])
    return Slot(row, tuple(_marks(row, consequences, form, uncharged)), onward if may_go else None)


def panel(row: Appointment, actor: Actor, consequences: tuple[Consequence, ...], form: FormStatus,
          uncharged: Container[int]) -> Panel:
    """What is shown of an appointment; the client's name is left out for who no longer has them in care."""
    is_open = _is_open_to(actor, row)
    targets = tuple(state for state in _ordered(row) if is_open and actor.may(MOVES.table[row.state, state]))
    onward = NEXT.get(row.state)
    return Panel(row, tuple(_marks(row, consequences, form, uncharged)), targets,
                 onward if onward in targets else None, tuple(_links(row, actor, form, uncharged)),
                 row.client.name if row.client else "",
                 row.client is not None and is_check_due(row, form) and actor.may(P.INTAKE_INVITE))


def _is_open_to(actor: Actor, row: Appointment | Visit) -> bool:
    """The desk sets any appointment, a therapist their own."""
    return actor.may(P.APPOINTMENT_BOOK) or row.user_id == actor.user_id


def _ordered(row: Appointment) -> list[AppointmentState]:
    """The states that can follow; of the two cancellations the likelier one first."""
    order = [state for state in AppointmentState if state in MOVES.targets(row.state)]
    if row.starts_at - clock.now() < EARLY and AppointmentState.CANCELLED_LATE in order:
        order.remove(AppointmentState.CANCELLED_LATE)
        order.insert(order.index(AppointmentState.CANCELLED_EARLY), AppointmentState.CANCELLED_LATE)
    return order


def _marks(row: Appointment | Visit, consequences, form: FormStatus, uncharged: Container[int]):
    if row.state is AppointmentState.DONE:
        if row.id in uncharged:
            yield Mark(_("Not charged yet"), "outline")
        return
    if row.state not in HOLDING_TIME:
        return
    yield from (consequence_mark(kind) for kind in consequences)
    if not form.is_current(row.on_date):
        yield consequence_mark(Consequence.FORM_MISSING)
    elif form.arrived_at and clock.local_date(form.arrived_at, the_practice().time_zone) == row.on_date:
        yield Mark(_("Form in"), "ok", "form")
    elif form.is_check_due and row.state is AppointmentState.ARRIVED:
        yield CHECK_DUE


def is_check_due(row: Appointment | Visit, form: FormStatus) -> bool:
    """Whether the check before this visit is what the desk asks for next: without a health history that comes first."""
    return form.is_check_due and row.state in BEFORE_SESSION and form.is_current(row.on_date)


def consequence_mark(kind: Consequence) -> Mark:
    return Mark(CONSEQUENCE_LABELS[kind], "warn" if kind in URGENT else "info", ICONS.get(kind))


def _links(row: Appointment, actor: Actor, form: FormStatus, uncharged: Container[int]):
    is_open = row.state in HOLDING_TIME and row.state is not AppointmentState.DONE
    if row.user_id == actor.user_id and actor.may(P.CHART_READ):
        if brief := address("brief.page", appointment_id=row.id):
            yield _("Open brief"), brief, "notes"
    if row.state is AppointmentState.DONE and row.id in uncharged:
        if checkout := address("checkout.page", appointment_id=row.id):
            yield _("Check out"), checkout, "cash"
    if row.state in BEFORE_SESSION and actor.may(P.APPOINTMENT_BOOK):
        yield _("Move"), url_for("booking.move", appointment_id=row.id), "calendar"
    if row.client:
        if client := address("clients.page", client_id=row.client_id):
            yield _("Open client"), client, "person"
        if is_open and actor.may(P.INTAKE_INVITE) and not form.is_current(row.on_date):
            if invite := address("intake_link.page", client_id=row.client_id):
                yield _("Invite to the form"), invite, "form"
    if actor.may(P.APPOINTMENT_BOOK) and row.client:
        yield _("Book again"), url_for("booking.new", client_id=row.client_id, treatment_id=row.treatment_id,
                                    therapist_id=row.user_id), "plus"


def here() -> str:
    """The address of this page, for coming back after a click."""
    return request.full_path.rstrip("?")
