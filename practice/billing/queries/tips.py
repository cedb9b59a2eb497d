"""Tips: what was given for whom, and what is still owed to them."""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from practice.accounts.queries import user_names
from practice.billing.models.payments import Method, Tip, TipPayout
from practice.core.db import db

# Where the practice has money in hand. A tip that came by card is in the bank once the processor has paid it out.
HANDED_OUT = (Method.CASH, Method.BANK)


@dataclass(frozen=True)
class TipAccount:
    """How a therapist stands with tips, minor units."""

    therapist_id: int
    name: str
    taken: int
    paid_out: int

    @property
    def owed(self) -> int:
        return self.taken - self.paid_out


def tip_accounts(*, until: date | None = None, therapist_id: int | None = None) -> list[TipAccount]:
    """Every therapist with tips, as of the end of a day or now."""
    taken = _sums(select(Tip.therapist_id, func.sum(Tip.amount)).group_by(Tip.therapist_id), Tip.on_date, until)
    paid = _sums(select(TipPayout.therapist_id, func.sum(TipPayout.amount)).group_by(TipPayout.therapist_id),
                 TipPayout.paid_on, until)
    names = user_names()
    return sorted((TipAccount(one, names.get(one, ""), taken.get(one, 0), paid.get(one, 0))
                   for one in taken.keys() | paid.keys() if therapist_id in (None, one)), key=lambda row: row.name)


def _sums(chosen, column, until: date | None) -> dict[int, int]:
    if until is not None:
        chosen = chosen.where(column <= until)
    return {key: int(amount) for key, amount in db.session.execute(chosen)}


def latest_payouts(limit: int = 25) -> list[TipPayout]:
    return list(db.session.scalars(select(TipPayout).order_by(TipPayout.id.desc()).limit(limit)))
