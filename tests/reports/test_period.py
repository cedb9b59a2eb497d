"""Months, years, any days, and ages: pure."""

from datetime import date

import pytest

from practice.core.errors import Invalid
from practice.reports.period import AGES, Period, age_bucket


def test_a_month_knows_its_days_and_neighbours():
    month = Period.parse("2026-12")
    assert (month.first, month.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert str(month.after) == "2027-01" and str(month.before) == "2026-11" and str(month.year_before) == "2025-12"
    assert Period.parse("2024-02").last == date(2024, 2, 29)


def test_a_year_and_any_days_have_neighbours_of_their_kind():
    year, week = Period.parse("2026"), Period.parse("2026-10-05..2026-10-11")
    assert str(year.before) == "2025" and str(year.after) == "2027" and str(year.year_before) == "2025"
    assert (str(week.before), str(week.after)) == ("2026-09-28..2026-10-04", "2026-10-12..2026-10-18")
    assert str(week.year_before) == "2025-10-06..2025-10-12"  # the same days of the week
    assert len(year.months()) == 12 and [str(month) for month in week.months()] == ["2026-10"]
    assert str(Period.parse("2026-10-01..2026-10-31")) == "2026-10"


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-10", "", "2026-10-01", "9999-01",
                                  "2026-10-05..", "2026-10-05..2026-10-04", "2026-10\n"])
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid):
        Period.parse(text)


def test_weeks_cover_the_month_once():
    for number in range(1, 13):
        weeks = Period.month(2026, number).weeks()
        assert weeks[0][0] == Period.month(2026, number).first and weeks[-1][1] == Period.month(2026, number).last
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
