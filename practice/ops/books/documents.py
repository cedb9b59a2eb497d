"""Invoices and credit notes: lines, taxes, numbers, fingerprints, what is open."""
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, selectinload

from practice.accounts.models import User
from practice.billing.models.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentState,
    DocumentTax,
    LineShare,
    Series,
    number_text,
)
from practice.billing.models.payments import Allocation
from practice.billing.services.documents import content_hash
from practice.billing.services.numbering import OUTSIDE
from practice.billing.services.shares import BETWEEN_NAMES
from practice.core.db import db
from practice.ops.books.broken import Broken, sums, unequal
from practice.premises.queries import the_practice

FIGURES = ("net_amount", "tax_amount", "gross_amount")
BATCH = 500


def lines_and_taxes() -> Iterator[Broken]:
    """Every document is the sum of its lines and of its taxes; every line is net plus tax."""
    lines = {name: sums(getattr(DocumentLine, name), DocumentLine.document_id) for name in FIGURES}
    taxes = {name: sums(getattr(DocumentTax, name), DocumentTax.document_id) for name in FIGURES[:2]}
    for row in db.session.execute(select(Document.id, *(getattr(Document, name) for name in FIGURES))):
        for name in FIGURES:
            yield from unequal("document = lines", "document", row.id, f"{name} is", getattr(row, name),
                               lines[name].get(row.id, 0))
        for name in FIGURES[:2]:
            yield from unequal("document = taxes", "document", row.id, f"{name} is", getattr(row, name),
                               taxes[name].get(row.id, 0))
        yield from unequal("document = net + tax", "document", row.id, "gross_amount is", row.gross_amount,
                           row.net_amount + row.tax_amount)
    odd = select(DocumentLine.id, DocumentLine.net_amount, DocumentLine.tax_amount, DocumentLine.gross_amount).where(
        DocumentLine.gross_amount != DocumentLine.net_amount + DocumentLine.tax_amount)
    for row in db.session.execute(odd):
        yield from unequal("line = net + tax", "document_line", row.id, "gross_amount is", row.gross_amount,
                           row.net_amount + row.tax_amount)


def shares() -> Iterator[Broken]:
    """What therapists share of a line adds up to the line, net and tax."""
    chosen = select(DocumentLine.id, *(column for name in FIGURES[:2] for column in (
        getattr(DocumentLine, name).label(f"line_{name}"), func.sum(getattr(LineShare, name)).label(name))))
    for row in db.session.execute(chosen.join(LineShare, LineShare.line_id == DocumentLine.id)
                                  .group_by(DocumentLine.id)):
        for name in FIGURES[:2]:
            yield from unequal("line = shares of its therapists", "document_line", row.id, f"{name} is",
                               getattr(row, f"line_{name}"), int(getattr(row, name)))


def sharers() -> Iterator[Broken]:
    """A shared line has its own therapist first and the same for everybody, to the last minor unit; what is taken back
    of it is taken from the same therapists, and a line that names several on its paper is shared."""
    found: dict[int, list] = defaultdict(list)
    for row in db.session.execute(select(LineShare.line_id, LineShare.therapist_id, *(
            getattr(LineShare, name) for name in FIGURES[:2])).order_by(LineShare.id)):
        found[row.line_id].append(row)
    own = dict(db.session.execute(select(DocumentLine.id, DocumentLine.therapist_id)
                                  .where(DocumentLine.id.in_(select(LineShare.line_id)))).all())
    for line_id, rows in found.items():
        if len(rows) < 2 or rows[0].therapist_id != own[line_id]:
            yield Broken("who shares a line", "document_line", line_id, "is not its therapist's and another's")
        if any(max(amounts) - min(amounts) > 1 for amounts in zip(*(row[2:] for row in rows), strict=True)):
            yield Broken("who shares a line", "document_line", line_id, "is not shared equally")
    # what names them is within the document's fingerprint; one person's own name may hold the sign between names
    together = select(DocumentLine.id).join(User, User.id == DocumentLine.therapist_id).where(
        DocumentLine.given_by.contains(BETWEEN_NAMES), ~User.name.contains(BETWEEN_NAMES.strip()))
    for line_id in db.session.scalars(together):
        if line_id not in found:
            yield Broken("who shares a line", "document_line", line_id, "names several and is shared by none")
    origin = aliased(DocumentLine)
    for line_id, origin_id in db.session.execute(
            select(DocumentLine.id, origin.id).join(Document, Document.id == DocumentLine.document_id)
            .join(origin, and_(origin.document_id == Document.refers_to_id, origin.position == DocumentLine.position))):
        if [row.therapist_id for row in found[line_id]] != [row.therapist_id for row in found[origin_id]]:
            yield Broken("who shares a line", "document_line", line_id, "is not shared as what it takes back")


def numbers() -> Iterator[Broken]:
    """Every series runs 1, 2, 3 without gap or double, its days never go back, and its counter stands behind it. What
    was brought over from before, and nothing else, stands in no series."""
    rows = db.session.execute(
        select(Document.id, Document.series_id, Document.number, Document.number_text, Document.issued_on,
               Document.kind, Document.state, Document.refers_to_id).where(Document.state != DocumentState.DRAFT)
        .order_by(Document.series_id, Document.number, Document.id)).all()
    by_series = defaultdict(list)
    opening = {row.id for row in rows if row.kind is DocumentKind.OPENING}
    for row in rows:
        if row.id in opening or row.refers_to_id in opening:
            if row.series_id is not None or row.number_text != f"{OUTSIDE}{row.id}":
                yield Broken("opening balances are in no series", "document", row.id, f"is {row.number_text}")
        else:
            by_series[row.series_id].append(row)
    for series in db.session.execute(select(Series.id, Series.prefix, Series.kind, Series.next_number)):
        found = by_series.pop(series.id, [])
        expected, last = 1, None
        for row in found:
            if row.number != expected:
                word = "is there twice" if row.number < expected else f"comes where {expected} is missing"
                yield Broken("numbers without gap or double", "document", row.id, f"{series.prefix}{row.number} {word}")
                expected = row.number
            if last is not None and row.issued_on < last:
                yield Broken("days do not go back", "document", row.id,
                             f"{row.number_text} is of {row.issued_on}, the one before it of {last}")
            if row.number_text != number_text(series.prefix, row.number) or row.kind is not series.kind:
                yield Broken("number of its series", "document", row.id, f"{row.number_text} is not of {series.prefix}")
            expected, last = expected + 1, row.issued_on
        yield from unequal("counter behind the series", "series", series.id, "next_number is", series.next_number,
                           expected)
    for orphans in by_series.values():
        for row in orphans:
            yield Broken("number of its series", "document", row.id, f"{row.number_text} has no series")


def fingerprints() -> Iterator[Broken]:
    """What stands on an issued document is what was issued: the hash over its content is the same."""
    after = 0
    while True:
        rows = db.session.scalars(
            select(Document).options(selectinload(Document.lines), selectinload(Document.taxes))
            .where(Document.id > after, Document.state != DocumentState.DRAFT).order_by(Document.id).limit(BATCH)).all()
        for row in rows:
            if row.content_hash is not None and content_hash(row) != row.content_hash:
                yield Broken("document as issued", "document", row.id, f"{row.number_text} was changed after its issue")
        if len(rows) < BATCH:
            return
        after = rows[-1].id
        db.session.expunge_all()


def what_is_open() -> Iterator[Broken]:
    """What is open on a document is its gross less everything put against it, and never below zero."""
    put = sums(Allocation.amount, Allocation.document_id)
    for row in db.session.execute(select(Document.id, Document.kind, Document.gross_amount, Document.open_amount)
                                  .where(Document.state != DocumentState.DRAFT)):
        if row.kind is DocumentKind.CREDIT_NOTE:
            comes_to = -put.get(row.id, 0)
        else:
            comes_to = row.gross_amount - put.get(row.id, 0)
        yield from unequal("open = gross - what was put against it", "document", row.id, "open_amount is",
                           row.open_amount, comes_to)
        if comes_to < 0:
            yield Broken("not more than the document", "document", row.id,
                         f"{put[row.id]} were put against a document of {row.gross_amount}")


def credit_notes() -> Iterator[Broken]:
    """Credit notes never come to more than their invoice, line by line; one credited to the last cent is void."""
    back = {name: sums(getattr(Document, name), Document.refers_to_id, where=[Document.refers_to_id.is_not(None)])
            for name in FIGURES}
    put = sums(Allocation.amount, Allocation.credit_note_id, where=[Allocation.credit_note_id.is_not(None)])
    chosen = select(Document.id, Document.kind, Document.state, Document.number_text, Document.refers_to_id,
                    *(getattr(Document, name) for name in FIGURES)).where(Document.state != DocumentState.DRAFT)
    for row in db.session.execute(chosen):
        if row.kind is DocumentKind.CREDIT_NOTE:
            yield from unequal("credit note is put against its invoice", "document", row.id, "gross_amount is",
                               row.gross_amount, -put.get(row.id, 0))
            continue
        credited = -back["gross_amount"].get(row.id, 0)
        if credited > row.gross_amount:
            yield Broken("not more credited than invoiced", "document", row.id,
                         f"{credited} credited of {row.gross_amount}")
        if row.state is DocumentState.VOID:
            for name in FIGURES:
                yield from unequal("void = credited in full", "document", row.id, f"{name} is", getattr(row, name),
                                   -back[name].get(row.id, 0))
        elif credited == row.gross_amount and credited:
            yield Broken("void = credited in full", "document", row.id, f"{row.number_text} is not void")


def one_currency() -> Iterator[Broken]:
    """Amounts of two currencies are never added up."""
    currency = the_practice().currency
    chosen = select(func.min(Document.id), Document.currency).where(Document.currency != currency)
    for row_id, other in db.session.execute(chosen.group_by(Document.currency)):
        yield Broken("one currency", "document", row_id, f"is in {other}, the practice in {currency}")


CHECKS = (lines_and_taxes, shares, sharers, numbers, fingerprints, what_is_open, credit_notes, one_currency)
