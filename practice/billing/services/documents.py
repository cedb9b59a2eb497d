"""Issuing invoices. What is issued never changes; credit_notes.py takes it back."""
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.queries import names_on_paper, registrations
from practice.audit import services as audit
from practice.billing.models.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentState,
    DocumentTax,
    LineKind,
)
from practice.billing.pricing import Adjustment, Line, Mode, PricedDocument, Tax, Totals, price
from practice.billing.profiles import Fault, LineFacts, NotReadyToIssue, PaperFacts, check_paper
from practice.billing.queries.documents import first_document
from practice.billing.queries.einvoice import EDITION, can_carry
from practice.billing.services.locking import lock_account
from practice.billing.services.numbering import outside_series, take_number
from practice.billing.services.shares import BETWEEN_NAMES, shared_by, shares_of
from practice.catalog.queries import billing_codes
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db, read_already
from practice.core.errors import Invalid
from practice.core.money import round_half_up, split, whole
from practice.core.pdf import missing_characters
from practice.core.text import _
from practice.premises.models import PriceMode, Profile, TaxCode
from practice.premises.queries import Settings, issuer_for, main_location_id, the_practice

MOST_LINES, LONGEST_NAMES = 500, 250
TAX_CODES = select(TaxCode).where(TaxCode.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class LineInput:
    """One line to bill. `unit_price` is in minor units, net or gross as the practice's prices are; `quantity` in
    thousandths; the discount is an amount in minor units with its reason. `shared_with_id` is a second therapist, who
    gave it together with the first: half of it counts for each."""

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
    shared_with_id: int | None = None

    @property
    def therapists(self) -> list[int]:
        """Who gave it, by number."""
        return [number for number in (self.therapist_id, self.shared_with_id) if number is not None]


def issue_invoice(actor: Actor, *, client_id: int, lines: Sequence[LineInput], appointment_id: int | None = None,
                  therapist_id: int | None = None, request_key: str | None = None) -> Document:
    """Issue an invoice: priced once, numbered without a gap, kept as a snapshot. The same `request_key` again is the
    first one.

    Raises NotReadyToIssue, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(client_id)
    first = first_document(client_id, request_key)
    if first is not None:
        return first
    document = draft_invoice(actor, client_id=client_id, lines=lines, appointment_id=appointment_id,
                             therapist_id=therapist_id)
    document.request_key = request_key
    return issue(actor, document)


def draft_invoice(actor: Actor, *, client_id: int, lines: Sequence[LineInput], appointment_id: int | None = None,
                  therapist_id: int | None = None) -> Document:
    """An invoice with everything on it but its number and dates; `issue` follows in the same transaction.

    In between money may be put against it, so that the number is taken last. Raises Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid(_("An invoice has at least one line."), "lines")
    lock_account(client_id)
    client, practice = get_client(client_id), the_practice()
    taxes = tax_codes_of(line.tax_code_id for line in lines)
    totals = price_lines(practice, lines, taxes)
    names = names_on_paper({number for line in lines for number in line.therapists})
    document = _new_invoice(actor, client, practice, therapist_id)
    document.appointment_id = appointment_id
    document.lines = [_line(place, line, taxes[line.tax_code_id], priced, names)
                      for place, (line, priced) in enumerate(zip(lines, totals.lines, strict=True), 1)]
    document.taxes = [DocumentTax(category=part.tax.category, rate=part.tax.rate, net_amount=part.base,
                                  tax_amount=part.amount) for part in totals.taxes]
    document.net_amount, document.tax_amount, document.gross_amount = totals.net, totals.tax, totals.gross
    document.open_amount = totals.gross
    db.session.add(document)
    db.session.flush()
    return document


def draft_without_lines(actor: Actor, *, client_id: int, kind: DocumentKind) -> Document:
    """Heads and names of a document of another kind; its lines and sums are the caller's."""
    require(actor, Permission.INVOICE_ISSUE)
    document = _new_invoice(actor, get_client(client_id), the_practice(), None)
    document.kind = kind
    return document


def issue(actor: Actor, document: Document, *, brought_on: date | None = None) -> Document:
    """Give a drafted document its number and dates, and fix it. The last step before the commit.

    `brought_on` is the day of what is brought over from before, which takes no number of a series.
    """
    require(actor, Permission.INVOICE_ISSUE)
    is_invoice = document.kind is DocumentKind.INVOICE
    _check_paper(document)
    head = {name: value for name, value in document.issuer_head.items() if name != "einvoice"}
    if the_practice().has_einvoices and can_carry(document):
        head["einvoice"] = EDITION
    if head != document.issuer_head:
        document.issuer_head = head
    if document.id is None:
        db.session.flush()  # its lines, as long as it is a draft
    taken = outside_series(document, brought_on) if brought_on else take_number(document)
    counted_on = {line: (_counted_on(line.service_on) if is_invoice else None) or taken.issued_on
                  for line in document.lines}  # a credit note by its own date, a late invoice for closed books as well
    if any(line.recognised_on != day for line, day in counted_on.items()):
        for line, day in counted_on.items():
            line.recognised_on = day
        db.session.flush()  # lines of an issued document do not change any more
    document.series_id, document.number, document.number_text = taken.series_id, taken.number, taken.number_text
    document.issued_at, document.issued_on = taken.issued_at, taken.issued_on
    if is_invoice:
        document.due_on = taken.issued_on + timedelta(days=the_practice().payment_days)
    document.state = DocumentState.ISSUED
    document.content_hash = content_hash(document)
    db.session.flush()
    audit.record(actor, f"{document.kind}.issue", document, client_id=document.client_id, number=document.number_text,
                 gross=document.gross_amount, currency=document.currency)
    return document


def _check_paper(document: Document) -> None:
    """Before it is fixed for good: what its profile must carry is there, and every letter of it can be printed.

    Raises NotReadyToIssue.
    """
    head = document.issuer_head
    missing = missing_characters([head, document.billed_name, document.billed_address, document.reason,
                                  [[line.text, line.given_by, line.discount_reason] for line in document.lines]])
    if missing:
        raise NotReadyToIssue(Fault(_("No font of this computer draws %(signs)s: write the name or text in other "
                                      "letters, or install a font.")), signs=missing)
    if document.kind is not DocumentKind.INVOICE or head["profile"] == Profile.PLAIN:
        return
    shared = shared_by(document.id)
    gave = {line.id: shared.get(line.position, [line.therapist_id]) for line in document.lines}
    numbers = registrations({number for therapists in gave.values() for number in therapists if number})
    codes = billing_codes({line.treatment_id for line in document.lines if line.treatment_id})
    check_paper(PaperFacts(
        head["profile"], head["address"], head["tax_number"], head["phone"], document.billed_address,
        document.gross_amount, head["simplified_amount"], tuple(
            LineFacts(line.kind is LineKind.SERVICE, str(line.tax_category), line.tax_reason,
                      *numbers.get(number, ("", "", "")), codes.get(line.treatment_id, ""), number, line.treatment_id)
            for line in document.lines for number in gave[line.id]), document.client_id))


def _counted_on(service_on: date | None) -> date | None:
    """The day of the service while its books are open; None where the day of issue counts."""
    closed = the_practice().books_closed_on
    return service_on if service_on and (closed is None or service_on > closed) else None


def less(lines: Sequence[LineInput], discount: int, reason: str) -> list[LineInput]:
    """The lines with a discount on all of them: shared out in proportion to what each comes to before it, half-up, what
    is left over to the largest fractions. So credit notes, taxes and figures by therapist know its parts. Raises
    Invalid."""
    if not discount:
        return list(lines)
    before = [round_half_up(line.unit_price * line.quantity, 1000) - line.discount for line in lines]
    if not 0 < whole(discount) <= sum(before):
        raise Invalid(_("A discount is not larger than the price."), "discount")
    return [replace(line, discount=line.discount + part, discount_reason=", ".join(
        dict.fromkeys(filter(None, (line.discount_reason, reason.strip())))) if part else line.discount_reason)
        for line, part in zip(lines, split(discount, before), strict=True)]


def tax_codes_of(ids: Iterable[int]) -> dict[int, TaxCode]:
    """These tax codes by id. Raises Invalid for one that does not exist."""
    wanted = set(ids)
    found = {row.id: row for number in wanted if (row := read_already(TaxCode, number)) is not None}
    if wanted - found.keys():
        found = {row.id: row for row in db.session.scalars(TAX_CODES, {"ids": list(wanted)})}
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


def _new_invoice(actor: Actor, client: Client, practice: Settings, therapist_id: int | None) -> Document:
    """Heads and names as they are today: what changes later does not change the document."""
    issuer = issuer_for(therapist_id)
    address = "\n".join(part for part in (client.street, f"{client.postal_code} {client.city}".strip()) if part)
    head = {"name": issuer.name, "address": issuer.address, "tax_number": issuer.tax_number,
            "bank_account": issuer.bank_account, "footer": issuer.footer, "phone": practice.phone,
            "profile": issuer.profile, "simplified_amount": issuer.simplified_amount,
            "email": practice.email, "country": practice.country}
    if client.country:
        head["buyer_country"] = client.country
    return Document(
        kind=DocumentKind.INVOICE, state=DocumentState.DRAFT, issuer_id=issuer.id, location_id=main_location_id(),
        client_id=client.id, currency=practice.currency, price_mode=practice.price_mode,
        language=client.language or practice.language, billed_name=f"{client.first_name} {client.last_name}".strip(),
        billed_address=address, issuer_head=head, issued_by_id=actor.user_id)


def _line(place: int, line: LineInput, code: TaxCode, priced, names: dict[int, str]) -> DocumentLine:
    given_by = BETWEEN_NAMES.join(names[number] for number in line.therapists if number in names)
    if line.discount and len(line.discount_reason.strip()) < 3:
        raise Invalid(_("Say why there is a discount."), "discount_reason")
    if len(given_by) > LONGEST_NAMES:
        raise Invalid(_("The names of the therapists are too long for one line of a document: shorten one of them, or "
                        "put the session on lines of its own."))
    return DocumentLine(
        position=place, kind=line.kind, text=line.text[:200], therapist_id=line.therapist_id,
        given_by=given_by, treatment_id=line.treatment_id, product_id=line.product_id,
        service_on=line.service_on, recognised_on=_counted_on(line.service_on), quantity=line.quantity,
        unit_price_amount=line.unit_price, discount_amount=line.discount,
        discount_reason=line.discount_reason.strip()[:120], tax_category=code.category, tax_rate=code.rate,
        tax_reason=code.reason, net_amount=priced.net, tax_amount=priced.tax, gross_amount=priced.gross,
        shares=shares_of(line.therapists, priced.net, priced.tax))


def today() -> date:
    """The practice's local date."""
    return clock.local_date(clock.now(), the_practice().time_zone)


def content_hash(document: Document) -> str:
    """SHA-256 over everything that stands on the document."""
    whole = {
        "kind": document.kind, "number": document.number_text, "refers_to": document.refers_to_id,
        "issued_on": document.issued_on.isoformat(), "due_on": document.due_on.isoformat() if document.due_on else None,
        "to": document.billed_name, "address": document.billed_address, "head": document.issuer_head,
        "currency": document.currency, "price_mode": document.price_mode, "reason": document.reason,
        "lines": [[line.text, line.given_by, line.service_on.isoformat() if line.service_on else None, line.quantity,
                   line.unit_price_amount, line.discount_amount, line.discount_reason, line.tax_category, line.tax_rate,
                   line.tax_reason, line.net_amount, line.tax_amount, line.gross_amount] for line in document.lines],
        "taxes": sorted([tax.category, tax.rate, tax.net_amount, tax.tax_amount] for tax in document.taxes),
        "sums": [document.net_amount, document.tax_amount, document.gross_amount]}
    return hashlib.sha256(canonical_json(whole).encode()).hexdigest()
