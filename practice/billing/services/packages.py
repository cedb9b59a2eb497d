"""Sessions paid ahead: sold with an invoice, used one by one, the last one taking what is left of the value."""
from datetime import date, timedelta

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import LineKind
from practice.billing.models.packages import Package, PackageUse
from practice.billing.services.documents import LineInput, issue_invoice
from practice.catalog.queries import get_treatment
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import round_half_up
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment


class PackageUsedUp(DomainError):
    message = _("No session of this package is left.")


class WrongPackage(DomainError):
    message = _("This package is for another treatment.")


def sell_package(actor: Actor, *, client_id: int, treatment_id: int, sessions: int, price_amount: int,
                 holds_days: int = 365) -> Package:
    """Sell a number of sessions of a treatment ahead, with its invoice (`document_id`). Raises Invalid, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    treatment = get_treatment(treatment_id)
    if not 2 <= sessions <= 100:
        raise Invalid(_("A package has from 2 to 100 sessions."), "sessions")
    text = f"{sessions} × {treatment.neutral_name}"
    document = issue_invoice(actor, client_id=client_id, lines=[LineInput(
        text, price_amount, treatment.tax_code_id, LineKind.PACKAGE, treatment_id=treatment.id)])
    today = clock.local_date(clock.now(), the_practice().time_zone)
    row = Package(client_id=client_id, treatment_id=treatment.id, document_id=document.id, sessions_bought=sessions,
                  sessions_left=sessions, value_left_amount=document.net_amount, sold_on=today,
                  expires_on=today + timedelta(days=holds_days))
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "package.sell", row, client_id=client_id, sessions=sessions)
    return row


def use_package(actor: Actor, package_id: int, appointment: Appointment, today: date) -> PackageUse:
    """Pay an appointment with one session of a package. Raises PackageUsedUp, WrongPackage, NotFound."""
    require(actor, Permission.PAYMENT_TAKE)
    row = db.session.scalars(select(Package).where(Package.id == package_id).with_for_update()
                             .execution_options(populate_existing=True)).first()
    if row is None or row.client_id != appointment.client_id:
        raise NotFound()
    if row.treatment_id != appointment.treatment_id:
        raise WrongPackage()
    if row.sessions_left < 1 or (row.expires_on is not None and row.expires_on < today):
        raise PackageUsedUp()
    value = round_half_up(row.value_left_amount, row.sessions_left)
    use = PackageUse(package_id=row.id, appointment_id=appointment.id, therapist_id=appointment.user_id,
                     value_amount=value, used_on=today, used_at=clock.now())
    row.sessions_left -= 1
    row.value_left_amount -= value
    row.version += 1
    db.session.add(use)
    db.session.flush()
    audit.record(actor, "package.use", use, client_id=row.client_id, appointment_id=appointment.id)
    return use


def is_used_for(appointment_id: int) -> bool:
    """Whether the appointment was paid with a package."""
    return db.session.scalar(select(PackageUse.id).where(PackageUse.appointment_id == appointment_id)) is not None
