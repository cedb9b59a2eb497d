"""How long a client's record is kept at least, by the rule of the place. Pure.

The periods were looked up once and laws change: the owner chooses the rule and answers for it. Nothing is destroyed on
its own when the day has passed.
"""
from dataclasses import dataclass
from datetime import date

from practice.core.text import _

ADULT = 18


@dataclass(frozen=True)
class RetentionRule:
    """Years after the last entry; for who was a minor then, years after 18 or until an age, whichever is later."""

    label: str
    years: int
    minor_years: int | None = None
    minor_until_age: int | None = None


RULES = {
    "careful": RetentionRule(_("10 years; minors 10 years after they are 18"), 10, 10),
    "ontario": RetentionRule(_("Ontario: 10 years; minors 10 years after 18"), 10, 10),
    "prairies": RetentionRule(_("Canadian prairies: 11 years; minors 11 years after 18"), 11, 11),
    "british_columbia": RetentionRule(_("British Columbia: 16 years; minors 16 years after 18"), 16, 16),
    "new_york": RetentionRule(_("New York: 6 years; minors until they are 22"), 6, None, 22),
    "new_jersey": RetentionRule(_("New Jersey: 7 years"), 7, 0),
    "washington": RetentionRule(_("Washington: 3 years; minors 3 years after 18"), 3, 3),
    "united_kingdom": RetentionRule(_("United Kingdom: 8 years; minors until they are 25"), 8, None, 25),
    "new_south_wales": RetentionRule(_("New South Wales: 7 years; minors until they are 25"), 7, None, 25),
}
CAREFUL = "careful"


def keep_until(rule_key: str, last_entry_on: date, born_on: date | None) -> date:
    """The first day on which the record need no longer be kept. An unknown key counts as the careful rule."""
    rule = RULES.get(rule_key, RULES[CAREFUL])
    days = [_later(last_entry_on, rule.years)]
    if born_on is not None and last_entry_on < _later(born_on, ADULT):
        if rule.minor_years is not None:
            days.append(_later(born_on, ADULT + rule.minor_years))
        if rule.minor_until_age is not None:
            days.append(_later(born_on, rule.minor_until_age))
    return max(days)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
