"""The till: which is open, what should be in it, what its days were."""
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from practice.billing.models.payments import Method, Payment, TipPayout
from practice.billing.models.till import TillDay, TillMove
from practice.core.db import db
from practice.core.errors import NotFound
from practice.premises.queries import main_location_id


@dataclass(frozen=True)
class Expected:
    """What should be there of one method, minor units. For cash: float + cash in - cash out; for the others what
    was paid."""

    method: Method
    opening: int
    paid: int
    moved: int
    tips_out: int

    @property
    def amount(self) -> int:
        return self.opening + self.paid + self.moved - self.tips_out


def open_till() -> TillDay | None:
    """The open till of the main location."""
    return db.session.scalars(select(TillDay).where(TillDay.location_id == main_location_id(),
                                                    TillDay.closed_at.is_(None))).first()


def get_till_day(till_day_id: int, *, lock: bool = False) -> TillDay:
    """With its counts and movements; `lock` for who changes it. Raises NotFound."""
    chosen = (select(TillDay).options(selectinload(TillDay.counts), selectinload(TillDay.moves))
              .where(TillDay.id == till_day_id))
    if lock:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(chosen).first()
    if row is None:
        raise NotFound()
    return row


def expected(row: TillDay) -> list[Expected]:
    """What should be there, cash first and always, then the methods with money in them."""
    paid = _by_method(select(Payment.method, func.sum(Payment.amount)).where(Payment.till_day_id == row.id)
                      .group_by(Payment.method))
    tips = _by_method(select(TipPayout.method, func.sum(TipPayout.amount)).where(TipPayout.till_day_id == row.id)
                      .group_by(TipPayout.method))
    moved = int(db.session.scalar(select(func.coalesce(func.sum(TillMove.amount), 0))
                                  .where(TillMove.till_day_id == row.id)))
    others = sorted(method for method in paid.keys() | tips.keys()
                    if method != Method.CASH and (paid.get(method) or tips.get(method)))
    return [Expected(Method.CASH, row.float_amount, paid.get(Method.CASH, 0), moved, tips.get(Method.CASH, 0)),
            *(Expected(method, 0, paid.get(method, 0), 0, tips.get(method, 0)) for method in others)]


def _by_method(statement) -> dict[Method, int]:
    return {method: int(amount) for method, amount in db.session.execute(statement)}


def payments_of(till_day_id: int) -> list[Payment]:
    """What came in and went out while it was open, oldest first."""
    return list(db.session.scalars(select(Payment).where(Payment.till_day_id == till_day_id).order_by(Payment.id)))


def tips_paid_out(till_day_id: int) -> list[TipPayout]:
    return list(db.session.scalars(select(TipPayout).where(TipPayout.till_day_id == till_day_id)
                                   .order_by(TipPayout.id)))


def latest_days(limit: int = 31) -> list[TillDay]:
    """The till's last days with their counts, the newest first."""
    return list(db.session.scalars(select(TillDay).options(selectinload(TillDay.counts))
                                   .order_by(TillDay.id.desc()).limit(limit)))


def differences(days: Iterable[TillDay]) -> dict[int, int]:
    """Counted less expected, by day of the till."""
    return {day.id: sum(count.counted_amount - count.expected_amount for count in day.counts) for day in days}
