"""What stands beside the pay panel: the client's packages, and the next appointment the therapist asked for."""
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_date, ngettext

from practice.billing.models.packages import Package
from practice.billing.queries.accounts import Account
from practice.billing.services.checkout import Charge
from practice.core import clock
from practice.premises.queries import the_practice
from practice.schedule.overlaps import Slot
from practice.schedule.queries.diary import first_free


@dataclass(frozen=True)
class PackageLeft:
    """A package of the client; `fits` when it is for the treatment that was given."""

    row: Package
    name: str
    fits: bool


def packages_of(charge: Charge, account: Account) -> list[PackageLeft]:
    """The client's packages, those that fit first."""
    found = [PackageLeft(row, account.treatment_names[row.treatment_id], row.treatment_id == charge.treatment.id)
             for row in account.packages]
    return sorted(found, key=lambda one: not one.fits)


def asks(charge: Charge) -> str | None:
    """"in 2 weeks": when the therapist wants the client back."""
    days = charge.handover.back_in_days if charge.handover else None
    if days is None:
        return None
    if days and days % 7 == 0:
        return ngettext("in %(num)s week", "in %(num)s weeks", days // 7)
    return ngettext("in %(num)s day", "in %(num)s days", days)


@dataclass(frozen=True)
class Offer:
    """A free time, and how it is said: "Tue 1 Dec 10:00"."""

    slot: Slot
    words: str


def offered(charge: Charge) -> list[Offer]:
    """Three free times when the therapist asked the client to come back."""
    if charge.handover is None or charge.handover.back_in_days is None:
        return []
    earliest = clock.now() + timedelta(days=charge.handover.back_in_days)
    slots = first_free(charge.treatment.id, earliest=earliest, therapist_id=charge.appointment.user_id, count=3)
    return [Offer(slot, in_words(clock.local(slot.start, the_practice().time_zone))) for slot in slots]


def in_words(wall: datetime) -> str:
    return f"{format_date(wall.date(), 'EEE d MMM')} {wall:%H:%M}"
