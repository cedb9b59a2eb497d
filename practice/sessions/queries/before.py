"""What stands before an appointment: what the brief begins with."""
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import joinedload

from practice.core.db import db
from practice.core.errors import NotFound
from practice.safety.models import BriefReview, SafetyProfile
from practice.schedule.models import Appointment, DeskMessage
from practice.sessions.models import (
    CarePlan,
    Measurement,
)


@dataclass(frozen=True)
class Before:
    """What stands before an appointment, one row of each: with the appointment come its client and treatment. Most have
    neither a message from the desk nor a measure, and need not be asked for them."""

    appointment: Appointment
    profile: SafetyProfile | None
    plan: CarePlan | None
    review: BriefReview | None
    has_messages: bool
    has_measures: bool


def _before() -> Select:
    of_it = BriefReview.__table__.alias()
    newest = (select(func.max(of_it.c.id)).where(of_it.c.client_id == Appointment.client_id,
                                                 of_it.c.appointment_id == Appointment.id).scalar_subquery())
    told, taken = DeskMessage.__table__, Measurement.__table__
    return (select(Appointment, SafetyProfile, CarePlan, BriefReview,
                   exists().where(told.c.appointment_id == Appointment.id),
                   exists().where(taken.c.client_id == Appointment.client_id))
            .options(joinedload(Appointment.client), joinedload(Appointment.treatment))
            .outerjoin(SafetyProfile, SafetyProfile.client_id == Appointment.client_id)
            .outerjoin(CarePlan, CarePlan.client_id == Appointment.client_id)
            .outerjoin(BriefReview, BriefReview.id == newest)
            .where(Appointment.id == bindparam("appointment")))


BEFORE = _before()


def before_session(appointment_id: int) -> Before:
    """The appointment, and what of the client's chart there is once: one query. Raises NotFound."""
    row = db.session.execute(BEFORE, {"appointment": appointment_id}).first()
    if row is None:
        raise NotFound()
    return Before(*row)
