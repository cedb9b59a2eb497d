"""What is done and not charged yet, and what it will cost: for many sessions at once."""
from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, select

from practice.billing.queries.charged import IS_UNCHARGED
from practice.billing.services.checkout import Extra, product_line
from practice.billing.services.documents import LineInput, price_lines, tax_codes_of
from practice.catalog.models import Treatment
from practice.core.db import db
from practice.premises.models import TaxCode
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment
from practice.schedule.queries.visits import VISITS, Visit, read_visits
from practice.schedule.states import AppointmentState
from practice.sessions.models import Handover

UNCHARGED = VISITS.where(Appointment.on_date.between(bindparam("first"), bindparam("last")),
                         Appointment.state == AppointmentState.DONE, IS_UNCHARGED)


def uncharged(first: date, last: date) -> list[Visit]:
    """The sessions of these local days, both included, that are done and have no invoice, package or voucher."""
    return read_visits(UNCHARGED, first=first, last=last)


HANDED = select(Handover.appointment_id, Handover.treatment_id, Handover.products).where(
    Handover.appointment_id.in_(bindparam("appointments", expanding=True)))
PRICES = (select(Treatment.id, Treatment.price_amount, Treatment.tax_code_id, TaxCode.category, TaxCode.rate)
          .join(TaxCode, TaxCode.id == Treatment.tax_code_id)
          .where(Treatment.id.in_(bindparam("treatments", expanding=True))))


def costs_of(visits: Sequence[Visit]) -> dict[int, int]:
    """What each of these sessions comes to, in minor units with tax, as its checkout will say (see what_to_charge)."""
    if not visits:
        return {}
    handed = {row.appointment_id: row
              for row in db.session.execute(HANDED, {"appointments": [visit.id for visit in visits]})}
    given = {visit.id: handed[visit.id].treatment_id if visit.id in handed else visit.treatment_id for visit in visits}
    prices = {row.id: row for row in db.session.execute(PRICES, {"treatments": list(set(given.values()))})}
    lines = {visit.id: [LineInput("", prices[given[visit.id]].price_amount, prices[given[visit.id]].tax_code_id)]
             for visit in visits}
    taxes = {row.tax_code_id: row for row in prices.values()}
    extras = [(row.appointment_id, product_line(Extra(product, count)))
              for row in handed.values() for product, count in row.products]
    for appointment_id, line in extras:
        lines[appointment_id].append(line)
    if extras:
        taxes |= tax_codes_of(line.tax_code_id for _appointment, line in extras)
    return {visit_id: price_lines(the_practice(), rows, taxes).gross for visit_id, rows in lines.items()}
