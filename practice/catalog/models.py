"""Treatments and products, with their texts per language."""
from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.core.columns import BigId, JsonText, MinorUnits
from practice.core.db import db
from practice.premises.models import TaxCode


class Treatment(db.Model):
    """Something a client books. `buffer_minutes` after it keep the therapist and the room busy.

    `neutral_name` stands on documents and in mail; `usual_techniques` are keys of the technique catalogue.
    """

    __tablename__ = "treatment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    neutral_name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(Integer)
    buffer_minutes: Mapped[int] = mapped_column(Integer, default=0)
    price_amount: Mapped[int] = mapped_column(MinorUnits)
    tax_code_id: Mapped[int] = mapped_column(ForeignKey("tax_code.id"))
    needs_room: Mapped[bool] = mapped_column(Boolean, default=True)
    billing_code: Mapped[str] = mapped_column(String(10), default="", server_default="")  # as insurers count it
    usual_techniques: Mapped[list] = mapped_column(JsonText, default=list)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)

    tax_code: Mapped[TaxCode] = relationship()
    texts: Mapped[list["TreatmentText"]] = relationship(cascade="all, delete-orphan")
    therapists: Mapped[list["TreatmentTherapist"]] = relationship(cascade="all, delete-orphan")
    prices: Mapped[list["TreatmentPrice"]] = relationship(cascade="all, delete-orphan")


class TreatmentText(db.Model):
    """A treatment's names in another language."""

    __tablename__ = "treatment_text"
    __table_args__ = (UniqueConstraint("treatment_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    language: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    neutral_name: Mapped[str] = mapped_column(String(120))


class TreatmentTherapist(db.Model):
    """Who gives a treatment. A treatment that names nobody is given by every therapist."""

    __tablename__ = "treatment_therapist"
    __table_args__ = (UniqueConstraint("treatment_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_account.id"))


class TreatmentPrice(db.Model):
    """What clients of a price group pay for a treatment; without a row they pay the usual price."""

    __tablename__ = "treatment_price"
    __table_args__ = (UniqueConstraint("treatment_id", "price_group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    treatment_id: Mapped[int] = mapped_column(ForeignKey("treatment.id"))
    price_group_id: Mapped[int] = mapped_column(ForeignKey("price_group.id"))
    price_amount: Mapped[int] = mapped_column(MinorUnits)


class Product(db.Model):
    """Something sold over the counter."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    price_amount: Mapped[int] = mapped_column(MinorUnits)
    tax_code_id: Mapped[int] = mapped_column(ForeignKey("tax_code.id"))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    tax_code: Mapped[TaxCode] = relationship()
