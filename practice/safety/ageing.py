"""When a verdict changes by itself: the days at which the same facts begin to mean something else. Pure.

A pregnancy moves on, a doctor's answer or a consent lapses, a form runs out. Nothing has to run at night for that:
whoever keeps something that was computed asks here until when it holds.
"""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from practice.safety.rulebook import Rulebook
from practice.safety.rules import Facts, assess
from practice.safety.rules_sheet import review_due
from practice.safety.rules_verdict import Consequence

ONE = timedelta(days=1)
WEEKS = timedelta(weeks=40)


@dataclass(frozen=True)
class Span:
    """A consequence from `starts_on` (None: it stands already) to `ends_on`, both included (None: open)."""

    kind: Consequence
    starts_on: date | None
    ends_on: date | None


def turning_days(facts: Facts, book: Rulebook) -> list[date]:
    """The days after `facts.on` at which these facts may give another verdict, in order."""
    return sorted({day for day in _days(facts, book) if day > facts.on})


def _days(facts: Facts, book: Rulebook) -> Iterator[date]:
    if facts.intake.current_until:
        yield facts.intake.current_until + ONE
    for consent in facts.consents:
        yield from (day for day in (consent.given_on, consent.revoked_on) if day)
        if consent.until:
            yield consent.until + ONE
    for clearance in facts.clearances:
        if clearance.given_on:
            yield clearance.given_on
        if clearance.until:
            yield clearance.until + ONE
    pregnancy = book.settings["pregnancy"]
    for condition in facts.conditions:
        rule = book.rules.get(condition.key or "")
        due = review_due(rule, condition) if rule else condition.review_on
        if due:
            yield due
        if rule and condition.due_on and "due_date" in rule.needs:
            begun = condition.due_on - WEEKS
            yield begun + timedelta(weeks=pregnancy["not_face_down_from_week"])
            yield begun + timedelta(weeks=pregnancy["not_flat_on_back_from_week"])
            ends_on = condition.due_on + timedelta(days=pregnancy["grace_days"])
            yield ends_on
            yield ends_on + timedelta(days=pregnancy["after_birth_days"]) + ONE


def consequences_ahead(facts: Facts, book: Rulebook) -> list[Span]:
    """What the desk must know, from today on: each kind with the days on which it holds."""
    days = [facts.on, *turning_days(facts, book)]
    found: list[Span] = []
    running: dict[Consequence, date | None] = {}
    for number, day in enumerate(days):
        now = set(assess(replace(facts, on=day), book).consequences)
        for kind in sorted(set(running) - now):
            found.append(Span(kind, running.pop(kind), day - ONE))
        for kind in sorted(now - set(running)):
            running[kind] = day if number else None
    return [*found, *(Span(kind, start, None) for kind, start in sorted(running.items()))]
