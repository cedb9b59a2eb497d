"""Notes of sessions, addenda, and the hand-over to the desk."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.catalog.models import Treatment
from practice.clients.models import Client
from practice.core.columns import BigId, Enum_, JsonText, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.core.text import _
from practice.schedule.models import Appointment


class NoteState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"


NOTE_STATE_LABELS = {NoteState.DRAFT: _("Draft"), NoteState.SIGNED: _("Signed")}


class AddendumKind(StrEnum):
    ADDENDUM = "addendum"
    ENTERED_IN_ERROR = "entered_in_error"


class SessionNote(SealedRow, db.Model):
    """The record of one session. `content` is JSON text, see sessions.content: SOAP, rows of work, scores, reasons,
    plan. Signing fixes it, with a hash over content and the versions it was written against."""

    __tablename__ = "session_note"
    __table_args__ = (Index(None, "client_id", "on_date", "id"), Index(None, "therapist_id", "state"),
                      Index(None, "on_date"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    on_date: Mapped[date] = mapped_column(Date)  # date of service
    state: Mapped[NoteState] = mapped_column(Enum_(NoteState))
    _content = sealed_column()
    rulebook_version: Mapped[str] = mapped_column(String(60), default="")
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)  # date of entry
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    against_limits: Mapped[int] = mapped_column(Integer, default=0)  # reasons given for going ahead, set by signing
    version: Mapped[int] = mapped_column(Integer, default=1)

    content = Sealed()

    client: Mapped[Client] = relationship()
    appointment: Mapped[Appointment] = relationship()
    addenda: Mapped[list["Addendum"]] = relationship(order_by="Addendum.id")


class Addendum(SealedRow, db.Model):
    """Something added to a signed note, dated and named."""

    __tablename__ = "addendum"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("session_note.id"), index=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[AddendumKind] = mapped_column(Enum_(AddendumKind))
    _text = sealed_column()
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    text = Sealed()


class Handover(db.Model):
    """What the therapist hands to the desk after a session, without a clinical word: what to charge, when to come
    back, a message. `products` is a list of [product id, quantity]."""

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    minutes: Mapped[int] = mapped_column(Integer)
    products: Mapped[list] = mapped_column(JsonText, default=list)
    back_in_days: Mapped[int | None] = mapped_column(Integer)
    message: Mapped[str] = mapped_column(String(200), default="")
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    treatment: Mapped[Treatment] = relationship()


class CarePlan(SealedRow, db.Model):
    """The plan of a client's care, one row a client. `content` is JSON text, see sessions.plan."""

    __tablename__ = "care_plan"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), unique=True)
    _content = sealed_column()
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    content = Sealed()


class Recall(db.Model):
    """How often a client means to come, for the desk: a rhythm in days and a day to look again, never why."""

    __tablename__ = "recall"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), unique=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    every_days: Mapped[int | None] = mapped_column(Integer)
    reassess_on: Mapped[date | None] = mapped_column(Date)

    client: Mapped[Client] = relationship()


class Measurement(SealedRow, db.Model):
    """A measure taken on a day. `content` is JSON text: the measure's key, the answers, names and place, words."""

    __tablename__ = "measurement"
    __table_args__ = (Index(None, "client_id", "taken_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    taken_on: Mapped[date] = mapped_column(Date)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    _content = sealed_column()

    content = Sealed()


class Snippet(SealedRow, db.Model):
    """A piece of text of a therapist's own for one field of the note. `content` is JSON text: title and text."""

    __tablename__ = "snippet"
    __table_args__ = (Index(None, "user_id", "is_active"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    field: Mapped[str] = mapped_column(String(12))  # a name of content.SOAP
    _content = sealed_column()
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    content = Sealed()


class MeasureWording(db.Model):
    """The questions of a licensed measure, loaded by a practice that may use them. `content`: see sessions.wording."""

    __tablename__ = "measure_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    content: Mapped[dict] = mapped_column(JsonText)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
