"""Whose money the practice holds at the end of a day: credit by client, deposits by payment, tips by therapist.

Added up from all rows until that day, so these are read when somebody asks for them, not with every report.
"""
from datetime import date

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document
from practice.billing.models.payments import Allocation, Payment, Tip
from practice.billing.queries.methods import written
from practice.billing.queries.tips import tip_accounts
from practice.core.db import db

DEPOSIT = aliased(Payment)


def credit_rows(as_of: date) -> list[tuple]:
    """By client, who has most first: the name on their last document, since who keeps the books sees no clients."""
    received = select(Payment.client_id.label("key"), Payment.amount.label("amount")).where(
        Payment.received_on <= as_of)
    parts = _left([received], Payment.client_id, as_of)
    latest = (select(Document.billed_name).where(Document.client_id == parts.c.key).order_by(Document.id.desc())
              .limit(1).scalar_subquery())
    return sorted(((None, name or "", int(amount)) for name, amount in db.session.execute(
        select(latest, parts.c.amount))), key=lambda row: (-row[-1], row[1]))


def deposit_rows(as_of: date) -> list[tuple]:
    """By payment: what was paid ahead for an appointment, and is not used or taken back."""
    paid = select(DEPOSIT.id.label("key"), DEPOSIT.amount.label("amount")).where(
        DEPOSIT.received_on <= as_of, *_is_deposit(DEPOSIT))
    taken_back = (select(DEPOSIT.id, Payment.amount).join(DEPOSIT, DEPOSIT.id == Payment.reverses_id)
                  .where(Payment.received_on <= as_of, *_is_deposit(DEPOSIT)))
    parts = _left([paid, taken_back], Payment.id, as_of, *_is_deposit(Payment))
    found = db.session.execute(select(Payment.received_on, Payment.method, Payment.reference, parts.c.amount)
                               .join(parts, parts.c.key == Payment.id).order_by(Payment.received_on, Payment.id))
    return [(None, row.received_on, written(row.method), row.reference, int(row.amount)) for row in found]


def tip_rows(as_of: date) -> list[tuple]:
    """By therapist: given, handed out, and what is left."""
    return [(None, one.name, one.taken, one.paid_out, one.owed)
            for one in tip_accounts(until=as_of) if one.owed]


def _is_deposit(payment) -> tuple:
    return payment.appointment_id.is_not(None), payment.amount > 0


def _left(received: list, key, as_of: date, *only):
    """By key: what was received, less what was put against documents, less tips, where something is left of it."""
    put = (select(key, -Allocation.amount).join(Payment, Payment.id == Allocation.payment_id)
           .where(Allocation.on_date <= as_of, *only))
    tips = select(key, -Tip.amount).join(Payment, Payment.id == Tip.payment_id).where(Tip.on_date <= as_of, *only)
    parts = union_all(*received, put, tips).subquery()
    left = func.sum(parts.c.amount)
    return select(parts.c.key, left.label("amount")).group_by(parts.c.key).having(left != 0).subquery("left_over")
