"""CSV and XLSX: text stays text, numbers stay numbers, and the file is one that Excel opens."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.errors import Invalid
from practice.core.spreadsheet import Column, Kind, Sheet, csv_bytes, xlsx_bytes

COLUMNS = [
    Column("name", "Client"),
    Column("n", "Visits", Kind.INTEGER),
    Column("sum", "Gross", Kind.MONEY, currency="EUR"),
    Column("rate", "Tax", Kind.PERCENT),
    Column("on", "Date", Kind.DATE),
    Column("at", "Taken at", Kind.DATETIME),
    Column("hours", "Hours", Kind.NUMBER),
]
ROW = {"name": "Żaneta, \"Ż\"", "n": 3, "sum": -1050, "rate": 99_750, "on": date(2026, 11, 17),
       "at": datetime(2026, 11, 17, 9, 5), "hours": Decimal("1.25")}  # fmt: skip
DANGEROUS = ["=1+1", "+49 151", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1", "\0=1"]
XML = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def read_csv(content: bytes, **how):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), **how))


def read_xlsx(content: bytes, sheet: int = 1):
    """Cells by place: (kind, value), kind "s" for text, which stands in its cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    cells = {}
    for cell in root.iterfind(".//m:c", XML):
        assert cell.find("m:f", XML) is None, "a formula"
        if cell.get("t") == "inlineStr":
            cells[cell.get("r")] = ("s", cell.findtext("m:is/m:t", None, XML))
        else:
            cells[cell.get("r")] = (cell.get("t", "n"), cell.findtext("m:v", None, XML))
    return cells


def test_csv():
    content = csv_bytes(COLUMNS, [ROW])
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    assert read_csv(content) == [
        ["Client", "Visits", "Gross", "Tax", "Date", "Taken at", "Hours"],
        ['Żaneta, "Ż"', "3", "-10.50", "9.975", "2026-11-17", "2026-11-17 09:05", "1.25"],
    ]


def test_csv_for_places_with_a_decimal_comma():
    assert read_csv(csv_bytes(COLUMNS, [ROW], delimiter=";", decimal=","), delimiter=";")[1][2:4] == ["-10,50", "9,975"]


def test_rows_may_be_sequences_and_cells_empty():
    row = ["Ann", None, None, 0, None, None, 0]
    assert read_csv(csv_bytes(COLUMNS, [row]))[1] == ["Ann", "", "", "0", "", "", "0"]
    with pytest.raises(ValueError):
        csv_bytes(COLUMNS, [["too short"]])


@pytest.mark.requirement("formula")
@pytest.mark.parametrize("text", DANGEROUS)
def test_text_never_becomes_a_formula(text):
    columns = [Column("name", text)]
    (head,), (cell,) = read_csv(csv_bytes(columns, [{"name": text}]))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "－")) or cell == "1"
    assert not head.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "－"))
    cells = read_xlsx(xlsx_bytes([Sheet("A", columns, [{"name": text}], heading=[text])]))
    assert {kind for kind, _value in cells.values()} == {"s"}


@pytest.mark.requirement("formula")
def test_a_negative_amount_stays_a_number():
    assert read_csv(csv_bytes(COLUMNS, [ROW]))[1][2] == "-10.50"


@given(st.text(max_size=60))
def test_any_text_is_carried(text):
    column = [Column("name", "Name")]
    (_head, row) = read_csv(csv_bytes(column, [{"name": text + "."}]))
    assert row[0].removeprefix("'").endswith(".")
    cells = read_xlsx(xlsx_bytes([Sheet(text, column, [{"name": text + "."}])]))
    assert cells["A2"][0] == "s"


def test_xlsx():
    cells = read_xlsx(xlsx_bytes([Sheet("Clients", COLUMNS, [ROW], totals={"name": "Total", "sum": -1050})]))
    assert cells["A1"] == ("s", "Client") and cells["A2"] == ("s", 'Żaneta, "Ż"')
    assert [cells[place][0] for place in ("B2", "C2", "D2", "E2", "F2", "G2")] == ["n"] * 6
    assert [float(cells[place][1]) for place in ("B2", "C2", "D2", "E2", "G2")] == [3, -10.5, 0.09975, 46343, 1.25]
    assert cells["A3"] == ("s", "Total") and float(cells["C3"][1]) == -10.5


def test_xlsx_formats_and_frozen_head():
    content = xlsx_bytes([
        Sheet("A", COLUMNS, [ROW], heading=["Linden Lane Massage", "November 2026"]),
        Sheet("B", [Column(code, code, Kind.MONEY, currency=code) for code in ("KWD", "JPY")], [[1, 2]]),
    ])  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles = book.read("xl/styles.xml").decode()
        page = book.read("xl/worksheets/sheet1.xml").decode()
    for look in ("#,##0.00", "#,##0.000", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.####%"):
        assert look in styles or look == "#,##0.00"  # a format built into every spreadsheet, by number
    assert re.search(r'<pane ySplit="4" topLeftCell="A5"[^>]* state="frozen"', page)
    assert read_xlsx(content)["A4"] == ("s", "Client")
    assert read_xlsx(content, 2)["A2"][1] == "0.001"


def test_same_rows_same_bytes():
    assert xlsx_bytes([Sheet("A", COLUMNS, [ROW])]) == xlsx_bytes([Sheet("A", COLUMNS, [ROW])])


def test_sheet_names_are_made_to_fit():
    titles = ["Revenue: by therapist / by treatment [2026]", "a" * 40, "A" * 40, "", "''", "History", "a*b?"]
    content = xlsx_bytes([Sheet(title, [Column("a", "A")], []) for title in titles])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert len(names) == len({name.lower() for name in names}) == 7
    assert all(0 < len(name) <= 31 for name in names)


@pytest.mark.parametrize(
    "kind, value",
    [
        (Kind.MONEY, 1.5), (Kind.MONEY, Decimal("1.5")), (Kind.INTEGER, 1.0), (Kind.INTEGER, True), (Kind.NUMBER, 0.1),
        (Kind.NUMBER, Decimal("NaN")), (Kind.PERCENT, 0.2), (Kind.DATE, datetime(2026, 1, 1)),
        (Kind.DATETIME, date(2026, 1, 1)), (Kind.DATETIME, datetime(2026, 1, 1, tzinfo=UTC)), (Kind.DATE, 5),
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused(kind, value):
    columns = [Column("a", "A", kind, currency="EUR")]
    with pytest.raises(Invalid):
        csv_bytes(columns, [[value]])
    with pytest.raises(Invalid):
        xlsx_bytes([Sheet("A", columns, [[value]])])


def test_money_needs_its_currency():
    with pytest.raises(Invalid):
        Column("a", "A", Kind.MONEY)
