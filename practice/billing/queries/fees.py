"""Appointments that were not kept, and whether a fee may be asked for them."""
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from practice.billing.models.reminders import FeeConsent
from practice.billing.queries.charged import IS_UNCHARGED
from practice.catalog.queries import price_of
from practice.core.db import db
from practice.core.money import round_half_up
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S

DAYS = 60  # how long a missed appointment is offered
MOST = 100
MISSED = (S.NO_SHOW, S.CANCELLED_LATE)


@dataclass(frozen=True)
class Missed:
    """An appointment that was not kept, its fee in minor units, and the consent that covers it, None without one."""

    appointment: Appointment
    fee: int
    consent: FeeConsent | None


def consent_of(client_id: int, before: date | None = None) -> FeeConsent | None:
    """The client's latest consent, given on that day or earlier."""
    chosen = select(FeeConsent).where(FeeConsent.client_id == client_id)
    if before is not None:
        chosen = chosen.where(FeeConsent.given_on <= before)
    return db.session.scalars(chosen.order_by(FeeConsent.given_on.desc(), FeeConsent.id.desc()).limit(1)).first()


def percent_for(state: S, consent: FeeConsent | None) -> int:
    """The practice's percentage, never more than what the client agreed to."""
    name = "no_show_percent" if state is S.NO_SHOW else "late_cancel_percent"
    policy = getattr(the_practice(), name)
    return min(policy, getattr(consent, name)) if consent else policy


def fee_of(appointment: Appointment, consent: FeeConsent | None) -> int:
    """A share of the treatment's price of today, as prices are: net or gross."""
    price_amount = price_of(appointment.treatment, appointment.client.price_group_id)
    return round_half_up(price_amount * percent_for(appointment.state, consent), 100)


MISSED_LATELY = (
    select(Appointment).options(selectinload(Appointment.client), selectinload(Appointment.treatment),
                                selectinload(Appointment.therapist))
    .where(Appointment.state.in_(MISSED), Appointment.on_date.between(bindparam("first"), bindparam("last")),
           IS_UNCHARGED)
    .order_by(Appointment.starts_at.desc()).limit(MOST))
CONSENTS = (select(FeeConsent).where(FeeConsent.client_id.in_(bindparam("clients", expanding=True)))
            .order_by(FeeConsent.given_on.desc(), FeeConsent.id.desc()))


def missed(today: date) -> list[Missed]:
    """Lately missed appointments that nothing was asked for, the latest first; those without a fee are left out."""
    rows = db.session.scalars(MISSED_LATELY, {"first": today - timedelta(days=DAYS), "last": today}).all()
    consents = db.session.scalars(CONSENTS, {"clients": list({row.client_id for row in rows})}).all() if rows else ()
    found = []
    for row in rows:
        consent = next((one for one in consents
                        if one.client_id == row.client_id and one.given_on <= row.on_date), None)
        fee = fee_of(row, consent)
        if fee:
            found.append(Missed(row, fee, consent))
    return found
