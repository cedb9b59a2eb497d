"""Closing a month: its report is kept as it is, and nothing is dated into it any more; and opening it again."""
import hashlib

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import get_practice
from practice.premises.services import close_books
from practice.reports.models import ClosedMonth
from practice.reports.period import Period
from practice.reports.queries.closed import closed_month, is_over, read_whole
from practice.reports.queries.kept import as_text


class AlreadyClosed(DomainError):
    message = _("This month is closed already.")


class LaterMonthClosed(DomainError):
    message = _("A later month is closed: open that one first.")


def close_month(actor: Actor, period: Period) -> ClosedMonth:
    """Keep the month's report and close the books up to its last day. The owner's alone. Raises AlreadyClosed,
    Invalid."""
    require(actor, Permission.PREMISES_EDIT)
    practice = get_practice(for_change=True)  # two owners at once: one after the other
    if not is_over(period):
        raise Invalid(_("Only a month that is over can be closed."), "month")
    if closed_month(period):
        raise AlreadyClosed()
    if practice.books_closed_on is None or practice.books_closed_on < period.last:
        close_books(actor, period.last)
    for left in db.session.scalars(select(ClosedMonth).where(ClosedMonth.month == str(period),
                                                             ClosedMonth.reopened_at.is_(None))):
        _end(actor, left, _("The books were opened in the settings."))
    db.session.flush()
    report, details = read_whole(period)
    text, figures = as_text(report, details), report.figures
    row = ClosedMonth(month=str(period), last_on=period.last, report=text, closed_at=clock.now(),
                      sha256=hashlib.sha256(text.encode()).hexdigest(), closed_by_id=actor.user_id,
                      credit_amount=figures["client_credit"], deposits_amount=figures["deposits"],
                      tips_amount=figures["tips_payable"])
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "month.close", row, month=row.month, sha256=row.sha256)
    return row


def reopen_month(actor: Actor, period: Period, *, reason: str) -> ClosedMonth:
    """Open a closed month again; its report is kept beside the next one. The owner's alone, with a reason. Raises
    LaterMonthClosed, Invalid, NotFound."""
    require(actor, Permission.PREMISES_EDIT)
    get_practice(for_change=True)
    row = closed_month(period)
    if row is None:
        raise NotFound()
    if db.session.scalar(select(ClosedMonth.id).where(ClosedMonth.last_on > period.last,
                                                      ClosedMonth.reopened_at.is_(None)).limit(1)):
        raise LaterMonthClosed()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why the month is opened again."), "reason")
    close_books(actor, period.day_before, reason=_("The month was opened again."))
    _end(actor, row, reason)
    db.session.flush()
    audit.record(actor, "month.reopen", row, month=row.month, sha256=row.sha256)
    return row


def _end(actor: Actor, row: ClosedMonth, reason: str) -> None:
    row.reopened_at, row.reopened_by_id, row.reason = clock.now(), actor.user_id, reason.strip()[:200]
