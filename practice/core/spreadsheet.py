"""Tables as CSV and XLSX. Pure: columns and rows in, bytes out. Text is never taken for a formula."""
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import xlsxwriter

from practice.core.money import decimals, to_decimal

# What a spreadsheet takes for the start of a formula, its full-width twins included (CWE-1236).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
RATE_DECIMALS = 10_000  # ten-thousandths of a percent
LONGEST_TITLE = 31  # of a sheet, in Excel


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    PERCENT = "percent"


@dataclass(frozen=True)
class Column:
    """One column. MONEY cells are int minor units of `currency`; DATETIME naive local; PERCENT int ten-thousandths."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook. `totals` are values by column key, shown in a last row."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence | Mapping]
    totals: Mapping[str, object] | None = None
    heading: Sequence[str] = field(default=())


def neutralise(text: str) -> str:
    """Text that a spreadsheet would take for a formula, made harmless by a leading quote."""
    return "'" + text if text.lstrip(" ").startswith(DANGEROUS) else text


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence | Mapping], *, delimiter: str = ",",
              decimal: str = ".") -> bytes:
    """UTF-8 with a byte order mark and CRLF, as Excel opens it. Numbers stay numbers, also negative ones."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([neutralise(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(column, value, decimal) for column, value in _cells(columns, row)])
    return b"\xef\xbb\xbf" + held.getvalue().encode()


def _cells(columns: Sequence[Column], row: Sequence | Mapping) -> list[tuple[Column, object]]:
    values = [row.get(column.key) for column in columns] if isinstance(row, Mapping) else row
    return list(zip(columns, values, strict=True))


def _number(column: Column, value) -> Decimal | int:
    if column.kind is Kind.MONEY:
        return to_decimal(value, column.currency)
    if column.kind is Kind.PERCENT:
        return Decimal(value) / RATE_DECIMALS
    return value


def _csv_cell(column: Column, value, decimal: str) -> str:
    if value is None:
        return ""
    if column.kind is Kind.DATE:
        return value.isoformat()
    if column.kind is Kind.DATETIME:
        return value.isoformat(sep=" ", timespec="minutes")
    if column.kind is Kind.TEXT:
        return neutralise(str(value).replace("\0", ""))
    return format(_number(column, value), "f").replace(".", decimal) if column.kind is not Kind.INTEGER else str(value)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook, the head row of each sheet frozen. The same values give the same bytes."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        _write_sheet(book, sheet, bold)
    book.close()
    return held.getvalue()


def _write_sheet(book, sheet: Sheet, bold) -> None:
    page = book.add_worksheet(sheet.title[:LONGEST_TITLE])
    line = 0
    for text in sheet.heading:
        page.write_string(line, 0, text)
        line += 1
    formats = [book.add_format({"num_format": _number_format(column)}) for column in sheet.columns]
    strong = [book.add_format({"num_format": _number_format(column), "bold": True}) for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        page.write_string(line, place, column.title, bold)
        page.set_column(place, place, column.width or max(12, len(column.title) + 2))
    page.freeze_panes(line + 1, 0)
    for row in sheet.rows:
        line += 1
        for place, (column, value) in enumerate(_cells(sheet.columns, row)):
            _write_cell(page, line, place, column, value, formats[place])
    if sheet.totals:
        line += 1
        for place, column in enumerate(sheet.columns):
            _write_cell(page, line, place, column, sheet.totals.get(column.key), strong[place])


def _number_format(column: Column) -> str:
    if column.kind is Kind.MONEY:
        places = decimals(column.currency)
        return "#,##0" + ("." + "0" * places if places else "")
    formats = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm", Kind.PERCENT: "0.####"}
    return formats.get(column.kind, "General")


def _write_cell(page, line: int, place: int, column: Column, value, style) -> None:
    if value is None:
        return
    if column.kind is Kind.TEXT:
        page.write_string(line, place, str(value), style)
    elif column.kind in (Kind.DATE, Kind.DATETIME):
        at = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
        page.write_datetime(line, place, at, style)
    else:
        page.write_number(line, place, _number(column, value), style)

