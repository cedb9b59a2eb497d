"""Sums of money by what they are grouped by, read as few rows: what the figures of a report are put together from."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String as Text
from sqlalchemy import and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentTax, LineShare
from practice.billing.models.payments import Allocation, Method, Payment, Tip
from practice.billing.models.payouts import CardPayout
from practice.billing.models.till import TillCount, TillDay
from practice.core.db import db
from practice.core.money import round_half_up, split
from practice.reports.period import Period
from practice.reports.queries import rows
from practice.reports.queries.rows import INVOICED, IS_EARNED, ISSUED, NET, PLACE, PREPAID, SHARES, TAX, THERAPIST


def one(*statements) -> int:
    """What these statements come to together."""
    return sum(int(db.session.scalar(statement) or 0) for statement in statements)


def read(statement) -> list:
    return db.session.execute(statement).all()


def invoiced(span: Period) -> list:
    """By kind, location and issuer: how many, net, tax, gross."""
    return read(select(type_coerce(Document.kind, Text).label("kind"), Document.location_id, Document.issuer_id,
                       func.count(Document.id).label("count"), func.sum(Document.net_amount).label("net"),
                       func.sum(Document.tax_amount).label("tax"), func.sum(Document.gross_amount).label("gross"))
                .where(INVOICED, Document.issued_on.between(span.first, span.last))
                .group_by(Document.kind, Document.location_id, Document.issuer_id))


def earned(span: Period) -> list:
    """By day, source, therapist, treatment, location and issuer."""
    from_rows = rows.earned(span)
    keys = (from_rows.c.on_date, from_rows.c.source, from_rows.c.therapist_id, from_rows.c.treatment_id,
            from_rows.c.location_id, from_rows.c.issuer_id)
    return read(select(*keys, func.sum(from_rows.c.amount).label("amount")).group_by(*keys))


def earned_by_day(span: Period) -> dict[date, int]:
    from_rows = rows.earned(span)
    return {day: int(amount) for day, amount in
            read(select(from_rows.c.on_date, func.sum(from_rows.c.amount)).group_by(from_rows.c.on_date))}


def owed(span: Period) -> list:
    """What was still owed at the end of the span by age, location and issuer: how many, how much, how much of it on
    the span's own invoices, and since when the oldest of them was due."""
    is_new = and_(Document.issued_on >= span.first, Document.kind == DocumentKind.INVOICE)
    columns = (rows.age(rows.DUE_ON, span.last).label("age"), *PLACE, rows.DUE_ON, is_new.label("is_new"))
    found = rows.owed_with(columns, span.last)
    keys = (found.c.age, found.c.location_id, found.c.issuer_id)
    return read(select(*keys, func.count().label("count"), func.sum(found.c.owed).label("amount"),
                       func.sum(case((found.c.is_new, found.c.owed), else_=0)).label("new"),
                       func.min(found.c.due_on).label("due_on")).group_by(*keys))


def owed_at_the_end_of(day: date) -> int:
    """Everything that was."""
    return one(select(func.sum(rows.owed_with((Document.id,), day).c.owed)))


def brought_over(span: Period) -> int:
    """What clients owed when the practice came here, of the span's days."""
    return one(select(func.sum(Document.gross_amount))
               .where(Document.kind == DocumentKind.OPENING, Document.issued_on.between(span.first, span.last)))


def prepaid_sold(span: Period) -> int:
    """Net of packages and vouchers for a treatment on documents of the span, credit notes negative."""
    return one(select(func.sum(DocumentLine.net_amount)).join(Document, Document.id == DocumentLine.document_id)
               .where(INVOICED, DocumentLine.kind.in_(PREPAID), Document.issued_on.between(span.first, span.last)))


def counts_elsewhere(span: Period) -> int:
    """Net of lines that count in the span and were issued outside it, less those issued in it that count outside."""
    sums = select(func.sum(DocumentLine.net_amount)).join(Document, Document.id == DocumentLine.document_id)
    counts = DocumentLine.recognised_on.between(span.first, span.last)
    issued = Document.issued_on.between(span.first, span.last)
    return (one(sums.where(ISSUED, IS_EARNED, counts, ~issued)) - one(sums.where(ISSUED, IS_EARNED, issued, ~counts)))


def payments(span: Period) -> list:
    """By day, method and location: the sum, and the part of it that went out."""
    out = case((Payment.amount < 0, Payment.amount), else_=0)
    return read(select(Payment.received_on, Payment.method, Payment.location_id,
                       func.sum(Payment.amount).label("amount"), func.sum(out).label("refunds"))
                .where(Payment.received_on.between(span.first, span.last), Payment.method != Method.OPENING)
                .group_by(Payment.received_on, Payment.method, Payment.location_id)
                .order_by(Payment.received_on, Payment.method))


def paid_out(span: Period) -> dict[str, int]:
    """What card processors paid to the bank and what they kept, by the day at the bank."""
    row = read(select(func.sum(CardPayout.bank_amount).label("bank"), func.sum(CardPayout.fee_amount).label("fee"))
               .where(CardPayout.paid_on.between(span.first, span.last)))[0]
    return {"paid_out": int(row.bank or 0), "card_fees": int(row.fee or 0)}


@dataclass(frozen=True)
class Settled:
    """What was put against documents in a span, minor units: (source, of what) -> amount.

    The source is money, credit_note, voucher or write_off; of what: "this" span's invoices, "earlier" ones (and
    those brought over from before), or a "voucher_sale"."""

    sums: dict[tuple[str, str], int]

    def of(self, source: str, *whats: str) -> int:
        return sum(self.sums.get((source, what), 0) for what in whats or ("this", "earlier"))


def settled(span: Period) -> Settled:
    source = case((Allocation.payment_id.is_not(None), "money"),
                  (Allocation.credit_note_id.is_not(None), "credit_note"),
                  (Allocation.voucher_id.is_not(None), "voucher"), else_="write_off").label("source")
    what = case((Document.kind == DocumentKind.VOUCHER_SALE, "voucher_sale"),
                (Document.kind == DocumentKind.OPENING, "earlier"), (Document.issued_on >= span.first, "this"),
                else_="earlier").label("what")
    made = (select(source, what, Allocation.amount.label("amount"))
            .join(Document, Document.id == Allocation.document_id)
            .where(Allocation.on_date.between(span.first, span.last)).subquery("made"))
    found = read(select(made.c.source, made.c.what, func.sum(made.c.amount)).group_by(made.c.source, made.c.what))
    return Settled({(one_source, of): int(amount) for one_source, of, amount in found})


def tax_rates(span: Period) -> list[tuple]:
    """By category and rate, the highest first: net and tax invoiced in the span, and tax on what was paid in it."""
    net, tax, paid = defaultdict(int), defaultdict(int), defaultdict(int)
    for category, rate, a_net, a_tax in read(
            select(DocumentTax.category, DocumentTax.rate, func.sum(DocumentTax.net_amount),
                   func.sum(DocumentTax.tax_amount)).join(Document, Document.id == DocumentTax.document_id)
            .where(INVOICED, Document.issued_on.between(span.first, span.last))
            .group_by(DocumentTax.category, DocumentTax.rate)):
        net[category, rate], tax[category, rate] = int(a_net), int(a_tax)
    for row in _paid_taxes(span):
        until, before = int(row.until), int(row.until) - int(row.within)
        paid[row.category, row.rate] += row.count * (round_half_up(row.tax_amount * until, row.gross_amount)
                                                     - round_half_up(row.tax_amount * before, row.gross_amount))
    keys = sorted(net.keys() | paid.keys(), key=lambda key: (-key[1], str(key[0])))
    return [(None, str(category), rate, net[category, rate], tax[category, rate], paid[category, rate])
            for category, rate in keys]


def _paid_taxes(span: Period) -> list:
    """The taxes of invoices on which something was paid in the span, with what was paid within and until its end;
    those that are alike are one row.

    A voucher of an amount pays like money: its tax is due when it is brought in."""
    pays = or_(Allocation.payment_id.is_not(None), Allocation.voucher_id.is_not(None))
    within = (select(Allocation.document_id, func.sum(Allocation.amount).label("amount"))
              .where(pays, Allocation.on_date.between(span.first, span.last))
              .group_by(Allocation.document_id).subquery("within"))
    until = (select(func.sum(Allocation.amount))
             .where(pays, Allocation.document_id == within.c.document_id, Allocation.on_date <= span.last)
             .scalar_subquery().correlate(within))
    found = (select(DocumentTax.category, DocumentTax.rate, DocumentTax.tax_amount, Document.gross_amount,
                    within.c.amount.label("within"), until.label("until"))
             .join(Document, Document.id == within.c.document_id)
             .join(DocumentTax, DocumentTax.document_id == Document.id)
             .where(Document.kind == DocumentKind.INVOICE, Document.gross_amount != 0).subquery("taxes"))
    return read(select(found, func.count().label("count")).group_by(*found.c))


def paid_to_therapists(span: Period) -> dict[int | None, tuple[int, int]]:
    """Money put against invoices in the span, each payment shared over the lines by their gross: net and tax by
    the therapist on the line."""
    made = read(select(Allocation.document_id, Allocation.amount)
                .join(Document, Document.id == Allocation.document_id)
                .where(Allocation.payment_id.is_not(None), Document.kind == DocumentKind.INVOICE,
                       Allocation.on_date.between(span.first, span.last)).order_by(Allocation.id))
    again = aliased(Allocation)
    touched = (select(again.document_id).where(again.payment_id.is_not(None),
                                               again.on_date.between(span.first, span.last)))
    lines = defaultdict(list)
    for line in read(select(DocumentLine.document_id, THERAPIST.label("therapist_id"),
                            (NET + TAX).label("gross_amount"), TAX.label("tax_amount"))
                     .outerjoin(*SHARES).where(DocumentLine.document_id.in_(touched))
                     .order_by(DocumentLine.document_id, DocumentLine.position, LineShare.id)):
        lines[line.document_id].append(line)
    found: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    for document_id, amount in made:
        of = lines[document_id]
        for line, part in zip(of, split(amount, [line.gross_amount for line in of]), strict=True):
            tax = round_half_up(line.tax_amount * part, line.gross_amount) if line.gross_amount else 0
            found[line.therapist_id][0] += part - tax
            found[line.therapist_id][1] += tax
    return {therapist: (net, tax) for therapist, (net, tax) in found.items()}


def tips(span: Period) -> dict[int, int]:
    """Tips by therapist."""
    return {therapist: int(amount) for therapist, amount in
            read(select(Tip.therapist_id, func.sum(Tip.amount)).where(Tip.on_date.between(span.first, span.last))
                 .group_by(Tip.therapist_id))}


def till_differences(span: Period) -> dict[date, int]:
    """Counted less expected by the day the till was opened, of tills that are closed."""
    difference = TillCount.counted_amount - TillCount.expected_amount
    return {day: int(amount) for day, amount in
            read(select(TillDay.opened_on, func.sum(difference)).join(TillCount, TillCount.till_day_id == TillDay.id)
                 .where(TillDay.closed_at.is_not(None), TillDay.opened_on.between(span.first, span.last))
                 .group_by(TillDay.opened_on))}
