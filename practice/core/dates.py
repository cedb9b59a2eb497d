"""Dates and times as people type them, and ages. Nothing here knows what day it is: the caller says."""
import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format, get_day_names, get_month_names

from practice.core.errors import Invalid
from practice.core.text import _

HOW_TO = _("Write a day such as 15/3, tomorrow or 2026-03-15, with a time such as 14:00 or 2pm")
NO_SUCH_YEAR = _("There is no year %(year)s")
NO_SUCH_MONTH = _("There is no month %(month)s")
NO_SUCH_DAY = _("%(day)s %(month)s does not exist")
NO_SUCH_DAY_THAT_YEAR = _("%(day)s %(month)s %(year)s does not exist")
NO_SUCH_TIME = _("There is no time %(time)s")

DAY_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
UNIT_DAYS = {"day": 1, "week": 7}
LEAP_YEAR = 2000

_TIME = re.compile(
    r"(?:^|\s)(?:at\s+|@\s*)?(?:(?P<noon>noon|midday)|(?P<h12>\d{1,2})(?:[:.](?P<m12>\d\d))?\s*(?P<half>[ap])\.?m\.?"
    r"|(?P<h24>\d{1,2})[:h](?P<m24>\d\d))(?=\s|$)"
)
_DOT_TIME = re.compile(r"(?:^|\s)(?:at\s+|@\s*)?(?P<h24>\d{1,2})\.(?P<m24>\d\d)$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?$")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)$")
_NUMBERS = re.compile(r"(\d{1,2})\s*(?P<mark>[-/. ])\s*(\d{1,2})(?:\s*(?P=mark)\s*(?P<year>\d{4}|\d\d))?\.?$")
_DAY_NAME_YEAR = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:of\s+|de\s+)?([^\W\d_]+)\.?,?(?:\s*(?:de\s+)?(\d{4}|\d\d))?$"
)
_NAME_DAY_YEAR = re.compile(r"([^\W\d_]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}|\d\d))?$")
_AHEAD = re.compile(r"(?:in\s+|\+\s*)(\d{1,3})\s*(day|week)?s?$")
_WEEKDAY = re.compile(r"(?P<next>next\s+|on\s+|this\s+)?(?P<name>[^\W\d_]+)\.?,?$")
_WEEKDAY_BEFORE = re.compile(r"([^\W\d_]+)\.?,?\s+(?=.*\d)")


@dataclass(frozen=True, slots=True)
class DateParts:
    """A date as written, before the calendar was asked. `year` is None when left out, 0-99 when short."""

    year: int | None
    month: int
    day: int
    is_short_year: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """A local day and, where one was named, a wall time."""

    day: date
    at: time | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    order: str
    months: dict[str, int]
    weekdays: dict[str, int]
    month_names: dict[int, str]


@lru_cache
def _words_of(locale: str) -> _Words:
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        known = Locale.parse("en_IE")
    pattern = get_date_format("short", known).pattern.lower()
    order = "".join(sorted("dmy", key=lambda part: pattern.find(part)))
    months, weekdays = {}, {}
    for language in (Locale("en"), known):  # the locale's own words win
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                months |= {_word(name): n for n, name in get_month_names(width, context, language).items()}
                weekdays |= {_word(name): n for n, name in get_day_names(width, context, language).items()}
    months.setdefault("sept", 9)
    return _Words(order, months, weekdays, dict(get_month_names("wide", "format", known)))


def _word(name: str) -> str:
    return name.casefold().rstrip(".")


def age(born_on: date, on: date) -> int:
    """Whole years from a birth date to a day; of the 29th of February, in a year without one, counted from 1 March."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def month_name(month: int, locale: str) -> str:
    """The month (1-12) as the locale calls it inside a date."""
    return _words_of(locale).month_names[month]


def read_date(text: str, locale: str = "en_IE") -> DateParts | None:
    """The parts of a date in `text`, or None when it is not one.

    Reads year first, figures in the locale's order, and month names. The calendar is not asked: 31 February is read as
    written. See `real_date`.
    """
    text = " ".join(text.casefold().split())
    words = _words_of(locale)
    if match := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        year, month, day = (int(part) for part in match.groups())
        return DateParts(year, month, day)
    if match := _NUMBERS.match(text):
        first, second, year = int(match[1]), int(match[3]), match["year"]
        if year and len(year) == 2 and (words.order == "ymd" or first > 31):
            return DateParts(first, second, int(year), is_short_year=True)
        # In figures without the year first, a year-first locale still writes month before day.
        month, day = (second, first) if words.order == "dmy" else (first, second)
        if month > 12 >= day:  # 15/3 can only mean one thing, whatever the locale
            month, day = day, month
        return _parts(year, month, day)
    if (match := _DAY_NAME_YEAR.match(text)) and match[2] in words.months:
        return _parts(match[3], words.months[match[2]], int(match[1]))
    if (match := _NAME_DAY_YEAR.match(text)) and match[1] in words.months:
        return _parts(match[3], words.months[match[1]], int(match[2]))
    return None


def _parts(year: str | None, month: int, day: int) -> DateParts:
    return DateParts(int(year) if year else None, month, day, is_short_year=bool(year) and len(year) == 2)


def real_date(year: int, month: int, day: int, locale: str = "en_IE", field: str | None = None) -> date:
    """That day of the calendar. Raises Invalid in words when there is none."""
    if year < 1:
        raise Invalid(NO_SUCH_YEAR, field=field, year=year)
    if not 1 <= month <= 12:
        raise Invalid(NO_SUCH_MONTH, field=field, month=month)
    try:
        return date(year, month, day)
    except ValueError:
        name = month_name(month, locale)
        if (month, day) == (2, 29):
            raise Invalid(NO_SUCH_DAY_THAT_YEAR, field=field, day=day, month=name, year=year) from None
        raise Invalid(NO_SUCH_DAY, field=field, day=day, month=name) from None


def parse_when(
    text: str, today: date, locale: str = "en_IE", *, ahead: bool = True, field: str | None = "when"
) -> When:
    """The local day, and the time if one was named, that `text` means on `today`.

    Reads figures in the locale's order, year first, month and weekday names of the locale and of English, and the
    English words today, tomorrow, in 2 weeks, next monday, noon. A time alone is today's. A date without its year is
    the next such day (today included) when looking `ahead`, the nearest one otherwise.
    Raises Invalid when the text cannot be read or names a day or time that does not exist.
    """
    text = " ".join((text or "").casefold().replace(",", " ").split())
    if day := _read_day(text, today, locale, ahead, field):
        return When(day)
    if not (match := _TIME.search(text) or _DOT_TIME.search(text)):
        raise Invalid(HOW_TO, field=field)
    at = _read_time(match, field)
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
    if not rest:
        return When(today, at)
    if not (day := _read_day(rest, today, locale, ahead, field)):
        raise Invalid(HOW_TO, field=field)
    return When(day, at)


def _read_time(match: re.Match, field: str | None) -> time:
    found = match.groupdict()
    if found.get("noon"):
        return time(12)
    minute = int(found.get("m24") or found.get("m12") or 0)
    if found.get("half"):
        hour = int(found["h12"])
        is_real = 1 <= hour <= 12
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    else:
        hour = int(found["h24"])
        is_real = hour <= 23
    if not is_real or minute > 59:
        raise Invalid(NO_SUCH_TIME, field=field, time=match[0].strip())
    return time(hour, minute)


def _read_day(text: str, today: date, locale: str, ahead: bool, field: str | None) -> date | None:
    words = _words_of(locale)
    text = text.removeprefix("on ")
    if text in DAY_WORDS:
        return today + timedelta(days=DAY_WORDS[text])
    if match := _AHEAD.match(text):
        return today + timedelta(days=int(match[1]) * UNIT_DAYS[match[2] or "day"])
    if (match := _WEEKDAY.match(text)) and match["name"] in words.weekdays:
        days = (words.weekdays[match["name"]] - today.weekday()) % 7
        return today + timedelta(days=days or (7 if (match["next"] or "").startswith("next") else 0))
    if (match := _WEEKDAY_BEFORE.match(text)) and match[1] in words.weekdays:
        text = text[match.end() :]  # "tue 17 nov": the date decides
    parts = read_date(text, locale)
    if parts is None or (parts.year is None and parts.month > 12 and "." in text):
        return None  # 14.30 is a time
    if parts.year is not None:
        year = today.year // 100 * 100 + parts.year if parts.is_short_year else parts.year
        return real_date(year, parts.month, parts.day, locale, field)
    return _without_year(parts, today, locale, ahead, field)


def _without_year(parts: DateParts, today: date, locale: str, ahead: bool, field: str | None) -> date:
    real_date(LEAP_YEAR, parts.month, parts.day, locale, field)
    years = range(today.year, today.year + 9) if ahead else range(today.year - 1, today.year + 2)
    days = []
    for year in years:
        try:
            days.append(date(year, parts.month, parts.day))
        except ValueError:
            continue  # 29 February of a common year
    if ahead:
        return min(day for day in days if day >= today)
    if not days:
        real_date(today.year, parts.month, parts.day, locale, field)
    return min(days, key=lambda day: abs(day - today))
