"""What a practice lays over the shipped rulebook: its own conditions, techniques, standing rules and settings. Pure.

A row of its own has a `part` and the `key` of what it adds or replaces. Whatever comes from one is marked as own, and
the version of the rulebook tells it from the shipped one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from practice.catalog.techniques import Technique, technique_from_data
from practice.safety.rulebook import Rulebook, rule_from_data
from practice.safety.standing import standing_from_data


class Part(StrEnum):
    """Which part of the rulebook a row belongs to; a row without a word of it is about a condition."""

    CONDITION = "condition"
    TECHNIQUE = "technique"
    STANDING = "standing"
    SETTING = "setting"


SETTINGS = ("sensitive", "blood_pressure")  # those a practice may set otherwise


def part_of(row: Mapping[str, Any]) -> Part:
    return Part(row.get("part", Part.CONDITION))


def row_key(part: Part, key: str) -> str:
    """The name a row is kept under: a condition's own key, the others with their part before it."""
    return key if part is Part.CONDITION else f"{part}:{key}"


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "part"}


def with_own(book: Rulebook, own: Iterable[Mapping[str, Any]], retired: Iterable[Mapping[str, Any]] = ()) -> Rulebook:
    """Lay an owner's rows over a rulebook: same key replaces, a new key adds. The version tells the two apart.

    `retired` are techniques and conditions taken out again: notes and charts go on naming them, nobody is offered them.
    """
    rows, taken_back = list(own), list(retired)
    named: dict[Part, list[dict[str, Any]]] = {part: [] for part in Part}
    for row in rows:
        named[part_of(row)].append(content_of(row))
    gone = [row for row in map(content_of, (one for one in taken_back if part_of(one) is Part.TECHNIQUE))
            if row["key"] not in book.techniques]
    former = {row["key"]: row["label"] for row in taken_back if part_of(row) is Part.CONDITION}
    if not rows and not gone and not former:
        return book
    techniques = dict(book.techniques)
    techniques |= {row["key"]: technique_from_data(row, is_own=True, is_retired=True) for row in gone}
    techniques |= {row["key"]: technique_from_data(row, is_own=True) for row in named[Part.TECHNIQUE]}
    rules = dict(book.rules) | {row["key"]: rule_from_data(row, is_own=True) for row in named[Part.CONDITION]}
    if techniques != book.techniques:
        rules = {key: replace(rule, techniques=techniques) for key, rule in rules.items()}
    standing = dict(book.standing) | {row["key"]: standing_from_data(row, is_own=True) for row in named[Part.STANDING]}
    settings = dict(book.settings) | {row["key"]: content_of_setting(row) for row in named[Part.SETTING]}
    return replace(book, version=version_of(book.version, rows), rules=rules, standing=standing, settings=settings,
                   techniques=techniques, own_settings=frozenset(row["key"] for row in named[Part.SETTING]),
                   former=former)


def content_of_setting(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "key"}


def version_of(book_version: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """The version of the rulebook with own rows over it; signed notes keep it."""
    mark = mark_of(rows)
    return f"{book_version}+{mark}" if mark else book_version


def mark_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """What own rows add to the version of the rulebook: a hash of them all; "" where there are none.

    They are sorted here, because databases sort keys differently and the mark outlives a move from one to another.
    """
    in_order = sorted(rows, key=lambda row: row_key(part_of(row), row["key"]))
    if not in_order:
        return ""
    return "own." + hashlib.sha256(json.dumps(in_order, sort_keys=True).encode()).hexdigest()[:8]


def offered(book: Rulebook) -> dict[str, Technique]:
    """The techniques somebody can choose."""
    return {key: one for key, one in book.techniques.items() if not one.is_retired}
