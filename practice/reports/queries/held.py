"""What the practice holds for others at the end of a day: credit and deposits of clients, tips, what was paid ahead.

Credit and tips are counted on from the last month that was closed before that day, since the database lets nothing be
dated before its end any more. Without a closed month they are counted from the first day.
"""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document
from practice.billing.models.packages import Package, PackageUse
from practice.billing.models.payments import Allocation, Payment, Tip, TipPayout
from practice.billing.models.vouchers import Voucher, VoucherUse
from practice.core.db import db
from practice.premises.queries import the_practice
from practice.reports.models import ClosedMonth
from practice.reports.queries.rows import left_of_packages, left_of_vouchers

REVERSED = aliased(Payment)


@dataclass(frozen=True)
class Money:
    """Minor units: money of clients not put against anything, the part of it paid ahead for one appointment, and tips
    not handed out; `until` is the last day that is counted, None: nothing is yet."""

    credit: int = 0
    deposits: int = 0
    tips: int = 0
    until: date | None = None


def money(as_of: date, start: Money | None = None) -> Money:
    """At the end of a day, counted on from `start`; left out: from the last closed month before it."""
    start = start or _closed_before(as_of)
    received, put, tips = (_one(moves) for moves in credit_moves(as_of, start.until))
    handed_out, = _one(_sums(as_of, start.until, TipPayout.paid_on, TipPayout.amount))
    return Money(start.credit + received[0] + put[0] + tips[0], start.deposits + received[1] + put[1] + tips[1],
                 start.tips - tips[0] - handed_out, as_of)


def credit_moves(as_of: date, until: date | None, *by) -> tuple[Select, Select, Select]:
    """What came and went of the credit after `until`, and of the deposits in it, added up by these columns: received,
    put against documents, given as a tip; the last two below zero."""
    received = _sums(as_of, until, Payment.received_on, Payment.amount,
                     _if(_is_deposit(Payment), Payment.amount) + _if(_is_deposit(REVERSED), Payment.amount), by=by)
    put, tips = (_sums(as_of, until, of.on_date, -of.amount, _if(_is_deposit(Payment), -of.amount), by=by)
                 .select_from(of).join(Payment, Payment.id == of.payment_id) for of in (Allocation, Tip))
    return received.select_from(Payment).outerjoin(REVERSED, REVERSED.id == Payment.reverses_id), put, tips


def _sums(as_of: date, until: date | None, day, *amounts, by=()) -> Select:
    since = day <= as_of if until is None else and_(day > until, day <= as_of)
    return select(*by, *(func.coalesce(func.sum(amount), 0) for amount in amounts)).where(since).group_by(*by)


def _is_deposit(payment):
    return and_(payment.appointment_id.is_not(None), payment.amount > 0)


def _if(condition, amount):
    return case((condition, amount), else_=0)


def _one(statement) -> list[int]:
    return [int(value) for value in db.session.execute(statement).one()]


def _closed_before(day: date) -> Money:
    row = last_closed(day, ClosedMonth.credit_amount, ClosedMonth.deposits_amount, ClosedMonth.tips_amount,
                      ClosedMonth.last_on)
    return Money(*row) if row else Money()


def last_closed(day: date, *columns):
    """These columns of the last month that was closed before a day; None where there is none."""
    books = the_practice().books_closed_on
    return books and db.session.execute(
        select(*columns)
        .where(ClosedMonth.reopened_at.is_(None), ClosedMonth.last_on < day, ClosedMonth.last_on <= books)
        .order_by(ClosedMonth.last_on.desc()).limit(1)).first()


def packages(as_of: date) -> int:
    """What is still owed in sessions at the end of a day, over packages that had not run out."""
    return _sum(left_of_packages(as_of), _live_packages(as_of))


def vouchers(as_of: date) -> int:
    """What may still be brought in: what is left of vouchers that were good at the end of a day."""
    return _sum(left_of_vouchers(as_of), _live_vouchers(as_of))


def package_rows(as_of: date) -> list[tuple]:
    """The packages behind that: document, its number and name, sold, good until, what is left."""
    return _rows(Package, left_of_packages(as_of), _live_packages(as_of))


def voucher_rows(as_of: date) -> list[tuple]:
    """The vouchers behind that, alike."""
    return _rows(Voucher, left_of_vouchers(as_of), _live_vouchers(as_of))


def _live_packages(as_of: date) -> tuple:
    something_left = Package.value_left_amount > literal_column("0")  # written out: the index says so too
    changed = select(PackageUse.package_id).where(PackageUse.used_on > as_of)
    back = select(PackageUse.package_id).where(PackageUse.given_back_on > as_of)
    return _live(Package, something_left, (changed, back), as_of)


def _live_vouchers(as_of: date) -> tuple:
    something_left = Voucher.left_amount > literal_column("0")
    paid = select(Allocation.voucher_id).where(Allocation.voucher_id.is_not(None), Allocation.on_date > as_of)
    used = select(VoucherUse.voucher_id).where(VoucherUse.used_on > as_of)
    return _live(Voucher, something_left, (paid, used), as_of)


def _live(model, something_left, changed, as_of: date) -> tuple:
    """Of those with something left now, and of those that were used or credited since: so the cost does not grow with
    what was used up before."""
    is_good = or_(model.expires_on.is_(None), model.expires_on > as_of)
    note = aliased(Document)
    credited = select(note.refers_to_id).where(note.refers_to_id.is_not(None), note.issued_on > as_of)
    ids = select(model.id).where(something_left, is_good).union(
        *changed, select(model.id).where(model.document_id.in_(credited)))
    return model.sold_on <= as_of, is_good, model.id.in_(ids)


def _sum(amount, live: tuple) -> int:
    return int(db.session.scalar(select(func.coalesce(func.sum(amount), 0)).where(*live)))


def _rows(model, amount, live: tuple) -> list[tuple]:
    found = db.session.execute(
        select(Document.id, Document.number_text, Document.billed_name, model.sold_on, model.expires_on, amount)
        .join(Document, Document.id == model.document_id).where(*live)
        .order_by(model.sold_on, model.id))
    return [(*row[:-1], int(row[-1])) for row in found if row[-1]]
