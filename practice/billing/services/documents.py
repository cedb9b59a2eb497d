"""Issuing invoices, and correcting them with credit notes. What is issued never changes."""
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

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
from practice.billing.models.payments import Allocation
from practice.billing.pricing import Adjustment, Line, Mode, PricedDocument, Tax, Totals, price
from practice.billing.queries.documents import get_document
from practice.billing.services.numbering import number_document
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.premises.models import PriceMode, TaxCode
from practice.premises.queries import Settings, issuer_for, main_location_id, the_practice

MOST_LINES = 500


class AlreadyCredited(DomainError):
    message = _("This invoice has been credited in full already.")


class NotAnInvoice(DomainError):
    message = _("Only an issued invoice can be credited.")


@dataclass(frozen=True)
class LineInput:
    """One line to bill. `unit_price` is in minor units, net or gross as the practice's prices are; `quantity` in
    thousandths; the discount is an amount in minor units with its reason."""

    text: str
    unit_price: int
    tax_code_id: int
    kind: LineKind = LineKind.SERVICE
    quantity: int = 1000
    discount: int = 0
    discount_reason: str = ""
    therapist_id: int | None = None
    treatment_id: int | None = None
    product_id: int | None = None
    service_on: date | None = None


def issue_invoice(actor: Actor, *, client_id: int, lines: Sequence[LineInput], appointment_id: int | None = None,
                  therapist_id: int | None = None) -> Document:
    """Issue an invoice: priced once, numbered without a gap, kept as a snapshot. Raises Invalid, NotFound."""
    require(actor, Permission.INVOICE_ISSUE)
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid(_("An invoice has at least one line."), "lines")
    client, practice = get_client(client_id), the_practice()
    today = clock.local_date(clock.now(), practice.time_zone)
    taxes = _tax_codes(line.tax_code_id for line in lines)
    totals = price_lines(practice, lines, taxes)
    document = _new(actor, DocumentKind.INVOICE, client, practice, therapist_id)
    document.appointment_id = appointment_id
    document.due_on = today + timedelta(days=practice.payment_days)
    document.lines = [_line(place, line, taxes[line.tax_code_id], priced, line.service_on or today)
                      for place, (line, priced) in enumerate(zip(lines, totals.lines, strict=True), 1)]
    document.open_amount = totals.gross
    return _issue(actor, document, totals, today)


def _tax_codes(ids) -> dict[int, TaxCode]:
    wanted = set(ids)
    found = {row.id: row for row in db.session.scalars(select(TaxCode).where(TaxCode.id.in_(wanted)))}
    if wanted - found.keys():
        raise Invalid(_("Unknown tax."), "tax")
    return found


def price_lines(practice: Settings, lines: Sequence[LineInput], taxes: dict[int, TaxCode]) -> Totals:
    """All figures of these lines, by the one calculator."""
    mode = Mode.GROSS if practice.price_mode is PriceMode.GROSS else Mode.NET
    return price(PricedDocument(practice.currency, tuple(
        Line(line.unit_price, line.quantity, (_tax(taxes[line.tax_code_id]),),
             (Adjustment(amount=line.discount, reason=line.discount_reason),) if line.discount else ())
        for line in lines), mode))


def _tax(code: TaxCode) -> Tax:
    return Tax(str(code.category), code.rate)


def _new(actor: Actor, kind: DocumentKind, client: Client, practice: Settings, therapist_id: int | None) -> Document:
    issuer = issuer_for(therapist_id)
    address = "\n".join(part for part in (client.street, f"{client.postal_code} {client.city}".strip()) if part)
    head = {"name": issuer.name, "address": issuer.address, "tax_number": issuer.tax_number,
            "bank_account": issuer.bank_account, "footer": issuer.footer, "phone": practice.phone,
            "email": practice.email, "country": practice.country}
    return Document(
        kind=kind, state=DocumentState.DRAFT, issuer_id=issuer.id, location_id=main_location_id(), client_id=client.id,
        currency=practice.currency, price_mode=practice.price_mode, language=client.language or practice.language,
        billed_name=f"{client.first_name} {client.last_name}", billed_address=address, issuer_head=head,
        issued_by_id=actor.user_id)


def _line(place: int, line: LineInput, code: TaxCode, priced, recognised_on: date) -> DocumentLine:
    return DocumentLine(
        position=place, kind=line.kind, text=line.text[:200], therapist_id=line.therapist_id,
        treatment_id=line.treatment_id, product_id=line.product_id, service_on=line.service_on,
        recognised_on=recognised_on, quantity=line.quantity, unit_price_amount=line.unit_price,
        discount_amount=line.discount, discount_reason=line.discount_reason[:120], tax_category=code.category,
        tax_rate=code.rate, tax_reason=code.reason, net_amount=priced.net, tax_amount=priced.tax,
        gross_amount=priced.gross)


def _issue(actor: Actor, document: Document, totals: "Totals | _Sums", today: date) -> Document:
    """Fix the figures, then take the number last."""
    document.net_amount, document.tax_amount, document.gross_amount = totals.net, totals.tax, totals.gross
    document.taxes = [DocumentTax(category=part.tax.category, rate=part.tax.rate, net_amount=part.base,
                                  tax_amount=part.amount) for part in totals.taxes]
    document.issued_at, document.issued_on = clock.now(), today
    db.session.add(document)
    db.session.flush()
    audit.record(actor, f"{document.kind}.issue", document, client_id=document.client_id,
                 gross=document.gross_amount, currency=document.currency)
    with db.session.no_autoflush:
        number_document(document, today)
        document.state = DocumentState.ISSUED
        document.content_hash = content_hash(document)
    db.session.flush()
    return document


def content_hash(document: Document) -> str:
    """SHA-256 over what stands on the document."""
    whole = {
        "number": document.number_text, "issued_on": document.issued_on.isoformat(), "to": document.billed_name,
        "address": document.billed_address, "head": document.issuer_head, "currency": document.currency,
        "lines": [[line.text, line.quantity, line.unit_price_amount, line.discount_amount, line.tax_rate,
                   line.net_amount, line.tax_amount, line.gross_amount] for line in document.lines],
        "gross": document.gross_amount}
    return hashlib.sha256(canonical_json(whole).encode()).hexdigest()


def credit_note(actor: Actor, document_id: int, *, reason: str) -> Document:
    """Take an invoice back in full: the same figures, negative, under a number of their own.

    What is still open is settled by it; what was paid becomes the client's credit. Raises AlreadyCredited,
    NotAnInvoice, Invalid.
    """
    require(actor, Permission.INVOICE_ISSUE)
    invoice = get_document(document_id, lock=True)
    if invoice.kind is not DocumentKind.INVOICE or invoice.state is DocumentState.DRAFT:
        raise NotAnInvoice()
    if invoice.state is DocumentState.VOID:
        raise AlreadyCredited()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    practice = the_practice()
    today = clock.local_date(clock.now(), practice.time_zone)
    note = Document(
        kind=DocumentKind.CREDIT_NOTE, state=DocumentState.DRAFT, issuer_id=invoice.issuer_id,
        location_id=invoice.location_id, client_id=invoice.client_id, refers_to_id=invoice.id,
        currency=invoice.currency, price_mode=invoice.price_mode, language=invoice.language,
        billed_name=invoice.billed_name, billed_address=invoice.billed_address, issuer_head=invoice.issuer_head,
        reason=reason.strip()[:200], issued_by_id=actor.user_id)
    note.lines = [_negative(line, today) for line in invoice.lines]
    totals = _negated(invoice)
    settled = invoice.open_amount
    note = _issue(actor, note, totals, today)
    if settled:
        db.session.add(Allocation(credit_note_id=note.id, document_id=invoice.id, amount=settled, on_date=today,
                                  made_at=clock.now()))
        invoice.open_amount = 0
    _free_money(invoice, today)
    invoice.state = DocumentState.VOID
    invoice.version += 1
    db.session.flush()
    return note


def _negative(line: DocumentLine, today: date) -> DocumentLine:
    return DocumentLine(
        position=line.position, kind=line.kind, text=line.text, therapist_id=line.therapist_id,
        treatment_id=line.treatment_id, product_id=line.product_id, service_on=line.service_on, recognised_on=today,
        quantity=-line.quantity, unit_price_amount=line.unit_price_amount, discount_amount=line.discount_amount,
        discount_reason=line.discount_reason, tax_category=line.tax_category, tax_rate=line.tax_rate,
        tax_reason=line.tax_reason, net_amount=-line.net_amount, tax_amount=-line.tax_amount,
        gross_amount=-line.gross_amount)


@dataclass(frozen=True)
class _Sums:
    """The sums of a credit note in full: those of its invoice, negative, so that not a cent is left between them."""

    net: int
    tax: int
    gross: int
    taxes: list


@dataclass(frozen=True)
class _SumOfTax:
    tax: Tax
    base: int
    amount: int


def _negated(invoice: Document) -> _Sums:
    return _Sums(-invoice.net_amount, -invoice.tax_amount, -invoice.gross_amount,
                 [_SumOfTax(Tax(str(row.category), row.rate), -row.net_amount, -row.tax_amount)
                  for row in invoice.taxes])


def _free_money(invoice: Document, today: date) -> None:
    """What was paid for a document that is taken back is the client's credit again, dated today."""
    paid = db.session.execute(
        select(Allocation.payment_id, func.sum(Allocation.amount))
        .where(Allocation.document_id == invoice.id, Allocation.payment_id.is_not(None))
        .group_by(Allocation.payment_id)).all()
    credited = 0
    for payment_id, amount in paid:
        if amount:
            db.session.add(Allocation(payment_id=payment_id, document_id=invoice.id, amount=-int(amount),
                                      on_date=today, made_at=clock.now()))
            credited += int(amount)
    if credited:
        note = db.session.scalars(select(Document).where(Document.refers_to_id == invoice.id)).one()
        db.session.add(Allocation(credit_note_id=note.id, document_id=invoice.id, amount=credited, on_date=today,
                                  made_at=clock.now()))
