"""The practice and what belongs to its place."""
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from practice.core.columns import BigId, Enum_, MinorUnits, Rate, UtcDateTime
from practice.core.db import db
from practice.core.text import _


class PriceMode(StrEnum):
    NET = "net"
    GROSS = "gross"


PRICE_MODE_LABELS = {PriceMode.GROSS: _("include the tax"), PriceMode.NET: _("are without tax, it is added")}


class TaxCategory(StrEnum):
    """Categories of the European e-invoice norm: standard, zero, exempt, outside the scope."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    OUTSIDE = "O"


TAX_CATEGORY_LABELS = {
    TaxCategory.STANDARD: _("Taxed"),
    TaxCategory.ZERO: _("Zero rate"),
    TaxCategory.EXEMPT: _("Exempt"),
    TaxCategory.OUTSIDE: _("Outside the tax"),
}


class Profile(StrEnum):
    """What papers must carry, by the law of the place (billing.profiles)."""

    PLAIN = "plain"
    VAT_EU = "vat_eu"
    VAT_UK = "vat_uk"
    RMT_ONTARIO = "rmt_ontario"
    FUND_AUSTRALIA = "fund_australia"
    SUPERBILL_US = "superbill_us"


PROFILE_LABELS = {
    Profile.PLAIN: _("Invoice"), Profile.VAT_EU: _("VAT invoice, European Union"),
    Profile.VAT_UK: _("VAT invoice, United Kingdom"),
    Profile.RMT_ONTARIO: _("Massage therapy receipt, Ontario"),
    Profile.FUND_AUSTRALIA: _("Tax invoice and health fund receipt, Australia"),
    Profile.SUPERBILL_US: _("Invoice, and superbills for insurers, United States")}


class MethodKind(StrEnum):
    """How a practice's own method of payment is treated: money that is there at once, or that comes in later."""

    CARD = "card"
    BANK = "bank"


METHOD_KIND_LABELS = {MethodKind.CARD: _("Paid at the desk, like a card"),
                      MethodKind.BANK: _("Comes in later, like a bank transfer")}


class Practice(db.Model):
    """The one row of settings. Amounts everywhere are in `currency`; prices are net or gross as a whole."""

    __tablename__ = "practice"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(16), default="en")
    price_mode: Mapped[PriceMode] = mapped_column(Enum_(PriceMode))
    default_tax_code_id: Mapped[int | None] = mapped_column(ForeignKey("tax_code.id"))
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    has_shared_charts: Mapped[bool] = mapped_column(Boolean, default=False)
    care_days_after: Mapped[int] = mapped_column(Integer, default=30)
    intake_valid_days: Mapped[int] = mapped_column(Integer, default=365)
    retention_rule: Mapped[str] = mapped_column(String(20), default="careful")  # premises.retention
    has_yearly_numbers: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())  # of documents
    payment_days: Mapped[int] = mapped_column(Integer, default=14)
    has_till: Mapped[bool] = mapped_column(Boolean, default=False)
    has_tips: Mapped[bool] = mapped_column(Boolean, default=False)
    has_deposits: Mapped[bool] = mapped_column(Boolean, default=False)
    has_packages: Mapped[bool] = mapped_column(Boolean, default=True)
    has_vouchers: Mapped[bool] = mapped_column(Boolean, default=False)
    has_memberships: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    has_einvoices: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    has_payouts: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # of card processors
    has_reminders: Mapped[bool] = mapped_column(Boolean, default=False)
    reminder_days: Mapped[int] = mapped_column(Integer, default=14)  # after the due day, and between two reminders
    no_show_percent: Mapped[int] = mapped_column(Integer, default=0)  # of the price; 0: no fee
    late_cancel_percent: Mapped[int] = mapped_column(Integer, default=0)
    fee_tax_code_id: Mapped[int | None] = mapped_column(ForeignKey("tax_code.id"))  # None: as the treatment
    books_closed_on: Mapped[date | None] = mapped_column(Date)  # nothing is dated on or before this day any more
    books_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")  # why they were opened again
    second_step_from: Mapped[datetime | None] = mapped_column(UtcDateTime)  # owners have one by then
    second_step_all_from: Mapped[datetime | None] = mapped_column(UtcDateTime)  # and where all need one, the others
    has_second_step_for_all: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    version: Mapped[int] = mapped_column(Integer, default=1)


class TaxCode(db.Model):
    """A tax with its rate; `reason` stands on documents when nothing is charged."""

    __tablename__ = "tax_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    category: Mapped[TaxCategory] = mapped_column(Enum_(TaxCategory))
    rate: Mapped[int] = mapped_column(Rate)
    reason: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class PaymentMethod(db.Model):
    """A way of paying of the practice's own, beside card, cash and bank transfer."""

    __tablename__ = "payment_method"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[MethodKind] = mapped_column(Enum_(MethodKind))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class PriceGroup(db.Model):
    """Clients who pay other prices: students, seniors."""

    __tablename__ = "price_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Location(db.Model):
    """A place where the practice works; shifts, rooms, appointments, documents and tills belong to one."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Room(db.Model):
    """A treatment room."""

    __tablename__ = "room"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    location: Mapped[Location] = relationship()


class Issuer(db.Model):
    """Whose name stands on a document: the practice (`user_id` None) or an independent therapist."""

    __tablename__ = "issuer"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    tax_number: Mapped[str] = mapped_column(String(40), default="")
    bank_account: Mapped[str] = mapped_column(String(60), default="")
    footer: Mapped[str] = mapped_column(String(300), default="")
    profile: Mapped[Profile] = mapped_column(Enum_(Profile), default=Profile.PLAIN, server_default="plain")
    simplified_amount: Mapped[int] = mapped_column(MinorUnits, default=0, server_default="0")  # no address up to here
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
