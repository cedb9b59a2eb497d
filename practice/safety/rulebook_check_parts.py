"""Checks the JSON shape of what a practice lays over the rulebook beside conditions: see rulebook_own.Part."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from practice.catalog.techniques import Category
from practice.core.body import POINTS, REGIONS
from practice.core.text import _
from practice.safety import rulebook_check
from practice.safety.rulebook import BASIS_LABELS, GRADE_LABELS, Rulebook, shipped
from practice.safety.rulebook_own import SETTINGS, Part, content_of, offered, part_of

PHASES = ("opening", "working", "finishing")
LEVELS = range(6)
SYSTOLIC, DIASTOLIC = range(90, 261), range(50, 161)  # mmHg: figures a threshold can have
NOT_A_LEVEL = _("A level is a whole number from 0 to 5.")
NO_SOURCE = _("Name at least one source; your own experience is one.")


def problems_of(row: Mapping[str, Any], book: Rulebook) -> list[str]:
    """What is wrong with a row of the practice's own, as sentences for the person who edits it."""
    if row.get("part", Part.CONDITION) not in set(Part):
        return [_("Not a part of the rulebook.")]
    if not isinstance(row.get("key"), str) or not row["key"].strip():
        return [_("Missing text: ") + "key"]
    part = part_of(row)
    if part is Part.CONDITION:
        return rulebook_check.problems_of(row, book)
    return list(_CHECKS[part](content_of(row), book))


def _twin(data: Mapping[str, Any], others: Mapping[str, Any]) -> Iterator[str]:
    """Two of one name nobody tells apart; a form sent twice makes one."""
    name = str(data.get("label")).strip().casefold()
    if any(one.label.casefold() == name for key, one in others.items() if key != data["key"]):
        yield _("There is one with this name already.")


def _technique(data: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    yield from _texts(data, "label", "client_label")
    yield from _twin(data, offered(book))
    if data.get("category") not in set(Category):
        yield _("Say what kind of technique it is.")
    lowest, highest, cap = data.get("lowest"), data.get("highest"), data.get("cap")
    if not all(_is_level(one) for one in (lowest, highest)) or (cap is not None and not _is_level(cap)):
        yield NOT_A_LEVEL
    elif lowest > highest:
        yield _("The lightest depth is not deeper than the deepest.")
    if set(data.get("phases", ())) - set(PHASES):
        yield _("A technique opens, works or finishes a session.")
    yield from _named(data, "never_at", REGIONS, _("Not a region: "))
    for name in ("warns_for", "refused_for"):
        yield from _named(data, name, book.rules, _("Not a condition of the rulebook: "))
    if (data.get("never_at") or cap is not None) and not str(data.get("why", "")).strip():
        yield _("Say why this technique is not done there, or not deeper.")
    if not data.get("sources"):
        yield NO_SOURCE


def _standing(data: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    yield from _texts(data, "label", "why")
    yield from _twin(data, book.standing)
    if data["key"] in book.rules:  # a reason to go ahead is asked by the rule: the two would share theirs
        yield _("A condition has this name: choose another one.")
    if data.get("grade") not in GRADE_LABELS or data.get("basis") not in BASIS_LABELS:
        yield _("Say how sure this is: grade (high, medium, low) and basis (direct, translated, editor).")
    if data.get("cap") is not None and not _is_level(data["cap"]):
        yield NOT_A_LEVEL
    yield from _named(data, "regions", REGIONS, _("Not a region: "))
    yield from _named(data, "points", POINTS, _("Not a place of the body: "))
    yield from _named(data, "techniques", book.techniques, _("Not a technique: "))
    if not data.get("regions") and not data.get("points"):
        yield _("Say where it counts.")
    yield from _says_something(data)
    if not data.get("sources"):
        yield NO_SOURCE


def _says_something(data: Mapping[str, Any]) -> Iterator[str]:
    """Nothing typed may go without effect; only a shipped rule can be switched off."""
    if data.get("techniques") and data.get("cap") is not None:
        yield _("A limit of depth or techniques that are refused: for both, write two rules.")
    if data.get("techniques") and data.get("points"):
        yield _("Techniques are refused in whole regions: spots have a limit of depth only.")
    if not data.get("techniques") and data.get("cap") is None and data["key"] not in shipped().standing:
        yield _("Say how deep, or which techniques are refused there.")


def _setting(data: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    if data["key"] not in SETTINGS:
        yield _("Not a part of the rulebook.")
        return
    if data["key"] == "sensitive":
        yield from _named(data, "regions", REGIONS, _("Not a region: "))
    else:
        yield from _pressures(data.get("ask_doctor"), data.get("do_not_treat"))
    if not data.get("sources"):
        yield NO_SOURCE


def _pressures(ask: Any, stop: Any) -> Iterator[str]:
    if not (_is_reading(ask) and _is_reading(stop)):
        yield _("Please check the two figures of the blood pressure.")
    elif ask[0] > stop[0] or ask[1] > stop[1]:
        yield _("The doctor is asked before nobody works any more: the first figures are the lower ones.")


_CHECKS: dict[Part, Callable[[Mapping[str, Any], Rulebook], Iterator[str]]] = {
    Part.TECHNIQUE: _technique, Part.STANDING: _standing, Part.SETTING: _setting}  # fmt: skip


def _texts(data: Mapping[str, Any], *names: str) -> Iterator[str]:
    yield from (_("Missing text: ") + name for name in names if not str(data.get(name) or "").strip())


def _named(data: Mapping[str, Any], name: str, known: Mapping[str, Any], words: str) -> Iterator[str]:
    yield from (words + str(key) for key in data.get(name, ()) if key not in known)


def _is_level(value: Any) -> bool:
    return type(value) is int and value in LEVELS


def _is_reading(value: Any) -> bool:
    return (isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)
            and value[0] in SYSTOLIC and value[1] in DIASTOLIC and value[1] < value[0])  # fmt: skip
