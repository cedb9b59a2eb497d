"""What a card processor paid out, and what it kept."""
from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from practice.billing.models.payments import Method
from practice.core.columns import BigId, Enum_, MinorUnits, UtcDateTime
from practice.core.db import db


class CardPayout(db.Model):
    """What the processor of a method paid to the bank on `paid_on` for the payments of a run of days, and what it kept
    as its fee. Never deleted: taken back by a row of the same days with both amounts turned.

    `bank_amount` is below zero where more was given back to clients than they paid. A fee that was billed apart
    (`is_fee_bill`) left the bank by itself, as `bank_amount` below zero, and pays out no day.
    """

    __tablename__ = "card_payout"
    __table_args__ = (
        CheckConstraint("bank_amount <> 0 OR fee_amount <> 0", name="not_zero"),
        CheckConstraint("first_on <= last_on AND last_on <= paid_on", name="days"),
        Index(None, "paid_on"), Index(None, "method", "last_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    method: Mapped[Method] = mapped_column(Enum_(Method))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    paid_on: Mapped[date] = mapped_column(Date)
    bank_amount: Mapped[int] = mapped_column(MinorUnits)
    fee_amount: Mapped[int] = mapped_column(MinorUnits)
    is_fee_bill: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    reference: Mapped[str] = mapped_column(String(80), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("card_payout.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
