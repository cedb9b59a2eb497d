"""Reading the practice's settings."""
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select

from practice.access.guard import system_session
from practice.core.db import db, kept
from practice.core.errors import NotFound
from practice.premises.models import Issuer, Location, Practice, PriceGroup, PriceMode, Profile, Room, TaxCode


@dataclass(frozen=True)
class Settings:
    """The practice's settings as plain values, for every room that needs a time zone or a currency."""

    name: str
    time_zone: str
    country: str
    currency: str
    language: str
    price_mode: PriceMode
    default_tax_code_id: int | None
    phone: str
    email: str
    has_shared_charts: bool
    care_days_after: int
    intake_valid_days: int
    retention_rule: str
    has_yearly_numbers: bool
    payment_days: int
    has_till: bool
    has_tips: bool
    has_deposits: bool
    has_packages: bool
    has_vouchers: bool
    has_memberships: bool
    has_einvoices: bool
    has_payouts: bool
    has_reminders: bool
    reminder_days: int
    no_show_percent: int
    late_cancel_percent: int
    fee_tax_code_id: int | None
    books_closed_on: date | None
    second_step_from: datetime | None
    second_step_all_from: datetime | None
    has_second_step_for_all: bool


SETTINGS = select(*(getattr(Practice, name) for name in Settings.__dataclass_fields__))


def settings() -> Settings | None:
    """The settings, None before the first run. Read once per session, and again after each transaction began."""
    held = kept().get("settings")
    if held is None:
        with system_session("the practice's settings") as session:
            held = keep_settings(session.execute(SETTINGS).first())
    return held


def keep_settings(row) -> Settings | None:
    """Take over what was read along with something else: a row of SETTINGS, or None."""
    held = kept()["settings"] = Settings(*row) if row else None
    return held


def the_practice() -> Settings:
    """The settings; raises NotFound before the first run."""
    held = settings()
    if held is None:
        raise NotFound()
    return held


def series_year(day: date) -> int:
    """The year whose numbers documents of this day get; 0 where numbers go on over the turn of the year."""
    return day.year if the_practice().has_yearly_numbers else 0


def get_practice(*, for_change: bool = False) -> Practice:
    """The row to edit, locked against others with `for_change`. Raises NotFound."""
    chosen = select(Practice)
    row = db.session.scalars(chosen.with_for_update() if for_change else chosen).first()
    if row is None:
        raise NotFound()
    return row


def get_one(model: type, row_id: int):
    """A tax code, location, room or issuer, also one no longer in use. Raises NotFound."""
    row = db.session.scalars(select(model).where(model.id == row_id)).first()
    if row is None:
        raise NotFound()
    return row


def everything(model: type) -> list:
    """All tax codes, locations, rooms or issuers, those in use first."""
    return list(db.session.scalars(select(model).order_by(model.is_active.desc(), model.name, model.id)))


def tax_codes() -> list[TaxCode]:
    return list(db.session.scalars(select(TaxCode).where(TaxCode.is_active).order_by(TaxCode.id)))


def price_groups(*, kept_id: int | None = None) -> dict[int, str]:
    """The price groups in use by id, and the one that somebody has already."""
    rows = db.session.execute(select(PriceGroup.id, PriceGroup.name)
                              .where(or_(PriceGroup.is_active, PriceGroup.id == kept_id)).order_by(PriceGroup.name))
    return dict(rows.all())


def rooms() -> list[Room]:
    return list(db.session.scalars(select(Room).where(Room.is_active).order_by(Room.name)))


def locations() -> list[Location]:
    return list(db.session.scalars(select(Location).where(Location.is_active).order_by(Location.id)))


MAIN_LOCATION = select(Location.id).where(Location.is_active).order_by(Location.id).limit(1)


def main_location_id() -> int:
    """The first location: the only one, as long as there is one. Remembered like the settings."""
    if kept().get("main_location") is None:
        with system_session("the main location") as session:
            kept()["main_location"] = session.scalar(MAIN_LOCATION)
    return kept()["main_location"]


def own_issuer(user_id: int) -> Issuer | None:
    """The head of a therapist who writes documents in their own name, in use or not."""
    return db.session.scalars(select(Issuer).where(Issuer.user_id == user_id)).first()


OWN_OR_PRACTICE = (
    select(Issuer).where(or_(Issuer.user_id.is_(None), (Issuer.user_id == bindparam("user_id")) & Issuer.is_active))
    .order_by(Issuer.user_id.is_(None)).limit(1))


def has_profile(profile: Profile) -> bool:
    """Whether any head in use makes out its papers so."""
    return db.session.scalar(select(Issuer.id).where(Issuer.profile == profile, Issuer.is_active).limit(1)) is not None


def issuer_for(user_id: int | None) -> Issuer:
    """Whose name stands on documents for this therapist: their own, or the practice's."""
    return db.session.scalars(OWN_OR_PRACTICE, {"user_id": user_id}).one()
