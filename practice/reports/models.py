"""Months that were closed, with their report as it was then."""
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, MinorUnits, UtcDateTime
from practice.core.db import db


class ClosedMonth(db.Model):
    """A month's report, kept as the text of its JSON file; `sha256` is over that text. Opening the month again keeps
    the row: the next closing makes a new one.

    What the practice held for others on its last day stands in columns of its own: nothing is dated before it any more,
    so later months count on from there.
    """

    __tablename__ = "closed_month"
    __table_args__ = (Index("uq_closed_month_standing", "month", unique=True,
                            sqlite_where=text("reopened_at IS NULL"), postgresql_where=text("reopened_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    last_on: Mapped[date] = mapped_column(Date)
    report: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    credit_amount: Mapped[int] = mapped_column(MinorUnits, server_default="0")
    deposits_amount: Mapped[int] = mapped_column(MinorUnits, server_default="0")
    tips_amount: Mapped[int] = mapped_column(MinorUnits, server_default="0")
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")


class AccountCode(db.Model):
    """The accountant's account for something that is booked (see journal.py), with the tax key used there: a number,
    or a name for a program whose accounts have names."""

    __tablename__ = "account_code"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    account: Mapped[str] = mapped_column(String(100))
    tax_key: Mapped[str] = mapped_column(String(40), default="")


class ExportBatch(db.Model):
    """Days whose bookings were handed to the accountant, numbered without a gap; each day is in one batch."""

    __tablename__ = "export_batch"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    first_on: Mapped[date] = mapped_column(Date, unique=True)
    last_on: Mapped[date] = mapped_column(Date, unique=True)
    entries: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
