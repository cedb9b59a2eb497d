"""Which invoices are to be reminded of, and what letters went out."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from practice.billing.models.documents import Document
from practice.billing.models.reminders import STEPS, Reminder
from practice.core.db import db
from practice.core.errors import NotFound
from practice.premises.queries import the_practice

MOST = 200  # rows of a page


@dataclass(frozen=True)
class Overdue:
    """An overdue invoice, the reminders so far, and the next one: None after the last; `is_time` when it is due."""

    document: Document
    sent: list[Reminder]
    next_step: int | None
    is_time: bool


def overdue(today: date) -> list[Overdue]:
    """Invoices past their due day, the longest overdue first."""
    rows = list(db.session.scalars(
        select(Document).where(Document.open_amount > 0, Document.due_on < today)
        .order_by(Document.due_on, Document.id).limit(MOST)))
    sent = reminders_of(row.id for row in rows)
    return [_standing(row, sent.get(row.id, []), today) for row in rows]


def _standing(row: Document, sent: list[Reminder], today: date) -> Overdue:
    step = len(sent) + 1 if len(sent) < STEPS else None
    last = max([row.due_on, *(one.made_on for one in sent)])
    return Overdue(row, sent, step, step is not None and today >= last + timedelta(days=the_practice().reminder_days))


def reminders_of(document_ids: Iterable[int]) -> dict[int, list[Reminder]]:
    """The letters about these invoices, the first one first."""
    found: dict[int, list[Reminder]] = {}
    for row in db.session.scalars(select(Reminder).where(Reminder.document_id.in_(list(document_ids)))
                                  .order_by(Reminder.document_id, Reminder.step)):
        found.setdefault(row.document_id, []).append(row)
    return found


def get_reminder(reminder_id: int) -> Reminder:
    """Raises NotFound."""
    row = db.session.scalars(select(Reminder).where(Reminder.id == reminder_id)).first()
    if row is None:
        raise NotFound()
    return row
