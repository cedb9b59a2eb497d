"""The desk sees every appointment; a therapist sees their own and those of clients in their care."""
from sqlalchemy import or_, true

from practice.access.actor import Actor
from practice.access.permissions import Permission
from practice.access.policy import Bound, everyone_with, register
from practice.clients.policy import chart_rows, in_care
from practice.schedule.models import Appointment, Block, DeskMessage, Shift

APPOINTMENT = Appointment.__table__


def appointment_rows(actor: Actor):
    if actor.may(Permission.APPOINTMENT_READ_ALL):
        return true()
    if actor.may(Permission.APPOINTMENT_READ_OWN):
        user = Bound("own", actor.user_id, type_=APPOINTMENT.c.user_id.type, unique=True)
        return or_(APPOINTMENT.c.user_id == user, in_care(actor, APPOINTMENT.c.client_id))
    return None


register(Appointment, appointment_rows)
register(DeskMessage, chart_rows(DeskMessage.__table__.c.client_id))
for model in (Shift, Block):
    register(model, everyone_with(Permission.APPOINTMENT_READ_ALL, Permission.APPOINTMENT_READ_OWN))
