"""What became of an appointment: one click, and the same way back."""
from sqlalchemy.exc import IntegrityError

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.services import end_care
from practice.core import clock
from practice.core.db import check_version, db, hold, violates
from practice.core.errors import Forbidden
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.services.booking import SlotTaken, give_care
from practice.schedule.states import HOLDING_TIME, MOVES, AppointmentState


def set_state(actor: Actor, appointment_id: int, state: AppointmentState, *, version: int | None = None) -> Appointment:
    """Move an appointment to another state. A therapist without the desk's rights moves their own only.

    Falling out ends the care of that booking; coming back gives it again. Raises IllegalMove, Forbidden, SlotTaken,
    Stale, NotFound.
    """
    return change_state(actor, get_appointment(appointment_id), state, version=version)


def change_state(actor: Actor, row: Appointment, state: AppointmentState, *, version: int | None = None) -> Appointment:
    """The same for an appointment that was read in this transaction."""
    if not actor.may(Permission.APPOINTMENT_BOOK) and row.user_id != actor.user_id:
        raise Forbidden()
    if version is not None:
        check_version(row, version)
    else:
        hold(row)  # two clicks at once: the second moves on from where the first has led
        row.version += 1
    before = row.state
    MOVES.make(row, state, lambda permission: require(actor, permission))
    row.state_at = clock.now()
    if state is AppointmentState.BOOKED:
        row.arrived_at = None
    elif state in HOLDING_TIME:  # who is in session has arrived, also when nobody clicked it
        row.arrived_at = row.arrived_at or clock.now()
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, "appointment_therapist_taken") or violates(error, "appointment_room_taken"):
            raise SlotTaken() from None  # meanwhile somebody else was given the time
        raise
    if before in HOLDING_TIME and state not in HOLDING_TIME:
        end_care(actor, row.id)
    elif before not in HOLDING_TIME and state in HOLDING_TIME:
        give_care(actor, row)
    audit.record(actor, "appointment.state", row, client_id=row.client_id, before=before, after=state)
    return row
