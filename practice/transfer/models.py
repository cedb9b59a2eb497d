"""What is kept of people's rights: copies and disclosures, corrections, holds, erasures, reviews of the trail."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.core.text import _


class Disclosure(SealedRow, db.Model):
    """Something of a client's record was given to somebody: to whom, what and why."""

    __tablename__ = "disclosure"
    __table_args__ = (Index(None, "client_id", "given_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    given_on: Mapped[date] = mapped_column(Date)
    _to_whom = sealed_column()
    _what = sealed_column()
    _why = sealed_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    to_whom = Sealed()
    what = Sealed()
    why = Sealed()


class CorrectionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


CORRECTION_LABELS = {CorrectionState.ASKED: _("To decide"), CorrectionState.GRANTED: _("Granted"),
                     CorrectionState.REFUSED: _("Refused")}


class Correction(SealedRow, db.Model):
    """A client asked for something in their record to be put right: what, and what became of it and why.

    `record` and `record_id` name the row that was asked about or that puts it right.
    """

    __tablename__ = "correction"
    __table_args__ = (Index(None, "client_id", "asked_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    state: Mapped[CorrectionState] = mapped_column(Enum_(CorrectionState), default=CorrectionState.ASKED)
    asked_on: Mapped[date] = mapped_column(Date)
    record: Mapped[str] = mapped_column(String(32), default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    _what = sealed_column()
    _answer = sealed_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    what = Sealed()
    answer = Sealed()


class LegalHold(db.Model):
    """Nothing of this client may go: a claim, a complaint, an order. Holds until it is lifted."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("uq_legal_hold_standing", "client_id", unique=True,
                            sqlite_where=text("lifted_at IS NULL"), postgresql_where=text("lifted_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    reason: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ErasureKind(StrEnum):
    CONTACT = "contact"  # before the record may go: how to reach them, and calling them back
    WHOLE = "whole"


class Erasure(db.Model):
    """A client was erased; nothing in it says who they were.

    While `finished_at` is empty the database lets what is signed and issued lose its words: within the transaction
    that erases, and in none that is committed.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "client_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    client_uid: Mapped[str] = mapped_column(String(32))
    kind: Mapped[ErasureKind] = mapped_column(Enum_(ErasureKind))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class TrailReview(db.Model):
    """The owner has looked through a month of the trail and signed for it. Never changed."""

    __tablename__ = "trail_review"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    entries: Mapped[int] = mapped_column(Integer)
    is_whole: Mapped[bool]
    words: Mapped[str] = mapped_column(String(300), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
