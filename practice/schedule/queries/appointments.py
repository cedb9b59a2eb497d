"""Appointments as rows, through the row rule."""
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.schedule.models import Appointment, Block, DeskMessage, Shift
from practice.schedule.states import AppointmentState as S

SHOWN = (selectinload(Appointment.client), selectinload(Appointment.treatment), selectinload(Appointment.room),
         selectinload(Appointment.therapist))
STILL_TO_COME = (S.BOOKED, S.ARRIVED, S.IN_SESSION)


def get_appointment(appointment_id: int) -> Appointment:
    """Raises NotFound."""
    row = db.session.scalars(select(Appointment).where(Appointment.id == appointment_id)).first()
    if row is None:
        raise NotFound()
    return row


def on_day(day: date, *, therapist_id: int | None = None) -> list[Appointment]:
    """The appointments of a local day, with what a screen shows of each; four queries, whatever their number."""
    chosen = select(Appointment).options(*SHOWN).where(Appointment.on_date == day).order_by(Appointment.starts_at)
    if therapist_id is not None:
        chosen = chosen.where(Appointment.user_id == therapist_id)
    return list(db.session.scalars(chosen))


def between(first: date, last: date, *, therapist_id: int | None = None) -> list[Appointment]:
    """The appointments of several local days, both ends included."""
    chosen = (select(Appointment).options(*SHOWN).where(Appointment.on_date.between(first, last))
              .order_by(Appointment.starts_at))
    if therapist_id is not None:
        chosen = chosen.where(Appointment.user_id == therapist_id)
    return list(db.session.scalars(chosen))


def visits_of(client_id: int, *, limit: int = 20, before: datetime | None = None) -> list[Appointment]:
    """A client's appointments, newest first."""
    chosen = select(Appointment).options(*SHOWN).where(Appointment.client_id == client_id)
    if before is not None:
        chosen = chosen.where(Appointment.starts_at < before)
    return list(db.session.scalars(chosen.order_by(Appointment.starts_at.desc()).limit(limit)))


def next_of(client_id: int) -> Appointment | None:
    """A client's next appointment from now on."""
    return db.session.scalars(
        select(Appointment).options(*SHOWN)
        .where(Appointment.client_id == client_id, Appointment.starts_at > clock.now(),
               Appointment.state.in_((S.BOOKED, S.ARRIVED)))
        .order_by(Appointment.starts_at).limit(1)).first()


def next_for(therapist_id: int, day: date) -> Appointment | None:
    """Whom a therapist sees next on that local day: who is in session, else the first that is still to come."""
    rows = db.session.scalars(
        select(Appointment).options(*SHOWN)
        .where(Appointment.user_id == therapist_id, Appointment.on_date == day, Appointment.state.in_(STILL_TO_COME))
        .order_by(Appointment.starts_at)).all()
    return next((row for row in rows if row.state is S.IN_SESSION), rows[0] if rows else None)


def visit_number(appointment: Appointment) -> int:
    """Which visit of the client this is: completed ones before it, and itself."""
    return 1 + db.session.scalar(
        select(func.count(Appointment.id)).where(
            Appointment.client_id == appointment.client_id, Appointment.state == S.DONE,
            Appointment.starts_at < appointment.starts_at))


def last_done(client_id: int, before: datetime, *, therapist_id: int | None = None) -> Appointment | None:
    """The client's last completed appointment before an instant."""
    chosen = select(Appointment).options(*SHOWN).where(
        Appointment.client_id == client_id, Appointment.state == S.DONE, Appointment.starts_at < before)
    if therapist_id is not None:
        chosen = chosen.where(Appointment.user_id == therapist_id)
    return db.session.scalars(chosen.order_by(Appointment.starts_at.desc()).limit(1)).first()


def blocks_between(first: datetime, last: datetime) -> list[Block]:
    return list(db.session.scalars(select(Block).where(Block.starts_at < last, Block.ends_at > first)
                                   .order_by(Block.starts_at)))


def get_block(block_id: int) -> Block:
    """Raises NotFound."""
    row = db.session.scalars(select(Block).where(Block.id == block_id)).first()
    if row is None:
        raise NotFound()
    return row


def shifts() -> list[Shift]:
    return list(db.session.scalars(select(Shift).order_by(Shift.user_id, Shift.weekday, Shift.starts_minute)))


def shifts_of(user_id: int) -> list[Shift]:
    return list(db.session.scalars(select(Shift).where(Shift.user_id == user_id)
                                   .order_by(Shift.weekday, Shift.starts_minute)))


def messages_for(appointment_ids: list[int]) -> list[DeskMessage]:
    """What the desk told about these appointments: clinical, through the row rule of the chart."""
    return list(db.session.scalars(select(DeskMessage).where(DeskMessage.appointment_id.in_(appointment_ids))
                                   .order_by(DeskMessage.sent_at)))
