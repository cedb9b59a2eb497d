"""Opening the practice and changing its settings, tax codes, locations, rooms and issuers."""
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock, money
from practice.core.db import check_version, db, kept
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _
from practice.premises.models import (
    Issuer,
    Location,
    PaymentMethod,
    Practice,
    PriceGroup,
    PriceMode,
    Room,
    TaxCategory,
    TaxCode,
)
from practice.premises.queries import get_practice
from practice.premises.rates import HUNDRED

SETTINGS = ("name", "time_zone", "country", "currency", "language", "price_mode", "default_tax_code_id", "phone",
            "email", "has_shared_charts", "care_days_after", "intake_valid_days", "retention_rule",
            "has_yearly_numbers", "payment_days",
            "has_till", "has_tips", "has_deposits", "has_packages", "has_vouchers", "has_memberships", "has_einvoices",
            "has_payouts", "has_reminders", "reminder_days", "no_show_percent",
            "late_cancel_percent", "fee_tax_code_id", "has_second_step_for_all")
GRACE = timedelta(days=7)  # until a second step has to be set up: in a new practice, and where all need one from now on


# The least and the most of the settings that are numbers.
BOUNDS = {"care_days_after": (0, 3650), "intake_valid_days": (1, 3650), "payment_days": (0, 365),
          "reminder_days": (1, 365), "no_show_percent": (0, 100), "late_cancel_percent": (0, 100)}


class NameTaken(DomainError):
    message = _("There is one with this name already.")


class StillNeeded(DomainError):
    """The practice cannot do without this row."""


def open_practice(actor: Actor, *, name: str, time_zone: str, country: str, currency: str, price_mode: PriceMode,
                  tax_name: str, tax_rate: int, address: str = "", tax_number: str = "", phone: str = "",
                  email: str = "", language: str = "en", grace: timedelta | None = GRACE) -> Practice:
    """The first run's settings, with the default tax, one location and the practice as issuer.

    `tax_rate` is in ten-thousandths of a percent; 0 makes an "outside the tax" code. `grace` is how long owners have
    to set up a second step; None: they need none, in a practice that is made up.
    """
    require(actor, Permission.PREMISES_EDIT)
    _check_settings({"name": name, "time_zone": time_zone, "country": country, "currency": currency})
    if not tax_name.strip():
        raise Invalid(_("Enter a name"), "tax_name")
    if db.session.scalar(select(Practice.id)):
        raise NameTaken()
    category = TaxCategory.STANDARD if tax_rate else TaxCategory.OUTSIDE
    tax = TaxCode(name=tax_name.strip(), category=category, rate=tax_rate)
    location = Location(name=name.strip()[:80], address=address)
    issuer = Issuer(name=name.strip(), address=address, tax_number=tax_number)
    db.session.add_all([tax, location, issuer])
    db.session.flush()
    row = Practice(id=1, name=name.strip(), time_zone=time_zone, country=country, currency=currency, language=language,
                   price_mode=price_mode, default_tax_code_id=tax.id, phone=phone, email=email,
                   second_step_from=clock.now() + grace if grace else None)
    db.session.add(row)
    db.session.flush()
    kept()["settings"] = None
    audit.record(actor, "practice.open", row)
    return row


def _check_settings(values: dict) -> None:
    """Raises Invalid for a value that the practice cannot work with."""
    if "name" in values and not values["name"].strip():
        raise Invalid(_("Enter the name of the practice"), "name")
    if "time_zone" in values:
        _check_time_zone(values["time_zone"])
    if "country" in values and (len(values["country"]) != 2 or values["country"] not in Locale("en").territories):
        raise Invalid(_("There is no country with this code"), "country")
    if "currency" in values:
        try:
            money.decimals(values["currency"])
        except Invalid as error:
            raise Invalid(error.message, "currency", **error.params) from None
    for name, (least, most) in BOUNDS.items():
        if name in values and not least <= values[name] <= most:
            raise Invalid(_("From %(least)s to %(most)s"), name, least=least, most=most)


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_("There is no time zone of this name."), "time_zone") from None


def change_settings(actor: Actor, *, version: int | None, **values) -> Practice:
    """Change some of the settings named in SETTINGS. Raises Stale, Invalid."""
    require(actor, Permission.PREMISES_EDIT)
    row = get_practice(for_change=True)
    check_version(row, version)
    _check_settings(values)
    for name in ("default_tax_code_id", "fee_tax_code_id"):
        code_id = values.get(name)
        if code_id is not None and not db.session.scalar(select(TaxCode.id).where(TaxCode.id == code_id,
                                                                                  TaxCode.is_active)):
            raise Invalid(_("Choose one of the tax codes in use"), name)
    if values.get("has_second_step_for_all") and not row.has_second_step_for_all:
        row.second_step_all_from = clock.now() + GRACE
        row.second_step_from = row.second_step_from or row.second_step_all_from  # owners who owe it get no new week
    changed = []
    for name, value in values.items():
        if name not in SETTINGS:
            raise TypeError(name)
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    kept()["settings"] = None
    audit.record(actor, "practice.change", row, changed=changed)
    return row


def close_books(actor: Actor, until: date | None, *, reason: str = "") -> Practice:
    """Close the books up to a day in the past: nothing is dated on it or before it any more.

    An earlier day than before, or None, opens them again and needs a reason. Raises Invalid.
    """
    require(actor, Permission.PREMISES_EDIT)
    row = get_practice(for_change=True)
    before = row.books_closed_on
    if until is not None and until >= clock.local_date(clock.now(), row.time_zone):
        raise Invalid(_("Only days that are over can be closed."), "books_closed_on")
    is_opened = before is not None and (until is None or until < before)
    if is_opened and len(reason.strip()) < 3:
        raise Invalid(_("Say why the books are opened again."), "reason")
    row.books_closed_on = until
    row.books_reason = reason.strip()[:200] if is_opened else ""  # not in the trail: nothing typed ever leaves that
    row.version += 1
    kept()["settings"] = None
    audit.record(actor, "books.open" if is_opened else "books.close", row, before=before, after=until)
    return row


def save(actor: Actor, model: type, row_id: int | None, *, version: int | None = None, **values):
    """Add (`row_id` None) or change a tax code, method of payment, price group, location, room or issuer.

    Raises NotFound, Stale, NameTaken, Invalid, StillNeeded.
    """
    require(actor, Permission.PREMISES_EDIT)
    check = CHECKS[model]
    if row_id is None:
        row = model()
    else:
        row = db.session.scalars(select(model).where(model.id == row_id).with_for_update(of=model)).first()
        if row is None:
            raise NotFound()
        check_version(row, version)
    if "name" in values:
        values["name"] = values["name"].strip()
        if not values["name"]:
            raise Invalid(_("Enter a name"), "name")
        with db.session.no_autoflush:
            twin = db.session.scalar(select(model.id).where(model.name == values["name"], model.id != (row_id or 0)))
        if twin:
            raise NameTaken(field="name")
    with db.session.no_autoflush:
        check(row_id, values)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    kept()["main_location"] = kept()["methods"] = kept()["rooms"] = None
    audit.record(actor, f"{model.__tablename__}.save", row)
    return row


def _check_tax_code(row_id: int | None, values: dict) -> None:
    rate, category = values.get("rate"), values.get("category")
    if rate is not None and not 0 <= rate <= HUNDRED:
        raise Invalid(_("At most 100"), "rate")
    if rate is not None and category is not None and (category is TaxCategory.STANDARD) != (rate > 0):
        raise Invalid(_("A tax that is charged has a rate above 0; the other kinds have 0"), "rate")
    if values.get("is_active") is False and row_id == db.session.scalar(select(Practice.default_tax_code_id)):
        raise StillNeeded(_("This is the practice's usual tax: choose another one first"), "is_active")


def _check_location(row_id: int | None, values: dict) -> None:
    others = select(func.count(Location.id)).where(Location.is_active, Location.id != (row_id or 0))
    if values.get("is_active") is False and not db.session.scalar(others):
        raise StillNeeded(_("The practice needs a place to work"), "is_active")


def _check_room(row_id: int | None, values: dict) -> None:
    place = values.get("location_id")
    if place is not None and not db.session.scalar(select(Location.id).where(Location.id == place)):
        raise Invalid(_("Choose one of the locations"), "location_id")


def _check_issuer(row_id: int | None, values: dict) -> None:
    owner_id = db.session.scalar(select(Issuer.user_id).where(Issuer.id == row_id)) if row_id else values.get("user_id")
    if values.get("is_active") is False and owner_id is None:
        raise StillNeeded(_("The practice needs its own head on documents"), "is_active")


def _check_nothing(row_id: int | None, values: dict) -> None:
    """A name that is not taken is all it needs."""


def _check_method(row_id: int | None, values: dict) -> None:
    if values.get("name", "").casefold() in {"card", "cash", "bank", "bank transfer", "credit", "voucher", "later"}:
        raise NameTaken(field="name")


CHECKS = {TaxCode: _check_tax_code, PaymentMethod: _check_method, PriceGroup: _check_nothing,
          Location: _check_location, Room: _check_room, Issuer: _check_issuer}
