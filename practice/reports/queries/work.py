"""What was worked: sessions, visits, time, and clients who came again. Counts and times alone, no names."""
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased

from practice.access.guard import system_session
from practice.billing.models.documents import STANDING, Document
from practice.core import clock
from practice.premises.queries import the_practice
from practice.reports.period import Period
from practice.schedule.models import Appointment, Block
from practice.schedule.overlaps import Span, merge, subtract
from practice.schedule.queries.diary import working
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import NoteState, SessionNote

A_DAY, WINDOW = timedelta(hours=24), timedelta(days=90)
CANCELLED = (S.CANCELLED_EARLY, S.CANCELLED_LATE)


@dataclass
class Minutes:
    """A therapist's time."""

    booked: int = 0
    worked: int = 0
    available: int = 0
    sessions: int = 0


@dataclass
class Work:
    """What was worked in a period. Rates are (counted, of how many)."""

    states: Counter = field(default_factory=Counter)
    treatments: Counter = field(default_factory=Counter)  # sessions by treatment
    visits: int = 0
    therapists: dict[int, Minutes] = field(default_factory=dict)
    new_clients: int = 0
    returning_clients: int = 0
    rebooked: tuple[int, int] = (0, 0)
    retained: tuple[int, int] = (0, 0)
    retention_month: str = ""
    limits_passed: int = 0


def work(span: Period, now: datetime) -> Work:
    """Everything counted from appointments and signed notes of these days."""
    with system_session("counting the appointments of a period") as session:
        booked = session.execute(booked_in(span)).all()
        visits = visits_of(booked)
        cohort = cohort_of(span, clock.local_date(now, the_practice().time_zone))
        found = Work(
            states=Counter(row.state for row in booked), visits=len(visits),
            treatments=Counter(row.treatment_id for row in booked if row.state is S.DONE),
            therapists=minutes(session, span, booked), new_clients=_new(session, span),
            rebooked=_counted(booked_again(session, span, visits, now).values()),
            retained=_counted(again is not None for _first, again in came_again(session, cohort)),
            retention_month=str(cohort), limits_passed=_limits_passed(session, span))
        found.returning_clients = len({client for client, _day in visits}) - found.new_clients
    return found


def sessions(span: Period) -> int:
    """How many there were, alone."""
    with system_session("counting the sessions of a period to compare with") as session:
        return session.scalar(select(func.count(Appointment.id)).where(
            Appointment.on_date.between(span.first, span.last), Appointment.state == S.DONE))


def booked_in(span: Period):
    return (select(Appointment.id, Appointment.client_id, Appointment.user_id, Appointment.treatment_id,
                   Appointment.state, Appointment.on_date, Appointment.starts_at, Appointment.ends_at)
            .where(Appointment.on_date.between(span.first, span.last)))


def minutes_of(session, span: Period, therapist_id: int) -> Minutes:
    """One therapist's time, read on a system session."""
    booked = session.execute(booked_in(span).where(Appointment.user_id == therapist_id)).all()
    return minutes(session, span, booked).get(therapist_id, Minutes())


def visits_of(booked) -> dict[tuple[int, date], datetime]:
    """One client, one local day, at least one session: (client, day) -> the end of the last one."""
    ends: dict[tuple[int, date], datetime] = {}
    for row in booked:
        if row.state is S.DONE:
            key = (row.client_id, row.on_date)
            ends[key] = max(ends.get(key, row.ends_at), row.ends_at)
    return ends


def minutes(session, span: Period, booked) -> dict[int, Minutes]:
    """Booked: sessions, no-shows, and late cancellations that were charged, buffers out. Available: hours less blocked
    time, and what was booked outside them."""
    zone = the_practice().time_zone
    late = [row.id for row in booked if row.state is S.CANCELLED_LATE]
    charged = set(session.scalars(select(Document.appointment_id).where(Document.appointment_id.in_(late),
                                                                        text(STANDING)))) if late else set()
    hours, taken, blocked = defaultdict(list), defaultdict(list), defaultdict(list)
    window = Span(clock.day_bounds(span.first, zone)[0], clock.day_bounds(span.last, zone)[1])
    for shift in working(span.first, span.last):
        start, end = max(shift.start, window.start), min(shift.end, window.end)
        if start < end:
            hours[shift.therapist_id].append(Span(start, end))
    for row in session.execute(select(Block.user_id, Block.starts_at, Block.ends_at)
                               .where(Block.starts_at < window.end, Block.ends_at > window.start)):
        blocked[row.user_id].append(Span(row.starts_at, row.ends_at))
    found: dict[int, Minutes] = defaultdict(Minutes)
    for row in booked:
        if row.state in (S.DONE, S.NO_SHOW) or row.id in charged:
            time, of = Span(row.starts_at, row.ends_at), found[row.user_id]
            taken[row.user_id].append(time)
            of.booked += _length([time])
            of.worked += _length([time]) if row.state is S.DONE else 0
            of.sessions += row.state is S.DONE
    for user_id in hours.keys() | taken.keys():
        free = subtract(merge(hours[user_id]), blocked[user_id])
        outside = subtract(merge(taken[user_id]), free)
        found[user_id].available = _length(free) + _length(outside)
    return dict(found)


def _length(spans) -> int:
    return sum(span.minutes for span in spans)


def _new(session, span: Period) -> int:
    return session.scalar(select(func.count(Appointment.client_id.distinct())).where(*_first_came_in(span)))


def new_clients(span: Period):
    """The numbers of the clients whose first session ever lies in the span."""
    return select(Appointment.client_id).distinct().where(*_first_came_in(span))


def _first_came_in(span: Period) -> tuple:
    earlier = aliased(Appointment)
    came_before = (select(earlier.id).where(earlier.client_id == Appointment.client_id, earlier.state == S.DONE,
                                            earlier.on_date < span.first).exists())
    return Appointment.on_date.between(span.first, span.last), Appointment.state == S.DONE, ~came_before


def _counted(answers) -> tuple[int, int]:
    """How many of them are true, and how many there are."""
    given = list(answers)
    return sum(given), len(given)


def booked_again(session, span: Period, visits, now: datetime) -> dict[tuple[int, date], bool]:
    """For the visits whose 24 hours are over: whether the client had a later appointment then that was not cancelled.
    """
    if not visits:
        return {}
    zone = the_practice().time_zone
    start, end = clock.day_bounds(span.first, zone)[0], clock.day_bounds(span.last, zone)[1]
    came = select(Appointment.client_id).where(Appointment.on_date.between(span.first, span.last),
                                               Appointment.state == S.DONE)
    later = aliased(Appointment)
    coming = defaultdict(list)
    for row in session.execute(
            select(later.client_id, later.starts_at, later.booked_at, later.state, later.state_at)
            .where(later.client_id.in_(came), later.starts_at > start, later.booked_at <= end + 2 * A_DAY)):
        coming[row.client_id].append(row)
    return {(client_id, day): any(row.starts_at > ended and row.booked_at <= ended + A_DAY
                                  and (row.state not in CANCELLED or row.state_at > ended + A_DAY)
                                  for row in coming[client_id])
            for (client_id, day), ended in visits.items() if ended + A_DAY <= now}


def cohort_of(span: Period, today: date) -> Period:
    """The latest month whose 90 days are over for everybody by the end of the span, or by yesterday."""
    month = Period.of(min(span.last, today - timedelta(days=1)) - WINDOW)
    return month if month.last + WINDOW <= min(span.last, today - timedelta(days=1)) else month.before


def came_again(session, cohort: Period) -> list[tuple[date, date | None]]:
    """Of each client of a month the first visit in it, and the next within 90 days."""
    days = defaultdict(set)
    for client_id, day in session.execute(
            select(Appointment.client_id, Appointment.on_date)
            .where(Appointment.on_date.between(cohort.first, cohort.last + WINDOW), Appointment.state == S.DONE)):
        days[client_id].add(day)
    firsts = {client: min(came) for client, came in days.items() if min(came) <= cohort.last}
    return [(first, min((day for day in days[client] if first < day <= first + WINDOW), default=None))
            for client, first in firsts.items()]


def _limits_passed(session, span: Period) -> int:
    note = SessionNote.__table__.c
    return int(session.scalar(select(func.coalesce(func.sum(note.against_limits), 0)).where(
        note.state == NoteState.SIGNED, note.on_date.between(span.first, span.last))))
