"""What the therapist hands to the desk: what to charge, when to come back, a message. Never a clinical word."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.catalog.queries import get_product, get_treatment
from practice.core import clock
from practice.core.db import check_version, db, violates
from practice.core.errors import Forbidden, Invalid, Stale
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.services.states import change_state
from practice.schedule.states import AppointmentState
from practice.sessions.models import Handover
from practice.sessions.services.notes import check_took_place

LONGEST_SESSION = 480  # minutes
FARTHEST_BACK = 730  # days
MOST_PIECES = 99
HELD = (select(Handover).where(Handover.appointment_id == bindparam("appointment_id")).with_for_update(of=Handover)
        .execution_options(populate_existing=True))


def hand_over(actor: Actor, appointment_id: int, *, treatment_id: int, minutes: int,
              products: Sequence[tuple[int, int]] = (), back_in_days: int | None = None, message: str = "",
              version: int | None = None) -> Handover:
    """Tell the desk what to charge and when the client comes back; the appointment is done with it.

    `products` are (product id, pieces); `version` None means that nothing was handed over before. For the therapist of
    the appointment. Raises NotFound, Forbidden, Invalid, Stale.
    """
    require(actor, Permission.CHART_WRITE)  # the desk carries appointments through their states, it hands over nothing
    appointment = get_appointment(appointment_id)
    check_is_mine(actor, appointment)
    _check(appointment, minutes, back_in_days, message)
    treatment = get_treatment(treatment_id)
    pieces = [[get_product(product_id).id, _pieces(count)] for product_id, count in products]
    row = _row(appointment, version)
    row.treatment_id, row.minutes, row.back_in_days, row.products = treatment.id, minutes, back_in_days, pieces
    row.message = message.strip()
    row.handed_at, row.handed_by_id = clock.now(), actor.user_id
    with _handed_over_once():
        if appointment.state is not AppointmentState.DONE:
            change_state(actor, appointment, AppointmentState.DONE)
        db.session.flush()
    audit.record(actor, "handover.give", row, client_id=row.client_id, appointment_id=appointment_id,
                 treatment_id=treatment.id, minutes=minutes)
    return row


def check_is_mine(actor: Actor, appointment: Appointment) -> None:
    """Raise Forbidden unless the actor is the therapist of the appointment, or a therapist who is the desk as well."""
    if appointment.user_id != actor.user_id and not actor.may(Permission.APPOINTMENT_BOOK):
        raise Forbidden()


def _check(appointment: Appointment, minutes: int, back_in_days: int | None, message: str) -> None:
    check_took_place(appointment)
    if appointment.on_date > clock.local_date(clock.now(), the_practice().time_zone):
        raise Invalid(_("This session is still to come."))
    if not 1 <= minutes <= LONGEST_SESSION:
        raise Invalid(_("Between 1 and %(most)s minutes."), "minutes", most=LONGEST_SESSION)
    if back_in_days is not None and not 1 <= back_in_days <= FARTHEST_BACK:
        raise Invalid(_("Between 1 and %(most)s days."), "back_in_days", most=FARTHEST_BACK)
    if len(message.strip()) > 200:
        raise Invalid(_("At most 200 letters."), "message")


def _pieces(count: int) -> int:
    if not 1 <= count <= MOST_PIECES:
        raise Invalid(_("Between 1 and %(most)s pieces."), "products", most=MOST_PIECES)
    return count


def _row(appointment: Appointment, version: int | None) -> Handover:
    row = db.session.scalars(HELD, {"appointment_id": appointment.id}).first()
    if row is not None:
        check_version(row, version)
        return row
    if version:
        raise Stale()
    row = Handover(appointment_id=appointment.id, client_id=appointment.client_id, version=1)
    db.session.add(row)
    return row


@contextmanager
def _handed_over_once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if violates(error, "uq_handover_appointment_id") or violates(error, "handover.appointment_id"):
            raise Stale() from error
        raise
