"""Number series, documents, their lines and taxes."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.core.columns import BigId, Enum_, JsonText, MinorUnits, Quantity, Rate, UtcDateTime
from practice.core.db import db
from practice.core.text import _
from practice.premises.models import PriceMode, TaxCategory


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    VOUCHER_SALE = "voucher_sale"  # of a voucher that is taxed when it is used: no revenue, no tax
    OPENING = "opening"  # brought over from before: in no series, no revenue, taxed where it was invoiced


class DocumentState(StrEnum):
    """Stored states; whether it is paid is always derived from allocations."""

    DRAFT = "draft"
    ISSUED = "issued"
    VOID = "void"


class LineKind(StrEnum):
    SERVICE = "service"
    PRODUCT = "product"
    PACKAGE = "package"
    FEE = "fee"
    VOUCHER = "voucher"
    OPENING = "opening"


STATE_LABELS = {DocumentState.DRAFT: _("Draft"), DocumentState.ISSUED: _("Issued"), DocumentState.VOID: _("Void")}
LINE_LABELS = {LineKind.SERVICE: _("Treatment"), LineKind.PRODUCT: _("Product"), LineKind.PACKAGE: _("Package"),
               LineKind.FEE: _("Fee"), LineKind.VOUCHER: _("Voucher"), LineKind.OPENING: _("Opening balance")}
KIND_LABELS = {DocumentKind.INVOICE: _("Invoice"), DocumentKind.CREDIT_NOTE: _("Credit note"),
               DocumentKind.VOUCHER_SALE: _("Voucher sale"), DocumentKind.OPENING: _("Opening balance")}

DIGITS = 4
STANDING = "kind = 'invoice' AND state <> 'void'"  # one such document an appointment


class Series(db.Model):
    """A row of numbers without gaps; `next_number` is locked and raised last in the transaction that issues."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("issuer_id", "location_id", "kind", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("issuer.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    kind: Mapped[DocumentKind] = mapped_column(Enum_(DocumentKind))
    year: Mapped[int] = mapped_column(Integer)
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    next_number: Mapped[int] = mapped_column(Integer, default=1)


def number_text(prefix: str, number: int) -> str:
    """"2026-0934"."""
    return f"{prefix}{number:0{DIGITS}}"


class Document(db.Model):
    """An invoice or credit note. Once issued it is a snapshot: heads, names, lines, taxes and sums stay.

    `open_amount` is gross less allocations and credit notes, kept in the same transaction as they are; a credit note
    has negative amounts and nothing open.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        CheckConstraint("gross_amount = net_amount + tax_amount", name="sum"),
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered_when_issued"),
        Index(None, "client_id", "issued_on"), Index(None, "issued_on", "id"),
        # With what the sums of the month's report need of what is owed: no row is read for them.
        Index("ix_document_open", "due_on", "id", "issued_on", "state", "kind", "location_id", "issuer_id",
              "open_amount", sqlite_where=text("open_amount > 0"), postgresql_where=text("open_amount > 0")),
        Index("ix_document_open_of_client", "client_id", "due_on", "id", sqlite_where=text("open_amount > 0"),
              postgresql_where=text("open_amount > 0")),
        # Few correct another: an index over all would look to the database as if every row did.
        Index("ix_document_refers_to_id", "refers_to_id", sqlite_where=text("refers_to_id IS NOT NULL"),
              postgresql_where=text("refers_to_id IS NOT NULL")),
        Index("uq_document_request_key", "request_key", unique=True),
        Index("uq_document_of_appointment", "appointment_id", unique=True, sqlite_where=text(STANDING),
              postgresql_where=text(STANDING)),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(Enum_(DocumentKind))
    state: Mapped[DocumentState] = mapped_column(Enum_(DocumentState))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    number: Mapped[int | None] = mapped_column(Integer)
    number_text: Mapped[str | None] = mapped_column(  # byte by byte, so that a range finds what starts with something
        String(40).with_variant(String(40, collation="C"), "postgresql"), unique=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("issuer.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    currency: Mapped[str] = mapped_column(String(3))
    price_mode: Mapped[PriceMode] = mapped_column(Enum_(PriceMode))
    language: Mapped[str] = mapped_column(String(16))
    billed_name: Mapped[str] = mapped_column(String(180))
    billed_address: Mapped[str] = mapped_column(String(400), default="")
    issuer_head: Mapped[dict] = mapped_column(JsonText, default=dict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    net_amount: Mapped[int] = mapped_column(MinorUnits, default=0)
    tax_amount: Mapped[int] = mapped_column(MinorUnits, default=0)
    gross_amount: Mapped[int] = mapped_column(MinorUnits, default=0)
    open_amount: Mapped[int] = mapped_column(MinorUnits, default=0)
    written_off_amount: Mapped[int] = mapped_column(MinorUnits, default=0)  # of what was put against it
    content_hash: Mapped[str | None] = mapped_column(String(64))
    request_key: Mapped[str | None] = mapped_column(String(64))  # of the form it was asked for on
    version: Mapped[int] = mapped_column(Integer, default=1)

    lines: Mapped[list["DocumentLine"]] = relationship(order_by="DocumentLine.position")
    taxes: Mapped[list["DocumentTax"]] = relationship(order_by="DocumentTax.rate")


class DocumentLine(db.Model):
    """One line, with its shares of tax so that the columns add up."""

    __tablename__ = "document_line"
    __table_args__ = (UniqueConstraint("document_id", "position"), Index(None, "recognised_on", "therapist_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[LineKind] = mapped_column(Enum_(LineKind))
    text: Mapped[str] = mapped_column(String(200))
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    treatment_id: Mapped[int | None] = mapped_column(ForeignKey("treatment.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    given_by: Mapped[str] = mapped_column(String(250), default="")  # name and registration as they were at issue
    service_on: Mapped[date | None] = mapped_column(Date)
    recognised_on: Mapped[date | None] = mapped_column(Date)  # set at issue, never recomputed
    quantity: Mapped[int] = mapped_column(Quantity)
    unit_price_amount: Mapped[int] = mapped_column(MinorUnits)
    discount_amount: Mapped[int] = mapped_column(MinorUnits, default=0)
    discount_reason: Mapped[str] = mapped_column(String(120), default="")
    tax_category: Mapped[TaxCategory] = mapped_column(Enum_(TaxCategory))
    tax_rate: Mapped[int] = mapped_column(Rate)
    tax_reason: Mapped[str] = mapped_column(String(200), default="")
    net_amount: Mapped[int] = mapped_column(MinorUnits)
    tax_amount: Mapped[int] = mapped_column(MinorUnits)
    gross_amount: Mapped[int] = mapped_column(MinorUnits)

    shares: Mapped[list["LineShare"]] = relationship(order_by="LineShare.id", lazy="raise_on_sql")


class LineShare(db.Model):
    """What one therapist has of a line that several gave together, minor units; the shares add up to the line. A line
    without shares is its therapist's alone."""

    __tablename__ = "line_share"
    __table_args__ = (UniqueConstraint("line_id", "therapist_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("document_line.id"))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    net_amount: Mapped[int] = mapped_column(MinorUnits)
    tax_amount: Mapped[int] = mapped_column(MinorUnits)


class DocumentTax(db.Model):
    """Net and tax of one rate of a document."""

    __tablename__ = "document_tax"
    __table_args__ = (UniqueConstraint("document_id", "category", "rate"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    category: Mapped[TaxCategory] = mapped_column(Enum_(TaxCategory))
    rate: Mapped[int] = mapped_column(Rate)
    net_amount: Mapped[int] = mapped_column(MinorUnits)
    tax_amount: Mapped[int] = mapped_column(MinorUnits)
