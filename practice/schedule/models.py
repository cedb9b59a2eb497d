"""Working hours, blocked time, appointments, messages from the desk to the therapist."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.accounts.models import User
from practice.catalog.models import Treatment
from practice.clients.models import Client
from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.core.text import _
from practice.premises.models import Location, Room
from practice.schedule.states import AppointmentState


class Shift(db.Model):
    """Working hours of a therapist on one weekday (0 is Monday), in minutes since midnight on the wall clock."""

    __tablename__ = "shift"
    __table_args__ = (CheckConstraint("ends_minute > starts_minute", name="order"), Index(None, "user_id", "weekday"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    weekday: Mapped[int] = mapped_column(Integer)
    starts_minute: Mapped[int] = mapped_column(Integer)
    ends_minute: Mapped[int] = mapped_column(Integer)
    from_on: Mapped[date | None] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)


class BlockKind(StrEnum):
    BREAK = "break"
    AWAY = "away"
    OTHER = "other"


BLOCK_LABELS = {BlockKind.BREAK: _("Break"), BlockKind.AWAY: _("Away"), BlockKind.OTHER: _("Blocked")}


class Block(db.Model):
    """Time of a therapist in which nothing is booked."""

    __tablename__ = "block"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"), Index(None, "user_id", "starts_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[BlockKind] = mapped_column(Enum_(BlockKind))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(String(80), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class Appointment(db.Model):
    """What is promised: a client, a therapist, a treatment, a time [starts_at, ends_at).

    `busy_until_at` adds the treatment's buffer; until then therapist and room are taken. The database refuses an
    overlap by itself, see ops.triggers. `on_date` is the practice's local date of the start.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at AND busy_until_at >= ends_at", name="order"),
        Index(None, "user_id", "starts_at"), Index(None, "room_id", "starts_at"), Index(None, "on_date", "starts_at"),
        Index(None, "client_id", "starts_at", "state", "user_id", "ends_at"), Index(None, "state", "on_date"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    busy_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    on_date: Mapped[date] = mapped_column(Date)
    state: Mapped[AppointmentState] = mapped_column(Enum_(AppointmentState))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    desk_note: Mapped[str] = mapped_column(String(200), default="")
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    client: Mapped[Client] = relationship()
    therapist: Mapped[User] = relationship(foreign_keys=user_id)
    treatment: Mapped[Treatment] = relationship()
    room: Mapped[Room | None] = relationship()
    location: Mapped[Location] = relationship()


class DeskMessage(SealedRow, db.Model):
    """What the desk told the therapist before a session: one way, not readable back by the desk."""

    __tablename__ = "desk_message"
    __table_args__ = (Index(None, "appointment_id"), Index(None, "client_id", "sent_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    _text = sealed_column()

    text = Sealed()
