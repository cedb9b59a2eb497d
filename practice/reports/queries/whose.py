"""Whose money the practice holds at the end of a day: credit by client, deposits by payment, tips by therapist.

Credit is counted on from what the last closed month kept of it. The others are added up from all rows until that day;
none of them is read for the page of a month.
"""
import json
from collections import defaultdict
from datetime import date

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from practice.billing.models.documents import Document
from practice.billing.models.payments import Allocation, Payment, Tip
from practice.billing.queries.methods import written
from practice.billing.queries.tips import tip_accounts
from practice.core.db import db
from practice.reports.models import ClosedMonth
from practice.reports.queries.held import credit_moves, last_closed

DEPOSIT = aliased(Payment)
BATCH = 500


def credit_rows(as_of: date, *, is_afresh: bool = False) -> list[tuple]:
    """By client, who has most first, the deposits in it apart: the name on their last document, since who keeps the
    books sees no clients. `is_afresh`: from the first day on."""
    until, held = (None, {}) if is_afresh else _kept_before(as_of)
    found = defaultdict(lambda: (0, 0), held)
    for moves in credit_moves(as_of, until, Payment.client_id):
        for client_id, credit, deposits in db.session.execute(moves):
            found[client_id] = (found[client_id][0] + int(credit), found[client_id][1] + int(deposits))
    names = _billed_names([client_id for client_id, amounts in found.items() if any(amounts)])
    return sorted(((client_id, names.get(client_id, ""), deposits, credit)
                   for client_id, (credit, deposits) in found.items() if credit or deposits),
                  key=lambda row: (-row[-1], row[1], row[0]))


def _kept_before(as_of: date) -> tuple[date | None, dict[int, tuple[int, int]]]:
    """The last closed month that kept its credit, and the credit and deposits of each client at its end."""
    row = last_closed(as_of, ClosedMonth.last_on, ClosedMonth.report)
    table = json.loads(row.report)["tables"].get("credit") if row else None
    if table is None:  # closed before its credit was kept
        return None, {}
    return row.last_on, {client_id: (credit, deposits) for client_id, _name, deposits, credit in table["rows"]}


def _billed_names(client_ids: list[int]) -> dict[int, str]:
    found = {}
    for first in range(0, len(client_ids), BATCH):
        latest = (select(func.max(Document.id)).where(Document.client_id.in_(client_ids[first:first + BATCH]))
                  .group_by(Document.client_id))
        found |= dict(db.session.execute(select(Document.client_id, Document.billed_name)
                                         .where(Document.id.in_(latest))).all())
    return found


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
