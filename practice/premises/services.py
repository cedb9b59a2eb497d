"""Opening the practice and changing its settings, tax codes, locations, rooms and issuers."""
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _
from practice.premises.models import Issuer, Location, Practice, PriceMode, Room, TaxCategory, TaxCode
from practice.premises.queries import get_practice

SETTINGS = ("name", "time_zone", "country", "currency", "language", "price_mode", "default_tax_code_id", "phone",
            "email", "has_shared_charts", "care_days_after", "intake_valid_days", "payment_days")


class NameTaken(DomainError):
    message = _("There is one with this name already.")


def open_practice(actor: Actor, *, name: str, time_zone: str, country: str, currency: str, price_mode: PriceMode,
                  tax_name: str, tax_rate: int, address: str = "", tax_number: str = "", phone: str = "",
                  email: str = "", language: str = "en") -> Practice:
    """The first run's settings, with the default tax, one location and the practice as issuer.

    `tax_rate` is in ten-thousandths of a percent; 0 makes an "outside the tax" code.
    """
    require(actor, Permission.PREMISES_EDIT)
    _check_time_zone(time_zone)
    if db.session.scalar(select(Practice.id)):
        raise NameTaken()
    category = TaxCategory.STANDARD if tax_rate else TaxCategory.OUTSIDE
    tax = TaxCode(name=tax_name.strip(), category=category, rate=tax_rate)
    location = Location(name=name.strip()[:80], address=address)
    issuer = Issuer(name=name.strip(), address=address, tax_number=tax_number)
    db.session.add_all([tax, location, issuer])
    db.session.flush()
    row = Practice(id=1, name=name.strip(), time_zone=time_zone, country=country, currency=currency, language=language,
                   price_mode=price_mode, default_tax_code_id=tax.id, phone=phone, email=email)
    db.session.add(row)
    db.session.flush()
    db.session().info.pop("settings", None)
    audit.record(actor, "practice.open", row)
    return row


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_("There is no time zone of this name."), "time_zone") from None


def change_settings(actor: Actor, *, version: int, **values) -> Practice:
    """Change some of the settings named in SETTINGS. Raises Stale, Invalid."""
    require(actor, Permission.PREMISES_EDIT)
    row = get_practice()
    check_version(row, version)
    if "time_zone" in values:
        _check_time_zone(values["time_zone"])
    changed = []
    for name, value in values.items():
        if name not in SETTINGS:
            raise TypeError(name)
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    db.session().info.pop("settings", None)
    audit.record(actor, "practice.change", row, changed=changed)
    return row


def save(actor: Actor, model: type, row_id: int | None, *, version: int | None = None, **values):
    """Add (`row_id` None) or change a tax code, location, room or issuer. Raises NotFound, Stale, NameTaken."""
    require(actor, Permission.PREMISES_EDIT)
    if model not in (TaxCode, Location, Room, Issuer):
        raise TypeError(model)
    if row_id is None:
        row = model()
        db.session.add(row)
    else:
        row = db.session.scalars(select(model).where(model.id == row_id)).first()
        if row is None:
            raise NotFound()
        check_version(row, version)
    with db.session.no_autoflush:
        twin = db.session.scalar(select(model.id).where(model.name == values["name"], model.id != (row_id or 0)))
    if twin:
        raise NameTaken(field="name")
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    audit.record(actor, f"{model.__tablename__}.save", row)
    return row
