"""Appointments as plain values, for pages that show many of them: one statement, no rows to keep track of."""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from practice.catalog.models import Treatment
from practice.clients.models import Client, name_of
from practice.core import clock
from practice.core.db import db
from practice.intake.models import IntakeArrival
from practice.intake.queries import ASKS_A_CHECK, NEVER, FormStatus, form_status
from practice.premises.models import Room
from practice.premises.queries import the_practice
from practice.safety.models import ConsequenceRow
from practice.safety.queries.desk import by_urgency
from practice.safety.queries.forms import CHECK_HOLDS_DAYS
from practice.safety.rules_verdict import Consequence
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as a day shows it. `client_name` is empty for a client whom this person may not see."""

    id: int
    client_id: int
    user_id: int
    treatment_id: int
    starts_at: datetime
    ends_at: datetime
    on_date: date
    state: AppointmentState
    state_at: datetime
    arrived_at: datetime | None
    version: int
    treatment_name: str
    room_name: str
    client_name: str


# What `visit_of` reads; who asks adds which ones. Statements that never change are built once.
VISITS = (select(Appointment.id, Appointment.client_id, Appointment.user_id, Appointment.treatment_id,
                 Appointment.starts_at, Appointment.ends_at, Appointment.on_date, Appointment.state,
                 Appointment.state_at, Appointment.arrived_at, Appointment.version, Treatment.name, Room.name,
                 Client.first_name, Client.preferred_name, Client.last_name)
          .join(Treatment, Treatment.id == Appointment.treatment_id)
          .outerjoin(Room, Room.id == Appointment.room_id)
          .outerjoin(Client, Client.id == Appointment.client_id)
          .order_by(Appointment.starts_at, Appointment.id))
HISTORIES = (IntakeArrival.client_id == Appointment.client_id, IntakeArrival.valid_until_on.is_not(None))
TOLD = (ConsequenceRow.client_id == Appointment.client_id, ConsequenceRow.starts_on <= Appointment.on_date,
        or_(ConsequenceRow.ends_on.is_(None), ConsequenceRow.ends_on >= Appointment.on_date))
# Nothing that came in speaks of the day: neither the check nor a health history, which asks as much.
CHECK_DUE = and_(ASKS_A_CHECK, ~select(IntakeArrival.id).where(
    IntakeArrival.client_id == Appointment.client_id, IntakeArrival.arrived_on >= bindparam("fresh_from")).exists())
OF_THE_DAY = (
    VISITS.add_columns(select(func.max(IntakeArrival.arrived_at)).where(*HISTORIES).scalar_subquery(),
                       select(func.max(IntakeArrival.valid_until_on)).where(*HISTORIES).scalar_subquery(),
                       CHECK_DUE,
                       select(func.aggregate_strings(ConsequenceRow.kind, " ")).where(*TOLD).scalar_subquery())
    .where(Appointment.on_date == bindparam("day"),
           or_(Appointment.user_id.in_(bindparam("therapists", expanding=True)),
               Appointment.state == bindparam(None, AppointmentState.ARRIVED, literal_execute=True))))
IS_CHECK_DUE = select(CHECK_DUE).select_from(Appointment).where(Appointment.id == bindparam("appointment"))
FIELDS = len(VISITS.selected_columns)


def visit_of(row: Sequence) -> Visit:
    """A row of VISITS; what a statement adds to it stands behind FIELDS."""
    return Visit(*row[:12], row[12] or "", name_of(*row[13:FIELDS]) if row[15] is not None else "")


@dataclass(frozen=True)
class DayVisits:
    """The appointments of some therapists on a local day in order of time, and who is here and waits for anybody, the
    last to arrive first. By client: how the form stands, and what the desk must know."""

    visits: list[Visit]
    waiting: list[Visit]
    forms: dict[int, FormStatus]
    consequences: dict[int, tuple[Consequence, ...]]


def visits_on(day: date, therapist_ids: list[int]) -> DayVisits:
    """The day of these therapists, in one statement.

    Through the row rule: the appointments this person sees, and the names of the clients they may see.
    """
    found = db.session.execute(OF_THE_DAY, {"day": day, "therapists": therapist_ids,
                                            "fresh_from": fresh_from(day)}).all()
    is_today = _is_today(day)
    rows = [visit_of(row) for row in found]
    waiting = [row for row in rows if row.state is AppointmentState.ARRIVED]
    return DayVisits([row for row in rows if row.user_id in therapist_ids],
                     sorted(waiting, key=lambda row: row.arrived_at or row.state_at, reverse=True),
                     {row.client_id: FormStatus(row[FIELDS], row[FIELDS + 1], None, is_today and row[FIELDS + 2])
                      for row in found},
                     {row.client_id: by_urgency(row[-1].split()) for row in found if row[-1]})


def form_before(row: Appointment) -> FormStatus:
    """How the form of an appointment's client stands, and whether the check of today has yet to be filled in."""
    found = form_status([row.client_id]).get(row.client_id, NEVER)
    if not _is_today(row.on_date):
        return found
    is_due = db.session.scalar(IS_CHECK_DUE, {"appointment": row.id, "fresh_from": fresh_from(row.on_date)})
    return replace(found, is_check_due=bool(is_due))


def fresh_from(day: date) -> date:
    """The first day whose answers still speak of that one."""
    return day - timedelta(days=CHECK_HOLDS_DAYS)


def _is_today(day: date) -> bool:
    """Nobody is told of a check before its day, nor after it."""
    return day == clock.local_date(clock.now(), the_practice().time_zone)
