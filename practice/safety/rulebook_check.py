"""Checks the JSON shape of a rule before it is taken: the owner's editor shows what is said here."""

from collections.abc import Iterator, Mapping
from typing import Any

from practice.catalog.techniques import catalogue
from practice.core.body import REGIONS
from practice.core.text import _
from practice.safety.rulebook import BASIS_LABELS, EVERY_TECHNIQUE, GRADE_LABELS, Kind, Rulebook

MARKS = ("@marked", "@distal", "@quadrant", "@limb")
CONSEQUENCES = ("must_call", "longer")
_LEVELS = range(6)
_KEYS = {
    "key",
    "label",
    "client",
    "kind",
    "why",
    "sources",
    "grade",
    "basis",
    "synonyms",
    "extended",
    "scope",
    "regions",
    "cap",
    "caps",
    "cap_once_cleared",
    "place",
    "possible",
    "avoid",
    "warn",
    "heat",
    "products",
    "positioning",
    "positions",
    "temporary",
    "review",
    "review_days",
    "each_visit",
    "ask",
    "variants",
    "consequences",
    "needs",
    "note",
}


def problems_of(data: Mapping[str, Any], book: Rulebook | None = None) -> list[str]:
    """What is wrong with a rule, as sentences for the person who edits it; empty when it can be taken.

    With `book` its positions and techniques are what may be named: sources may be the owner's own words.
    """
    return list(_problems(data, book))


def _problems(data: Mapping[str, Any], book: Rulebook | None) -> Iterator[str]:
    yield from (_("Not a field of a rule: ") + str(key) for key in data.keys() - _KEYS)
    for name in ("key", "label", "client", "why"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            yield _("Missing text: ") + name
    if data.get("kind") not in set(Kind):
        yield _("The kind is one of caution, local, clearance, absolute.")
    if data.get("grade") not in GRADE_LABELS or data.get("basis") not in BASIS_LABELS:
        yield _("Say how sure this is: grade (high, medium, low) and basis (direct, translated, editor).")
    if not data.get("sources"):
        yield _("Name at least one source; your own experience is one.")
    yield from _limits(data)
    yield from _lists(data, book)
    for product in data.get("products", ()):
        if not product.get("why") or not (product.get("avoid") or product.get("warn")):
            yield _("Say which products are left out or asked about, and why.")
    for variant in data.get("variants", ()):
        if not isinstance(variant, Mapping) or not variant.get("key") or not variant.get("label"):
            yield _("A variant needs a key and a label.")
        else:
            yield from _limits({**data, **variant})


def _limits(data: Mapping[str, Any]) -> Iterator[str]:
    for name in ("cap", "cap_once_cleared"):
        if data.get(name) is not None and not _is_level(data[name]):
            yield _("A level is a whole number from 0 to 5.")
    for where, level in dict(data.get("caps", {})).items():
        if where not in REGIONS and where not in MARKS:
            yield _("Not a region: ") + str(where)
        if not _is_level(level):
            yield _("A level is a whole number from 0 to 5.")
    if data.get("kind") == Kind.ABSOLUTE and data.get("cap") != 0:
        yield _("A rule that stops everything has the level 0.")
    if data.get("scope", "body") not in ("body", "regions"):
        yield _("The scope is body or regions.")
    if data.get("place", "none") not in ("required", "optional", "none"):
        yield _("A place is required, optional or none.")
    uses_marks = any(where in MARKS for where in (*data.get("caps", {}), *data.get("regions", ())))
    if uses_marks and data.get("place", "none") == "none":
        yield _("A limit at the named place needs a place: required or optional.")


def _is_level(value: Any) -> bool:
    return type(value) is int and value in _LEVELS


def _lists(data: Mapping[str, Any], book: Rulebook | None) -> Iterator[str]:
    for name in ("regions", "possible"):
        yield from (
            _("Not a region: ") + str(key) for key in data.get(name, ()) if key not in REGIONS and key not in MARKS
        )
    known = book.techniques if book else catalogue()
    for name in ("avoid", "warn"):
        unknown = [key for key in data.get(name, ()) if key not in known and key != EVERY_TECHNIQUE]
        yield from (_("Not a technique: ") + str(key) for key in unknown)
    if data.get("heat") not in (None, "avoid", "warn"):
        yield _("Heat is avoid, warn or nothing.")
    if set(data.get("consequences", ())) - set(CONSEQUENCES):
        yield _("What reception is told is must_call or longer; the rest follows from the rule.")
    days = data.get("review_days")
    if days is not None and (type(days) is not int or days < 1):
        yield _("Days until the review are a whole number.")
    if book and set(data.get("positions", ())) - set(book.settings["positions"]):
        yield _("Not a position of the rulebook.")
