"""Today for a therapist: who comes next, what waits, and the day with a verdict for each client."""
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template, url_for
from flask_babel import ngettext

from practice.access.actor import Actor
from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import day_columns, show
from practice.admin.base import record_reading
from practice.admin.words import gettext
from practice.clients.models import Client
from practice.core import clock
from practice.intake.queries import NEVER, FormStatus, asks_a_check, form_status
from practice.premises.queries import the_practice
from practice.safety.queries.desk import consequences_of, waiting_for
from practice.safety.queries.known import Known, known_of
from practice.safety.rules_verdict import Consequence
from practice.schedule.models import Appointment, Block, DeskMessage
from practice.schedule.queries import appointments
from practice.schedule.queries.diary import working
from practice.schedule.states import HOLDING_TIME, AppointmentState
from practice.sessions.models import NoteState
from practice.sessions.queries.notes import UNWRITTEN_FOR, states_of, to_sign

LATE_AFTER = timedelta(days=2)  # what is to sign of an older day is late
SOON = timedelta(minutes=90)
SHOWN_CONSEQUENCES = (Consequence.LONGER, Consequence.SIDE_LYING, Consequence.NO_HOT_STONE,
                      Consequence.LETTER_OUTSTANDING)


@dataclass(frozen=True)
class Row:
    """One appointment of the day. `known` is None for who is no longer in care, and for what fell out."""

    row: Appointment
    client: Client | None
    minutes: int
    known: Known | None
    form: FormStatus
    note: NoteState | None
    marks: list[day_columns.Mark]
    is_first_visit: bool
    url: str

    @property
    def is_done(self) -> bool:
        return self.row.state is AppointmentState.DONE


def my_day(actor: Actor, *, has_desk: bool):
    """The therapist's page; `has_desk` adds the tab to the front desk for who works there as well."""
    return render_template("admin/today/therapist.html", has_desk=has_desk, back=url_for("today.index", view="mine")
                           if has_desk else url_for("today.index"), **therapist_day(actor))


def therapist_day(actor: Actor) -> dict:
    """What the therapist's Today shows. The verdicts and messages of the day are clinical: recorded, then read."""
    on = show.today()
    clients = appointments.clients_of_day(on, actor.user_id)
    if clients:
        record_reading("day.read", day=on, clients=clients)
    rows = appointments.on_day(on, therapist_id=actor.user_id)
    day = day_rows(actor, rows, on)
    messages = appointments.messages_for([row.id for row in rows])
    coming = next_of([one.row for one in day])
    card = next((one for one in day if coming and one.row.id == coming.id), None)
    waiting = waiting_for(actor.user_id)
    return {
        "rows": day, "breaks": breaks(rows, on, actor.user_id), "hours": hours(on, actor.user_id),
        "coming": card, "is_check_due": card is not None and actor.may(P.INTAKE_INVITE) and is_check_due(card, on),
        "when": when(coming), "visit": visit(coming), "messages": unread(messages, rows),
        "names": user_names() if messages else {},
        "to_sign": to_sign(actor.user_id, clock.now() - UNWRITTEN_FOR, on - LATE_AFTER),
        "to_decide": sum(one.answers for one in waiting), "forms_to_decide": sum(one.forms for one in waiting),
        "done": sum(one.is_done for one in day), "sessions": sum(one.row.state in HOLDING_TIME for one in day)}


def day_rows(actor: Actor, rows: list[Appointment], on: date) -> list[Row]:
    """The day's appointments with what is known of each client; a fixed number of queries."""
    clients = {row.client_id for row in rows}
    forms = form_status(clients) if clients else {}
    held = {row.client_id for row in rows if row.state in HOLDING_TIME}
    known = known_of(held, on) if held and actor.may(P.CHART_READ) else {}
    notes = states_of(row.id for row in rows)
    desk, before = consequences_of(clients, on), appointments.done_before(clients, clock.day_bounds(on, zone())[0])
    return [Row(row, row.client, minutes(row), known.get(row.client_id) if row.state in HOLDING_TIME else None,
                forms.get(row.client_id, NEVER), notes.get(row.id),
                [day_columns.consequence_mark(kind) for kind in desk.get(row.client_id, ())
                 if kind in SHOWN_CONSEQUENCES and row.state in HOLDING_TIME],
                row.client_id not in before, where(row)) for row in rows]


def is_check_due(one: Row, on: date) -> bool:
    """Whether what is asked before each visit has yet to be asked for this one; a health history comes first."""
    return (one.known is not None and one.row.state in day_columns.BEFORE_SESSION and one.form.is_current(on)
            and not one.known.is_asked_for_the_day and asks_a_check())


def zone() -> str:
    return the_practice().time_zone


def minutes(row: Appointment) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def where(row: Appointment) -> str:
    """The brief of who is still in care; the appointment alone of who is not."""
    return url_for("brief.page" if row.client else "booking.show", appointment_id=row.id)


def next_of(rows: list[Appointment]) -> Appointment | None:
    """Whom the therapist sees next: who is in session, else the first that is still to come."""
    coming = [row for row in rows if row.state in appointments.STILL_TO_COME]
    return next((row for row in coming if row.state is AppointmentState.IN_SESSION), coming[0] if coming else None)


def when(row: Appointment | None) -> str:
    """"Next, in 7 minutes"."""
    if row is None:
        return ""
    left = row.starts_at - clock.now()
    if row.state is AppointmentState.IN_SESSION:
        return gettext("In session")
    if timedelta(0) < left <= SOON:
        number = max(1, int(left.total_seconds() // 60))
        return ngettext("Next, in %(num)s minute", "Next, in %(num)s minutes", number)
    if left <= timedelta(0):
        return gettext("Next, since %(time)s", time=show.time(row.starts_at))
    return gettext("Next, at %(time)s", time=show.time(row.starts_at))


def visit(row: Appointment | None) -> int | None:
    return appointments.visit_number(row) if row else None


def breaks(rows: list[Appointment], on: date, user_id: int) -> list[Block]:
    """The therapist's own blocked time of the day."""
    return [one for one in appointments.blocks_between(*clock.day_bounds(on, zone())) if one.user_id == user_id]


def hours(on: date, user_id: int) -> tuple[datetime, datetime] | None:
    """From the first to the last minute of work, None on a day off."""
    first, last = clock.day_bounds(on, zone())
    work = [one for one in working(on, on) if one.therapist_id == user_id and one.start < last and one.end > first]
    return (work[0].start, work[-1].end) if work else None


def unread(messages: list[DeskMessage], rows: list[Appointment]) -> list[tuple[DeskMessage, str]]:
    """What reception told and nobody has read, with the client's name."""
    names = {row.id: row.client.name for row in rows if row.client}
    return [(one, names.get(one.appointment_id, "")) for one in messages if one.read_at is None]


def next_card(row: Appointment | None) -> dict | None:
    """The card of the next client on the front desk of who is both, and where its brief is."""
    return {"row": row, "url": where(row)} if row is not None else None
