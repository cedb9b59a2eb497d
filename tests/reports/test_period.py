"""Months and ages, pure."""

from datetime import date

import pytest

from practice.core.errors import Invalid
from practice.reports.period import AGES, Month, age_bucket


def test_a_month_knows_its_days_and_neighbours():
    month = Month.parse("2026-12")
    assert (month.first, month.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert str(month.after) == "2027-01" and str(month.before) == "2026-11" and str(month.year_before) == "2025-12"
    assert Month.parse("2024-02").last == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-10", "", "2026-10-01", "9999-01", "2026-10\n"])
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid):
        Month.parse(text)


def test_weeks_cover_the_month_once():
    for number in range(1, 13):
        weeks = Month(2026, number).weeks()
        assert weeks[0][0] == Month(2026, number).first and weeks[-1][1] == Month(2026, number).last
        assert all((after[0] - before[1]).days == 1 for before, after in zip(weeks, weeks[1:], strict=False))


@pytest.mark.parametrize(
    ("due", "age"),
    [
        (date(2026, 10, 31), "current"),
        (date(2026, 12, 1), "current"),
        (date(2026, 10, 30), "1-30"),
        (date(2026, 10, 1), "1-30"),
        (date(2026, 9, 30), "31-60"),
        (date(2026, 8, 2), "61-90"),
        (date(2026, 8, 1), "over-90"),
    ],
)
def test_ages(due, age):
    assert age_bucket(date(2026, 10, 31), due) == age and age in AGES
