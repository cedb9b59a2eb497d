"""Everything that is booked in a period, as pairs of accounts: what the accountant gets.

An account has a key of ours ("method:cash", "revenue:service:S:135000"); which number it has in the accountant's books
says the account map. Invoices are booked when issued, money when it moves, sessions paid ahead when they are given.
"""
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, literal_column, select, union_all
from sqlalchemy.orm import aliased

from practice.accounts.queries import user_names
from practice.billing.models.documents import Document, DocumentKind, DocumentLine
from practice.billing.models.payments import Allocation, Method, Payment, Tip, TipPayout, WriteOff
from practice.billing.models.payouts import CardPayout
from practice.billing.models.vouchers import Voucher
from practice.billing.queries.tips import HANDED_OUT
from practice.core.db import db
from practice.reports.layouts import Sold
from practice.reports.period import Period
from practice.reports.queries import rows
from practice.reports.queries.rows import ISSUED

CLIENTS, CREDIT, TIPS, VOUCHERS, PACKAGES, PREPAID, WRITTEN_OFF, EXPIRED, OPENING, CARD_FEES, PAYOUT_BANK, BONUS = (
    "clients", "credit", "tips", "vouchers", "packages", "vouchers_one_treatment", "written_off", "expired",
    "opening", "card_fees", "payout_bank", "voucher_bonus")
# Lines that are no revenue: owed in sessions, or brought over from before.
AHEAD = {"package": PACKAGES, "voucher": PREPAID, "opening": OPENING}
CORRECTED = aliased(Document)


@dataclass(frozen=True)
class Entry:
    """One booking: `amount` from the account `credit` to `debit`, minor units and never negative; of revenue without
    tax, which has an entry of its own. `client` is left out of files without names."""

    on_date: date
    document: str
    debit: str
    credit: str
    amount: int
    text: str = ""
    therapist: str = ""
    client: str = ""


def _entry(on_date: date, document: str, debit: str, credit: str, amount: int, **more) -> list[Entry]:
    """The booking, turned round when the amount is below zero; none of nothing."""
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return [Entry(on_date, document or "", debit, credit, amount, **more)] if amount else []


def journal(period: Period) -> list[Entry]:
    """All bookings of a period by day, inside a snapshot."""
    found = [*_documents(period), *_money(period), *paid_out(period), *_settled(period), *_given(period),
             *_on_top(period)]
    return sorted(found, key=lambda entry: (entry.on_date, entry.document))


def revenue_key(kind: str, category: str, rate: int) -> str:
    return f"revenue:{kind}:{category}:{rate}"


def tax_key(category: str, rate: int) -> str:
    return f"tax:{category}:{rate}"


def _documents(period: Period) -> list[Entry]:
    """Each line against what the client owes: revenue, its tax, or what is owed in sessions and vouchers."""
    names, found = user_names(), []
    lines = db.session.execute(
        select(Document.kind.label("of"), Document.issued_on, Document.number_text, Document.billed_name,
               DocumentLine.kind, DocumentLine.tax_category, DocumentLine.tax_rate, DocumentLine.text,
               rows.THERAPIST.label("therapist_id"), rows.NET.label("net_amount"), rows.TAX.label("tax_amount"),
               CORRECTED.kind.label("corrected"))
        .join(DocumentLine, DocumentLine.document_id == Document.id).outerjoin(*rows.SHARES)
        .outerjoin(CORRECTED, CORRECTED.id == Document.refers_to_id)
        .where(ISSUED, Document.issued_on.between(period.first, period.last))
        .order_by(Document.id, DocumentLine.position)).all()
    for line in lines:
        key = AHEAD.get(line.kind) or revenue_key(line.kind, line.tax_category, line.tax_rate)
        if DocumentKind.VOUCHER_SALE in (line.of, line.corrected):
            key = VOUCHERS
        more = {"text": line.text, "therapist": names.get(line.therapist_id, ""), "client": line.billed_name}
        found += _entry(line.issued_on, line.number_text, CLIENTS, key, line.net_amount, **more)
        found += _entry(line.issued_on, line.number_text, CLIENTS, tax_key(line.tax_category, line.tax_rate),
                        line.tax_amount, **more)
    return found


def sold(period: Period) -> list[Sold]:
    """The lines of the invoices and credit notes of a period, in the order of their numbers; no vouchers of an
    amount, which are no sale."""
    found = db.session.execute(
        select(Document.number_text, Document.kind, Document.issued_on, Document.due_on, Document.client_id,
               Document.billed_name, DocumentLine.text, DocumentLine.kind.label("line"), DocumentLine.tax_category,
               DocumentLine.tax_rate, DocumentLine.net_amount, DocumentLine.tax_amount, DocumentLine.service_on)
        .join(DocumentLine, DocumentLine.document_id == Document.id)
        .where(rows.INVOICED, Document.issued_on.between(period.first, period.last))
        .order_by(Document.id, DocumentLine.position))
    return [Sold(row.number_text, row.kind is DocumentKind.INVOICE, row.issued_on, row.due_on or row.issued_on,
                 row.client_id, row.billed_name, row.text,
                 AHEAD.get(row.line) or revenue_key(row.line, row.tax_category, row.tax_rate), row.net_amount,
                 row.tax_amount, row.service_on, tax_key(row.tax_category, row.tax_rate)) for row in found]


def _money(period: Period) -> list[Entry]:
    """Payments are the client's credit first; what of them is a tip, and tips that are handed out."""
    names, found = user_names(), []
    for row in db.session.execute(
            select(Payment.received_on, Payment.id, Payment.method, Payment.amount, Payment.reference,
                   _billed_name().label("name"))
            .where(Payment.received_on.between(period.first, period.last)).order_by(Payment.id)):
        found += _entry(row.received_on, f"P{row.id}", _account_of(row.method), CREDIT, row.amount, text=row.reference,
                        client=row.name or "")
    for row in db.session.execute(select(Tip.on_date, Tip.payment_id, Tip.therapist_id, Tip.amount)
                                  .where(Tip.on_date.between(period.first, period.last)).order_by(Tip.id)):
        found += _entry(row.on_date, f"P{row.payment_id}", CREDIT, TIPS, row.amount,
                        therapist=names.get(row.therapist_id, ""))
    for row in db.session.execute(select(TipPayout).where(TipPayout.paid_on.between(period.first, period.last))
                                  .order_by(TipPayout.id)).scalars():
        # Nobody is paid from a card account: what was once noted so left the bank.
        out_of = row.method if row.method in HANDED_OUT else Method.BANK
        found += _entry(row.paid_on, f"T{row.id}", TIPS, f"method:{out_of}", row.amount,
                        therapist=names.get(row.therapist_id, ""))
    return found


def paid_out(period: Period) -> list[Entry]:
    """What came to the bank of a method's payments, and what was kept as a fee; the rest stays on its account. A fee
    that was billed apart left the bank. The document is no number of a credit note, which begin with C."""
    found = []
    for row in db.session.execute(
            select(CardPayout.id, CardPayout.paid_on, CardPayout.method, CardPayout.bank_amount, CardPayout.fee_amount,
                   CardPayout.is_fee_bill, CardPayout.reference)
            .where(CardPayout.paid_on.between(period.first, period.last)).order_by(CardPayout.id)):
        if row.is_fee_bill:
            found += _entry(row.paid_on, f"PO{row.id}", CARD_FEES, PAYOUT_BANK, row.fee_amount, text=row.reference)
            continue
        for key, amount in ((PAYOUT_BANK, row.bank_amount), (CARD_FEES, row.fee_amount)):
            found += _entry(row.paid_on, f"PO{row.id}", key, f"method:{row.method}", amount, text=row.reference)
    return found


def beside_invoices(period: Period) -> list[Entry]:
    """What programs that take the invoices do not know of, by document: card payouts; sessions that were paid ahead,
    together for each day, with the number they were sold under as the text."""
    given = [replace(entry, document=f"S{entry.on_date:%y%m%d}", text=entry.document) for entry in _given(period)]
    return paid_out(period) + given


def _account_of(method: Method) -> str:
    return OPENING if method == Method.OPENING else f"method:{method}"


def _billed_name():
    """The name on the payer's last document: who keeps the books does not see clients."""
    return (select(Document.billed_name).where(Document.client_id == Payment.client_id)
            .order_by(Document.id.desc()).limit(1).scalar_subquery())


def _settled(period: Period) -> list[Entry]:
    """What settles an invoice: credit, a voucher, giving it up. A credit note was booked as a document."""
    found = []
    for row in db.session.execute(
            select(Allocation.on_date, Allocation.payment_id, Allocation.voucher_id, Allocation.amount,
                   Document.number_text, Document.billed_name, WriteOff.reason)
            .join(Document, Document.id == Allocation.document_id)
            .outerjoin(WriteOff, WriteOff.id == Allocation.write_off_id)
            .where(Allocation.credit_note_id.is_(None), Allocation.on_date.between(period.first, period.last))
            .order_by(Allocation.id)):
        source = CREDIT if row.payment_id else VOUCHERS if row.voucher_id else WRITTEN_OFF
        found += _entry(row.on_date, row.number_text, source, CLIENTS, row.amount, text=row.reason or "",
                        client=row.billed_name)
    return found


def _given(period: Period) -> list[Entry]:
    """Sessions that were paid ahead, when they are given; what expired unused, when it does."""
    names, earned, found = user_names(), rows.earned(period), []
    voucher_sale = select(Document.kind).where(Document.id == earned.c.document_id).scalar_subquery()
    for row in db.session.execute(
            select(earned.c.on_date, earned.c.number_text, earned.c.source, earned.c.therapist_id, earned.c.amount,
                   voucher_sale.label("of"), _sold_package(earned).label("packages"))
            .where(earned.c.source.in_(("package_session", "voucher_session", "expired")))
            .order_by(earned.c.on_date, earned.c.document_id)):
        key = VOUCHERS if row.of is DocumentKind.VOUCHER_SALE else PACKAGES if row.packages else PREPAID
        gives = EXPIRED if row.source == "expired" else f"revenue:{row.source}"
        found += _entry(row.on_date, row.number_text, key, gives, row.amount,
                        therapist=names.get(row.therapist_id, ""))
    return found


def _on_top(period: Period) -> list[Entry]:
    """What vouchers are worth beyond their price: given when they are sold, not given when the sale is taken back, nor
    for what of them expires unused."""
    on_top, note = Voucher.value_amount - Document.net_amount, aliased(Document)
    left = rows.left_of_vouchers(Voucher.expires_on)

    def of_vouchers(day, number, amount):
        return (select(day.label("on_date"), number.label("number"), amount.label("amount"))
                .join_from(Voucher, Document, Document.id == Voucher.document_id)
                .where(on_top > literal_column("0"), day.between(period.first, period.last)))

    found = []
    for row in db.session.execute(union_all(
            of_vouchers(Voucher.sold_on, Document.number_text, on_top),
            of_vouchers(note.issued_on, note.number_text, -on_top).join(note, note.refers_to_id == Document.id),
            of_vouchers(Voucher.expires_on, Document.number_text, rows.paid_for_of(left) - left))):
        found += _entry(row.on_date, row.number, BONUS, VOUCHERS, int(row.amount))
    return found


def _sold_package(earned):
    """How many lines of packages the document has."""
    return (select(func.count(DocumentLine.id))
            .where(DocumentLine.document_id == earned.c.document_id, DocumentLine.kind == "package").scalar_subquery())
