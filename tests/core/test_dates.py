"""Dates and times as people type them."""
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.dates import DateParts, When, parse_when, read_date, real_date
from practice.core.errors import Invalid

TODAY = date(2026, 11, 17)  # a Tuesday


@pytest.mark.parametrize(
    "text, day, at",
    [
        ("15/3", date(2027, 3, 15), None),
        ("3/15", date(2027, 3, 15), None),
        ("17/11", TODAY, None),
        ("15.3.", date(2027, 3, 15), None),
        ("15 March", date(2027, 3, 15), None),
        ("March 15th", date(2027, 3, 15), None),
        ("1st of dec 14:30", date(2026, 12, 1), time(14, 30)),
        ("2026-03-15 14:00", date(2026, 3, 15), time(14)),
        ("20260315", date(2026, 3, 15), None),
        ("15/3/27", date(2027, 3, 15), None),
        ("29 Feb", date(2028, 2, 29), None),
        ("today", TODAY, None),
        ("Tomorrow 2pm", date(2026, 11, 18), time(14)),
        ("2pm tomorrow", date(2026, 11, 18), time(14)),
        ("tomorrow, at 2:15 p.m.", date(2026, 11, 18), time(14, 15)),
        ("day after tomorrow 8.15", date(2026, 11, 19), time(8, 15)),
        ("yesterday", date(2026, 11, 16), None),
        ("fri 9:30", date(2026, 11, 20), time(9, 30)),
        ("tuesday", TODAY, None),
        ("next Tuesday", date(2026, 11, 24), None),
        ("Wednesday, 18 November 10:00", date(2026, 11, 18), time(10)),
        ("in 2 weeks", date(2026, 12, 1), None),
        ("in 3 days 10:00", date(2026, 11, 20), time(10)),
        ("+7", date(2026, 11, 24), None),
        ("14:30", TODAY, time(14, 30)),
        ("14.30", TODAY, time(14, 30)),
        ("14h30", TODAY, time(14, 30)),
        ("noon", TODAY, time(12)),
        ("12am", TODAY, time(0)),
        ("12pm", TODAY, time(12)),
        ("10.12", date(2026, 12, 10), None),
    ],
)
def test_what_people_type(text, day, at):
    assert parse_when(text, TODAY) == When(day, at)


@pytest.mark.parametrize(
    "text, words",
    [
        ("30/2", "30 February does not exist"),
        ("29/2/2027", "29 February 2027 does not exist"),
        ("2026-13-01", "There is no month 13"),
        ("0000-01-01", "There is no year 0"),
        ("tomorrow 25:00", "There is no time 25:00"),
        ("13pm", "There is no time 13pm"),
        ("14:75", "There is no time 14:75"),
    ],
)
def test_what_does_not_exist_is_named(text, words):
    with pytest.raises(Invalid) as refused:
        parse_when(text, TODAY)
    assert str(refused.value) == words
    assert refused.value.field == "when"


@pytest.mark.parametrize("text", ["", None, "9", "hello", "someday 14:00", "15/3 14", "next", "%s", "²/³", "1/2/3/4"])
def test_what_cannot_be_read_gets_an_example(text):
    with pytest.raises(Invalid) as refused:
        parse_when(text, TODAY)
    assert "2026-03-15" in str(refused.value)


def test_the_locale_decides_what_comes_first():
    assert parse_when("3/4", TODAY, "en_IE").day == date(2027, 4, 3)
    assert parse_when("3/4", TODAY, "en_US").day == date(2027, 3, 4)
    assert parse_when("mittwoch 9:30", TODAY, "de_DE") == When(date(2026, 11, 18), time(9, 30))
    assert parse_when("3. März", TODAY, "de_DE").day == date(2027, 3, 3)
    for locale, written in (("en-US", "3/4/2027"), ("sv_SE", "2027/3/4"), ("xx", "4/3/2027"), ("", "4/3/2027")):
        assert parse_when(written, TODAY, locale).day == date(2027, 3, 4), locale


def test_looking_back_takes_the_nearest_year():
    assert parse_when("15/10", TODAY, ahead=False).day == date(2026, 10, 15)
    assert parse_when("15/1", TODAY, ahead=False).day == date(2027, 1, 15)
    with pytest.raises(Invalid, match="29 February 2026"):
        parse_when("29/2", TODAY, ahead=False)


def test_parts_are_read_without_the_calendar():
    assert read_date("1988-02-31") == DateParts(1988, 2, 31)
    assert read_date("21.2.88") == DateParts(88, 2, 21, is_short_year=True)
    assert read_date("88-02-21") == DateParts(88, 2, 21, is_short_year=True)
    assert read_date("88-02-21", "sv_SE") == DateParts(88, 2, 21, is_short_year=True)
    assert read_date("21/2") == DateParts(None, 2, 21)
    assert read_date("21 Brumaire") is None


def test_the_month_is_named_in_the_language_of_the_reader():
    with pytest.raises(Invalid) as refused:
        real_date(1988, 2, 31, "de_DE", "birth_on")
    assert refused.value.params == {"day": 31, "month": "Februar"}


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)),
       st.sampled_from([("en_IE", "dmy"), ("en_US", "mdy"), ("sv_SE", "ymd"), ("de_DE", "dmy")]))
def test_a_date_written_out_is_read_back(day, written):
    locale, order = written
    local = "/".join({"d": str(day.day), "m": str(day.month), "y": str(day.year)}[part] for part in order)
    for text in (day.isoformat(), day.strftime("%Y%m%d"), f"{day.day} {day:%B} {day.year}", local):
        assert parse_when(text, TODAY, locale) == When(day)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 28))
def test_without_a_year_the_next_one_is_meant(today, month, day):
    found = parse_when(f"{day}/{month}", today).day
    assert today <= found <= today + timedelta(days=366)
    assert (found.day, found.month) == (day, month)


@given(st.text(max_size=30))
def test_junk_is_refused_in_words(text):
    try:
        parse_when(text, TODAY)
    except Invalid as refused:
        assert str(refused)
