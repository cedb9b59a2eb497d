"""The report on file: XLSX with a sheet a subject, CSV, PDF for print, JSON; the same from buttons and command."""
import io
import zipfile
from dataclasses import dataclass

from babel import Locale
from flask_babel import force_locale, format_date, gettext

from practice.access.actor import Actor
from practice.admin.report_charts import title_of
from practice.admin.sending import XLSX
from practice.core import clock
from practice.core.money import format_money
from practice.core.pdf import render
from practice.core.spreadsheet import Column, Kind, Sheet, csv_bytes, xlsx_bytes
from practice.premises.queries import issuer_for, the_practice
from practice.reports.definitions import FIGURES, SHEETS, Unit, share
from practice.reports.period import Period
from practice.reports.queries.closed import closed_month, whole_report
from practice.reports.queries.kept import as_text
from practice.reports.queries.report import Report
from practice.reports.queries.tables import TABLES, Table

FORMATS = {"xlsx": XLSX, "csv": "application/zip", "pdf": "application/pdf", "json": "application/json"}
ON_PAPER = {  # the columns that fit on a page; tables that are not here are not printed
    "therapists": ("therapist", "earned", "cash_net", "tips", "sessions"), "treatments": None, "weeks": None,
    "tax_rates": None, "methods": None, "days": None, "locations": None, "issuers": None, "debtors": ("name", "owed"),
    "payouts": ("paid_on", "method", "expected", "bank", "fee", "difference"),
    "documents": ("number", "issued_on", "name", "net", "tax", "gross"),
}


@dataclass(frozen=True)
class Whole:
    """A report with its rows; of a closed month the text that was kept and its fingerprint."""

    report: Report
    details: dict[str, list[tuple]]
    text: str
    sha256: str

    def tables(self) -> dict[str, list[tuple]]:
        """Every table; a month that was closed before there was one of them has none of its rows."""
        known = self.report.tables | self.details
        return {name: known.get(name, []) for name in TABLES}


def whole(actor: Actor, period: Period) -> Whole:
    """Everything there is about a period. Needs report:read."""
    report, details = whole_report(actor, period)
    kept = closed_month(period)
    return Whole(report, details, kept.report if kept else as_text(report, details), kept.sha256 if kept else "")


def file_of(found: Whole, kind: str) -> bytes:
    """The report in one of FORMATS, in the practice's language."""
    with force_locale(the_practice().language):
        if kind == "json":
            return found.text.encode()
        if kind == "pdf":
            return _pdf(found)
        if kind == "csv":
            return archive_of(csv_files(found))
        return xlsx_bytes(sheets_of(found))


def csv_files(found: Whole) -> dict[str, bytes]:
    """One CSV a sheet by file name; with semicolons where the decimal sign is a comma."""
    comma = Locale.parse(the_practice().language).number_symbols["latn"]["decimal"] == ","
    how = {"delimiter": ";", "decimal": ","} if comma else {}
    names = [*SHEETS, *TABLES, "definitions"]
    with force_locale(the_practice().language):
        return {f"{found.report.period}-{name}.csv": csv_bytes(sheet.columns, sheet.rows, **how)
                for name, sheet in zip(names, sheets_of(found), strict=True)}


def archive_of(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return held.getvalue()


def sheets_of(found: Whole) -> list[Sheet]:
    """Figures by subject, every table, and last what the figures mean and when this was made."""
    report = found.report
    columns = [Column("title", gettext("Figure"), width=44), Column("name", gettext("Name"), width=24),
               Column("amount", gettext("Amount"), kind=Kind.MONEY, currency=report.currency),
               Column("number", gettext("How many"), kind=Kind.INTEGER), Column("of", gettext("Of"), kind=Kind.INTEGER),
               Column("share", gettext("Share"), kind=Kind.PERCENT), Column("note", gettext("Note"))]
    sheets = [Sheet(gettext(title), columns, [_line(report, name) for name in names]) for title, names in
              SHEETS.values()]
    sheets += [Sheet(gettext(TABLES[name].title), titled(TABLES[name], report.currency), _rows(TABLES[name], rows),
                     totals=TABLES[name].total(rows) or None) for name, rows in found.tables().items()]
    meanings = [(gettext(figure.title), name, gettext(figure.meaning)) for name, figure in FIGURES.items()]
    return [*sheets, Sheet(gettext("Definitions"), [
        Column("title", gettext("Figure"), width=44), Column("name", gettext("Name"), width=24),
        Column("meaning", gettext("Meaning"), width=120)], meanings, heading=_about(found))]


def _about(found: Whole) -> list[str]:
    """What the report is of, when it was made, and whether its month is closed."""
    report = found.report
    made = clock.local(report.made_at, report.time_zone)
    state = gettext("Closed. Fingerprint (SHA-256) of the JSON file: %(sha256)s", sha256=found.sha256) \
        if found.sha256 else gettext("Not closed: figures may still change.")
    return [f"{the_practice().name}: {title_of(report.period)}",
            gettext("%(first)s to %(last)s, local time of %(zone)s", first=report.period.first.isoformat(),
                    last=report.period.last.isoformat(), zone=report.time_zone),
            gettext("Made on %(day)s at %(time)s", day=made.date().isoformat(), time=f"{made:%H:%M}"), state]


def _line(report: Report, name: str) -> tuple:
    """A figure as a row of a sheet: its amount, or its number; of a rate both numbers and the share."""
    value, unit, title = report.figures[name], FIGURES[name].unit, gettext(FIGURES[name].title)
    note = gettext("not complete") if name in report.unfinished else ""
    if unit is Unit.RATE and value is not None:
        part = share(value)
        note = note or (gettext("n/a") if part is None else "")
        return title, name, None, value[0], value[1], None if part is None else part * 1000, note
    if value is None:
        return title, name, None, None, None, None, gettext("n/a")
    return (title, name, value, None, None, None, note) if unit is Unit.MONEY else (
        title, name, None, value, None, None, note)


def titled(table: Table, currency: str) -> list[Column]:
    """The columns of a table with their heads in the reader's language."""
    return [Column(c.key, gettext(c.title), kind=c.kind, width=c.width, currency=c.currency)
            for c in table.columns(currency)]


def _rows(table: Table, rows: list[tuple]) -> list[list]:
    """Without their keys, and codes as words."""
    keys = [key for key, _title, _kind in table.fields]
    return [[gettext(table.labels[key].get(cell, cell)) if key in table.labels else cell
             for key, cell in zip(keys, row[1:], strict=True)] for row in rows]


def _pdf(found: Whole) -> bytes:
    """For print: the figures, and the tables that fit on paper."""
    language, head, report = the_practice().language, issuer_for(None), found.report
    title = title_of(report.period)
    return render("ledger", {
        "kind": gettext("Report"), "title": f"{gettext('Report')} {title}", "number": title, "facts": [], "to": None,
        "head": {"name": head.name, "lines": head.address.splitlines()}, "text": [],
        "tables": [*_figure_tables(report, language), *_paper_tables(found, language)],
        "after": _about(found)[1:], "labels": {"page": gettext("Page %(page)s of %(pages)s")}}, language=language)


def _figure_tables(report: Report, language: str) -> list[dict]:
    columns = [{"label": gettext("Figure"), "number": False, "wide": True},
               {"label": gettext("Value"), "number": True, "wide": False}]
    return [{"heading": gettext(title), "columns": columns, "total": None,
             "rows": [[gettext(FIGURES[name].title), _said(report, name, language)] for name in names]}
            for title, names in SHEETS.values()]


def _said(report: Report, name: str, language: str) -> str:
    _title, _name, amount, number, of, percent, note = _line(report, name)
    if amount is not None:
        return format_money(amount, report.currency, language)
    said = "" if number is None else str(number) if of is None else gettext("%(counted)s of %(whole)s", counted=number,
                                                                            whole=of)
    return ", ".join(part for part in (f"{percent / 10_000:g} %" if percent is not None else "", said, note) if part)


def _paper_tables(found: Whole, language: str) -> list[dict]:
    tables = []
    for name, keys in ON_PAPER.items():
        table, rows = TABLES[name], found.tables()[name]
        columns = titled(table, found.report.currency)
        places = [place for place, column in enumerate(columns) if keys is None or column.key in keys]
        totals = table.total(rows)
        if rows:
            tables.append({
                "heading": gettext(table.title),
                "columns": [{"label": columns[place].title, "wide": place == places[0],
                             "number": columns[place].kind in (Kind.MONEY, Kind.INTEGER, Kind.PERCENT)}
                            for place in places],
                "rows": [[_printed(columns[place], row[place], language) for place in places]
                         for row in _rows(table, rows)],
                "total": [_printed(columns[place], totals.get(columns[place].key), language) for place in places]})
    return tables


def _printed(column: Column, value, language: str) -> str:
    if value is None or value == "":
        return ""
    if column.kind is Kind.MONEY:
        return format_money(value, column.currency, language)
    if column.kind is Kind.DATE:
        return format_date(value, "d MMM y")
    return f"{value / 10_000:g} %" if column.kind is Kind.PERCENT else str(value)
