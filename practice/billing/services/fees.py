"""Fees for appointments that were not kept: by the practice's policy, and only with the client's recorded consent."""
from datetime import date

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import Document, LineKind
from practice.billing.models.reminders import FeeConsent
from practice.billing.queries.documents import for_appointment
from practice.billing.queries.fees import MISSED, consent_of, fee_of
from practice.billing.services.documents import LineInput, issue_invoice, today
from practice.billing.services.locking import lock_account
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.queries.appointments import get_appointment


class NoConsent(DomainError):
    message = _("The client did not agree to fees before this appointment: none can be asked.")


class NothingToAsk(DomainError):
    message = _("For this appointment no fee can be asked.")


def record_consent(actor: Actor, client_id: int, *, how: str, on: date) -> FeeConsent:
    """Write down that the client was told of the fees as they are now, and agreed. Raises Invalid, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(client_id)
    practice = the_practice()
    if not (practice.no_show_percent or practice.late_cancel_percent):
        raise NothingToAsk()
    if len(how.strip()) < 3:
        raise Invalid(_("Say how: on paper, by e-mail, at the desk."), "how")
    if on > today():
        raise Invalid(_("Not a day to come."), "given_on")
    row = FeeConsent(client_id=client_id, no_show_percent=practice.no_show_percent,
                     late_cancel_percent=practice.late_cancel_percent, how=how.strip()[:120], given_on=on,
                     recorded_at=clock.now(), recorded_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "fee.consent", row, client_id=client_id)
    return row


def charge_fee(actor: Actor, appointment_id: int, *, text: str) -> Document:
    """Invoice the fee of a missed appointment, once; `text` is the line, in the client's language.

    Raises NoConsent, NothingToAsk, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(get_appointment(appointment_id).client_id)
    row = get_appointment(appointment_id)
    if row.state not in MISSED or for_appointment(row.id) is not None:
        raise NothingToAsk()
    consent = consent_of(row.client_id, row.on_date)
    if consent is None:
        raise NoConsent()
    fee = fee_of(row, consent)
    if not fee:
        raise NothingToAsk()
    tax_code_id = the_practice().fee_tax_code_id or row.treatment.tax_code_id
    return issue_invoice(
        actor, client_id=row.client_id, appointment_id=row.id, therapist_id=row.user_id,
        lines=[LineInput(text, fee, tax_code_id, LineKind.FEE, therapist_id=row.user_id,
                         treatment_id=row.treatment_id, service_on=row.on_date)])
