"""Whether what people were told is done is there, once; and the books and the trail with it."""
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from practice.audit.services import verify
from practice.billing.models.documents import Document
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db, snapshot
from practice.ops.bench.stage import TIME_ZONE
from practice.ops.books.check import check_books
from practice.ops.soak.people import Told
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState
from practice.sessions.models import SessionNote
from practice.sessions.queries.notes import content_of


def faults(told: list[Told]) -> list[str]:
    """One sentence for each thing that was lost, is there twice, or does not add up."""
    db.session.rollback()
    found = [*registrations(told), *bookings(told), *charges(told), *notes(told)]
    found += [f"{one.table} {one.row_id}: {one.rule}: {one.what}" for one in check_books()]
    with snapshot() as session:
        found += [f"trail, row {one.row_id}: {one.reason}" for one in verify(session)]
    return found


def registrations(told: list[Told]) -> Iterator[str]:
    stored = Counter(map(tuple, db.session.execute(select(Client.first_name, Client.last_name))))
    yield from (f"{name} is registered {stored[name]} times" for one in told for name in one.registered
                if stored[name] != 1)
    yield from (f"{name} is registered {count} times" for name, count in stored.items() if count > 1)


def bookings(told: list[Told]) -> Iterator[str]:
    rows = db.session.execute(select(Appointment.user_id, Appointment.starts_at)
                              .where(Appointment.state == AppointmentState.BOOKED))
    stored = Counter(map(tuple, rows))
    for one in told:
        for therapist_id, at in one.booked:
            instant = clock.to_utc(datetime.fromisoformat(at), TIME_ZONE)
            if stored[therapist_id, instant] != 1:
                yield f"{at} with {therapist_id} is booked {stored[therapist_id, instant]} times"


def charges(told: list[Told]) -> Iterator[str]:
    stored = Counter(db.session.scalars(select(Document.appointment_id)))
    yield from (f"session {number} was charged and has no invoice" for one in told for number in one.charged
                if not stored[number])
    yield from (f"session {number} has {count} invoices" for number, count in stored.items() if count > 1)


def notes(told: list[Told]) -> Iterator[str]:
    """A note stands where it was last saved, or at a later saving nobody heard of; one note a session."""
    stored = {}
    for row in db.session.scalars(select(SessionNote)):
        if row.appointment_id in stored:
            yield f"session {row.appointment_id} has two notes"
        stored[row.appointment_id] = row
    for one in told:
        for number, turn in one.noted.items():
            row = stored.get(number)
            if row is None or int(content_of(row).subjective.removeprefix("turn ")) < turn:
                yield f"the note of session {number} has lost what was saved {turn} times"
