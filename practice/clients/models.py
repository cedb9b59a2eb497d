"""Who the clients are, and who may open their chart."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.accounts.models import User
from practice.core.columns import BigId, Enum_, UtcDateTime
from practice.core.db import db
from practice.core.sealed import SealedRow
from practice.core.text import _


def key_column(length: int):
    """Text compared byte by byte on both databases, so that a range finds what starts with something."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class ReminderChannel(StrEnum):
    SMS = "sms"
    EMAIL = "email"
    PHONE = "phone"
    NONE = "none"


REMINDER_LABELS = {
    ReminderChannel.SMS: _("Text message"),
    ReminderChannel.EMAIL: _("E-mail"),
    ReminderChannel.PHONE: _("Phone call"),
    ReminderChannel.NONE: _("No reminders"),
}


class CareReason(StrEnum):
    BOOKING = "booking"
    BREAK_GLASS = "break_glass"


class Client(SealedRow, db.Model):
    """Who somebody is and how to reach them; nothing clinical.

    `search_text`, `sort_key`, `first_key` and `last_key` are made by clients.matching and kept by the services:
    search from three letters reads the first, shorter fragments the keys.
    """

    __tablename__ = "client"
    __table_args__ = (
        Index(None, "sort_key", "id"), Index(None, "first_key"), Index(None, "last_key"), Index(None, "phone"),
        Index(None, "email"), Index(None, "born_on"), Index(None, "created_at", "id"),
        Index("ix_client_archived", "sort_key", "id", sqlite_where=text("archived_at IS NOT NULL"),
              postgresql_where=text("archived_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    preferred_name: Mapped[str] = mapped_column(String(80), default="")
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    born_on: Mapped[date | None] = mapped_column(Date)
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    email: Mapped[str] = mapped_column(String(254), default="")
    street: Mapped[str] = mapped_column(String(160), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    reminder_channel: Mapped[ReminderChannel] = mapped_column(Enum_(ReminderChannel), default=ReminderChannel.NONE)
    usual_therapist_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    price_group_id: Mapped[int | None] = mapped_column(ForeignKey("price_group.id"))
    search_text: Mapped[str] = mapped_column(String(700))
    sort_key: Mapped[str] = mapped_column(key_column(170))
    first_key: Mapped[str] = mapped_column(key_column(80))
    last_key: Mapped[str] = mapped_column(key_column(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    usual_therapist: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        """First name as they want to be called, and last name."""
        return name_of(self.first_name, self.preferred_name, self.last_name)


def name_of(first: str, preferred: str, last: str) -> str:
    return f"{preferred or first} {last}".strip()


class ChartLimit(db.Model):
    """A chart that is open to named people only (staff, their families): one of them, until it is taken back.

    While a client has such a row, only the users they name are given care, and only they see the chart.
    """

    __tablename__ = "chart_limit"
    __table_args__ = (Index("uq_chart_limit_standing", "client_id", "user_id", unique=True,
                            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Care(db.Model):
    """A user may open a client's chart within [from_at, until_at). Written with the booking; rows end, never go."""

    __tablename__ = "care"
    __table_args__ = (Index(None, "client_id", "user_id", "until_at"), Index(None, "user_id", "until_at", "client_id"),
                      Index(None, "appointment_id"),
                      Index("ix_care_break_glass", "from_at", sqlite_where=text("reason = 'break_glass'"),
                            postgresql_where=text("reason = 'break_glass'")))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[CareReason] = mapped_column(Enum_(CareReason))
    words: Mapped[str] = mapped_column(String(300), default="")  # why, when the glass was broken
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)  # the booking that gave it; a room above
