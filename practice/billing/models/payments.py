"""Payments, tips in them, and what they pay for."""
import re
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, Enum_, MinorUnits, UtcDateTime
from practice.core.db import db
from practice.core.text import _


class Method(str):
    """How money came: Method.CARD, CASH or BANK, or one of the practice's own by its number, "own-7"."""

    __slots__ = ()
    KEYS = re.compile(r"card|cash|bank|opening|own-[1-9][0-9]{0,8}")

    def __new__(cls, key: str):
        """Raises ValueError for what is no method at all."""
        if not cls.KEYS.fullmatch(key):
            raise ValueError(key)
        return super().__new__(cls, key)

    @property
    def value(self) -> str:
        return str(self)

    @property
    def own_id(self) -> int | None:
        """The number of the practice's own method, None for the three that every practice has."""
        return int(self[4:]) if self.startswith("own-") else None


Method.CARD, Method.CASH, Method.BANK = Method("card"), Method("cash"), Method("bank")
Method.OPENING = Method("opening")  # credit from before: nobody chooses it at the desk
METHOD_LABELS = {Method.CARD: _("Card"), Method.CASH: _("Cash"), Method.BANK: _("Bank transfer")}
OPENING_LABEL = _("Opening balance")


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
    till_day_id: Mapped[int | None] = mapped_column(ForeignKey("till_day.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)  # a deposit for it
    method: Mapped[Method] = mapped_column(Enum_(Method))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(MinorUnits)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_on: Mapped[date] = mapped_column(Date)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))  # who gave it for this client, if another
    reference: Mapped[str] = mapped_column(String(80), default="")
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")


class Tip(db.Model):
    """What of a payment is for a therapist: never revenue, owed to them. Below zero: the payment was taken back."""

    __tablename__ = "tip"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_zero"), Index(None, "therapist_id", "on_date"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    on_date: Mapped[date] = mapped_column(Date)


class TipPayout(db.Model):
    """Tips handed to the therapist they are owed to."""

    __tablename__ = "tip_payout"
    __table_args__ = (CheckConstraint("amount > 0", name="above_zero"), Index(None, "therapist_id", "paid_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    method: Mapped[Method] = mapped_column(Enum_(Method))
    paid_on: Mapped[date] = mapped_column(Date)
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    till_day_id: Mapped[int | None] = mapped_column(ForeignKey("till_day.id"), index=True)
    request_key: Mapped[str] = mapped_column(String(64), unique=True)


class WriteOff(db.Model):
    """What the practice gives up of an invoice; put against it by an allocation of the same sum and day."""

    __tablename__ = "write_off"
    __table_args__ = (CheckConstraint("amount > 0", name="above_zero"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    amount: Mapped[int] = mapped_column(MinorUnits)
    reason: Mapped[str] = mapped_column(String(200))
    on_date: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class Allocation(db.Model):
    """Part of a payment, credit note, write-off or voucher that settles a document."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("CAST(payment_id IS NOT NULL AS INTEGER) + CAST(credit_note_id IS NOT NULL AS INTEGER)"
                        " + CAST(write_off_id IS NOT NULL AS INTEGER) + CAST(voucher_id IS NOT NULL AS INTEGER) = 1",
                        name="one_source"),
        Index(None, "document_id"), Index(None, "payment_id"), Index(None, "on_date"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    write_off_id: Mapped[int | None] = mapped_column(ForeignKey("write_off.id"), index=True)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    on_date: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
