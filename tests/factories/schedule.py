"""A treatment, working hours and appointments, written through the services."""
from datetime import date, datetime, timedelta

from practice.access.actor import system
from practice.audit import services as audit
from practice.catalog.services import save_treatment
from practice.core import clock
from practice.core.db import db
from practice.premises.queries import main_location_id, tax_codes
from practice.schedule.models import Appointment
from practice.schedule.services.booking import book
from practice.schedule.services.shifts import Hours, set_hours
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S

HOUSE = system("setting the stage")


def treatment(name="Classic 60", *, neutral_name="Treatment, 60 minutes", minutes=60, price=7800, **values):
    """Inside transaction(), with the house acting."""
    return save_treatment(HOUSE, None, name=name, neutral_name=neutral_name, minutes=minutes, price_amount=price,
                          tax_code_id=tax_codes()[0].id, **values)


def hours(user_id: int, starts: int = 8, ends: int = 18) -> None:
    """Monday to Friday, from and to a full hour."""
    set_hours(HOUSE, user_id, [Hours(day, starts * 60, ends * 60) for day in range(5)])


def appointment(client_id: int, therapist_id: int, treatment_id: int, starts_at: datetime, *, minutes=None,
                state: S = S.BOOKED) -> Appointment:
    row = book(HOUSE, client_id=client_id, therapist_id=therapist_id, treatment_id=treatment_id, starts_at=starts_at,
               minutes=minutes)
    if state is not S.BOOKED:
        set_state(HOUSE, row.id, state)
    return row


HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0, *, day: date = date(2026, 11, 17)) -> datetime:
    """That time on the wall in Dublin; the day is the cast's Tuesday unless another is named."""
    return clock.to_utc(datetime(day.year, day.month, day.day, hour, minute), "Europe/Dublin")


def raw_appointment(client_id: int, therapist_id: int, treatment_id: int, room_id: int | None,
                    starts_at: datetime) -> Appointment:
    """An hour put in without asking the service, for what the database itself refuses."""
    row = Appointment(client_id=client_id, user_id=therapist_id, treatment_id=treatment_id, room_id=room_id,
                      location_id=main_location_id(), starts_at=starts_at, ends_at=starts_at + HOUR,
                      busy_until_at=starts_at + HOUR, on_date=clock.local_date(starts_at, "Europe/Dublin"),
                      state=S.BOOKED, state_at=clock.now(), booked_at=clock.now())
    db.session.add(row)
    audit.record(HOUSE, "appointment.book", client_id=client_id)
    return row
