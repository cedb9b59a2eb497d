"""Whether a session is charged: an invoice that stands, a session of a package, or a voucher for its treatment."""
from collections.abc import Iterable

from sqlalchemy import and_, bindparam, exists, or_, select, text

from practice.billing.models.documents import STANDING, Document
from practice.billing.models.packages import PackageUse
from practice.billing.models.vouchers import VoucherUse
from practice.core.db import db
from practice.schedule.models import Appointment

# The invoice in the words of the index that knows which appointments have one.
CHARGES = (
    exists().where(Document.appointment_id == Appointment.id, text(STANDING)),
    exists().where(PackageUse.appointment_id == Appointment.id, PackageUse.given_back_on.is_(None)),
    exists().where(VoucherUse.appointment_id == Appointment.id))
IS_CHARGED = or_(*CHARGES)
IS_UNCHARGED = and_(*(~charge for charge in CHARGES))  # one by one: PostgreSQL can join them
CHARGED = select(Appointment.id).where(Appointment.id.in_(bindparam("appointments", expanding=True)), IS_CHARGED)


def charged(appointment_ids: Iterable[int]) -> set[int]:
    """Which of these appointments are charged."""
    ids = list(appointment_ids)
    return set(db.session.scalars(CHARGED, {"appointments": ids})) if ids else set()
