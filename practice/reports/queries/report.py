"""The report of a period: every figure under its name (see definitions.py), and the tables that are printed with them.

"Month" means the local calendar month of the practice. Figures as of the end come from dated rows only, so a later
payment or credit note never changes a past month. Amounts are in minor units of the practice's currency.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.queries import user_names
from practice.billing.models.payments import METHOD_LABELS, Method
from practice.billing.queries.methods import kind_of, own_methods, written
from practice.catalog.models import Treatment
from practice.core import clock
from practice.core.db import db, snapshot
from practice.core.money import round_half_up
from practice.premises.models import Issuer, Location
from practice.premises.queries import the_practice
from practice.reports.definitions import BRIDGE, EARNED_STEPS, OWED_BY_AGE
from practice.reports.period import AGES, Period
from practice.reports.queries import held, sums
from practice.reports.queries.work import Minutes, Work, work
from practice.schedule.states import AppointmentState as S

SOURCES = {"service": "services", "package_session": "packages", "voucher_session": "vouchers",
           "product": "products", "fee": "fees", "expired": "expired"}
OF_TREATMENTS = ("service", "package_session", "voucher_session")
YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Report:
    """`figures` by name: minor units, a number, or (counted, of how many); None: not applicable. `tables` by name (see
    tables.py). `unfinished` names the figures whose window is not over yet."""

    period: Period
    currency: str
    time_zone: str
    made_at: datetime
    is_over: bool
    retention_month: str
    figures: dict[str, int | tuple[int, int] | None]
    tables: dict[str, list[tuple]]
    unfinished: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """From invoiced to received, from invoiced to earned, and from one debt to the next: nothing is left over."""
        return not any(self.figures[name] for name in ("bridge_difference", "step_difference", "debt_difference"))


def report(actor: Actor, period: Period) -> Report:
    """All figures of a period, read in one moment. Needs report:read."""
    require(actor, Permission.REPORT_READ)
    with snapshot():
        return read_report(period)


def read_report(period: Period) -> Report:
    """The same inside a snapshot or a transaction."""
    practice, now = the_practice(), clock.now()
    today = clock.local_date(now, practice.time_zone)
    invoiced, earned, money = sums.invoiced(period), sums.earned(period), sums.payments(period)
    owed, worked, settled = sums.owed(period), work(period, now), sums.settled(period)
    rates, tills, tips = sums.tax_rates(period), sums.till_differences(period), sums.tips(period)
    paid = sums.paid_to_therapists(period)
    figures = {
        **_invoiced(invoiced), **_earned(earned, worked), **_received(money, tips, tills),
        "cash_basis_net": sum(net for net, _tax in paid.values()), "tax_cash_basis": sum(row[5] for row in rates),
        **sums.paid_out(period), **_owed(owed, period.last), **_held(period.last), **_worked(worked)}
    figures |= _debt(period, invoiced, figures["owed"], settled)
    figures |= _bridge(figures, owed, settled)
    figures |= _steps(period, figures)
    tables = {
        "therapists": _therapists(earned, paid, tips, worked.therapists), "treatments": _treatments(earned, worked),
        "weeks": _weeks(period, earned), "tax_rates": rates, "methods": _methods(money), "days": _days(money, tills),
        **_places(invoiced, earned, money, owed)}
    is_over = period.last < today
    ends = period.last + timedelta(days=1)
    unfinished = [] if is_over else ["utilisation", "worked_utilisation"]
    unfinished += ["rebooking_rate"] if ends >= today else []
    return Report(period, practice.currency, practice.time_zone, now, is_over, worked.retention_month, figures, tables,
                  tuple(unfinished))


def _invoiced(invoiced) -> dict:
    sums_of = {name: sum(int(getattr(row, name)) for row in invoiced) for name in ("net", "tax", "gross")}
    return {f"invoiced_{name}": amount for name, amount in sums_of.items()} | {
        "documents": sum(row.count for row in invoiced)}


def _earned(earned, worked: Work) -> dict:
    by_source = Counter()
    for row in earned:
        by_source[row.source] += int(row.amount)
    figures = {f"earned_{name}": by_source[source] for source, name in SOURCES.items()}
    ticket = sum(by_source[source] for source in (*OF_TREATMENTS, "product"))
    return {"earned": sum(by_source.values()), **figures,
            "average_ticket": round_half_up(ticket, worked.visits) if worked.visits else None}


def _received(money, tips: dict, tills: dict) -> dict:
    return {"received": sum(int(row.amount) for row in money), "refunds": sum(int(row.refunds) for row in money),
            "tips_given": sum(tips.values()), "till_difference": sum(tills.values())}


def _owed(owed, as_of: date) -> dict:
    ages = dict.fromkeys(AGES, 0)
    for row in owed:
        ages[row.age] += int(row.amount)
    return {"owed": sum(ages.values()), "owed_count": sum(row.count for row in owed),
            "owed_oldest_days": max(((as_of - row.due_on).days for row in owed), default=0),
            **{OWED_BY_AGE[age]: amount for age, amount in ages.items()}}


def _held(as_of: date) -> dict:
    """What the practice holds for others at the end of a day."""
    money = held.money(as_of)
    return {"client_credit": money.credit, "deposits": money.deposits, "deferred_packages": held.packages(as_of),
            "voucher_liability": held.vouchers(as_of), "tips_payable": money.tips}


def _worked(worked: Work) -> dict:
    states, times = worked.states, worked.therapists.values()
    counted = states[S.DONE] + states[S.NO_SHOW] + states[S.CANCELLED_LATE]
    available = sum(time.available for time in times)
    return {"sessions": states[S.DONE], "visits": worked.visits, "cancelled_early": states[S.CANCELLED_EARLY],
            "no_show_rate": (states[S.NO_SHOW], counted), "late_cancel_rate": (states[S.CANCELLED_LATE], counted),
            "utilisation": (sum(time.booked for time in times), available),
            "worked_utilisation": (sum(time.worked for time in times), available),
            "new_clients": worked.new_clients, "returning_clients": worked.returning_clients,
            "rebooking_rate": worked.rebooked, "retention_90": worked.retained, "limits_passed": worked.limits_passed}


def _debt(period: Period, invoiced, closing: int, settled: sums.Settled) -> dict:
    """From what was owed before to what is owed at the end."""
    found = {"debt_before": sums.owed_at_the_end_of(period.day_before),
             "debt_invoiced": sum(int(row.gross) for row in invoiced if row.kind == "invoice"),
             "debt_opening": sums.brought_over(period), "debt_paid": -settled.of("money"),
             "debt_credited": -settled.of("credit_note"), "debt_vouchers": -settled.of("voucher"),
             "debt_written_off": -settled.of("write_off")}
    return found | {"debt_difference": closing - sum(found.values())}


def _bridge(figures: dict, owed, settled: sums.Settled) -> dict:
    """From what was invoiced to what was received, each step from rows of its own."""
    notes = figures["invoiced_gross"] - figures["debt_invoiced"]
    steps = {
        "bridge_credited_earlier": -notes - settled.of("credit_note", "this"),
        "bridge_open": -sum(int(row.new) for row in owed),
        "bridge_vouchers": -settled.of("voucher", "this"), "bridge_written_off": -settled.of("write_off", "this"),
        "bridge_earlier": settled.of("money", "earlier"), "bridge_voucher_sales": settled.of("money", "voucher_sale"),
        "bridge_credit": figures["received"] - figures["tips_given"] - settled.of(
            "money", "this", "earlier", "voucher_sale")}
    walked = figures["invoiced_gross"] + sum((figures | steps)[name] for name in BRIDGE)
    return steps | {"bridge_difference": figures["received"] - walked}


def _steps(period: Period, figures: dict) -> dict:
    """From what was invoiced without tax to what was earned."""
    steps = {"step_prepaid_sold": -sums.prepaid_sold(period), "step_other_time": sums.counts_elsewhere(period),
             "step_prepaid_given": sum(figures[f"earned_{name}"] for name in ("packages", "vouchers", "expired"))}
    walked = figures["invoiced_net"] + sum(steps[name] for name in EARNED_STEPS)
    return steps | {"step_difference": figures["earned"] - walked}


def _therapists(earned, paid: dict, tips: dict, times: dict[int, Minutes]) -> list[tuple]:
    """One row a therapist, who earned most first; the last is what belongs to none."""
    sources: dict[int | None, Counter] = defaultdict(Counter)
    for row in earned:
        sources[row.therapist_id][SOURCES[row.source]] += int(row.amount)
    names, found = user_names(), []
    for key in sources.keys() | paid.keys() | tips.keys() | {one for one, time in times.items() if time.sessions}:
        amounts, time = sources[key], times.get(key, Minutes())
        found.append((key, names.get(key, ""), *(amounts[name] for name in SOURCES.values()), sum(amounts.values()),
                      *paid.get(key, (0, 0)), tips.get(key, 0), time.sessions, time.booked, time.worked,
                      time.available))
    return sorted(found, key=lambda row: (row[0] is None, -row[8], row[1]))


def _treatments(earned, worked: Work) -> list[tuple]:
    amounts = Counter()
    for row in earned:
        amounts[row.treatment_id if row.source in OF_TREATMENTS else None] += int(row.amount)
    titles = dict(db.session.execute(select(Treatment.id, Treatment.name)).all())
    found = [(key, titles.get(key, ""), worked.treatments[key], amounts[key])
             for key in amounts.keys() | worked.treatments.keys() if key is not None or amounts[key]]
    return sorted(found, key=lambda row: (row[0] is None, -row[3], row[1]))


def _weeks(period: Period, earned) -> list[tuple]:
    """Earned by week, or by month where there are many, beside the same a year before."""
    days = Counter()
    for row in earned:
        days[row.on_date] += int(row.amount)
    if period.is_by_month:
        pieces = [(max(month.first, period.first), min(month.last, period.last)) for month in period.months()]
        before = [(_a_year_before(first), _a_year_before(last + timedelta(days=1)) - timedelta(days=1))
                  for first, last in pieces]
    else:
        pieces = period.weeks()
        before = [(first - YEAR, last - YEAR) for first, last in pieces]
    then = sums.earned_by_day(Period(before[0][0], before[-1][1]))
    return [(None, first, last, _between(days, first, last), _between(then, *old))
            for (first, last), old in zip(pieces, before, strict=True)]


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28)) if (day.month, day.day) == (2, 29) else \
        day.replace(year=day.year - 1)


def _between(days, first: date, last: date) -> int:
    return sum(amount for day, amount in days.items() if first <= day <= last)


def _methods(money) -> list[tuple]:
    found = Counter()
    for row in money:
        found[row.method] += int(row.amount)
    return [(str(method), written(method), found[method])
            for method in [*METHOD_LABELS, *own_methods()] if method in found]


def _days(money, tills: dict[date, int]) -> list[tuple]:
    by_day: dict[date, Counter] = defaultdict(Counter)
    for row in money:
        by_day[row.received_on][kind_of(row.method)] += int(row.amount)
    return [(None, day, by_day[day][Method.CASH], by_day[day][Method.CARD], by_day[day][Method.BANK],
             sum(by_day[day].values()), tills.get(day, 0)) for day in sorted(by_day.keys() | tills.keys())]


def _places(invoiced, earned, money, owed) -> dict[str, list[tuple]]:
    """By location and by issuer, each summing to the whole."""
    at: dict[str, dict[int, Counter]] = {"location_id": defaultdict(Counter), "issuer_id": defaultdict(Counter)}
    for name, found in at.items():
        for row in invoiced:
            found[getattr(row, name)]["invoiced"] += int(row.gross)
        for row in earned:
            found[getattr(row, name)]["earned"] += int(row.amount)
        for row in owed:
            found[getattr(row, name)]["owed"] += int(row.amount)
    for row in money:  # money has no issuer until it is put against something
        at["location_id"][row.location_id]["received"] += int(row.amount)
    locations = dict(db.session.execute(select(Location.id, Location.name)).all())
    issuers = dict(db.session.execute(select(Issuer.id, Issuer.name)).all())
    return {
        "locations": [(key, locations[key], one["invoiced"], one["earned"], one["received"], one["owed"])
                      for key, one in sorted(at["location_id"].items())],
        "issuers": [(key, issuers[key], one["invoiced"], one["earned"], one["owed"])
                    for key, one in sorted(at["issuer_id"].items())]}


