"""The same figures in the four files, read back from each."""
import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.admin.report_command import send_report, write_report
from practice.admin.report_files import csv_files, file_of, sheets_of, whole
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Invalid
from practice.core.money import format_money, plain
from practice.core.spreadsheet import exact, sheet_names
from practice.ops.office import NotInstalled, compare, read_by_office
from practice.outbox.queries import messages_about
from practice.reports.definitions import FIGURES, SHEETS, Unit
from practice.reports.period import Period
from practice.reports.queries.accounting import entries_of, keys_of
from practice.reports.queries.tables import TABLES
from practice.reports.services.accounting import save_codes
from practice.reports.services.closing import close_month
from tests.factories.billing import Stage

MONTH = Period.month(2026, 11)
DASH = "−"


@pytest.fixture
def stage(people):
    """Some of everything, and a client whose name a spreadsheet would take for a formula."""
    stage = Stage(people)
    evil = stage.client("=1+1", "@Łukasz")
    stage.pay(5000, stage.invoice(7800, 1800))
    stage.credit(stage.invoice(3000, client_id=evil))
    stage.invoice(4000, client_id=evil)
    stage.pay(700)
    stage.session()
    return stage


@pytest.fixture
def found(stage):
    with guard.acting(stage.people.bo):
        return whole(stage.people.bo, MONTH)


def made(stage, found, kind) -> bytes:
    with guard.acting(stage.people.bo):
        return file_of(found, kind)


def test_every_figure_stands_on_a_sheet():
    assert {name for _title, names in SHEETS.values() for name in names} == FIGURES.keys()


def test_json(stage, found):
    read = json.loads(made(stage, found, "json"))
    assert read["figures"] == {name: list(value) if isinstance(value, tuple) else value
                               for name, value in found.report.figures.items()}
    assert read["currency"] == "EUR" and read["decimals"] == 2 and read["tables"].keys() == TABLES.keys()
    rows = read["tables"]["documents"]
    place = rows["columns"].index("gross")
    assert sum(row[place] for row in rows["rows"]) == read["figures"]["invoiced_gross"] == 13_600


def test_csv(stage, found):
    with guard.acting(stage.people.bo):
        files = csv_files(found)
    assert all(data.startswith(b"\xef\xbb\xbf") for data in files.values())
    read = {row["Name"]: row for data in list(files.values())[:len(SHEETS)]
            for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))}
    for name, value in money_of(found).items():
        assert read[name]["Amount"] == plain(value, "EUR")
    assert read["no_show_rate"]["How many"] == "0" and read["no_show_rate"]["Of"] == "1"
    names = [row["Billed to"] for row in
             csv.DictReader(io.StringIO(files["2026-11-documents.csv"].decode("utf-8-sig")))]
    assert "'=1+1 @Łukasz" in names  # text stays text
    inside = zipfile.ZipFile(io.BytesIO(made(stage, found, "csv")))
    assert {name: inside.read(name) for name in inside.namelist()} == files


def test_xlsx(stage, found):
    sheets = read_xlsx(made(stage, found, "xlsx"))
    amounts = {row[1]: row[2] for title, _names in SHEETS.values() for row in sheets[title][1:] if len(row) > 2}
    for name, value in money_of(found).items():
        assert round(float(amounts[name]) * 100) == value, name
    documents = sheets["Invoices and credit notes"]
    assert round(sum(float(row[7]) for row in documents[1:-1]) * 100) == found.report.figures["invoiced_gross"]
    assert documents[-1][7] == documents[-1][7].strip() and float(documents[-1][7]) == 136.0  # the total is a number
    assert any("=1+1 @Łukasz" in row for row in documents)
    assert list(sheets)[-1] == "Definitions" and any("Made on" in row[0] for row in sheets["Definitions"] if row)
    assert b"<f>" not in b"".join(zipfile.ZipFile(io.BytesIO(made(stage, found, "xlsx"))).read(name) for name in
                                  zipfile.ZipFile(io.BytesIO(made(stage, found, "xlsx"))).namelist())


def test_pdf(stage, found):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made(stage, found, "pdf"))).pages)
    text = re.sub(r"\s+", " ", text)
    for name, value in money_of(found).items():
        line = f"{FIGURES[name].title} {format_money(value, 'EUR', 'en')}"
        assert line in text, line


def money_of(found) -> dict[str, int]:
    return {name: value for name, value in found.report.figures.items()
            if FIGURES[name].unit is Unit.MONEY and value is not None}


def read_xlsx(data: bytes) -> dict[str, list[list[str]]]:
    """The cells of each sheet as text, as they stand in the XML."""
    archive, space = zipfile.ZipFile(io.BytesIO(data)), "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    sheets = {}
    for number, sheet in enumerate(book.iter(f"{space}sheet"), 1):
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
        sheets[sheet.get("name")] = [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{space}row")]
    return sheets


def test_the_files_of_a_closed_month_are_the_same_bytes_later(stage):
    clock.set_to(clock.now().replace(month=12))
    with guard.acting(stage.people.olive), transaction():
        sha256 = close_month(stage.people.olive, MONTH).sha256
    with guard.acting(stage.people.olive):
        before = {kind: file_of(whole(stage.people.olive, MONTH), kind) for kind in ("json", "xlsx", "csv", "pdf")}
    clock.set_to(clock.now().replace(day=28))
    stage.credit(stage.invoice(900))
    with guard.acting(stage.people.olive):
        after = {kind: file_of(whole(stage.people.olive, MONTH), kind) for kind in before}
    assert after == before and hashlib.sha256(before["json"]).hexdigest() == sha256


def test_the_report_is_mailed_to_the_owners_once(stage):
    assert send_report("2026-11") == ["olive@example.com", "sol@example.com"]
    assert send_report("2026-11") == []
    clock.set_to(clock.now().replace(month=12))
    assert send_report(None) == []  # the month before is that one
    with guard.acting(stage.people.system):
        messages = messages_about(["report:2026-11"])
        assert [message.subject for message in messages] == ["Report November 2026"] * 2


def test_the_month_pack(as_person, stage, found):
    browser = as_person("bo")
    assert browser.get("/reports/2026-11/pack.zip").status_code == 302  # nothing has an account yet
    with guard.acting(stage.people.bo):
        entries = entries_of(stage.people.bo, MONTH)
    with guard.acting(stage.people.bo), transaction():
        save_codes(stage.people.bo, dict.fromkeys(keys_of(entries), ("1000", "")))
    names = zipfile.ZipFile(io.BytesIO(browser.get("/reports/2026-11/pack.zip").data)).namelist()
    assert {"2026-11.xlsx", "2026-11.pdf", "2026-11.json", "2026-11-journal.csv"} <= set(names)
    assert sum(name.startswith("documents/") for name in names) == found.report.figures["documents"] == 4


def test_the_command_writes_what_the_button_gives(as_person, stage, tmp_path):
    [path] = write_report("2026-11", "json", tmp_path / "new")
    assert path.read_bytes() == as_person("olive").get("/reports/2026-11.json").data
    assert len(write_report("2026-11", "csv", tmp_path)) == len(SHEETS) + len(TABLES) + 1
    with pytest.raises(Invalid):
        write_report("2026-13", "json", tmp_path)


def test_what_another_program_reads_is_compared(stage, found):
    """LibreOffice's reading of the Excel file (`practice check office`), here played by the file's own cells."""
    with guard.acting(stage.people.bo):
        sheets = sheets_of(found)
    read = {name: as_read(sheet) for name, sheet in zip(sheet_names(one.title for one in sheets), sheets, strict=True)}
    good = compare(sheets, read)
    assert good.is_good and good.sheets == len(SHEETS) + len(TABLES) + 1 and good.numbers > 100 and good.totals > 30
    line = read["Summary"][1]
    line[2] = str(Decimal(line[2]) + Decimal("0.01"))
    read["Received"][-1][3] = "0"
    read.pop("Tips")
    wrong = compare(sheets, read).wrong
    assert [one.split(":")[0] for one in wrong] == ["Summary, row 2", "Received, total", "Tips"]


def as_read(sheet) -> list[list[str]]:
    keys = [column.key for column in sheet.columns]
    rows = [list(row) for row in sheet.rows]
    if sheet.totals is not None:
        rows.append([sheet.totals.get(key) for key in keys])
    above = [[""] * len(keys)] * (len(sheet.heading) + bool(sheet.heading)) + [keys]
    return above + [["" if cell is None else str(cell) if isinstance(cell, str | date) else
                     str(exact(column, cell)) for column, cell in zip(sheet.columns, row, strict=True)] for row in rows]


def test_without_libreoffice_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda program: None)
    with pytest.raises(NotInstalled):
        read_by_office(b"")
