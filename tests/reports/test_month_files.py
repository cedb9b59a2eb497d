"""The month worked out by hand, read back from its JSON, XLSX, CSV and PDF."""
import csv
import io
import json
import re

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.admin.report_files import csv_files, file_of, whole
from practice.core.money import format_money
from practice.reports.definitions import FIGURES, SHEETS, Unit
from practice.reports.period import Period
from tests.admin.test_report_files import read_xlsx
from tests.reports.by_hand import HAND, exempt_code, live

NOVEMBER = Period.month(2026, 11)


@pytest.fixture
def files(people) -> dict:
    """Every file of the month; the CSVs by the name of their sheet."""
    live(people, exempt_code(people))
    with guard.acting(people.bo):
        found = whole(people.bo, NOVEMBER)
        sheets = {name.removeprefix("2026-11-").removesuffix(".csv"): list(csv.DictReader(io.StringIO(
            data.decode("utf-8-sig")))) for name, data in csv_files(found).items()}
        return {kind: file_of(found, kind) for kind in ("json", "xlsx", "pdf")} | {"csv": sheets}


def typed(name: str, *cells: str):
    """A figure as it was worked out, from the numbers of a file."""
    numbers = [float(cell) for cell in cells if re.match(r"-?\d", cell)]
    if FIGURES[name].unit is Unit.MONEY:
        return round(numbers[0] * 100)
    return tuple(map(int, numbers[:2])) if FIGURES[name].unit is Unit.RATE else int(numbers[0])


def on_paper(name: str) -> tuple[str, str]:
    """What stands in a line: what the figure is called, and its value."""
    value, unit = HAND[name], FIGURES[name].unit
    said = format_money(value, "EUR", "en") if unit is Unit.MONEY else (
        f"{value[0]} of {value[1]}" if unit is Unit.RATE else str(value))
    return f"{FIGURES[name].title} ", said


def test_the_same_stands_in_every_file(people, files):
    assert_figures(files)
    assert_on_paper(files["pdf"])
    assert_therapists(files, people)


def assert_figures(files):
    read = json.loads(files["json"])["figures"]
    assert {name: tuple(value) if isinstance(value, list) else value for name, value in read.items()} == HAND
    sheets = read_xlsx(files["xlsx"])
    assert {row[1]: typed(row[1], *row[2:]) for title, _names in SHEETS.values()
            for row in sheets[title][1:]} == HAND
    assert {row["Name"]: typed(row["Name"], row["Amount"], row["How many"], row["Of"]) for name in SHEETS
            for row in files["csv"][name]} == HAND


def assert_on_paper(data: bytes):
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
    for name in HAND:
        title, said = on_paper(name)
        assert re.search(re.escape(title) + r"(\S+ %, )?" + re.escape(said) + r"(?!\d)", text), (name, said)
    assert "€429.22 €258.14" in text and "€85.68 €42.62" in text  # earned and paid, by therapist


def assert_therapists(files, people):
    """Earned, paid without tax, the tax in it: of the line that both gave 35.69 and 35.68."""
    by_hand = {people.theo.user_id: ("429.22", "258.14", "34.86"), people.tara.user_id: ("85.68", "42.62", "2.38")}
    table = json.loads(files["json"])["tables"]["therapists"]
    places = [table["columns"].index(name) for name in ("earned", "cash_net", "cash_tax")]
    names = {row[0]: row[1] for row in table["rows"]}
    assert {row[0]: tuple(f"{row[place] / 100:.2f}" for place in places) for row in table["rows"] if row[0]} == by_hand
    heads = ("Earned", "Paid, without tax", "Tax in it")
    of_csv = {row["Therapist"]: tuple(row[head] for head in heads) for row in files["csv"]["therapists"]}
    first, *rows = read_xlsx(files["xlsx"])["By therapist"]
    of_xlsx = {row[0]: tuple(f"{float(row[first.index(head)]):.2f}" for head in heads) for row in rows}
    for number, amounts in by_hand.items():
        assert of_csv[names[number]] == of_xlsx[names[number]] == amounts
