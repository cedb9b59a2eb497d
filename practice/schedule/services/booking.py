"""Booking and moving. A taken time is shown before saving, refused here, and refused by the database."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.models import TherapistProfile
from practice.audit import services as audit
from practice.catalog.models import Treatment
from practice.catalog.queries import able_therapists, get_treatment
from practice.clients.models import CareReason
from practice.clients.queries import get_client
from practice.clients.services import begin_care, end_care
from practice.core import clock
from practice.core.db import check_version, db, violates
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule import overlaps
from practice.schedule.models import Appointment
from practice.schedule.overlaps import Slot, Taken
from practice.schedule.queries import diary
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import AppointmentState

LONGEST = 8 * 60  # minutes
FARTHEST = timedelta(days=730)
HOLD = select(TherapistProfile.id).where(TherapistProfile.user_id == bindparam("user_id")).with_for_update()


class SlotTaken(DomainError):
    """The therapist or the room is taken; `nearest` are free times close by."""

    message = _("This time is taken.")

    def __init__(self, message: str | None = None, nearest: Sequence[Slot] = (), field: str = "time", **params):
        super().__init__(message, field, **params)
        self.nearest = nearest


def book(actor: Actor, *, client_id: int, therapist_id: int, treatment_id: int, starts_at: datetime,
         minutes: int | None = None, room_id: int | None = None, desk_note: str = "") -> Appointment:
    """Promise a client a time. Gives the therapist the client's chart in care.

    Without `room_id` a free room is chosen where the treatment needs one. A time outside working hours is booked all
    the same. Raises SlotTaken, Invalid, NotFound.
    """
    require(actor, Permission.APPOINTMENT_BOOK)
    client, treatment = get_client(client_id), get_treatment(treatment_id)
    if client.archived_at is not None:
        raise Invalid(_("This client is archived. Bring them back first."), "client")
    if not treatment.is_active:
        raise Invalid(_("This treatment is no longer offered."), "treatment")
    if therapist_id not in able_therapists(treatment_id):
        raise Invalid(_("This therapist does not give this treatment."), "therapist")
    row = Appointment(client_id=client.id, user_id=therapist_id, treatment_id=treatment.id,
                      state=AppointmentState.BOOKED, state_at=clock.now(),
                      booked_at=clock.now(), booked_by_id=actor.user_id, desk_note=desk_note.strip()[:200])
    _place(row, treatment, starts_at, minutes, therapist_id, room_id)
    with _database_refuses():
        db.session.add(row)
        db.session.flush()
    give_care(actor, row)
    audit.record(actor, "appointment.book", row, client_id=client.id, therapist_id=therapist_id, starts_at=starts_at)
    return row


def move(actor: Actor, appointment_id: int, *, version: int, starts_at: datetime, therapist_id: int,
         room_id: int | None = None, minutes: int | None = None) -> Appointment:
    """Another time, therapist or room; the care moves along. Raises SlotTaken, Stale, Invalid, NotFound."""
    require(actor, Permission.APPOINTMENT_BOOK)
    row = get_appointment(appointment_id)
    check_version(row, version)
    if row.state not in (AppointmentState.BOOKED, AppointmentState.ARRIVED):
        raise Invalid(_("Only what is booked or arrived can be moved."), "time")
    if therapist_id != row.user_id and therapist_id not in able_therapists(row.treatment_id):
        raise Invalid(_("This therapist does not give this treatment."), "therapist")
    before = {"starts_at": row.starts_at, "therapist_id": row.user_id, "room_id": row.room_id}
    minutes = minutes or int((row.ends_at - row.starts_at).total_seconds() // 60)
    with _database_refuses():
        with db.session.no_autoflush:
            _place(row, row.treatment, starts_at, minutes, therapist_id, room_id)
            row.user_id = therapist_id
        db.session.flush()
    end_care(actor, row.id)
    give_care(actor, row)
    audit.record(actor, "appointment.move", row, client_id=row.client_id, before=before, starts_at=starts_at,
                 therapist_id=therapist_id, room_id=row.room_id)
    return row


def _place(row: Appointment, treatment: Treatment, starts_at: datetime, minutes: int | None, therapist_id: int,
           room_id: int | None) -> None:
    """Set the time and find a room, or raise SlotTaken with the nearest free times."""
    minutes = minutes or treatment.minutes
    if not 5 <= minutes <= LONGEST:
        raise Invalid(_("From 5 to %(most)s minutes"), "minutes", most=LONGEST)
    if not clock.now() - FARTHEST < starts_at < clock.now() + FARTHEST:
        raise Invalid(_("Choose a day within two years."), "time")
    if room_id is not None and room_id not in {room.id for room in diary.rooms()}:
        raise Invalid(_("Choose a room."), "room")
    hold_diary(therapist_id)
    ends_at = starts_at + timedelta(minutes=minutes)
    busy = diary.taken_between(starts_at, ends_at + timedelta(minutes=treatment.buffer_minutes))
    location_id = diary.location_at(starts_at, therapist_id)
    new = Taken(starts_at, ends_at, therapist_id, room_id, ref=row.id, buffer=treatment.buffer_minutes)
    found = overlaps.clashes(new, busy)
    there = [room.id for room in diary.rooms() if room.location_id == location_id]
    if not found and room_id is None and treatment.needs_room and there:
        room_id = _free_room(new, busy, there)
        if room_id is None:
            raise SlotTaken(_("No room is free at this time."), _nearest(row, treatment, new, minutes))
    if found:
        raise SlotTaken(found[0].message, _nearest(row, treatment, new, minutes))
    row.location_id = location_id
    row.starts_at, row.ends_at, row.room_id = starts_at, ends_at, room_id
    row.busy_until_at = ends_at + timedelta(minutes=treatment.buffer_minutes)
    row.on_date = clock.local_date(starts_at, the_practice().time_zone)


def _nearest(row: Appointment, treatment: Treatment, new: Taken, minutes: int) -> Sequence[Slot]:
    return diary.nearest_free(treatment.id, new.start, new.therapist_id, minutes=minutes, moving_id=row.id)


def hold_diary(therapist_id: int) -> None:
    """Two changes of one therapist's diary come one after the other: blocked time has no constraint of its own."""
    db.session.execute(HOLD, {"user_id": therapist_id})


def _free_room(new: Taken, busy: list[Taken], room_ids: list[int]) -> int | None:
    for room_id in room_ids:
        if not overlaps.clashes(Taken(new.start, new.end, None, room_id, ref=new.ref, buffer=new.buffer), busy):
            return room_id
    return None


@contextmanager
def _database_refuses() -> Iterator[None]:
    """Two people booked the same time at once: the second one is told like everybody else."""
    try:
        yield
    except IntegrityError as error:
        for name in ("appointment_therapist_taken", "appointment_room_taken"):
            if violates(error, name):
                raise SlotTaken(_("Somebody else has just taken this time.")) from None
        raise


def give_care(actor: Actor, row: Appointment) -> None:
    """The therapist may open the chart from the booking until some days after the appointment."""
    until = row.ends_at + timedelta(days=the_practice().care_days_after)
    begin_care(actor, row.client_id, row.user_id, from_at=min(clock.now(), row.starts_at), until_at=until,
               reason=CareReason.BOOKING, appointment_id=row.id)
