"""Reminders of invoices that are overdue, and what clients agreed to about fees."""
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, MinorUnits, UtcDateTime
from practice.core.db import db

STEPS = 3


class Reminder(db.Model):
    """A letter about an invoice, with what was owed on that day; the first, the second or the last one."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("document_id", "step"), Index(None, "made_on"),
                      CheckConstraint(f"step BETWEEN 1 AND {STEPS} AND owed_amount > 0", name="step"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    step: Mapped[int] = mapped_column(Integer)
    owed_amount: Mapped[int] = mapped_column(MinorUnits)
    made_on: Mapped[date] = mapped_column(Date)
    pay_until_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class FeeConsent(db.Model):
    """That a client was told of the fees beforehand and agreed: the percentages as they were, and how. Rows stay."""

    __tablename__ = "fee_consent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    no_show_percent: Mapped[int] = mapped_column(Integer)
    late_cancel_percent: Mapped[int] = mapped_column(Integer)
    how: Mapped[str] = mapped_column(String(120))
    given_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
