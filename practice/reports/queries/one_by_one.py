"""What was worked, one by one: the rows behind the counts of work.py. No names of clients; of notes numbers alone."""
from collections import defaultdict

from sqlalchemy import func, select

from practice.access.guard import system_session
from practice.accounts.queries import user_names
from practice.core import clock
from practice.premises.queries import the_practice
from practice.reports.period import Period
from practice.reports.queries.work import (
    booked_again,
    booked_in,
    came_again,
    cohort_of,
    minutes,
    new_clients,
    visits_of,
)
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import NoteState, SessionNote

WHO_CAME = NEW, RETURNING = "new", "returning"
ANSWERS = {True: "yes", False: "no", None: "not_over"}


def visit_rows(period: Period) -> list[tuple]:
    """One client, one day: whose sessions, how many, and whether a later one was booked 24 hours on."""
    with system_session("listing the visits of a period") as session:
        booked = _in_order(session, period)
        again = booked_again(session, period, visits_of(booked), clock.now())
    names, visits = user_names(), defaultdict(list)
    for row in booked:
        if row.state is S.DONE:
            visits[row.client_id, row.on_date].append(row.user_id)
    return [(None, day, " · ".join(names.get(one, "") for one in dict.fromkeys(whose)), len(whose),
             ANSWERS[again.get((client_id, day))]) for (client_id, day), whose in visits.items()]


def visitor_rows(period: Period) -> list[tuple]:
    """One client: the first day, with whom, how many visits; whether they never came before."""
    with system_session("listing who came in a period, without names") as session:
        booked, new = _in_order(session, period), set(session.scalars(new_clients(period)))
    names, first, days = user_names(), {}, defaultdict(set)
    for row in booked:
        if row.state is S.DONE:
            first.setdefault(row.client_id, row)
            days[row.client_id].add(row.on_date)
    return [(None, row.on_date, names.get(row.user_id, ""), NEW if client_id in new else RETURNING,
             len(days[client_id])) for client_id, row in first.items()]


def time_rows(period: Period) -> list[tuple]:
    """Minutes by therapist, of those without a session too."""
    with system_session("listing the working time of a period") as session:
        found = minutes(session, period, _in_order(session, period))
    names = user_names()
    return sorted(((None, names.get(one, ""), time.booked, time.worked, time.available)
                   for one, time in found.items()), key=lambda row: row[1])


def retention_rows(period: Period) -> list[tuple]:
    """Of each client of the month of retention the first visit, and the next within 90 days."""
    with system_session("listing who came again, without names") as session:
        today = clock.local_date(clock.now(), the_practice().time_zone)
        found = came_again(session, cohort_of(period, today))
    return [(None, first, "yes" if again else "no", again) for first, again in sorted(
        found, key=lambda row: (row[0], row[1] is None, row[1] or row[0]))]


def limit_rows(period: Period) -> list[tuple]:
    """How often somebody went ahead against a limit, by therapist: numbers alone."""
    note = SessionNote.__table__.c
    with system_session("counting reasons by therapist") as session:
        found = session.execute(
            select(note.therapist_id, func.sum(note.against_limits))
            .where(note.state == NoteState.SIGNED, note.on_date.between(period.first, period.last),
                   note.against_limits > 0).group_by(note.therapist_id)).all()
    names = user_names()
    return sorted(((None, names.get(one, ""), int(count)) for one, count in found), key=lambda row: row[1])


def _in_order(session, period: Period) -> list:
    return session.execute(booked_in(period).order_by(Appointment.starts_at, Appointment.id)).all()
