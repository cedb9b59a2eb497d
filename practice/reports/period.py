"""A local calendar month, pure."""
import re
from dataclasses import dataclass
from datetime import date, timedelta

from practice.core.errors import Invalid
from practice.core.text import _


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month of the practice's local time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """From "2026-10". Raises Invalid."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
        if not found or not 1990 <= int(found[1]) <= 2200:
            raise Invalid(_("A month looks like 2026-10."), "month")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def year_before(self) -> "Month":
        return Month(self.year - 1, self.number)

    def weeks(self) -> list[tuple[date, date]]:
        """The month cut at Mondays: first and last day of each piece."""
        pieces, start = [], self.first
        while start <= self.last:
            end = min(start + timedelta(days=6 - start.weekday()), self.last)
            pieces.append((start, end))
            start = end + timedelta(days=1)
        return pieces


def age_bucket(as_of: date, due_on: date) -> str:
    """How long something is due, in the five ages of the report; due in the future is "current"."""
    days = (as_of - due_on).days
    if days <= 0:
        return "current"
    for most, name in ((30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= most:
            return name
    return "over-90"


AGES = ("current", "1-30", "31-60", "61-90", "over-90")
