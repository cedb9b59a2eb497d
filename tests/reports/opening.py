"""A figure as the rows come to it that it opens."""
from practice.access.actor import Actor
from practice.reports.definitions import FIGURES, Unit
from practice.reports.queries.details import detail
from practice.reports.queries.report import Report
from practice.reports.queries.tables import ON_SCREEN, SUMMARIES

# The column that is summed, where it is not the last one of money.
COLUMNS = {
    "invoiced_net": "net", "invoiced_tax": "tax", "card_fees": "fee", "paid_out": "bank",
    "cash_basis_net": "cash_net", "till_difference": "difference", "limits_passed": "number"}
COUNTED = ("yes", "no")


def opened(actor: Actor, found: Report, name: str):
    """What the rows of a figure come to: minor units, how many, or (counted, of how many)."""
    figure, period = FIGURES[name], found.period
    rows = found.tables[figure.rows] if figure.rows in SUMMARIES else detail(
        actor, figure.rows, period, key=figure.key or None)
    table = ON_SCREEN[figure.rows]
    keys, totals = [key for key, _title, _kind in table.fields], table.total(rows)
    if figure.unit is Unit.MONEY or name in COLUMNS:
        return totals.get(COLUMNS.get(name, keys[-1]), 0)
    if name == "owed_oldest_days":
        return max(((period.last - row[3]).days for row in rows), default=0)
    if name in ("utilisation", "worked_utilisation"):
        return totals["booked" if name == "utilisation" else "worked"], totals["available"]
    if name in ("no_show_rate", "late_cancel_rate"):
        states = [row[3] for row in rows]
        return states.count("no_show" if name == "no_show_rate" else "cancelled_late"), sum(
            states.count(state) for state in ("done", "no_show", "cancelled_late"))
    if figure.unit is Unit.RATE:
        answers = [row[keys.index("again") + 1] for row in rows]
        return answers.count("yes"), sum(map(answers.count, COUNTED))
    return len(rows)
