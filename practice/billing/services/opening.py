"""What was there when the practice came here: debts, credit, sessions paid ahead. No revenue, no tax, in no series.

A debt is a document that can be paid, reminded of and written off like an invoice. Sessions paid ahead are a document
of two lines that come to nothing: what is left of the package, and that it was paid before. Credit is a payment by the
method "opening", which no till and no sum of what was received knows.
What nobody paid here could be paid out here: only who sets the practice up brings it over.
"""
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.models.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentState,
    DocumentTax,
    LineKind,
)
from practice.billing.models.packages import Package
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.documents import get_document
from practice.billing.services.closed import refuse_closed
from practice.billing.services.credit_notes import draft_note
from practice.billing.services.documents import draft_without_lines, issue, today
from practice.billing.services.locking import lock_account
from practice.billing.services.packages import MOST, name_on_paper
from practice.catalog.queries import get_treatment
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import whole
from practice.core.text import _
from practice.premises.models import TaxCategory
from practice.premises.queries import main_location_id, the_practice

LARGEST = 10**9  # minor units
TEXT = 160


class BroughtAlready(DomainError):
    message = _("“%(reference)s” was brought over for this client already.")


def bring_debt(actor: Actor, client_id: int, *, amount: int, on: date, due_on: date, reference: str) -> Document:
    """What a client owed on the day `on`, minor units with tax, due since `due_on`; `reference` is the number of the
    invoice of before, once a client. Raises BroughtAlready, BooksClosed, Invalid, NotFound."""
    require(actor, Permission.PREMISES_EDIT, Permission.INVOICE_ISSUE)
    reference = _checked(client_id, amount, on, reference)
    if due_on > on + timedelta(days=366):
        raise Invalid(_("Due within a year of the day it was brought over."), "due_on")
    lines = [_line(1, LineKind.OPENING, reference, amount)]
    return issue(actor, _draft(actor, client_id, lines, reference, due_on), brought_on=on)


def bring_credit(actor: Actor, client_id: int, *, amount: int, on: date, reference: str) -> Payment:
    """What a client had as credit on the day `on`. Raises BroughtAlready, BooksClosed, Invalid, NotFound."""
    require(actor, Permission.PREMISES_EDIT, Permission.PAYMENT_TAKE)
    reference = _checked(client_id, amount, on, reference)
    count = db.session.scalar(select(func.count(Payment.id)).where(Payment.client_id == client_id,
                                                                   Payment.method == Method.OPENING))
    row = Payment(client_id=client_id, location_id=main_location_id(), method=Method.OPENING, amount=amount,
                  currency=the_practice().currency, received_at=clock.now(), received_on=on,
                  received_by_id=actor.user_id, reference=reference[:80], request_key=f"opening-{client_id}-{count}")
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "opening.credit", row, client_id=client_id, amount=amount)
    return row


def bring_package(actor: Actor, client_id: int, *, treatment_id: int, sessions: int, amount: int, on: date,
                  reference: str, expires_on: date | None = None) -> Package:
    """Sessions of a treatment that a client had paid ahead and not used; `amount` is what they are worth together,
    without tax. Raises BroughtAlready, BooksClosed, Invalid, NotFound."""
    require(actor, Permission.PREMISES_EDIT, Permission.INVOICE_ISSUE)
    reference = _checked(client_id, amount, on, reference)
    treatment = get_treatment(treatment_id)
    if not 1 <= whole(sessions) <= MOST:
        raise Invalid(_("From 1 to 100 sessions."), "sessions")
    if expires_on is not None and expires_on <= today():
        raise Invalid(_("Choose a day to come."), "expires_on")
    text = f"{sessions} × {name_on_paper(treatment, client_id)}"
    lines = [_line(1, LineKind.PACKAGE, text, amount, treatment_id=treatment.id),
             _line(2, LineKind.OPENING, reference, -amount)]
    document = issue(actor, _draft(actor, client_id, lines, reference, on), brought_on=on)
    row = Package(client_id=client_id, treatment_id=treatment.id, document_id=document.id, sessions_bought=sessions,
                  sessions_left=sessions, value_left_amount=amount, sold_on=on, expires_on=expires_on)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "opening.package", row, client_id=client_id, sessions=sessions)
    return row


def take_back(actor: Actor, document_id: int, *, reason: str) -> Document:
    """A debt or sessions that were brought over wrongly are taken back today, whole; what was paid becomes credit.

    Credit is taken back as any payment is. Raises AlreadyCredited, PackageUsed, Invalid, NotFound.
    """
    require(actor, Permission.PREMISES_EDIT, Permission.INVOICE_ISSUE)
    if get_document(document_id).kind is not DocumentKind.OPENING:
        raise NotFound()
    return issue(actor, draft_note(actor, document_id, reason=reason), brought_on=today())


def _checked(client_id: int, amount: int, on: date, reference: str) -> str:
    """What all of them need; the reference without blanks around it."""
    lock_account(client_id)
    refuse_closed(on, field="on")
    if not 0 < whole(amount) < LARGEST:
        raise Invalid(_("Enter an amount above zero."), "amount")
    reference = reference.strip()[:TEXT]
    if not reference:
        raise Invalid(_("Write a number or a word by which it is found again."), "reference")
    if is_brought(client_id, reference):
        raise BroughtAlready(field="reference", reference=reference)
    return reference


def is_brought(client_id: int, reference: str) -> bool:
    """Whether something with this reference was brought over for the client, and not taken back."""
    undone = aliased(Payment)
    taken_back = select(undone.id).where(undone.reverses_id == Payment.id).exists()
    found = (select(Document.id).where(Document.client_id == client_id, Document.kind == DocumentKind.OPENING,
                                       Document.state == DocumentState.ISSUED, Document.reason == reference),
             select(Payment.id).where(Payment.client_id == client_id, Payment.method == Method.OPENING,
                                      Payment.amount > 0, Payment.reference == reference[:80], ~taken_back))
    return any(db.session.scalars(one.limit(1)).first() is not None for one in found)


def _draft(actor: Actor, client_id: int, lines: list[DocumentLine], reference: str, due_on: date) -> Document:
    document = draft_without_lines(actor, client_id=client_id, kind=DocumentKind.OPENING)
    total = sum(line.gross_amount for line in lines)
    document.lines, document.reason, document.due_on = lines, reference, due_on
    document.taxes = [DocumentTax(category=TaxCategory.OUTSIDE, rate=0, net_amount=total, tax_amount=0)]
    document.net_amount = document.gross_amount = document.open_amount = total
    db.session.add(document)
    db.session.flush()
    return document


def _line(place: int, kind: LineKind, text: str, amount: int, treatment_id: int | None = None) -> DocumentLine:
    return DocumentLine(position=place, kind=kind, text=text[:200], treatment_id=treatment_id, quantity=1000,
                        unit_price_amount=amount, tax_category=TaxCategory.OUTSIDE, tax_rate=0, net_amount=amount,
                        tax_amount=0, gross_amount=amount)
