"""What is known of a client's safety. Everything clinical is sealed; a consequence is a row of its own."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.clients.models import Client
from practice.core.columns import BigId, Enum_, JsonText, UtcDateTime
from practice.core.db import db
from practice.core.sealed import Sealed, SealedRow, sealed_column
from practice.core.text import _

LONG_AGO = date(1900, 1, 1)  # counts already


class ConditionState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    ENDED = "ended"


CONDITION_STATE_LABELS = {
    ConditionState.PROPOSED: _("To decide"),
    ConditionState.ACCEPTED: _("Active"),
    ConditionState.DISMISSED: _("Dismissed"),
    ConditionState.ENDED: _("Ended"),
}


class Condition(SealedRow, db.Model):
    """A condition of a client. `content` is JSON text, see safety.content: rule key or own words, places, since,
    review date, own limit, note, source answer, reason of the decision."""

    __tablename__ = "condition"
    __table_args__ = (Index(None, "client_id", "state"), Index(None, "created_at", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    state: Mapped[ConditionState] = mapped_column(Enum_(ConditionState))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    _content = sealed_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    content = Sealed()

    client: Mapped[Client] = relationship()


class SafetyProfile(SealedRow, db.Model):
    """What is known beside conditions, one row a client: allergies and when they were asked, wishes and
    never-more-than per place, the therapist's own limits, pinned lines. `content` is JSON text."""

    __tablename__ = "safety_profile"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), unique=True)
    _content = sealed_column()
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    content = Sealed()


class OwnRule(db.Model):
    """A rule of the practice's own, laid over the shipped rulebook: a new key adds, a shipped key replaces.

    `content` has the shape of a rule in rulebook_data; `made_over` is the shipped version it was written over. It is
    kept here and not in those files, so that a new version of them leaves it standing. An inactive one counts no more.
    """

    __tablename__ = "own_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    content: Mapped[dict] = mapped_column(JsonText)
    made_over: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # The client up to whom the desk has been told what the rule means now; None: everybody.
    told_up_to: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer, default=1)


class OwnRuleChange(db.Model):
    """One writing of an own rule, as it stood from then on: the database refuses to change or delete it.

    `number` counts the writings of a rule from 1; `book_version` is the shipped rulebook of that moment.
    """

    __tablename__ = "own_rule_change"
    __table_args__ = (UniqueConstraint("key", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict] = mapped_column(JsonText)
    is_active: Mapped[bool] = mapped_column(Boolean)
    book_version: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ConsequenceRow(db.Model):
    """What the desk must know of a client: "15 minutes longer", never why. Rewritten whenever safety changes.

    What changes by the calendar alone is written ahead: it counts from `starts_on` to `ends_on`, both included.
    """

    __tablename__ = "consequence"
    __table_args__ = (UniqueConstraint("client_id", "kind", "starts_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[str] = mapped_column(String(32))
    starts_on: Mapped[date] = mapped_column(Date, default=LONG_AGO)
    ends_on: Mapped[date | None] = mapped_column(Date)


class BriefReview(db.Model):
    """A therapist has read the brief before a session. `seen` names the versions that were on the screen."""

    __tablename__ = "brief_review"
    __table_args__ = (Index(None, "appointment_id"), Index(None, "client_id", "reviewed_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)  # a room above
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[dict] = mapped_column(JsonText)
