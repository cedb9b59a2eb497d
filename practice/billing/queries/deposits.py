"""Deposits: money paid ahead for one appointment, kept for it until it is charged or falls out."""
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from practice.billing.models.payments import Allocation, Payment, Tip
from practice.billing.queries.charged import charged
from practice.billing.queries.documents import credit_of, credits_of
from practice.core.db import db
from practice.schedule.models import Appointment
from practice.schedule.states import HOLDING_TIME


@dataclass(frozen=True)
class Deposit:
    """What is left of a deposit, minor units, and the appointment it is kept for."""

    amount: int
    appointment: Appointment


def deposits_of(*client_ids: int) -> list[Deposit]:
    """What is kept for these clients' appointments that are still to be charged, one row each."""
    rows = db.session.execute(
        select(Payment.id, Payment.appointment_id, Payment.amount)
        .where(Payment.client_id.in_(client_ids), Payment.appointment_id.is_not(None), Payment.amount > 0)).all()
    if not rows:
        return []
    left = _left({row.id: row.amount for row in rows})
    kept: dict[int, int] = {}
    for row in rows:
        kept[row.appointment_id] = kept.get(row.appointment_id, 0) + left[row.id]
    settled = charged(kept)
    waiting = db.session.scalars(
        select(Appointment).where(Appointment.id.in_(kept.keys() - settled), Appointment.state.in_(HOLDING_TIME))
        .order_by(Appointment.starts_at))
    return [Deposit(kept[row.id], row) for row in waiting if kept[row.id]]


def _left(amounts: dict[int, int]) -> dict[int, int]:
    left = dict(amounts)
    taken = (
        select(Allocation.payment_id, func.sum(Allocation.amount)).group_by(Allocation.payment_id)
        .where(Allocation.payment_id.in_(amounts)),
        select(Tip.payment_id, func.sum(Tip.amount)).group_by(Tip.payment_id).where(Tip.payment_id.in_(amounts)),
        select(Payment.reverses_id, -func.sum(Payment.amount)).group_by(Payment.reverses_id)
        .where(Payment.reverses_id.in_(amounts)))
    for statement in taken:
        for payment_id, amount in db.session.execute(statement):
            left[payment_id] -= int(amount)
    return left


def free_credit(client_id: int, *, appointment_id: int | None = None) -> int:
    """The client's credit without what is kept for other appointments than this one."""
    kept = sum(one.amount for one in deposits_of(client_id) if one.appointment.id != appointment_id)
    return max(0, credit_of(client_id) - kept)


def free_credits(client_ids: Collection[int]) -> dict[int, int]:
    """The same of several clients, without what is kept for any appointment; as many questions as for one."""
    found = credits_of(client_ids)
    for one in deposits_of(*client_ids):
        found[one.appointment.client_id] -= one.amount
    return {client_id: max(0, amount) for client_id, amount in found.items()}
