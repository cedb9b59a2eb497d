"""The till: a day of it, opened with a float and closed with a count."""
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.billing.models.payments import Method
from practice.core.columns import BigId, Enum_, MinorUnits, UtcDateTime
from practice.core.db import db


class TillDay(db.Model):
    """The till of a location from its opening to its closing; a location has one open at a time."""

    __tablename__ = "till_day"
    __table_args__ = (
        CheckConstraint("float_amount >= 0", name="float"), Index(None, "opened_on"),
        Index("uq_till_day_open", "location_id", unique=True, sqlite_where=text("closed_at IS NULL"),
              postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    float_amount: Mapped[int] = mapped_column(MinorUnits)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_on: Mapped[date] = mapped_column(Date)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    counts: Mapped[list["TillCount"]] = relationship(order_by="TillCount.id")
    moves: Mapped[list["TillMove"]] = relationship(order_by="TillMove.id")


class TillMove(db.Model):
    """Cash put into the drawer, or taken out of it (negative): to the bank, for stamps."""

    __tablename__ = "till_move"
    __table_args__ = (CheckConstraint("amount <> 0", name="not_zero"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    till_day_id: Mapped[int] = mapped_column(ForeignKey("till_day.id"), index=True)
    amount: Mapped[int] = mapped_column(MinorUnits)
    reason: Mapped[str] = mapped_column(String(200))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    request_key: Mapped[str] = mapped_column(String(64), unique=True)


class TillCount(db.Model):
    """What was expected and what was counted of one method, as written down at the closing."""

    __tablename__ = "till_count"
    __table_args__ = (UniqueConstraint("till_day_id", "method"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    till_day_id: Mapped[int] = mapped_column(ForeignKey("till_day.id"))
    method: Mapped[Method] = mapped_column(Enum_(Method))
    expected_amount: Mapped[int] = mapped_column(MinorUnits)
    counted_amount: Mapped[int] = mapped_column(MinorUnits)
