"""A report as text: the JSON file, and the form in which a closed month is kept. The same report, the same text.

Amounts are whole minor units (`decimals` says how many of them make one), days are ISO dates, a rate is [counted, of
how many]. The names of figures and tables never change.
"""
import json
from datetime import date, datetime

from practice.core.columns import canonical_json
from practice.core.money import decimals
from practice.core.spreadsheet import Kind
from practice.reports.definitions import FIGURES
from practice.reports.period import Period
from practice.reports.queries.report import Report
from practice.reports.queries.tables import TABLES

FORMAT = "practice report, version 1"
# Figures that months closed before them do not have, and what they were then.
LATER = {"debt_opening": 0, "card_fees": 0, "paid_out": 0}


def as_text(report: Report, details: dict[str, list[tuple]]) -> str:
    """The whole report with the rows behind it."""
    return canonical_json({
        "format": FORMAT, "period": str(report.period), "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(), "currency": report.currency, "decimals": decimals(report.currency),
        "time_zone": report.time_zone, "made_at": report.made_at.isoformat(), "is_over": report.is_over,
        "retention_month": report.retention_month, "unfinished": list(report.unfinished),
        "figures": report.figures,
        "tables": {name: {"columns": ["key", *(key for key, _title, _kind in TABLES[name].fields)],
                          "rows": [[_plain(cell) for cell in row] for row in rows]}
                   for name, rows in (report.tables | details).items()}})


def from_text(text: str) -> tuple[Report, dict[str, list[tuple]]]:
    """The report and its rows, as they were."""
    read = json.loads(text)
    tables = {name: [_row(name, row) for row in table["rows"]] for name, table in read["tables"].items()}
    figures = LATER | {name: tuple(value) if isinstance(value, list) else value
                       for name, value in read["figures"].items()}
    return Report(
        Period.parse(read["period"]), read["currency"], read["time_zone"], datetime.fromisoformat(read["made_at"]),
        read["is_over"], read["retention_month"], {name: figures[name] for name in FIGURES if name in figures},
        tables, tuple(read["unfinished"])), tables


def _plain(cell):
    return cell.isoformat() if isinstance(cell, date) else cell


def _row(name: str, row: list) -> tuple:
    kinds = (None, *(kind for _key, _title, kind in TABLES[name].fields))
    return tuple(date.fromisoformat(cell) if kind is Kind.DATE and cell else cell
                 for kind, cell in zip(kinds, row, strict=True))
