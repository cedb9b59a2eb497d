"""A table of any length as XLSX, sent while it is written: neither its rows nor the file lie anywhere as a whole.

xlsxwriter makes the book around it (heads, widths, formats); the rows are put into its one sheet as they come.
"""
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from html import escape
from itertools import islice

from practice.core.errors import Invalid
from practice.core.spreadsheet import ROWS_OF_A_PIECE, Column, Kind, Sheet, clean, dated, exact, kept, xlsx_bytes
from practice.core.text import _

MOST_ROWS = 1_048_575  # of a sheet, below its heads
PAGE = "xl/worksheets/sheet1.xml"
_MADE = (1980, 1, 1, 0, 0, 0)
_DAY_NOUGHT = date(1899, 12, 30).toordinal()
_ROW = re.compile(r'<row r="(\d+)"[^>]*>((?:(?!</row>).)*)</row></sheetData>')
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads "_x0041_" as "A"
_NOT_IN_XML = str.maketrans("", "", "\ufffe\uffff")


class _Pipe:
    """What an archive writes, until it is taken on."""

    def __init__(self):
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def xlsx_pieces(sheet: Sheet) -> Iterator[bytes]:
    """The book piece by piece, the first before a row is read. A sheet without totals. Raises Invalid for too many
    rows."""
    empty = replace(sheet, rows=[[None] * len(sheet.columns)])
    pipe = _Pipe()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([empty]))) as book, zipfile.ZipFile(pipe, "w") as archive:
        for name in book.namelist():
            if name != PAGE:
                archive.writestr(_entry(name), book.read(name))
        page = book.read(PAGE).decode()
        sample = _ROW.search(page)  # an empty row that says where rows begin, and how each column is formatted
        styles = re.findall(r' s="(\d+)"', sample[2])
        with archive.open(_entry(PAGE), "w") as out:
            out.write(re.sub(r"<dimension [^>]*>", "", page[:sample.start()]).encode())
            yield pipe.take()
            for piece in _rows(sheet, styles, int(sample[1])):
                out.write(piece.encode())
                if taken := pipe.take():
                    yield taken
            out.write(f"</sheetData>{page[sample.end():]}".encode())
    yield pipe.take()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _rows(sheet: Sheet, styles: list[str], first: int) -> Iterator[str]:
    ways = [kept(_cell_way(column, style)) for column, style in zip(sheet.columns, styles, strict=True)]
    rows, number = iter(sheet.rows), first
    while some := list(islice(rows, ROWS_OF_A_PIECE)):
        if number + len(some) - first > MOST_ROWS:
            raise Invalid(_("A sheet holds about a million rows. Choose fewer, or take CSV."))
        cells = (map(way, values) for way, values in zip(ways, zip(*some, strict=True), strict=True))
        yield "".join(f'<row r="{place}">{"".join(row)}</row>'
                      for place, row in enumerate(zip(*cells, strict=True), number))
        number += len(some)


def _cell_way(column: Column, style: str) -> Callable[[object], str]:
    """How the cells of a column are written."""
    read, is_day = column.read, column.kind in (Kind.DATE, Kind.DATETIME)

    def way(value) -> str:
        if read is not None and value is not None:
            value = read(value)
        if value is None:
            return f'<c s="{style}"/>'
        if column.kind == Kind.TEXT or isinstance(value, str):
            return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
        return f'<c s="{style}"><v>{_days(dated(column, value)) if is_day else f"{exact(column, value):f}"}</v></c>'
    return way


def _text(value) -> str:
    return escape(_LIKE_AN_ESCAPE.sub("_x005F_", clean(value).translate(_NOT_IN_XML)), quote=False)


def _days(value) -> str:
    """A day, or a local moment, as spreadsheets count: days since the end of 1899."""
    wall = value.time() if isinstance(value, datetime) else time.min
    return f"{value.toordinal() - _DAY_NOUGHT + (wall.hour * 3600 + wall.minute * 60 + wall.second) / 86_400:.16g}"
