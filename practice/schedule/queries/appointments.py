"""Appointments as rows, through the row rule."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from practice.accounts.models import User
from practice.core import clock
from practice.core.db import db, read_already
from practice.core.errors import NotFound
from practice.schedule.models import Appointment, Block, DeskMessage, Shift
from practice.schedule.states import AppointmentState as S

SHOWN = (selectinload(Appointment.client), selectinload(Appointment.treatment), selectinload(Appointment.room),
         selectinload(Appointment.therapist))
STILL_TO_COME = (S.BOOKED, S.ARRIVED, S.IN_SESSION)
ONE = select(Appointment).where(Appointment.id == bindparam("appointment_id"))


def get_appointment(appointment_id: int) -> Appointment:
    """Raises NotFound."""
    row = (read_already(Appointment, appointment_id)
           or db.session.scalars(ONE, {"appointment_id": appointment_id}).first())
    if row is None:
        raise NotFound()
    return row


CLIENT_OF = select(Appointment.client_id).where(Appointment.id == bindparam("appointment"))


def client_of(appointment_id: int) -> int:
    """Whose appointment it is, and nothing else of it. Raises NotFound."""
    client_id = db.session.scalar(CLIENT_OF, {"appointment": appointment_id})
    if client_id is None:
        raise NotFound()
    return client_id


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


def coming_of(client_id: int, *, limit: int = 20) -> list[Appointment]:
    """A client's appointments from now on, the next one first."""
    return list(db.session.scalars(
        select(Appointment).options(*SHOWN)
        .where(Appointment.client_id == client_id, Appointment.starts_at > clock.now(),
               Appointment.state.in_((S.BOOKED, S.ARRIVED)))
        .order_by(Appointment.starts_at).limit(limit)))


def next_for(therapist_id: int, day: date) -> Appointment | None:
    """Whom a therapist sees next on that local day: who is in session, else the first that is still to come."""
    rows = db.session.scalars(
        select(Appointment).options(*SHOWN)
        .where(Appointment.user_id == therapist_id, Appointment.on_date == day, Appointment.state.in_(STILL_TO_COME))
        .order_by(Appointment.starts_at)).all()
    return next((row for row in rows if row.state is S.IN_SESSION), rows[0] if rows else None)


def coming_to(therapist_id: int) -> tuple[int, datetime | None]:
    """How many appointments a therapist still has from now on, and when the next one starts."""
    return tuple(db.session.execute(select(func.count(Appointment.id), func.min(Appointment.starts_at)).where(
        Appointment.user_id == therapist_id, Appointment.starts_at > clock.now(),
        Appointment.state.in_((S.BOOKED, S.ARRIVED)))).one())


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


@dataclass(frozen=True)
class TreatedBy:
    """How often a therapist has treated a client, and when that was last over."""

    user_id: int
    name: str
    sessions: int
    last_started_at: datetime
    last_ended_at: datetime


# Counted before it is joined: all of it stands in one index of the appointments.
COUNTED = (
    select(Appointment.user_id, func.count().label("sessions"), func.max(Appointment.starts_at).label("started"),
           func.max(Appointment.ends_at).label("ended"))
    .where(Appointment.client_id == bindparam("client"), Appointment.state == S.DONE,
           Appointment.starts_at < bindparam("before"))
    .group_by(Appointment.user_id).subquery())
TREATED_BY = (select(COUNTED.c.user_id, User.name, COUNTED.c.sessions, COUNTED.c.started, COUNTED.c.ended)
              .join(User, User.id == COUNTED.c.user_id).order_by(COUNTED.c.started.desc()))


def treated_by(client_id: int, before: datetime) -> list[TreatedBy]:
    """Who has treated the client before an instant, the latest first; one query however long that has been."""
    return [TreatedBy(*row) for row in db.session.execute(TREATED_BY, {"client": client_id, "before": before})]


def done_before(client_ids: Iterable[int], before: datetime) -> dict[int, int]:
    """How many sessions each of these clients has had before an instant; who had none is left out."""
    return dict(db.session.execute(
        select(Appointment.client_id, func.count(Appointment.id))
        .where(Appointment.client_id.in_(list(client_ids)), Appointment.state == S.DONE,
               Appointment.starts_at < before).group_by(Appointment.client_id)).all())


def clients_of_day(day: date, therapist_id: int) -> list[int]:
    """Whom a therapist sees on that local day, as numbers only."""
    return list(db.session.scalars(select(Appointment.client_id).distinct().where(
        Appointment.on_date == day, Appointment.user_id == therapist_id)))


BLOCKS = (select(Block).where(Block.starts_at < bindparam("last"), Block.ends_at > bindparam("first"))
          .order_by(Block.starts_at))


def blocks_between(first: datetime, last: datetime) -> list[Block]:
    return list(db.session.scalars(BLOCKS, {"first": first, "last": last}))


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
