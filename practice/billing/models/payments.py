"""Tills, payments and what they pay for."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, MinorUnits, UtcDateTime
from practice.core.db import db
from practice.core.text import _


class Method(StrEnum):
    CARD = "card"
    CASH = "cash"
    BANK = "bank"


METHOD_LABELS = {Method.CARD: _("Card"), Method.CASH: _("Cash"), Method.BANK: _("Bank transfer")}


class Till(db.Model):
    """A cash drawer at a location."""

    __tablename__ = "till"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Payment(db.Model):
    """Money that came in (or went out, negative: a refund or a reversal). Never deleted: reversed.

    `request_key` is made by the form: the same click twice is one payment.
    """

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_zero"), Index(None, "received_on", "method"),
                      Index(None, "received_on", "id"), Index(None, "client_id", "received_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"))
    method: Mapped[Method] = mapped_column(Enum_(Method))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(MinorUnits)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_on: Mapped[date] = mapped_column(Date)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reference: Mapped[str] = mapped_column(String(80), default="")
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")


class Allocation(db.Model):
    """Part of a payment, or of a credit note, that pays for a document."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("(payment_id IS NULL) <> (credit_note_id IS NULL)", name="one_source"),
        Index(None, "document_id"), Index(None, "payment_id"), Index(None, "on_date"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    on_date: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
