"""Sessions paid ahead: sold with an invoice, used one by one, the last one taking what is left of the value."""
from datetime import date, timedelta

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.clicks import UsedForSomethingElse, same
from practice.billing.models.documents import LineKind
from practice.billing.models.packages import Package, PackageUse
from practice.billing.queries.accounts import get_package
from practice.billing.queries.documents import first_document
from practice.billing.services.documents import LineInput, issue_invoice, today
from practice.billing.services.locking import lock_account
from practice.catalog.models import Treatment
from practice.catalog.queries import get_treatment, neutral_name
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import round_half_up, whole
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.models import Appointment

FEWEST, MOST = 2, 100  # sessions
LONGEST_DAYS = 3653


class PackageUsedUp(DomainError):
    message = _("No session of this package is left.")


class AlreadyGivenBack(DomainError):
    message = _("This session was given back already.")


class PackageOver(DomainError):
    message = _("This package has expired: what was left of it is earned.")


class NotLonger(DomainError):
    message = _("Choose a later day than the present one.")


class WrongPackage(DomainError):
    message = _("This package is for another treatment.")


def sell_package(actor: Actor, *, client_id: int, treatment_id: int, sessions: int, price_amount: int,
                 holds_days: int | None = 365, request_key: str | None = None) -> Package:
    """Sell a number of sessions of a treatment ahead, with its invoice (`document_id`).

    `price_amount` is for all of them, minor units, net or gross as the practice's prices are; `holds_days` None: it
    does not run out. The same `request_key` again is the first one. Raises Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(client_id)
    first = first_document(client_id, request_key)
    if first is not None:
        sold = db.session.scalars(select(Package).where(Package.document_id == first.id)).first()
        if sold is None:
            raise UsedForSomethingElse()
        same(first.lines[0], unit_price_amount=price_amount)
        until = {} if sold.extended_why else {"expires_on": holds_until(sold.sold_on, holds_days)}
        return same(sold, treatment_id=treatment_id, sessions_bought=sessions, **until)
    treatment = get_treatment(treatment_id)
    if not treatment.is_active:
        raise Invalid(_("This treatment is not offered any more."), "treatment")
    if not FEWEST <= whole(sessions) <= MOST:
        raise Invalid(_("A package has from 2 to 100 sessions."), "sessions")
    if whole(price_amount) <= 0:
        raise Invalid(_("Enter an amount above zero."), "price")
    if holds_days is not None and not 1 <= holds_days <= LONGEST_DAYS:
        raise Invalid(_("A package holds from one day to ten years."), "holds")
    text = f"{sessions} × {name_on_paper(treatment, client_id)}"
    document = issue_invoice(actor, client_id=client_id, request_key=request_key, lines=[LineInput(
        text, price_amount, treatment.tax_code_id, LineKind.PACKAGE, treatment_id=treatment.id)])
    on = document.issued_on
    row = Package(client_id=client_id, treatment_id=treatment.id, document_id=document.id, sessions_bought=sessions,
                  sessions_left=sessions, value_left_amount=document.net_amount, sold_on=on,
                  expires_on=holds_until(on, holds_days))
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "package.sell", row, client_id=client_id, sessions=sessions)
    return row


def holds_until(sold_on: date, days: int | None) -> date | None:
    """The last day of what holds so many days; None for what does not run out."""
    return sold_on + timedelta(days=days) if days else None


def name_on_paper(treatment: Treatment, client_id: int) -> str:
    """The treatment's neutral name in the client's language: what stands on documents."""
    return neutral_name(treatment, get_client(client_id).language or the_practice().language)


def use_package(actor: Actor, package_id: int, appointment: Appointment, treatment_id: int) -> PackageUse:
    """Pay an appointment with one session of a package for the treatment that was given.

    Worth (value left) / (sessions left), so that the last session takes what is left. Raises PackageUsedUp,
    WrongPackage, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    lock_account(appointment.client_id)
    row = db.session.scalars(select(Package).where(Package.id == package_id).with_for_update()
                             .execution_options(populate_existing=True)).first()
    if row is None or row.client_id != appointment.client_id:
        raise NotFound()
    if row.treatment_id != treatment_id:
        raise WrongPackage()
    if row.sessions_left < 1 or (row.expires_on is not None and row.expires_on < today()):
        raise PackageUsedUp()
    value = round_half_up(row.value_left_amount, row.sessions_left)
    use = PackageUse(package_id=row.id, appointment_id=appointment.id, therapist_id=appointment.user_id,
                     value_amount=value, used_on=today(), used_at=clock.now())
    row.sessions_left -= 1
    row.value_left_amount -= value
    row.version += 1
    db.session.add(use)
    db.session.flush()
    audit.record(actor, "package.use", use, client_id=row.client_id, appointment_id=appointment.id)
    return use


def extend_package(actor: Actor, package_id: int, *, until: date, reason: str, version: int | None) -> Package:
    """Let a package hold longer, while it still holds: what ran out was earned on that day, and stays so.

    Raises PackageOver, NotLonger, Stale, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(get_package(package_id).client_id)
    row = db.session.scalars(select(Package).where(Package.id == package_id).with_for_update()
                             .execution_options(populate_existing=True)).one()
    check_version(row, version)
    if row.expires_on is not None and row.expires_on < today():
        raise PackageOver()
    if row.expires_on is None or until <= row.expires_on or until > today() + timedelta(days=LONGEST_DAYS):
        raise NotLonger(field="until")
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    before, row.expires_on, row.extended_why = row.expires_on, until, reason.strip()[:200]
    db.session.flush()
    audit.record(actor, "package.extend", row, client_id=row.client_id, before=before, after=until)
    return row


def give_session_back(actor: Actor, use_id: int, *, reason: str) -> PackageUse:
    """A session that was not given after all goes back to its package, with its value, today; the appointment can be
    charged again. Raises AlreadyGivenBack, PackageOver, Invalid, NotFound."""
    require(actor, Permission.PAYMENT_TAKE)
    use = db.session.scalars(select(PackageUse).where(PackageUse.id == use_id)).first()
    if use is None:
        raise NotFound()
    client_id = db.session.scalar(select(Package.client_id).where(Package.id == use.package_id))
    lock_account(client_id)
    chosen = select(Package).where(Package.id == use.package_id).with_for_update()
    row = db.session.scalars(chosen.execution_options(populate_existing=True)).one()
    use = db.session.scalars(select(PackageUse).where(PackageUse.id == use_id)
                             .execution_options(populate_existing=True)).one()
    if use.given_back_on is not None:
        raise AlreadyGivenBack()
    if row.expires_on is not None and row.expires_on < today():
        raise PackageOver()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    use.given_back_on, use.given_back_by_id, use.reason = today(), actor.user_id, reason.strip()[:200]
    row.sessions_left += 1
    row.value_left_amount += use.value_amount
    row.version += 1
    db.session.flush()
    audit.record(actor, "package.give_back", use, client_id=row.client_id, appointment_id=use.appointment_id)
    return use
