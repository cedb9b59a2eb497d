"""What a therapist earned, for themselves alone: their own lines, sessions and tips, of no client and no colleague."""
from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.billing.models.payments import Tip, TipPayout
from practice.catalog.models import Treatment
from practice.core.db import snapshot
from practice.reports.period import Period
from practice.reports.queries import rows
from practice.reports.queries.work import Minutes, minutes_of


@dataclass(frozen=True)
class Line:
    """Something earned on a day, minor units without tax."""

    on_date: date
    source: str
    treatment: str
    amount: int


@dataclass(frozen=True)
class Earnings:
    lines: list[Line]
    time: Minutes
    tips: int
    tips_handed_out: int  # in these days
    tips_owed: int  # at their end

    @property
    def earned(self) -> int:
        return sum(line.amount for line in self.lines)

    def by_treatment(self) -> list[tuple[str, int]]:
        """What each treatment brought, the most first; "" is what belongs to none."""
        sums = Counter()
        for line in self.lines:
            sums[line.treatment] += line.amount
        return sorted(sums.items(), key=lambda pair: (not pair[0], -pair[1]))


def own_earnings(actor: Actor, period: Period) -> Earnings:
    """The same figures as the owner's report shows for this therapist."""
    require(actor, Permission.APPOINTMENT_READ_OWN)
    me = actor.user_id
    earned = rows.earned(period)
    with snapshot(), system_session("a therapist's own earnings") as session:
        found = session.execute(
            select(earned.c.on_date, earned.c.source, Treatment.name, earned.c.amount)
            .outerjoin(Treatment, Treatment.id == earned.c.treatment_id)
            .where(earned.c.therapist_id == me).order_by(earned.c.on_date, earned.c.source, earned.c.amount)).all()
        given = select(func.coalesce(func.sum(Tip.amount), 0)).where(Tip.therapist_id == me, Tip.on_date <= period.last)
        paid = select(func.coalesce(func.sum(TipPayout.amount), 0)).where(TipPayout.therapist_id == me,
                                                                         TipPayout.paid_on <= period.last)
        return Earnings(
            lines=[Line(day, source, treatment or "", int(amount)) for day, source, treatment, amount in found],
            time=minutes_of(session, period, me),
            tips=int(session.scalar(given.where(Tip.on_date >= period.first))),
            tips_handed_out=int(session.scalar(paid.where(TipPayout.paid_on >= period.first))),
            tips_owed=int(session.scalar(given)) - int(session.scalar(paid)))
