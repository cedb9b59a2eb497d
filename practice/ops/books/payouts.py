"""Payouts of card processors: whose days, and what takes them back."""
from collections.abc import Iterator

from sqlalchemy import select

from practice.billing.models.payouts import CardPayout
from practice.billing.queries.payouts import PAYS_DAYS, paid_out_methods
from practice.core.db import db
from practice.ops.books.broken import Broken, unequal

COLUMNS = (CardPayout.id, CardPayout.method, CardPayout.first_on, CardPayout.last_on, CardPayout.paid_on,
           CardPayout.bank_amount, CardPayout.fee_amount, CardPayout.reverses_id, CardPayout.is_fee_bill)


def days_once() -> Iterator[Broken]:
    """No day of a method is in two payouts that stand."""
    until = {}
    for row in db.session.execute(select(*COLUMNS).where(PAYS_DAYS).order_by(CardPayout.method, CardPayout.first_on,
                                                                             CardPayout.id)):
        if row.method in until and row.first_on <= until[row.method]:
            yield Broken("a day is paid out once", "card_payout", row.id,
                         f"begins on {row.first_on}, another lasts until {until[row.method]}")
        until[row.method] = max(row.last_on, until.get(row.method, row.last_on))


def taken_back() -> Iterator[Broken]:
    """What takes a payout back is the whole of it, of the same method and days, and not before it; a fee is kept, not
    given, and one that was billed apart came from the bank; each is of a method that exists."""
    rows = {row.id: row for row in db.session.execute(select(*COLUMNS))}
    known = set(paid_out_methods())
    for row in rows.values():
        if row.method not in known:
            yield Broken("a payout is of a method that exists", "card_payout", row.id, f"{row.method} is none")
        if row.is_fee_bill and row.bank_amount != -row.fee_amount:
            yield Broken("a fee billed apart left the bank", "card_payout", row.id,
                         f"bank_amount is {row.bank_amount}, the fee {row.fee_amount}")
        if row.reverses_id is None:
            if row.fee_amount < 0:
                yield Broken("a fee is kept", "card_payout", row.id, f"fee_amount is {row.fee_amount}")
            continue
        of, rule = rows[row.reverses_id], "a payout is taken back whole"
        for name in ("bank_amount", "fee_amount"):
            yield from unequal(rule, "card_payout", row.id, f"{name} is", getattr(row, name), -getattr(of, name))
        same = row[1:4] == of[1:4] and row.is_fee_bill is of.is_fee_bill
        if not same or row.paid_on < of.paid_on or of.reverses_id is not None:
            yield Broken(rule, "card_payout", row.id, f"method or days are not those of {of.id}")


CHECKS = (days_once, taken_back)
