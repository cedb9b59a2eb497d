"""Tables for the spreadsheet: CSV and XLSX from the same columns and rows.

Text is text, whatever it begins with; numbers are numbers. Amounts come in as minor units and go out with the
currency's decimals.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import islice

import xlsxwriter

from practice.core.errors import Invalid
from practice.core.money import decimals, to_decimal, whole
from practice.core.text import _

# OWASP: what a spreadsheet may take for the start of a formula, the full-width twins included.
_FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
_FORMULA = re.compile(f"[{re.escape(''.join(_FORMULA_STARTS))}]")
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # in the file's properties: the same rows, the same bytes
_ROWS_OF_A_SHEET = 1_048_576
ROWS_OF_A_PIECE = 500
_CELLS_KEPT = 2000  # of a column
_LETTERS_OF_A_CELL = 32_767


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"  # int or Decimal
    MONEY = "money"  # int minor units of the column's currency
    PERCENT = "percent"  # int ten-thousandths of a percent
    DATE = "date"
    DATETIME = "datetime"  # local, without a zone: a spreadsheet knows none


@dataclass(frozen=True, slots=True)
class Column:
    """`key` finds the value in a row that is a mapping, `title` stands above it; `width` in characters. `read` makes
    the value out of what the rows of a long list bring, None excepted (see csv_pieces and xlsx_stream)."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int | None = None
    currency: str | None = None
    read: Callable | None = None

    def __post_init__(self):
        if self.kind == Kind.MONEY:
            decimals(self.currency)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines of text above (`heading`), the columns' titles, the rows, and a bold row of `totals`."""

    title: str
    columns: Sequence[Column]
    rows: Iterable
    totals: Mapping | Sequence | None = None
    heading: Sequence[str] = ()


def csv_bytes(columns: Sequence[Column], rows: Iterable, *, delimiter: str = ",", decimal: str = ".") -> bytes:
    """The table as CSV (RFC 4180, UTF-8 with BOM so that Excel reads it).

    Text that would open as a formula gets a leading apostrophe; numbers never do, -5.00 stays a number.
    """
    return b"".join(csv_pieces(columns, rows, delimiter=delimiter, decimal=decimal))


def csv_pieces(columns: Sequence[Column], rows: Iterable, *, delimiter: str = ",",
               decimal: str = ".") -> Iterator[bytes]:
    """The same in pieces, the heads at once and then some rows at a time: rows that are read as they are needed never
    lie in memory together."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([neutralise(column.title) for column in columns])
    yield out.getvalue().encode("utf-8-sig", errors="replace")
    rows, ways = iter(rows), [_csv_ways(column, decimal) for column in columns]
    while some := list(islice(rows, ROWS_OF_A_PIECE)):
        out.seek(0)
        out.truncate()
        # A column at a time: with many rows that takes half as long as a row at a time.
        cells = zip(*(_values(columns, row) for row in some) if isinstance(some[0], Mapping) else some, strict=True)
        writer.writerows(zip(*(way(values) for way, values in zip(ways, cells, strict=True)), strict=True))
        yield out.getvalue().encode("utf-8", errors="replace")


def kept(way: Callable) -> Callable:
    """Days, amounts and names come again and again: what was worked out once is not worked out anew."""
    return lru_cache(_CELLS_KEPT, typed=True)(way)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as one XLSX file: titles frozen, texts never formulas, the same bytes for the same rows."""
    out = io.BytesIO()
    write_xlsx(sheets, out)
    return out.getvalue()


def write_xlsx(sheets: Iterable[Sheet], out) -> None:
    """The same into a file that is open for writing; of the rows only one lies in memory at a time."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                     "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": _MADE})
    formats = _Formats(book)
    taken: set[str] = set()
    try:
        for sheet in sheets:
            _write(book.add_worksheet(_sheet_name(sheet.title, taken)), sheet, formats)
    finally:
        book.close()  # its temporary files too, when a row was refused


class _Formats:
    """Cell formats of one book, each made once."""

    def __init__(self, book: xlsxwriter.Workbook):
        self._book = book
        self._made: dict[tuple, object] = {}

    def get(self, **wanted):
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(wanted)
        return self._made[key]

    def of(self, column: Column, **more):
        return self.get(**_LOOK[column.kind](column), **more)


def _money_look(column: Column) -> dict:
    places = decimals(column.currency)
    return {"num_format": "#,##0" + ("." + "0" * places if places else "")}


_LOOK = {
    Kind.TEXT: lambda column: {"num_format": "@"},
    Kind.INTEGER: lambda column: {"num_format": "#,##0"},
    Kind.NUMBER: lambda column: {"num_format": "#,##0.###"},
    Kind.MONEY: _money_look,
    Kind.PERCENT: lambda column: {"num_format": "0.####%"},
    Kind.DATE: lambda column: {"num_format": "yyyy-mm-dd", "align": "left"},
    Kind.DATETIME: lambda column: {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
}
_WIDTH = {Kind.TEXT: 24, Kind.DATE: 12, Kind.DATETIME: 17}


def _write(page, sheet: Sheet, formats: _Formats) -> None:
    first = 0
    for text in sheet.heading:
        page.write_string(first, 0, clean(text), formats.get(bold=first == 0))
        first += 1
    first += bool(sheet.heading)
    for index, column in enumerate(sheet.columns):
        side = "left" if column.kind in (Kind.TEXT, Kind.DATE, Kind.DATETIME) else "right"
        page.write_string(first, index, clean(column.title), formats.get(bold=True, bottom=1, align=side))
        page.set_column(index, index, column.width or max(_WIDTH.get(column.kind, 14), len(column.title) + 2))
    page.freeze_panes(first + 1, 0)
    number = first
    for number, row in enumerate(sheet.rows, first + 1):
        if number >= _ROWS_OF_A_SHEET:
            raise Invalid(_("A sheet holds about a million rows. Choose fewer, or take CSV."))
        _write_row(page, number, sheet.columns, row, formats)
    if sheet.totals is not None:
        _write_row(page, number + 1, sheet.columns, sheet.totals, formats, bold=True, top=1)


def _write_row(page, number: int, columns: Sequence[Column], row, formats: _Formats, **look) -> None:
    for index, (column, value) in enumerate(_cells(columns, row)):
        cell = formats.of(column, **look)
        if value is None:
            page.write_blank(number, index, None, cell)
        elif column.kind == Kind.TEXT or isinstance(value, str):
            page.write_string(number, index, clean(value), cell)  # the word "Total" may stand in a column of dates
        elif column.kind in (Kind.DATE, Kind.DATETIME):
            page.write_datetime(number, index, dated(column, value), cell)
        else:
            page.write_number(number, index, exact(column, value), cell)


def _cells(columns: Sequence[Column], row) -> list[tuple[Column, object]]:
    return list(zip(columns, _values(columns, row), strict=True))


def _values(columns: Sequence[Column], row) -> Sequence:
    return [row.get(column.key) for column in columns] if isinstance(row, Mapping) else row


def _csv_ways(column: Column, decimal: str) -> Callable[[Sequence], Iterable[str]]:
    """How some cells of a column are written, one below the other."""
    way = kept(_csv_way(column, decimal))
    if column.kind == Kind.TEXT and column.read is None:
        return lambda values: values if _are_harmless(values) else map(way, values)
    return lambda values: map(way, values)


def _are_harmless(values: Sequence) -> bool:
    """Whether these are texts that go into a file as they are, which is so of nearly all."""
    if set(map(type, values)) != {str}:
        return False
    return ("".join(values).isprintable() and max(map(len, values)) * 2 < _LETTERS_OF_A_CELL
            and not any(map(_FORMULA.match, values)))


def _csv_way(column: Column, decimal: str) -> Callable[[object], str]:
    """How the cells of a column are written; found once, for there may be a million of them."""
    if column.kind in (Kind.DATE, Kind.DATETIME):
        form = () if column.kind == Kind.DATE else (" ", "minutes")

        def written(value) -> str:
            return dated(column, value).isoformat(*form)
    elif column.kind == Kind.MONEY:
        places = decimals(column.currency)

        def written(value) -> str:
            return _pointed(whole(value), places, decimal)
    else:
        def written(value) -> str:
            number = exact(column, value)
            return f"{(number * 100).normalize() if column.kind == Kind.PERCENT else number:f}".replace(".", decimal)

    read = column.read

    def way(value) -> str:
        if value is None:
            return ""
        if read is not None:
            value = read(value)
        if column.kind == Kind.TEXT or isinstance(value, str):
            return neutralise(clean(value))
        return written(value)
    return way


def _pointed(minor: int, places: int, decimal: str) -> str:
    """-5, 2 places -> "-0.05"."""
    digits = f"{abs(minor):0{places + 1}}"
    return ("-" if minor < 0 else "") + (f"{digits[:-places]}{decimal}{digits[-places:]}" if places else digits)


def exact(column: Column, value) -> Decimal:
    """The number of a cell; a percent as the part of one that spreadsheets want."""
    if column.kind == Kind.MONEY:
        return to_decimal(value, column.currency)
    if column.kind == Kind.PERCENT:
        return Decimal(whole(value)) / 1_000_000
    if column.kind == Kind.NUMBER and type(value) is Decimal and value.is_finite():
        return value
    return Decimal(whole(value))


def dated(column: Column, value) -> date | datetime:
    wanted = datetime if column.kind == Kind.DATETIME else date
    if type(value) is not wanted or getattr(value, "tzinfo", None):
        raise Invalid(_("The column %(column)s needs a local date."), column=column.title)
    return value


def clean(value) -> str:
    """Text without what XML cannot carry and Excel cannot hold."""
    text = str(value)
    if text.isprintable() and len(text) * 2 < _LETTERS_OF_A_CELL:
        return text
    text = "".join(sign for sign in text if sign >= " " or sign in "\t\n")
    return _cut(text.encode("utf-8", "replace").decode(), _LETTERS_OF_A_CELL)


def neutralise(text: str) -> str:
    """Text that a spreadsheet would take for a formula, made harmless by a leading quote."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def sheet_names(titles: Iterable[str]) -> list[str]:
    """What Excel calls the sheets of a book that have these titles."""
    taken: set[str] = set()
    return [_sheet_name(title, taken) for title in titles]


def _sheet_name(title: str, taken: set[str]) -> str:
    """31 letters, none of []:*?/\\, not used before (upper and lower case are the same)."""
    name = "".join(" " if sign in "[]:*?/\\\t\n" else sign for sign in clean(title))
    name = _cut(name.strip("' "), 31).strip("' ") or "Sheet"
    tried, number = name, 2
    while tried.lower() in taken or tried.lower() == "history":  # Excel keeps "History" for itself
        tried, number = f"{_cut(name, 27).strip()} {number}", number + 1
    taken.add(tried.lower())
    return tried


def _cut(text: str, letters: int) -> str:
    """At most so many letters as Excel counts them, in UTF-16, and none cut in half."""
    return text.encode("utf-16-le")[: 2 * letters].decode("utf-16-le", "ignore")
