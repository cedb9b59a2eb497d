"""A report's workbook as a program of somebody else's reads it: LibreOffice opens it and writes each sheet as CSV."""
import csv
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from practice.core.spreadsheet import Kind, Sheet, exact, sheet_names, xlsx_bytes

PROGRAMS = ("soffice", "libreoffice")
# Commas, quotes, UTF-8, from the first row; cells by their value and not as they are formatted; every sheet a file.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
LONGEST = 300  # seconds


class NotInstalled(RuntimeError):
    """There is no LibreOffice on this machine."""


@dataclass
class Read:
    """What was compared: how many sheets, numbers and totals, and in words what is not the same."""

    sheets: int = 0
    numbers: int = 0
    totals: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return bool(self.numbers and self.totals) and not self.wrong


def check(sheets: list[Sheet]) -> Read:
    """Write the sheets as XLSX, have LibreOffice read the file, compare. Raises NotInstalled."""
    return compare(sheets, read_by_office(xlsx_bytes(sheets)))


def read_by_office(book: bytes) -> dict[str, list[list[str]]]:
    """The rows of each sheet by its name, as LibreOffice understands the file. Raises NotInstalled."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise NotInstalled()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.xlsx").write_bytes(book)
        subprocess.run([program, f"-env:UserInstallation={(folder / 'own').as_uri()}", "--headless", "--convert-to",
                        AS_CSV, "--outdir", name, str(folder / "book.xlsx")], check=True, timeout=LONGEST,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {path.stem.removeprefix("book-"): list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
                for path in folder.glob("book-*.csv")}


def compare(sheets: list[Sheet], read: Mapping[str, list[list[str]]]) -> Read:
    """Every cell below the heads, and each total beside the numbers that were read above it."""
    found = Read(len(sheets))
    for sheet, name in zip(sheets, sheet_names(one.title for one in sheets), strict=True):
        first = len(sheet.heading) + bool(sheet.heading) + 1
        rows, lines = list(sheet.rows), read.get(name, [])[first:]
        if len(lines) != len(rows) + (sheet.totals is not None):
            found.wrong.append(f"{name}: {len(lines)} rows instead of {len(rows)}, and the totals")
            continue
        for number, (row, line) in enumerate(zip(rows, lines, strict=False), first + 1):
            found.wrong += [f"{name}, row {number}: {what}" for what in _differ(found, sheet.columns, row, line)]
        if sheet.totals is not None:
            found.wrong += [f"{name}, total: {what}" for what in _wrong_totals(found, sheet, lines)]
    return found


def _differ(found: Read, columns, row, line: list[str]) -> Iterator[str]:
    for column, value, text in zip(columns, row, line, strict=True):
        if column.kind in (Kind.TEXT, Kind.DATE) or value is None or value == "":
            if text != ("" if value is None else str(value)):
                yield f"{column.title} is “{text}” instead of “{value}”"
            continue
        found.numbers += 1
        if _number(text) != exact(column, value):
            yield f"{column.title} is {text} instead of {exact(column, value)}"


def _wrong_totals(found: Read, sheet: Sheet, lines: list[list[str]]) -> Iterator[str]:
    """Each total is the report's, and the sum of the numbers above it."""
    for place, column in enumerate(sheet.columns):
        if column.key in sheet.totals:
            found.totals += 1
            shown, above = _number(lines[-1][place]), [_number(line[place]) for line in lines[:-1] if line[place]]
            if shown != exact(column, sheet.totals[column.key]) or None in above or shown != sum(above):
                yield f"{column.title} is {shown}, above it stand {sum(filter(None, above))}"


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        return None
