"""The workbook that is sent while it is written: the same cells as xlsxwriter's, begun before a row is read."""
import io
import zipfile
from datetime import date, datetime
from xml.etree import ElementTree

import pytest

from practice.core import xlsx_stream
from practice.core.errors import Invalid
from practice.core.spreadsheet import Column, Kind, Sheet, xlsx_bytes
from practice.core.xlsx_stream import PAGE, xlsx_pieces

COLUMNS = [Column("a", "=Text"), Column("b", "Money", Kind.MONEY, currency="EUR"), Column("c", "Day", Kind.DATE),
           Column("d", "When", Kind.DATETIME), Column("e", "Number", Kind.INTEGER), Column("f", "Part", Kind.PERCENT)]
ROWS = [("=1+1", -5, date(2026, 11, 17), datetime(2026, 11, 17, 9, 5), 3, 135_000),
        (" Ł & <b>_x0041_\n\x07", 123_456, None, datetime(2026, 3, 1, 23, 59), None, None),
        (None, 0, date(1999, 12, 31), None, 12_345_678, 1), ("", None, date(2024, 2, 29), None, -1, 0)]


def cells(book: bytes) -> dict[str, list[tuple]]:
    """The cells of each row by its number: style, type, text or number."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert archive.testzip() is None
        page = ElementTree.fromstring(archive.read(PAGE))
    return {row.get("r"): [(cell.get("s"), cell.get("t"), _value(cell)) for cell in row]
            for row in page.iterfind(".//{*}row")}


def _value(cell):
    number = cell.find("{*}v")
    return float(number.text) if number is not None else "".join(cell.itertext())


def test_the_same_cells_as_the_whole_book():
    sheet = Sheet("List", COLUMNS, ROWS, heading=("October", "all of it"))
    sent, whole = cells(b"".join(xlsx_pieces(sheet))), cells(xlsx_bytes([sheet]))
    assert sent == whole and len(sent) == 7


def test_cells_are_made_of_what_is_stored():
    stored = [Column("a", "Kind", read={"x": "Cross"}.get), Column("b", "Day", Kind.DATE, read=date.fromisoformat)]
    sent = cells(b"".join(xlsx_pieces(Sheet("List", stored, [("x", "2026-11-17"), (None, None)]))))
    assert [[cell[2] for cell in row] for row in list(sent.values())[1:]] == [["Cross", 46343.0], ["", ""]]


def test_it_begins_before_a_row_is_read_and_never_runs_far_ahead():
    read = []

    def source():
        for number in range(20_000):
            read.append(number)
            yield (f"a name that is nobody else's {number * 7919}", number, None, None, number, None)
    pieces = xlsx_pieces(Sheet("List", COLUMNS, source()))
    assert next(pieces).startswith(b"PK") and read == []
    assert next(pieces) and 0 < len(read) < 5000
    list(pieces)
    assert len(read) == 20_000


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx_stream, "MOST_ROWS", 3)
    assert len(cells(b"".join(xlsx_pieces(Sheet("List", COLUMNS, ROWS[:3]))))) == 4
    with pytest.raises(Invalid):
        b"".join(xlsx_pieces(Sheet("List", COLUMNS, ROWS)))
