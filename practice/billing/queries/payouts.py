"""Payouts of card processors beside the payments they are for."""
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from practice.billing.models.payments import Method, Payment
from practice.billing.models.payouts import CardPayout
from practice.billing.queries.methods import own_methods
from practice.core.db import db
from practice.core.errors import NotFound

PAGE = 25
FAR_BACK = timedelta(days=92)
BACK = aliased(CardPayout)
IS_TAKEN_BACK = exists().where(BACK.reverses_id == CardPayout.id)
PAYS_DAYS = CardPayout.reverses_id.is_(None) & ~IS_TAKEN_BACK & CardPayout.is_fee_bill.is_(False)
IS_PAID_OUT = exists().where(CardPayout.method == Payment.method, PAYS_DAYS,
                             Payment.received_on.between(CardPayout.first_on, CardPayout.last_on))
# Payments less refunds of its days by its method, nothing of a fee billed apart; of a row that takes another back the
# same below zero.
EXPECTED = (
    select(func.coalesce(func.sum(Payment.amount), 0))
    .where(Payment.method == CardPayout.method, Payment.received_on.between(CardPayout.first_on, CardPayout.last_on),
           CardPayout.is_fee_bill.is_(False))
    .scalar_subquery().correlate(CardPayout) * case((CardPayout.reverses_id.is_(None), 1), else_=-1))


@dataclass(frozen=True)
class Settled:
    """A payout and what was expected of it, minor units; below zero both, where it takes another back."""

    row: CardPayout
    expected: int
    is_taken_back: bool

    @property
    def difference(self) -> int:
        """What is still to come of the payments of its days, below zero: what came too much."""
        return self.expected - self.row.bank_amount - self.row.fee_amount


@dataclass(frozen=True)
class Waiting:
    """The days of a method that are in no payout: payments less refunds of each, minor units. `first_on` is where the
    next payout would begin."""

    first_on: date
    days: list[tuple[date, int]]

    @property
    def amount(self) -> int:
        return sum(amount for _day, amount in self.days)


def payouts(*, before: int | None = None) -> tuple[list[Settled], bool]:
    """One page, what was written down last first, and whether there are older ones; `before` is the number of a row."""
    chosen = _settled().order_by(CardPayout.id.desc()).limit(PAGE + 1)
    found = _read(chosen.where(CardPayout.id < before) if before else chosen)
    return found[:PAGE], len(found) > PAGE


def payouts_between(first: date, last: date) -> list[Settled]:
    """Those of these days at the bank."""
    return _read(_settled().where(CardPayout.paid_on.between(first, last)).order_by(CardPayout.paid_on, CardPayout.id))


def get_payout(payout_id: int) -> Settled:
    """Raises NotFound."""
    found = _read(_settled().where(CardPayout.id == payout_id))
    if not found:
        raise NotFound()
    return found[0]


def paid_out_methods() -> list[Method]:
    """Those a processor may pay out: card, and the practice's own, in use or not."""
    return [Method.CARD, *own_methods()]


def waiting(method: Method, until: date) -> Waiting:
    """What is in no payout: of the last three months, or of all the time since the last payout where that is longer;
    nothing from before the first one that was ever written down."""
    first, last = db.session.execute(
        select(func.min(CardPayout.first_on), func.max(case((PAYS_DAYS, CardPayout.last_on))))
        .where(CardPayout.method == method, CardPayout.is_fee_bill.is_(False))).one()
    far, after = until - FAR_BACK, last + timedelta(days=1) if last else None
    begin = max(first or far, min(far, after or far))
    days = [(day, int(amount)) for day, amount in db.session.execute(
        select(Payment.received_on, func.sum(Payment.amount))
        .where(Payment.method == method, Payment.received_on.between(begin, until), ~IS_PAID_OUT)
        .group_by(Payment.received_on).order_by(Payment.received_on))]
    return Waiting(min(filter(None, (after, days[0][0] if days else None)), default=until), days)


def _settled():
    return select(CardPayout, EXPECTED.label("expected"), IS_TAKEN_BACK.label("is_taken_back"))


def _read(chosen) -> list[Settled]:
    return [Settled(row.CardPayout, int(row.expected), bool(row.is_taken_back)) for row in db.session.execute(chosen)]
