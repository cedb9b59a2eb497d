"""Taking an invoice back, whole or in parts, with a document of its own.

Tax of a part is cumulative: round(tax x credited until now / gross) less what was credited before, so the last part
takes the remainder and nothing is left between an invoice and its credit notes.
"""
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentState,
    DocumentTax,
    LineKind,
    LineShare,
)
from practice.billing.models.packages import Package
from practice.billing.models.payments import Allocation
from practice.billing.models.vouchers import Voucher
from practice.billing.queries.documents import first_document, get_document
from practice.billing.services.documents import issue, today
from practice.billing.services.locking import lock_account
from practice.billing.services.shares import shared_by, shares_of
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import round_half_up, whole
from practice.core.text import _
from practice.premises.models import PriceMode


class AlreadyCredited(DomainError):
    message = _("This invoice has been credited in full already.")


class NotAnInvoice(DomainError):
    message = _("Only an issued invoice can be credited.")


class VoucherUsed(DomainError):
    message = _("A voucher is taken back whole, and only while nothing of it is used.")


class PackageUsed(DomainError):
    message = _("Sessions of this package were used: at most the value of those left can be credited.")


@dataclass(frozen=True)
class Credited:
    """What was credited of one line, as positive minor units."""

    net: int = 0
    tax: int = 0
    gross: int = 0


def credit_note(actor: Actor, document_id: int, *, reason: str, amounts: Mapping[int, int] | None = None,
                request_key: str | None = None) -> Document:
    """Take an invoice back: all that is not credited yet, or `amounts`, {position of the line: minor units with tax}.

    It settles what is open; beyond that, money that paid the invoice becomes the client's credit. An invoice credited
    to the last cent is void. The same `request_key` again is the first one. Raises AlreadyCredited, NotAnInvoice,
    PackageUsed, Invalid, NotFound.
    """
    require(actor, Permission.INVOICE_ISSUE)
    invoice = get_document(document_id)
    if invoice.kind is DocumentKind.OPENING:
        raise NotAnInvoice()
    lock_account(invoice.client_id)
    first = first_document(invoice.client_id, request_key, kind=DocumentKind.CREDIT_NOTE, refers_to_id=document_id)
    if first is not None:
        return first
    note = draft_note(actor, document_id, reason=reason, amounts=amounts)
    note.request_key = request_key
    return issue(actor, note)


def draft_note(actor: Actor, document_id: int, *, reason: str, amounts: Mapping[int, int] | None = None) -> Document:
    """A credit note that settles its invoice and has no number yet; `issue` follows in the same transaction."""
    require(actor, Permission.INVOICE_ISSUE)
    lock_account(get_document(document_id).client_id)
    invoice = get_document(document_id, lock=True)
    if invoice.kind is DocumentKind.CREDIT_NOTE or invoice.state is DocumentState.DRAFT:
        raise NotAnInvoice()
    if invoice.state is DocumentState.VOID:
        raise AlreadyCredited()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    before = credited_lines(invoice.id)
    is_whole = amounts is None and not before
    wanted = _wanted(invoice, before, amounts)
    note = _draft(actor, invoice, reason.strip()[:200])
    note.lines = [_mirrored(line) if is_whole else _part(invoice, line, before.get(line.position, Credited()), amount)
                  for line, amount in wanted]
    _share(invoice, note, before)
    _total(note)
    _lower_package(invoice, note)
    _end_voucher(invoice, note)
    db.session.add(note)
    db.session.flush()
    _settle(invoice, note)
    done = sum(part.gross for part in before.values()) - note.gross_amount
    if done == invoice.gross_amount:
        invoice.state = DocumentState.VOID
    invoice.version += 1
    db.session.flush()
    return note


def credited_lines(invoice_id: int) -> dict[int, Credited]:
    """What was credited of each line of an invoice until now, by position."""
    rows = db.session.execute(
        select(DocumentLine.position, func.sum(DocumentLine.net_amount), func.sum(DocumentLine.tax_amount),
               func.sum(DocumentLine.gross_amount))
        .join(Document, Document.id == DocumentLine.document_id)
        .where(Document.refers_to_id == invoice_id).group_by(DocumentLine.position))
    return {position: Credited(-int(net), -int(tax), -int(gross)) for position, net, tax, gross in rows}


def _wanted(invoice: Document, before: dict[int, Credited], amounts) -> list[tuple[DocumentLine, int]]:
    """The lines to credit with their amounts; nothing asked for means all that is left."""
    left = {line.position: line.gross_amount - before.get(line.position, Credited()).gross for line in invoice.lines}
    if amounts is None:
        return [(line, left[line.position]) for line in invoice.lines if left[line.position] or not before]
    if amounts.keys() - left.keys():
        raise Invalid(_("There is no such line."), "amounts")
    if any(not 0 <= whole(amount) <= left[position] for position, amount in amounts.items()):
        raise Invalid(_("Not more can be credited than is left of a line."), "amounts")
    chosen = [(line, amounts[line.position]) for line in invoice.lines if amounts.get(line.position)]
    if not chosen:
        raise Invalid(_("Enter an amount above zero."), "amounts")
    return chosen


def _draft(actor: Actor, invoice: Document, reason: str) -> Document:
    return Document(
        kind=DocumentKind.CREDIT_NOTE, state=DocumentState.DRAFT, issuer_id=invoice.issuer_id,
        location_id=invoice.location_id, client_id=invoice.client_id, refers_to_id=invoice.id,
        currency=invoice.currency, price_mode=invoice.price_mode, language=invoice.language,
        billed_name=invoice.billed_name, billed_address=invoice.billed_address, issuer_head=invoice.issuer_head,
        reason=reason, issued_by_id=actor.user_id)


def _copy(line: DocumentLine, **figures) -> DocumentLine:
    return DocumentLine(
        position=line.position, kind=line.kind, text=line.text, therapist_id=line.therapist_id,
        given_by=line.given_by, treatment_id=line.treatment_id, product_id=line.product_id, service_on=line.service_on,
        tax_category=line.tax_category, tax_rate=line.tax_rate, tax_reason=line.tax_reason, **figures)


def _mirrored(line: DocumentLine) -> DocumentLine:
    return _copy(line, quantity=-line.quantity, unit_price_amount=line.unit_price_amount,
                 discount_amount=line.discount_amount, discount_reason=line.discount_reason,
                 net_amount=-line.net_amount, tax_amount=-line.tax_amount, gross_amount=-line.gross_amount)


def _part(invoice: Document, line: DocumentLine, before: Credited, amount: int) -> DocumentLine:
    tax = round_half_up(line.tax_amount * (before.gross + amount), line.gross_amount) - before.tax
    price = amount if invoice.price_mode is PriceMode.GROSS else amount - tax
    return _copy(line, quantity=-1000, unit_price_amount=price, discount_amount=0, discount_reason="",
                 net_amount=tax - amount, tax_amount=-tax, gross_amount=-amount)


def _share(invoice: Document, note: Document, before: dict[int, Credited]) -> None:
    """A line that therapists share is taken back from each of them: what they have of all that is credited until now,
    less what was taken back before."""
    shared = shared_by(invoice.id)
    for line in note.lines:
        therapists, until = shared.get(line.position, []), before.get(line.position, Credited())
        then = shares_of(therapists, -until.net, -until.tax)
        now = shares_of(therapists, line.net_amount - until.net, line.tax_amount - until.tax)
        line.shares = [LineShare(therapist_id=one.therapist_id, net_amount=one.net_amount - was.net_amount,
                                 tax_amount=one.tax_amount - was.tax_amount)
                       for one, was in zip(now, then, strict=True)]


def _total(note: Document) -> None:
    """Sums of the credit note, which are those of its lines."""
    rates: dict[tuple, list[int]] = {}
    for line in note.lines:
        sums = rates.setdefault((line.tax_category, line.tax_rate), [0, 0])
        sums[0] += line.net_amount
        sums[1] += line.tax_amount
    note.taxes = [DocumentTax(category=category, rate=rate, net_amount=net, tax_amount=tax)
                  for (category, rate), (net, tax) in sorted(rates.items())]
    note.net_amount = sum(line.net_amount for line in note.lines)
    note.tax_amount = sum(line.tax_amount for line in note.lines)
    note.gross_amount = note.net_amount + note.tax_amount


def _lower_package(invoice: Document, note: Document) -> None:
    """What is credited of a package is no longer owed in sessions; without value left it is over."""
    net = -sum(line.net_amount for line in note.lines if line.kind is LineKind.PACKAGE)
    if not net:
        return
    package = db.session.scalars(select(Package).where(Package.document_id == invoice.id).with_for_update()
                                 .execution_options(populate_existing=True)).first()
    if package is None:
        return
    if net > package.value_left_amount:
        raise PackageUsed()
    package.value_left_amount -= net
    package.version += 1
    if package.value_left_amount == 0:
        package.sessions_left = 0


def _end_voucher(invoice: Document, note: Document) -> None:
    """A voucher is taken back whole, and only as long as nothing of it was used."""
    if not any(line.kind is LineKind.VOUCHER for line in note.lines):
        return
    row = db.session.scalars(select(Voucher).where(Voucher.document_id == invoice.id).with_for_update()
                             .execution_options(populate_existing=True)).first()
    if row is None:
        return
    if row.left_amount != row.value_amount or -note.gross_amount != invoice.gross_amount:
        raise VoucherUsed()
    row.left_amount = 0


def _settle(invoice: Document, note: Document) -> None:
    """Put the credit note against its invoice; what is there too much is freed: first what was written off, which was
    never paid, then money, the latest first, then vouchers, which get back what they paid."""
    amount, on, now = -note.gross_amount, today(), clock.now()
    db.session.add(Allocation(credit_note_id=note.id, document_id=invoice.id, amount=amount, on_date=on, made_at=now))
    to_free = max(0, amount - invoice.open_amount)
    invoice.open_amount = max(0, invoice.open_amount - amount)
    source = (Allocation.write_off_id, Allocation.payment_id, Allocation.voucher_id)
    put = db.session.execute(
        select(*source, func.sum(Allocation.amount).label("amount"))
        .where(Allocation.document_id == invoice.id, Allocation.credit_note_id.is_(None)).group_by(*source)).all()
    for row in sorted(put, key=lambda row: (row.write_off_id is None, row.voucher_id is not None,
                                              -(row.payment_id or 0))):
        freed = min(int(row.amount), to_free)
        if freed:
            db.session.add(Allocation(
                write_off_id=row.write_off_id, payment_id=row.payment_id, voucher_id=row.voucher_id,
                document_id=invoice.id, amount=-freed, on_date=on, made_at=now))
            to_free -= freed
            invoice.written_off_amount -= freed if row.write_off_id else 0
            if row.voucher_id is not None:
                db.session.execute(update(Voucher).where(Voucher.id == row.voucher_id)
                                   .values(left_amount=Voucher.left_amount + freed)
                                   .execution_options(synchronize_session=False))
