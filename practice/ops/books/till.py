"""The till: what was expected at its closing is what its rows come to."""
from collections.abc import Iterator

from sqlalchemy import func, or_, select

from practice.billing.models.payments import Method, Payment, TipPayout
from practice.billing.models.till import TillCount, TillDay, TillMove
from practice.core.db import db
from practice.ops.books.broken import Broken, sums, unequal


def closed_days() -> Iterator[Broken]:
    """Float, payments, movements and tips handed out come to what was expected, method by method."""
    paid = sums(Payment.amount, Payment.till_day_id, Payment.method, where=[Payment.till_day_id.is_not(None)])
    tips = sums(TipPayout.amount, TipPayout.till_day_id, TipPayout.method, where=[TipPayout.till_day_id.is_not(None)])
    moved = sums(TillMove.amount, TillMove.till_day_id)
    days = {row.id: row.float_amount for row in db.session.execute(select(TillDay.id, TillDay.float_amount))}
    counted = set()
    for row in db.session.execute(select(TillCount.id, TillCount.till_day_id, TillCount.method,
                                         TillCount.expected_amount)):
        key = (row.till_day_id, row.method)
        counted.add(key)
        comes_to = paid.get(key, 0) - tips.get(key, 0)
        if row.method == Method.CASH:
            comes_to += days[row.till_day_id] + moved.get(row.till_day_id, 0)
        yield from unequal("till = float + in - out", "till_count", row.id, "expected_amount is", row.expected_amount,
                           comes_to)
    closed = set(db.session.scalars(select(TillDay.id).where(TillDay.closed_at.is_not(None))))
    for day_id, method in sorted((paid.keys() | tips.keys()) - counted):
        if day_id in closed and paid.get((day_id, method), 0) != tips.get((day_id, method), 0):
            yield Broken("till = float + in - out", "till_day", day_id, f"{method} was closed without a count")


def nothing_after_closing() -> Iterator[Broken]:
    """Nothing went into a till after it was closed."""
    chosen = (select(func.min(Payment.id), TillDay.id).join(TillDay, TillDay.id == Payment.till_day_id)
              .where(or_(Payment.received_at > TillDay.closed_at, Payment.location_id != TillDay.location_id))
              .group_by(TillDay.id))
    for payment_id, day_id in db.session.execute(chosen):
        yield Broken("nothing after the closing", "payment", payment_id, f"is of another time or place than {day_id}")


CHECKS = (closed_days, nothing_after_closing)
