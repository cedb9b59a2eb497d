"""Gift vouchers: for one treatment (taxed when sold) or for an amount (taxed when used)."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, MinorUnits, UtcDateTime
from practice.core.db import db
from practice.core.text import _


class VoucherKind(StrEnum):
    """By where and when the tax is due: its place and rate are known at the sale, or not yet (EU 2016/1065)."""

    SINGLE = "single"
    MULTI = "multi"


VOUCHER_LABELS = {VoucherKind.MULTI: _("For an amount"), VoucherKind.SINGLE: _("For one treatment")}


class Voucher(db.Model):
    """Good for whoever brings its code. Of an amount: `value_amount` is its face, `left_amount` what is left of it.
    Of one treatment: both are without tax, and one session is left or none."""

    __tablename__ = "voucher"
    __table_args__ = (CheckConstraint("left_amount >= 0 AND left_amount <= value_amount", name="left"),
                      CheckConstraint("(kind = 'single') = (treatment_id IS NOT NULL)", name="treatment"),
                      Index(None, "expires_on"),
                      Index("ix_voucher_left", "expires_on", sqlite_where=text("left_amount > 0"),
                            postgresql_where=text("left_amount > 0")))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[VoucherKind] = mapped_column(Enum_(VoucherKind))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)  # who bought it
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"))
    for_name: Mapped[str] = mapped_column(String(120), default="")
    value_amount: Mapped[int] = mapped_column(MinorUnits)
    left_amount: Mapped[int] = mapped_column(MinorUnits)
    sold_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)


class VoucherUse(db.Model):
    """The session that a voucher for one treatment paid; worth what was sold, without tax."""

    __tablename__ = "voucher_use"
    __table_args__ = (Index(None, "used_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), unique=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    value_amount: Mapped[int] = mapped_column(MinorUnits)
    used_on: Mapped[date] = mapped_column(Date)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
