"""What stands before an appointment: what the brief begins with."""
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import joinedload, load_only

from practice.catalog.models import Treatment
from practice.clients.models import Care, Client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.intake.queries import ASKS_A_CHECK
from practice.safety.models import BriefReview, SafetyProfile
from practice.schedule.models import Appointment, DeskMessage
from practice.sessions.models import (
    CarePlan,
    Measurement,
)


@dataclass(frozen=True)
class Before:
    """What stands before an appointment, one row of each: with the appointment come its client and treatment. Most have
    neither a message from the desk nor a measure, and need not be asked for them. `is_in_care`: of who asks, now; of a
    client who is not, the chart's rows are not read. `asks_a_check`: the practice, before each visit."""

    appointment: Appointment
    profile: SafetyProfile | None
    plan: CarePlan | None
    review: BriefReview | None
    has_messages: bool
    has_measures: bool
    is_in_care: bool
    asks_a_check: bool


# What is said of them before a session; the rest is read when it is asked for. Each column read takes its time.
SAID = (
    load_only(Appointment.client_id, Appointment.user_id, Appointment.on_date, Appointment.starts_at,
              Appointment.state),
    joinedload(Appointment.client).load_only(Client.first_name, Client.last_name, Client.preferred_name,
                                             Client.pronouns, Client.born_on),
    joinedload(Appointment.treatment).load_only(Treatment.name),
    load_only(SafetyProfile.client_id, SafetyProfile.uid, SafetyProfile._content, SafetyProfile.changed_at,
              SafetyProfile.version),
    load_only(CarePlan.client_id, CarePlan.uid, CarePlan._content),
    load_only(BriefReview.client_id, BriefReview.reviewed_at, BriefReview.seen))


def _before() -> Select:
    of_it = BriefReview.__table__.alias()
    newest = (select(func.max(of_it.c.id)).where(of_it.c.client_id == Appointment.client_id,
                                                 of_it.c.appointment_id == Appointment.id,
                                                 of_it.c.user_id == bindparam("user")).scalar_subquery())
    told, taken, care = DeskMessage.__table__, Measurement.__table__, Care.__table__
    return (select(Appointment, SafetyProfile, CarePlan, BriefReview,
                   exists().where(told.c.appointment_id == Appointment.id),
                   exists().where(taken.c.client_id == Appointment.client_id),
                   exists().where(care.c.client_id == Appointment.client_id, care.c.user_id == bindparam("user"),
                                  care.c.from_at <= bindparam("now"), care.c.until_at > bindparam("now")),
                   ASKS_A_CHECK)
            .options(*SAID)
            .outerjoin(SafetyProfile, SafetyProfile.client_id == Appointment.client_id)
            .outerjoin(CarePlan, CarePlan.client_id == Appointment.client_id)
            .outerjoin(BriefReview, BriefReview.id == newest)
            .where(Appointment.id == bindparam("appointment")))


BEFORE = _before()


def before_session(appointment_id: int, user_id: int) -> Before:
    """The appointment, and what of the client's chart there is once: one query. Raises NotFound."""
    row = db.session.execute(BEFORE, {"appointment": appointment_id, "user": user_id, "now": clock.now()}).first()
    if row is None:
        raise NotFound()
    return Before(*row)
