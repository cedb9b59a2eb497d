"""The file of opening balances: a CSV table with a head, one balance a row. Pure: text in, rows in words out.

    client,kind,amount,reference,due_on,treatment,sessions,expires_on
    ann@example.com,owed,78.00,2025-117,2026-03-15,,,
    Ben Okafor,credit,20.00,voucher of May,,,,
    204,package,300.00,ten of May,,Deep tissue 60,4,2027-05-31
"""
import csv
import io
from dataclasses import dataclass
from enum import StrEnum

from practice.core.errors import Invalid
from practice.core.text import _

NEEDED = ("client", "kind", "amount", "reference")
COLUMNS = (*NEEDED, "due_on", "treatment", "sessions", "expires_on")
MOST_ROWS = 2000
LARGEST = 1_000_000  # letters


class Kind(StrEnum):
    OWED = "owed"
    CREDIT = "credit"
    PACKAGE = "package"


KIND_LABELS = {Kind.OWED: _("Still owed"), Kind.CREDIT: _("Credit"), Kind.PACKAGE: _("Sessions paid ahead")}


@dataclass(frozen=True)
class Row:
    """One row as it was written; `line` is its place in the file, the head being 1."""

    line: int
    values: dict[str, str]


def read_rows(text: str) -> list[Row]:
    """The rows of the file, by commas, semicolons or tabs; empty ones are left out. Raises Invalid."""
    if len(text) > LARGEST:
        raise Invalid(_("This file is too large."))
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
    except csv.Error:
        raise Invalid(_("This is no table of rows and columns.")) from None
    head = [name.strip().lower() for name in lines[0]] if lines else []
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise Invalid(_("The first row names the columns. Missing: %(names)s."), names=", ".join(missing))
    unknown = [name for name in head if name not in COLUMNS]
    if unknown:
        raise Invalid(_("There is no column %(names)s."), names=", ".join(unknown)[:80])
    rows = [Row(place, dict.fromkeys(head, "") | dict(zip(head, (cell.strip() for cell in line), strict=False)))
            for place, line in enumerate(lines[1:], 2) if any(cell.strip() for cell in line)]
    if not rows:
        raise Invalid(_("There is no row in this file."))
    if len(rows) > MOST_ROWS:
        raise Invalid(_("At most %(most)s rows at a time."), most=MOST_ROWS)
    return rows
