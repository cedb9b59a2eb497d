"""A client's account over a span of days: every document, payment and write-off, with the balance after each."""
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, or_, select

from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.payments import OPENING_LABEL, Allocation, Method, Payment, Tip
from practice.core.db import db
from practice.core.text import _


class Entry(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    PAID_BACK = "paid_back"
    TAKEN_BACK = "taken_back"
    WRITTEN_OFF = "written_off"
    VOUCHER_SALE = "voucher_sale"
    VOUCHER = "voucher"
    OPENING = "opening"


ENTRY_LABELS = {Entry.INVOICE: _("Invoice"), Entry.CREDIT_NOTE: _("Credit note"), Entry.PAYMENT: _("Payment"),
                Entry.PAID_BACK: _("Paid back"), Entry.TAKEN_BACK: _("Payment taken back"),
                Entry.WRITTEN_OFF: _("Written off"), Entry.VOUCHER_SALE: _("Voucher bought"),
                Entry.VOUCHER: _("Paid with a voucher"), Entry.OPENING: OPENING_LABEL}
ENTRY_OF = {DocumentKind.INVOICE: Entry.INVOICE, DocumentKind.CREDIT_NOTE: Entry.CREDIT_NOTE,
            DocumentKind.VOUCHER_SALE: Entry.VOUCHER_SALE, DocumentKind.OPENING: Entry.OPENING}


@dataclass(frozen=True)
class Line:
    """One entry: `amount` above zero is owed more, below zero less; `balance` after it; minor units."""

    on_date: date
    entry: Entry
    number: str
    document_id: int | None
    method: Method | None
    amount: int
    balance: int

    @property
    def debit(self) -> int:
        return max(0, self.amount)

    @property
    def credit(self) -> int:
        return max(0, -self.amount)


@dataclass(frozen=True)
class Statement:
    """From `first` to `last`, both included. A balance above zero is owed by the client, below zero is their credit."""

    first: date
    last: date
    opening: int
    lines: list[Line]

    @property
    def closing(self) -> int:
        return self.lines[-1].balance if self.lines else self.opening


def statement_of(client_id: int, first: date, last: date) -> Statement:
    """Tips are not part of the account: a payment counts without the tip in it."""
    moves = sorted(_moves(client_id, last), key=lambda move: move[0])
    balance = opening = sum(move[-1] for move in moves if move[0] < first)
    lines = []
    for on_date, entry, number, document_id, method, amount in moves:
        if on_date >= first:
            balance += amount
            lines.append(Line(on_date, entry, number, document_id, method, amount, balance))
    return Statement(first, last, opening, lines)


def a_year_until(day: date) -> tuple[date, date]:
    """The span a statement shows when nobody says another."""
    return day - timedelta(days=365), day


def _moves(client_id: int, last: date) -> list[tuple]:
    """(day, entry, number, document, method, amount) in the order of a day: documents, then money."""
    documents = db.session.execute(
        select(Document.id, Document.issued_on, Document.kind, Document.number_text, Document.gross_amount)
        .where(Document.client_id == client_id, Document.state != DocumentState.DRAFT, Document.issued_on <= last)
        .order_by(Document.id))
    found = [(row.issued_on, ENTRY_OF[row.kind], row.number_text, row.id, None, row.gross_amount) for row in documents]
    tips = dict(db.session.execute(
        select(Tip.payment_id, func.sum(Tip.amount)).join(Payment, Payment.id == Tip.payment_id)
        .where(Payment.client_id == client_id).group_by(Tip.payment_id)).all())
    payments = db.session.execute(
        select(Payment.id, Payment.received_on, Payment.method, Payment.amount, Payment.reverses_id)
        .where(Payment.client_id == client_id, Payment.received_on <= last).order_by(Payment.id))
    for row in payments:
        amount = row.amount - int(tips.get(row.id, 0))
        entry = (Entry.TAKEN_BACK if row.reverses_id else Entry.PAID_BACK if row.amount < 0
                 else Entry.OPENING if row.method == Method.OPENING else Entry.PAYMENT)
        if amount:
            method = row.method if row.method != Method.OPENING else None
            found.append((row.received_on, entry, "", None, method, -amount))
    lost = db.session.execute(
        select(Allocation.on_date, Document.id, Document.number_text, Allocation.amount, Allocation.voucher_id)
        .join(Document, Document.id == Allocation.document_id)
        .where(Document.client_id == client_id, Allocation.on_date <= last,
               or_(Allocation.write_off_id.is_not(None), Allocation.voucher_id.is_not(None)))
        .order_by(Allocation.id))
    return found + [(row.on_date, Entry.VOUCHER if row.voucher_id else Entry.WRITTEN_OFF, row.number_text, row.id,
                     None, -row.amount) for row in lost]
