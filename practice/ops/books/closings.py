"""Months that were closed: what later months count on from is what the rows come to."""
from collections.abc import Iterator

from sqlalchemy import select

from practice.core.db import db
from practice.ops.books.broken import Broken, unequal
from practice.premises.queries import the_practice
from practice.reports.models import ClosedMonth
from practice.reports.queries.held import Money, money


def held_at_the_end() -> Iterator[Broken]:
    """Credit, deposits and tips kept with a closed month are the sum of all rows until its last day."""
    books, found = the_practice().books_closed_on, Money()
    if books is None:
        return
    for row in db.session.execute(
            select(ClosedMonth.id, ClosedMonth.last_on, ClosedMonth.credit_amount, ClosedMonth.deposits_amount,
                   ClosedMonth.tips_amount)
            .where(ClosedMonth.reopened_at.is_(None), ClosedMonth.last_on <= books).order_by(ClosedMonth.last_on)):
        found = money(row.last_on, found)
        for name in ("credit", "deposits", "tips"):
            yield from unequal("held at the end of a closed month", "closed_month", row.id, f"{name} are",
                               getattr(row, f"{name}_amount"), getattr(found, name))


CHECKS = (held_at_the_end,)
