"""What is done and not charged yet, and what it will cost: for many sessions at once."""
from datetime import date, timedelta

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import aliased

from practice.billing.queries.charged import IS_UNCHARGED
from practice.billing.services.checkout import Extra, product_line
from practice.billing.services.documents import LineInput, price_lines
from practice.billing.services.papers import sums_of
from practice.catalog.models import Treatment, TreatmentPrice
from practice.clients.models import Client
from practice.core.db import db
from practice.premises.models import TaxCode
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment
from practice.schedule.queries.visits import VISITS, Visit, visit_of
from practice.schedule.states import AppointmentState
from practice.sessions.models import Handover

# Found first, and only then looked up what is shown of it: a week has many sessions and few that wait. Days one by one:
# of a span of unknown length PostgreSQL expects so much that it plans anew each time.
WAITING = (
    select(Appointment.id)
    .where(Appointment.on_date.in_(bindparam("days", expanding=True)), Appointment.state == AppointmentState.DONE,
           IS_UNCHARGED)
    .cte("waiting").prefix_with("MATERIALIZED"))
GIVEN = aliased(Treatment)  # what was handed over, else what was booked
# No further join: past eight tables PostgreSQL joins them as they are written, and reads all appointments first.
GROUP_PRICE = (select(TreatmentPrice.price_amount)
               .where(TreatmentPrice.treatment_id == GIVEN.id, TreatmentPrice.price_group_id == Client.price_group_id)
               .correlate(GIVEN, Client).scalar_subquery())
UNCHARGED = (
    VISITS.add_columns(Handover.products,
                       func.coalesce(GROUP_PRICE, GIVEN.price_amount).label("price_amount"),
                       GIVEN.tax_code_id, TaxCode.category, TaxCode.rate)
    .outerjoin(Handover, Handover.appointment_id == Appointment.id)
    .join(GIVEN, GIVEN.id == func.coalesce(Handover.treatment_id, Appointment.treatment_id))
    .join(TaxCode, TaxCode.id == GIVEN.tax_code_id)
    .where(Appointment.id.in_(select(WAITING.c.id))))


def uncharged(first: date, last: date) -> list[tuple[Visit, int]]:
    """The sessions of these local days, both included, that are done and have no invoice, package or voucher; each with
    what it comes to, in minor units with tax, as its checkout will say (see what_to_charge)."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    usual: dict[tuple[int, int], int] = {}  # what a treatment alone comes to, by its price and tax
    return [(visit_of(row), _cost(row, usual)) for row in db.session.execute(UNCHARGED, {"days": days})]


def _cost(row: Row, usual: dict[tuple[int, int], int]) -> int:
    line, key = LineInput("", row.price_amount, row.tax_code_id), (row.price_amount, row.tax_code_id)
    if row.products:
        products = [product_line(Extra(product, count)) for product, count in row.products]
        return sums_of([line, *products], row.user_id).gross
    if key not in usual:
        usual[key] = price_lines(the_practice(), [line], {row.tax_code_id: row}).gross
    return usual[key]
