"""Sessions paid ahead."""
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from practice.core.columns import BigId, MinorUnits, UtcDateTime
from practice.core.db import db


class Package(db.Model):
    """A number of sessions of one treatment, sold with an invoice. Values are net of tax, in minor units."""

    __tablename__ = "package"
    __table_args__ = (CheckConstraint("sessions_left >= 0 AND value_left_amount >= 0", name="never_below_zero"),
                      Index(None, "client_id"), Index(None, "expires_on"),
                      Index("ix_package_left", "expires_on", sqlite_where=text("value_left_amount > 0"),
                            postgresql_where=text("value_left_amount > 0")))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    sessions_bought: Mapped[int] = mapped_column(Integer)
    sessions_left: Mapped[int] = mapped_column(Integer)
    value_left_amount: Mapped[int] = mapped_column(MinorUnits)
    sold_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    extended_why: Mapped[str] = mapped_column(String(200), default="", server_default="")  # the last time
    version: Mapped[int] = mapped_column(Integer, default=1)


class PackageUse(db.Model):
    """One session of a package, given at one appointment; a session may be given back to the package."""

    __tablename__ = "package_use"
    __table_args__ = (
        Index(None, "used_on"),
        Index("ix_package_use_given_back_on", "given_back_on", sqlite_where=text("given_back_on IS NOT NULL"),
              postgresql_where=text("given_back_on IS NOT NULL")),
        Index("uq_package_use_of_appointment", "appointment_id", unique=True,
              sqlite_where=text("given_back_on IS NULL"), postgresql_where=text("given_back_on IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    value_amount: Mapped[int] = mapped_column(MinorUnits)
    used_on: Mapped[date] = mapped_column(Date)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_back_on: Mapped[date | None] = mapped_column(Date)  # the session and its value went back to the package
    given_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
