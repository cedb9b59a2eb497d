"""A month that is closed is shown as it was kept; what changed since is listed beside it."""
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.billing.models.documents import Document, DocumentLine
from practice.billing.models.payments import Method, Payment
from practice.billing.models.till import TillDay
from practice.billing.queries.charged import IS_UNCHARGED
from practice.core import clock
from practice.core.db import db, snapshot
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.reports.models import ClosedMonth
from practice.reports.period import Period
from practice.reports.queries import held, sums
from practice.reports.queries.details import BUILDERS
from practice.reports.queries.kept import from_text
from practice.reports.queries.report import Report, read_report
from practice.reports.queries.work import sessions
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState
from practice.sessions.models import NoteState, SessionNote

COMPARED = ("invoiced_gross", "earned", "received", "sessions")
STANDING = (select(ClosedMonth).where(ClosedMonth.month == bindparam("month"), ClosedMonth.reopened_at.is_(None)))

FIRST_DAYS = select(*(select(func.min(day)).scalar_subquery()
                      for day in (Document.issued_on, Payment.received_on, Appointment.on_date)))


def closed_month(period: Period) -> ClosedMonth | None:
    """The closing that stands, while its books are closed."""
    books = the_practice().books_closed_on
    if not period.is_month or books is None or books < period.last:
        return None
    return db.session.scalars(STANDING, {"month": str(period)}).first()


def the_report(actor: Actor, period: Period) -> Report:
    """The report of a period: of a closed month as it was kept, of any other days as they are now."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        kept = closed_month(period)
        return from_text(kept.report)[0] if kept else read_report(period)


def compared(actor: Actor, period: Period) -> dict[str, int]:
    """The figures that another period's are set beside, alone."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        kept = closed_month(period)
        if kept:
            figures = from_text(kept.report)[0].figures
            return {name: figures[name] for name in COMPARED}
        return {"invoiced_gross": sum(int(row.gross) for row in sums.invoiced(period)),
                "earned": sum(sums.earned_by_day(period).values()),
                "received": sum(int(row.amount) for row in sums.payments(period)), "sessions": sessions(period)}


def whole_report(actor: Actor, period: Period) -> tuple[Report, dict[str, list[tuple]]]:
    """The same with the rows behind the figures, for files."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        kept = closed_month(period)
        return from_text(kept.report) if kept else read_whole(period)


def read_whole(period: Period) -> tuple[Report, dict[str, list[tuple]]]:
    """Report and rows as they are now, inside a snapshot or a transaction."""
    return read_report(period), {name: build(period, None) for name, build in BUILDERS.items()}


@dataclass(frozen=True)
class Late:
    """A document issued after the closing for something of the closed month."""

    document_id: int
    number: str
    issued_on: date
    net: int


@dataclass(frozen=True)
class TakenBack:
    """A payment of the closed month that was taken back after the closing; the amount is below zero."""

    on_date: date
    of_date: date
    method: Method
    amount: int
    reason: str


@dataclass(frozen=True)
class Moved:
    """What changed since a month was closed: figures that would be others today (then, now); documents written since
    for its sessions, or against its invoices; payments of it that were taken back. They count in the month in which
    they were written."""

    figures: dict[str, tuple]
    documents: list[Late]
    payments: list[TakenBack]


def moved_since(actor: Actor, kept: ClosedMonth) -> Moved:
    """Needs report:read."""
    require(actor, Permission.REPORT_READ)
    then = from_text(kept.report)[0]
    with snapshot():
        now = read_report(then.period)
        changed = {name: (value, now.figures.get(name)) for name, value in then.figures.items()
                   if value != now.figures.get(name)}
        return Moved(changed, _late(then.period, kept), _taken_back(then.period, kept))


def _late(period: Period, kept: ClosedMonth) -> list[Late]:
    of_month, corrected = aliased(DocumentLine), aliased(Document)
    for_session = select(of_month.document_id).where(of_month.service_on.between(period.first, period.last))
    against = select(corrected.id).where(corrected.issued_on.between(period.first, period.last))
    found = db.session.execute(
        select(Document.id, Document.number_text, Document.issued_on, Document.net_amount)
        .where(Document.issued_on > period.last, Document.issued_at >= kept.closed_at,
               Document.id.in_(for_session) | Document.refers_to_id.in_(against)).order_by(Document.id))
    return [Late(*row) for row in found]


def _taken_back(period: Period, kept: ClosedMonth) -> list[TakenBack]:
    of = aliased(Payment)
    found = db.session.execute(
        select(Payment.received_on, of.received_on, Payment.method, Payment.amount, Payment.reason)
        .join(of, of.id == Payment.reverses_id)
        .where(Payment.received_on > period.last, Payment.received_at >= kept.closed_at,
               of.received_on.between(period.first, period.last)).order_by(Payment.id))
    return [TakenBack(*row) for row in found]


@dataclass(frozen=True)
class Check:
    """Something to look at before closing: how many, or how much; nothing of it is in the way."""

    title: str
    count: int
    is_money: bool = False


def checks_before_closing(actor: Actor, period: Period) -> dict[str, Check]:
    """What is left to do in a month, by name; notes and sessions are only counted."""
    require(actor, Permission.REPORT_READ)
    with snapshot(), system_session("what is left to do before a month is closed") as session:
        note = SessionNote.__table__.c
        unsigned = session.scalar(select(func.count(note.id)).where(
            note.state == NoteState.DRAFT, note.on_date.between(period.first, period.last)))
        uncharged = session.scalar(select(func.count(Appointment.id)).where(
            Appointment.on_date.between(period.first, period.last), Appointment.state == AppointmentState.DONE,
            IS_UNCHARGED))
        waiting = session.scalar(select(func.count(Appointment.id)).where(
            Appointment.on_date.between(period.first, period.last),
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.ARRIVED, AppointmentState.IN_SESSION))))
        tills = session.scalar(select(func.count(TillDay.id)).where(TillDay.closed_at.is_(None),
                                                                    TillDay.opened_on <= period.last))
        drafts = session.scalar(select(func.count(Document.id)).where(Document.issued_on.is_(None)))
    with snapshot():
        credit = held.money(period.last).credit
    return {"uncharged": Check(_("Sessions not charged yet"), uncharged),
            "unfinished": Check(_("Appointments without an outcome"), waiting),
            "unsigned": Check(_("Notes not signed yet"), unsigned),
            "tills": Check(_("Tills still open"), tills),
            "drafts": Check(_("Documents without a number"), drafts),
            "credit": Check(_("Money not put against anything"), credit, is_money=True)}


def locked_with(actor: Actor, period: Period) -> list[Period]:
    """The months before one, still open, that closing it locks as well: from the first in which anything is dated."""
    require(actor, Permission.REPORT_READ)
    books = the_practice().books_closed_on
    with snapshot(), system_session("the first day on which anything is dated") as session:
        days = [day for day in session.execute(FIRST_DAYS).one() if day is not None]
    if not days:
        return []
    month, found = Period.of(max(min(days), books + timedelta(days=1)) if books else min(days)), []
    while month.last < period.first:
        found.append(month)
        month = month.after
    return found


def is_over(period: Period) -> bool:
    """Whether it is a whole month whose last day is past."""
    return period.is_month and period.last < clock.local_date(clock.now(), the_practice().time_zone)
