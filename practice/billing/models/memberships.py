"""So many sessions a month at a price, renewing: each month is an invoice and a package of its own."""
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, MinorUnits, UtcDateTime
from practice.core.db import db


class Membership(db.Model):
    """What was agreed. `price_amount` is for a month, net or gross as prices are; sessions that are left at its end
    hold for `keeps_months` more, 0: they expire. `next_on` is the first day of the next month to invoice, None at its
    end; `paused_on` set: months that begin are not invoiced."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("sessions > 0 AND price_amount > 0 AND keeps_months >= 0", name="agreed"),
                      Index(None, "client_id"), Index(None, "next_on"),
                      Index("uq_membership_request_key", "request_key", unique=True))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    sessions: Mapped[int] = mapped_column(Integer)
    price_amount: Mapped[int] = mapped_column(MinorUnits)
    keeps_months: Mapped[int] = mapped_column(Integer, default=0)
    starts_on: Mapped[date] = mapped_column(Date)
    next_on: Mapped[date | None] = mapped_column(Date)
    paused_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    request_key: Mapped[str | None] = mapped_column(String(64))  # of the form it was agreed on
    version: Mapped[int] = mapped_column(Integer, default=1)


class MembershipMonth(db.Model):
    """A month of a membership, invoiced once: with the package of its sessions, or without one while it was paused."""

    __tablename__ = "membership_month"
    __table_args__ = (UniqueConstraint("membership_id", "first_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("package.id"), unique=True)
