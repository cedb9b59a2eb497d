"""Forms, links to them, drafts, submissions, arrivals."""
import hashlib
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from practice.clients.models import Client
from practice.core.columns import BigId, Enum_, JsonText, UtcDateTime, canonical_json
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.core.text import _

VISIT_CHECK = "visit"  # the form of the check at every visit: it tells of a day, it is no health history


class FormState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


FORM_STATE_LABELS = {FormState.DRAFT: _("Draft"), FormState.PUBLISHED: _("Published"), FormState.RETIRED: _("Retired")}


class Way(StrEnum):
    """How a form was filled in."""

    LINK = "link"
    TABLET = "tablet"
    PAPER = "paper"


WAY_LABELS = {Way.LINK: _("On their own device"), Way.TABLET: _("On a tablet here"), Way.PAPER: _("On paper")}


def hash_of(content: dict) -> str:
    """The SHA-256 of a form's content as it is stored."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


class FormVersion(db.Model):
    """One version of a form in one language; never changed once published.

    `content_hash` is the SHA-256 of the content as it is stored: a definition is held by it and not read again.
    `shipped_hash` is that of the form as it came with the product when this version, or one it was made from, was
    taken from there: when another one comes, it is offered.
    """

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("key", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[FormState] = mapped_column(Enum_(FormState))
    content: Mapped[dict] = mapped_column(JsonText)
    content_hash: Mapped[str] = mapped_column(String(64), server_default="")
    shipped_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    @validates("content")
    def _named_by_hash(self, _key, content: dict) -> dict:
        self.content_hash = hash_of(content)
        return content


class IntakeLink(db.Model):
    """A personal address for one client and one form version. The secret is stored hashed.

    `way` says what it was made for: the client's own device, a tablet handed over here, a paper form typed in.

    `device_hash` is the device it is filled in on: the first that opened it, or the last to give the birth date.
    Opening spends nothing; sending sets `spent_at`. `is_private`: when it was made, nobody but the client and who read
    their chart saw the address (see services/seen.py); `is_mailed`: not even who made it did.
    """

    __tablename__ = "intake_link"
    __table_args__ = (Index(None, "client_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    way: Mapped[Way] = mapped_column(Enum_(Way), default=Way.LINK)
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    client: Mapped[Client] = relationship()
    form_version: Mapped[FormVersion] = relationship()


class IntakeDraft(SealedRow, db.Model):
    """What a client has filled in so far."""

    __tablename__ = "intake_draft"
    __audited__ = False  # every few seconds while somebody types; sending is recorded

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("intake_link.id"), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    _answers = sealed_column()
    step: Mapped[int] = mapped_column(Integer, default=0)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    answers = Sealed()  # JSON text


class Submission(SealedRow, db.Model):
    """A form as sent: the answers, the version they answer, and the signature bound to a hash of both."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "client_id", "submitted_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("intake_link.id"))
    way: Mapped[Way] = mapped_column(Enum_(Way))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    _answers = sealed_column()
    _signature = sealed_column()
    content_hash: Mapped[str] = mapped_column(String(64))
    valid_until_on: Mapped[date | None] = mapped_column(Date)  # none: a check of the day

    answers = Sealed()  # JSON text
    signature = Sealed()  # JSON text: by (self, guardian), typed, strokes, and the hash that was signed

    client: Mapped[Client] = relationship()
    form_version: Mapped[FormVersion] = relationship()


class DeskAnswers(SealedRow, db.Model):
    """What reception may see of a form as sent: the answers to the questions marked in the version that was answered.

    A copy of its own: the desk never opens the submission. A form with no such answer has no row.
    """

    __tablename__ = "desk_answers"
    __table_args__ = (Index(None, "client_id", "sent_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    _answers = sealed_column()

    answers = Sealed()  # JSON text

    form_version: Mapped[FormVersion] = relationship()


class IntakeArrival(db.Model):
    """That a form came in and how long it holds: all the desk needs to know.

    A check at a visit has no `valid_until_on`: it neither is the health history nor makes an old one last longer.
    """

    __tablename__ = "intake_arrival"
    __table_args__ = (Index(None, "client_id", "arrived_at"), Index(None, "arrived_on", "arrived_at", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_on: Mapped[date] = mapped_column(Date)
    valid_until_on: Mapped[date | None] = mapped_column(Date)
