"""A stretch of local days: a month, a year, or any days, pure."""
import re
from dataclasses import dataclass
from datetime import date, timedelta

from practice.core.errors import Invalid
from practice.core.text import _

LONGEST = 366 * 5  # days


@dataclass(frozen=True, order=True)
class Period:
    """Days of the practice's local time from `first` to `last`, both included."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """From "2026-10" (a month), "2026" (a year) or "2026-10-05..2026-11-03". Raises Invalid."""
        days = text.split("..")
        if len(days) == 2:
            return cls.days(*(_day(day) for day in days))
        found = re.fullmatch(r"(\d{4})(?:-(0[1-9]|1[0-2]))?", text)
        if not found or not 1990 <= int(found[1]) <= 2200:
            raise Invalid(_("A month looks like 2026-10, a year like 2026."), "month")
        year = int(found[1])
        return cls.month(year, int(found[2])) if found[2] else cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def month(cls, year: int, number: int) -> "Period":
        after = date(year + number // 12, number % 12 + 1, 1)
        return cls(date(year, number, 1), after - timedelta(days=1))

    @classmethod
    def days(cls, first: date, last: date) -> "Period":
        """Any days. Raises Invalid."""
        if not first <= last or (last - first).days > LONGEST or not 1990 <= first.year <= last.year <= 2200:
            raise Invalid(_("The last day comes after the first, at most five years later."), "last")
        return cls(first, last)

    @classmethod
    def of(cls, day: date) -> "Period":
        """The month of a day."""
        return cls.month(day.year, day.month)

    def __str__(self) -> str:
        if self.is_month:
            return f"{self.first:%Y-%m}"
        return f"{self.first:%Y}" if self.is_year else f"{self.first}..{self.last}"

    @property
    def is_month(self) -> bool:
        return self == Period.of(self.first)

    @property
    def is_year(self) -> bool:
        return (self.first, self.last) == (date(self.first.year, 1, 1), date(self.first.year, 12, 31))

    @property
    def day_before(self) -> date:
        return self.first - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The month, year or as many days right before it."""
        if self.is_month:
            return Period.of(self.day_before)
        return self.year_before if self.is_year else Period(self.first - (self.last - self.first) - timedelta(days=1),
                                                             self.day_before)

    @property
    def after(self) -> "Period":
        """The month, year or as many days right after it."""
        day = self.last + timedelta(days=1)
        if self.is_month:
            return Period.of(day)
        return Period(day, date(day.year, 12, 31)) if self.is_year else Period(day, day + (self.last - self.first))

    @property
    def year_before(self) -> "Period":
        """The same month or year a year before; of other days those 52 weeks before."""
        if self.is_month:
            return Period.month(self.first.year - 1, self.first.month)
        if self.is_year:
            return Period(date(self.first.year - 1, 1, 1), date(self.first.year - 1, 12, 31))
        return self.shifted(timedelta(weeks=-52))

    def shifted(self, by: timedelta) -> "Period":
        return Period(self.first + by, self.last + by)

    def months(self) -> list["Period"]:
        """Every month that has a day in it, whole."""
        found = [Period.of(self.first)]
        while found[-1].last < self.last:
            found.append(found[-1].after)
        return found

    @property
    def is_by_month(self) -> bool:
        """Whether it has so many weeks that its months are shown instead."""
        return (self.last - self.first).days > 92

    def weeks(self) -> list[tuple[date, date]]:
        """Cut at Mondays: first and last day of each piece."""
        pieces, start = [], self.first
        while start <= self.last:
            end = min(start + timedelta(days=6 - start.weekday()), self.last)
            pieces.append((start, end))
            start = end + timedelta(days=1)
        return pieces


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("A day looks like 2026-10-05."), "first") from None


def age_bucket(as_of: date, due_on: date) -> str:
    """How long something is due, in the five ages of the report; due in the future is "current"."""
    days = (as_of - due_on).days
    return next((name for name, most in AGE_DAYS.items() if days <= most), OLDEST)


AGE_DAYS = {"current": 0, "1-30": 30, "31-60": 60, "61-90": 90}  # at most so many days after it was due
OLDEST = "over-90"
AGES = (*AGE_DAYS, OLDEST)
