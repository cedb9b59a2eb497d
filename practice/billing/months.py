"""Months of a membership: from the start day to the day before it comes round again. Pure.

>>> month(date(2026, 1, 31), 1)
(datetime.date(2026, 2, 28), datetime.date(2026, 3, 30))
"""
import calendar
from datetime import date, timedelta


def months_on(day: date, count: int) -> date:
    """The same day `count` months on, or the last one of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month(starts_on: date, number: int) -> tuple[date, date]:
    """First and last day of the month with this number, the first being 0; always counted from the start day."""
    return months_on(starts_on, number), months_on(starts_on, number + 1) - timedelta(days=1)


def month_at(starts_on: date, day: date) -> int:
    """The number of the month that `day` lies in; below zero before the start."""
    number = (day.year - starts_on.year) * 12 + day.month - starts_on.month
    return number if months_on(starts_on, number) <= day else number - 1
