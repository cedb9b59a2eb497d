"""The rows that figures of a month are added up from: select statements, one per kind of row.

Figures and their rows come from the same statements, so a figure cannot disagree with the rows it opens.
"""
from datetime import date, timedelta

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document, DocumentKind, DocumentLine, DocumentState, LineShare
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Method, Payment, Tip
from practice.billing.models.vouchers import Voucher, VoucherUse
from practice.billing.queries.documents import IS_OPEN
from practice.reports.period import AGE_DAYS, OLDEST, Period

ISSUED = Document.state != DocumentState.DRAFT
SALE = aliased(Document)
APART = (DocumentKind.VOUCHER_SALE, DocumentKind.OPENING)
OF_WHAT_IS_APART = exists().where(SALE.id == Document.refers_to_id, SALE.kind.in_(APART))
# The sale of a voucher for an amount, what was brought over from before, and a credit note on one of them are no part
# of what was invoiced.
INVOICED = and_(ISSUED, Document.kind.not_in(APART), or_(Document.refers_to_id.is_(None), ~OF_WHAT_IS_APART))
NOT_INVOICED = and_(ISSUED, not_(INVOICED))
NOT_EARNED = ("package", "voucher", "opening")  # kinds of lines: prepaid, or earned before
OWED = (DocumentKind.INVOICE, DocumentKind.OPENING)
DUE_ON = func.coalesce(Document.due_on, Document.issued_on).label("due_on")
PREPAID = ("package", "voucher")  # kinds of lines that are earned when what they sold is given
IS_EARNED = DocumentLine.kind.not_in(NOT_EARNED)


def documents(span: Period, chosen=INVOICED) -> Select:
    """Documents issued in the span; credit notes carry negative amounts."""
    return (select(Document.id, Document.number_text, Document.kind, Document.issued_on, Document.due_on,
                   Document.billed_name, Document.net_amount, Document.tax_amount, Document.gross_amount)
            .where(chosen, Document.issued_on.between(span.first, span.last))
            .order_by(Document.issued_on, Document.id))


PLACE = (Document.location_id, Document.issuer_id)
# A line that therapists share is read once for each of them (with an outer join of its shares), with their part of it.
THERAPIST = func.coalesce(LineShare.therapist_id, DocumentLine.therapist_id)
NET = func.coalesce(LineShare.net_amount, DocumentLine.net_amount)
TAX = func.coalesce(LineShare.tax_amount, DocumentLine.tax_amount)
SHARES = (LineShare, LineShare.line_id == DocumentLine.id)


def earned(span: Period):
    """Earned net revenue: service, product and fee lines by recognition date, and package sessions as they are used.

    The sale of a package is not earned revenue; a credit note's lines count, negative, by their own date.
    A session given back counts, negative, on that day; what is left of a package that ran out counts on its last day,
    with nobody's name on it ("expired").
    Columns: on_date, source, therapist_id, treatment_id, what, number_text, document_id, location_id, issuer_id,
    amount (net, minor units).
    """
    lines = (
        select(DocumentLine.recognised_on.label("on_date"), type_coerce(DocumentLine.kind, String).label("source"),
               THERAPIST.label("therapist_id"), DocumentLine.treatment_id.label("treatment_id"),
               DocumentLine.text.label("what"), Document.number_text.label("number_text"),
               Document.id.label("document_id"), Document.location_id.label("location_id"),
               Document.issuer_id.label("issuer_id"), NET.label("amount"))
        .join(Document, Document.id == DocumentLine.document_id).outerjoin(*SHARES)
        .where(ISSUED, IS_EARNED, DocumentLine.recognised_on.between(span.first, span.last)))
    uses = _sessions(PackageUse.used_on, span, PackageUse.value_amount)
    back = _sessions(PackageUse.given_back_on, span, -PackageUse.value_amount)
    brought = (
        select(VoucherUse.used_on, literal("voucher_session"), VoucherUse.therapist_id, Voucher.treatment_id,
               literal(""), Document.number_text, Document.id, *PLACE, VoucherUse.value_amount)
        .join(Voucher, Voucher.id == VoucherUse.voucher_id).join(Document, Document.id == Voucher.document_id)
        .where(VoucherUse.used_on.between(span.first, span.last)))
    over = (expired(span), expired_vouchers(span), credited_after_expiry(span))
    return union_all(lines, uses, back, brought, *over).subquery("earned")


def _sessions(day, span: Period, amount) -> Select:
    return (select(day, literal("package_session"), PackageUse.therapist_id, Package.treatment_id, literal(""),
                   Document.number_text, Document.id, *PLACE, amount)
            .join(Package, Package.id == PackageUse.package_id).join(Document, Document.id == Package.document_id)
            .where(day.between(span.first, span.last)))


def left_of_packages(as_of):
    """The value of each package at the end of a day: sold, less credit notes, less sessions used and not given back,
    from dated rows alone. `as_of` is a day, or a column with one."""
    day = literal(as_of) if isinstance(as_of, date) else as_of
    note = aliased(Document)
    credited = (
        select(func.coalesce(func.sum(DocumentLine.net_amount), 0)).join(note, note.id == DocumentLine.document_id)
        .where(note.refers_to_id == Package.document_id, DocumentLine.kind == "package", note.issued_on <= day)
        .scalar_subquery().correlate(Package))
    sold = (select(func.coalesce(func.sum(DocumentLine.net_amount), 0))
            .where(DocumentLine.document_id == Package.document_id, DocumentLine.kind == "package")
            .scalar_subquery().correlate(Package))
    used = (
        select(func.coalesce(func.sum(PackageUse.value_amount), 0))
        .where(PackageUse.package_id == Package.id, PackageUse.used_on <= day,
               or_(PackageUse.given_back_on.is_(None), PackageUse.given_back_on > day))
        .scalar_subquery().correlate(Package))
    return sold + credited - used


def expired(span: Period) -> Select:
    """Packages whose last day lies in the span, with what was left in them at its end, as rows of `earned`."""
    left = left_of_packages(Package.expires_on)
    return (select(Package.expires_on, literal("expired"), cast(null(), Integer), cast(null(), Integer),
                   literal(""), Document.number_text, Document.id, *PLACE, left)
            .join(Document, Document.id == Package.document_id)
            .where(Package.expires_on.between(span.first, span.last), left > 0))


def left_of_vouchers(as_of):
    """What is left of each voucher at the end of a day, from dated rows alone: of its face, or without tax for one
    treatment. `as_of` is a day, or a column with one."""
    day = literal(as_of) if isinstance(as_of, date) else as_of
    note = aliased(Document)
    paid = (select(func.coalesce(func.sum(Allocation.amount), 0))
            .where(Allocation.voucher_id == Voucher.id, Allocation.on_date <= day)
            .scalar_subquery().correlate(Voucher))
    given = (select(func.coalesce(func.sum(VoucherUse.value_amount), 0))
             .where(VoucherUse.voucher_id == Voucher.id, VoucherUse.used_on <= day)
             .scalar_subquery().correlate(Voucher))
    taken_back = (select(note.id).where(note.refers_to_id == Voucher.document_id, note.issued_on <= day)
                  .exists().correlate(Voucher))
    return case((taken_back, 0), else_=cast(Voucher.value_amount - paid - given, BigInteger))


def paid_for_of(left):
    """The share of a voucher's price that belongs to what is left of it, half-up."""
    return cast((left * Document.net_amount * 2 + Voucher.value_amount) // (Voucher.value_amount * 2), BigInteger)


def expired_vouchers(span: Period) -> Select:
    """Vouchers whose last day lies in the span: the share of their price that was not used."""
    left = left_of_vouchers(Voucher.expires_on)
    return (select(Voucher.expires_on, literal("expired"), cast(null(), Integer), cast(null(), Integer),
                   literal(""), Document.number_text, Document.id, *PLACE, paid_for_of(left))
            .join(Document, Document.id == Voucher.document_id)
            .where(Voucher.expires_on.between(span.first, span.last), left > 0))


def credited_after_expiry(span: Period) -> Select:
    """Credit notes on packages that had run out: what counted as earned then is taken back on their own day."""
    note = aliased(Document)
    return (select(note.issued_on, literal("expired"), cast(null(), Integer), cast(null(), Integer),
                   literal(""), note.number_text, note.id, note.location_id, note.issuer_id,
                   DocumentLine.net_amount)
            .join(note, note.id == DocumentLine.document_id)
            .join(Package, Package.document_id == note.refers_to_id)
            .where(DocumentLine.kind == "package", note.issued_on > Package.expires_on,
                   note.issued_on.between(span.first, span.last)))


def tips(span: Period) -> Select:
    """Tips by the day they were given; below zero where one was taken back."""
    return (select(Tip.on_date, Tip.therapist_id, Tip.amount).where(Tip.on_date.between(span.first, span.last))
            .order_by(Tip.on_date, Tip.id))


def payments(span: Period) -> Select:
    """Money in, and out as negative amounts, by the day it was received."""
    return (select(Payment.id, Payment.received_on, Payment.method, Payment.amount, Payment.reference)
            .where(Payment.received_on.between(span.first, span.last), Payment.method != Method.OPENING)
            .order_by(Payment.received_on, Payment.id))


def owed(as_of: date, client_id: int | None = None) -> Select:
    """What was still owed at the end of a day, by one client or by all, one row an invoice: what is open now, and what
    was settled since. So the cost does not grow with what was settled before."""
    columns = (Document.id, Document.client_id, Document.number_text, Document.issued_on, DUE_ON, Document.billed_name)
    whose = [Document.client_id == client_id] if client_id else []
    both = owed_with(columns, as_of, *whose)
    return select(both).order_by(both.c.due_on, both.c.id)


def owed_with(columns: tuple, as_of: date, *only):
    """The same as a subquery of these columns and `owed`. An index holds what sums of it need."""
    number = _whole(Allocation.document_id)  # so that SQLite looks for the days, not for the order of documents
    since = (select(number.label("document_id"), func.sum(Allocation.amount).label("amount"))
             .where(Allocation.on_date > as_of).group_by(number).subquery("since"))
    then = (ISSUED, Document.kind.in_(OWED), *only)
    # What is issued has its day; said in a way that leads SQLite to the index of what is open.
    issued_on = func.coalesce(Document.issued_on, Document.due_on)
    still = (select(*columns, _whole(Document.open_amount + func.coalesce(since.c.amount, 0)).label("owed"))
             .outerjoin(since, since.c.document_id == Document.id).where(*then, issued_on <= as_of, IS_OPEN))
    settled = (select(*columns, _whole(since.c.amount).label("owed")).join(since, since.c.document_id == Document.id)
               .where(*then, Document.issued_on <= as_of, Document.open_amount == 0))
    both = union_all(still, settled).subquery("owed_then")
    return select(both).where(both.c.owed > 0).subquery("owed")


def age(due_on, as_of: date):
    """The age of period.age_bucket, as a column."""
    return case(*((due_on >= as_of - timedelta(days=most), name) for name, most in AGE_DAYS.items()), else_=OLDEST)


def _whole(amount):
    """A sum as a whole number on both databases."""
    return cast(amount, BigInteger)
