"""What holds for everybody: places that stay closed, spots of caution, techniques that never go somewhere. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule that needs no condition.

    Without `techniques` nothing goes deeper than `cap` in its regions and spots; with some, these are refused in its
    regions at any pressure.
    """

    key: str
    label: str
    why: str
    sources: tuple[str, ...]
    grade: str
    basis: str
    regions: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    cap: int | None = None
    techniques: tuple[str, ...] = ()
    note: str = ""
    is_own: bool = False


LISTS = ("sources", "regions", "points", "techniques")


def standing_from_data(data: Mapping[str, Any], *, is_own: bool = False) -> StandingRule:
    """A standing rule from its JSON shape."""
    return StandingRule(**{**data, **{name: tuple(data.get(name, ())) for name in LISTS}}, is_own=is_own)


def standing_to_data(rule: StandingRule) -> dict[str, Any]:
    """The JSON shape of a standing rule, as an owner edits it."""
    data = {item.name: getattr(rule, item.name) for item in fields(rule) if item.name != "is_own"}
    return {**data, **{name: list(data[name]) for name in LISTS}}
