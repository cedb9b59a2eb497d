"""The owner's month: every figure with one meaning, read in one moment.

Month means the local calendar month of the practice. Figures as of its end come from dated rows only, so a later
payment or credit note never changes a past month. Amounts are in minor units of the practice's currency.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.accounts.queries import user_names
from practice.billing.models.documents import DocumentKind
from practice.billing.models.payments import Method
from practice.catalog.models import Treatment
from practice.core.db import db, snapshot
from practice.reports.period import AGES, Month, age_bucket
from practice.reports.queries import rows
from practice.reports.queries.rows import Span
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S


@dataclass(frozen=True)
class Share:
    """One part of a sum: whose or of what, with the id that opens its rows (None: the rest)."""

    key: int | None
    name: str
    amount: int


@dataclass(frozen=True)
class TaxRow:
    category: str
    rate: int  # ten-thousandths of a percent
    net: int
    tax: int


@dataclass(frozen=True)
class Bridge:
    """From what was invoiced to what was received, in five steps that must meet."""

    invoiced: int
    not_paid_yet: int  # of the documents of the month, negative
    for_earlier: int  # paid in the month for documents of earlier months
    credit_built: int  # received and not yet put against a document, less credit used
    tips: int  # received for the therapists
    vouchers: int  # received for vouchers of an amount
    received: int
    opening_owed: int
    closing_owed: int
    settled: int  # allocations of the month, money and credit notes
    invoices_only: int  # invoiced without the credit notes

    @property
    def adds_up(self) -> bool:
        """Both ways: to the money received, and from the opening to the closing receivables."""
        money = self.invoiced + self.not_paid_yet + self.for_earlier + self.credit_built + self.tips + self.vouchers
        return money == self.received and self.opening_owed + self.invoices_only - self.settled == self.closing_owed


@dataclass(frozen=True)
class Liabilities:
    """What the practice holds for others at the end of the month."""

    credit: int  # of clients, deposits included
    packages: int  # sessions sold and not given yet, without tax
    vouchers: int  # that may still be brought in
    tips: int  # of therapists


@dataclass(frozen=True)
class MonthFigures:
    """All figures of a month. Rates are (counted, of how many): a rate of nothing is "n/a", never 0 %."""

    month: Month
    is_over: bool
    invoiced_net: int
    invoiced_tax: int
    invoiced_gross: int
    documents: int
    earned: int
    earned_by_therapist: list[Share]
    earned_by_treatment: list[Share]
    earned_products: int
    earned_fees: int
    earned_expired: int  # packages that ran out unused
    earned_by_week: list[tuple[date, date, int, int]]  # first and last day, this year, a year before
    taxes: list[TaxRow]
    received: int
    received_by_method: list[tuple[Method, int]]
    refunds: int
    owed: int
    owed_by_age: dict[str, int]
    owed_count: int
    oldest_days: int
    sessions: int
    visits: int
    no_shows: tuple[int, int]
    late_cancels: tuple[int, int]
    liabilities: "Liabilities"
    bridge: Bridge


def month_figures(actor: Actor, month: Month, today: date) -> MonthFigures:
    """The figures of `month`, read in one snapshot. Needs report:read."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        return _figures(month, today)


def _figures(month: Month, today: date) -> MonthFigures:
    span = Span.of(month)
    documents = db.session.execute(rows.documents(span)).all()
    by_therapist, by_treatment, kinds = _earned_parts(span)
    money = db.session.execute(rows.payments(span)).all()
    methods = Counter()
    for payment in money:
        methods[payment.method] += payment.amount
    owed = db.session.execute(rows.owed(month.last)).all()
    ages = dict.fromkeys(AGES, 0)
    for row in owed:
        ages[age_bucket(month.last, row.due_on)] += row.owed
    states, visits = _appointments(span)
    counted = states[S.DONE] + states[S.NO_SHOW] + states[S.CANCELLED_LATE]
    return MonthFigures(
        month=month, is_over=month.last < today,
        invoiced_net=sum(row.net_amount for row in documents), invoiced_tax=sum(row.tax_amount for row in documents),
        invoiced_gross=sum(row.gross_amount for row in documents), documents=len(documents),
        earned=sum(share.amount for share in by_therapist), earned_by_therapist=by_therapist,
        earned_by_treatment=by_treatment, earned_products=kinds["product"], earned_fees=kinds["fee"],
        earned_expired=kinds["expired"],
        earned_by_week=_by_week(month),
        taxes=[TaxRow(*row) for row in db.session.execute(rows.taxes(span))],
        received=sum(methods.values()),
        received_by_method=[(method, methods[method]) for method in Method if methods[method]],
        refunds=sum(payment.amount for payment in money if payment.amount < 0),
        owed=sum(ages.values()), owed_by_age=ages, owed_count=len(owed),
        oldest_days=max(((month.last - row.due_on).days for row in owed), default=0),
        sessions=states[S.DONE], visits=visits, no_shows=(states[S.NO_SHOW], counted),
        late_cancels=(states[S.CANCELLED_LATE], counted),
        liabilities=_liabilities(month.last),
        bridge=_bridge(month, documents, sum(methods.values()), sum(ages.values())))


def _liabilities(as_of: date) -> Liabilities:
    def together(statements) -> int:
        return sum(int(db.session.scalar(statement)) for statement in statements)

    return Liabilities(together(rows.credit(as_of)), together([rows.deferred(as_of)]),
                       together([rows.vouchers(as_of)]), together(rows.tips_owed(as_of)))


def _earned_parts(span: Span) -> tuple[list[Share], list[Share], dict[str, int]]:
    """Earned by therapist (the rest last), by treatment (products and fees last), and by kind of line."""
    earned = rows.earned(span)
    sums = db.session.execute(
        select(earned.c.therapist_id, earned.c.treatment_id, earned.c.kind, func.sum(earned.c.amount))
        .group_by(earned.c.therapist_id, earned.c.treatment_id, earned.c.kind)).all()
    people, treatments, kinds = defaultdict(int), defaultdict(int), defaultdict(int)
    for therapist_id, treatment_id, kind, amount in sums:
        kinds[str(kind)] += int(amount)
        people[therapist_id] += int(amount)
        treatments[treatment_id if str(kind) == "service" else None] += int(amount)
    names, titles = user_names(), dict(db.session.execute(select(Treatment.id, Treatment.name)).all())
    return (_shares(people, names), _shares(treatments, titles), kinds)


def _shares(sums: dict[int | None, int], names: dict[int, str]) -> list[Share]:
    named = sorted((Share(key, names.get(key, ""), amount) for key, amount in sums.items() if key is not None),
                   key=lambda share: -share.amount)
    return named + ([Share(None, "", sums[None])] if sums.get(None) else [])


def _by_week(month: Month) -> list[tuple[date, date, int, int]]:
    """Earned by week of the month, beside the same days 52 weeks before."""
    found = []
    for first, last in month.weeks():
        year = timedelta(weeks=52)
        found.append((first, last, _earned_sum(Span(first, last)), _earned_sum(Span(first - year, last - year))))
    return found


def _earned_sum(span: Span) -> int:
    return int(db.session.scalar(select(func.coalesce(func.sum(rows.earned(span).c.amount), 0))))


def _appointments(span: Span) -> tuple[Counter, int]:
    """How many appointments ended in which state, and visits (one client, one day); counts only, no names."""
    with system_session("counting the appointments of a month") as session:
        within = Appointment.on_date.between(span.first, span.last)
        states = Counter(dict(session.execute(
            select(Appointment.state, func.count(Appointment.id)).where(within).group_by(Appointment.state)).all()))
        visits = session.scalar(select(func.count()).select_from(
            select(Appointment.client_id, Appointment.on_date).where(within, Appointment.state == S.DONE)
            .distinct().subquery()))
    return states, visits


def _bridge(month: Month, documents, received: int, closing: int) -> Bridge:
    span = Span.of(month)
    made = db.session.execute(rows.allocations(span)).all()
    put = [row for row in made if row.kind is not DocumentKind.VOUCHER_SALE]
    sold = sum(row.amount for row in made if row.kind is DocumentKind.VOUCHER_SALE and row.payment_id is not None)
    money = [row for row in put if row.payment_id is not None]
    of_month = sum(row.amount for row in money if row.issued_on >= month.first)
    earlier = sum(row.amount for row in money if row.issued_on < month.first)
    invoiced = sum(row.gross_amount for row in documents)
    tips = sum(row.amount for row in db.session.execute(rows.tips(span)))
    opening = sum(row.owed for row in db.session.execute(rows.owed(month.before.last)))
    return Bridge(
        invoiced=invoiced, not_paid_yet=of_month - invoiced, for_earlier=earlier,
        credit_built=received - of_month - earlier - tips - sold, tips=tips, vouchers=sold, received=received,
        opening_owed=opening, closing_owed=closing, settled=sum(row.amount for row in put),
        invoices_only=sum(row.gross_amount for row in documents if row.kind == "invoice"))
