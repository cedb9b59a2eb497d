"""The lines of a rule that come in any number: regions with a limit, how severe it may be, what products it bars."""
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from practice.clients.matching import normalise
from practice.core.body import REGIONS
from practice.core.text import _
from practice.safety.rulebook import USUAL, Kind

MOST_LINES = 60
MOST_VARIANTS = 12
MOST_PRODUCTS = 8
LONGEST = 200
LEVELS = tuple("012345")
NO_LIMIT = "none"
KEY_LENGTH = 45  # with its part before it and a number behind it a key has room for 60
# The address of the page for new ones, and what reasons that are no rules are called.
TAKEN = ("new", "none", "consent", "blood_pressure", "never_more_than", "therapist_limit")
AT_THE_PLACE = "@marked"
MARK_LABELS = {
    "@marked": _("At the place named for the client"),
    "@distal": _("Further along the limb from there"),
    "@limb": _("The whole limb"),
    "@quadrant": _("The quarter of the trunk around it"),
}
OIL_AT_SITE, OIL_AT_SITE_WORDS = "@oil_at_site", "oil at its place"


def where_choices() -> dict[str, str]:
    """What a limit of a rule can speak of: regions, and places reckoned from the one named for the client."""
    return MARK_LABELS | {key: region.label for key, region in REGIONS.items()}


def key_of(label: str, taken) -> str:
    """A key for a new rule from its name: "Migräne (selten)" is "migrane_selten"."""
    base = re.sub(r"[^a-z0-9]+", "_", normalise(label)).strip("_")[:KEY_LENGTH] or "rule"
    key, number = base, 2
    while key in taken or key in TAKEN:
        key, number = f"{base}_{number}", number + 1
    return key


def posted_caps() -> dict[str, int]:
    """The lines that name a region and a level."""
    return {where: int(level) for where, level in _lines(MOST_LINES, "cap_where", "cap_level")
            if where in where_choices() and level in LEVELS}


def posted_variants(held: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How severe it may be, line by line; what the line does not show of a variant of `held` stays as it was.

    A line without a name takes its variant out.
    """
    known, found = {row["key"]: row for row in held}, []
    names = ("variant_key", "variant_label", "variant_kind", "variant_cap", "variant_mark")
    for key, label, kind, cap, mark in _lines(MOST_VARIANTS, *names):
        if label:
            taken = {USUAL, *known, *(row["key"] for row in found)}
            found.append(_variant(known.get(key) or {"key": key_of(label, taken)}, label, kind, cap, mark))
    return found


def _variant(before: Mapping[str, Any], label: str, kind: str, cap: str, mark: str) -> dict[str, Any]:
    row = {name: value for name, value in before.items() if name not in ("kind", "cap", "caps")} | {"label": label}
    caps = {where: level for where, level in before.get("caps", {}).items() if where != AT_THE_PLACE}
    if mark in LEVELS:
        caps[AT_THE_PLACE] = int(mark)
    if caps:
        row["caps"] = caps
    if kind in list(Kind):
        row["kind"] = kind
    if kind == Kind.ABSOLUTE:
        row["cap"] = 0
    elif cap == NO_LIMIT or cap in LEVELS:
        row["cap"] = None if cap == NO_LIMIT else int(cap)
    return row


def shown_variants(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each variant as its line shows it, and an empty line."""
    shown = []
    for row in rows:
        cap = "" if "cap" not in row else NO_LIMIT if row["cap"] is None else str(row["cap"])
        shown.append({"key": row["key"], "label": row["label"], "kind": str(row.get("kind", "")), "cap": cap,
                      "mark": str(row.get("caps", {}).get(AT_THE_PLACE, ""))})
    return [*shown, {"key": "", "label": "", "kind": "", "cap": "", "mark": ""}]


def posted_products() -> list[dict[str, Any]]:
    """What is left out, what is asked about, and why, line by line; an empty line says nothing."""
    return [{"avoid": _words(avoid), "warn": _words(warn), "why": why}
            for avoid, warn, why in _lines(MOST_PRODUCTS, "product_avoid", "product_warn", "product_why")
            if avoid or warn or why]


def shown_products(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each line of products as words, and an empty one."""
    return [*({"why": row["why"], **{name: ", ".join(OIL_AT_SITE_WORDS if word == OIL_AT_SITE else word
                                                    for word in row.get(name, ())) for name in ("avoid", "warn")}}
              for row in rows), {"why": "", "avoid": "", "warn": ""}]


def _words(text: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    return [OIL_AT_SITE if word == OIL_AT_SITE_WORDS else word for word in words]


def _lines(most: int, *names: str) -> list[tuple[str, ...]]:
    columns = [[" ".join(text.split())[:LONGEST] for text in request.form.getlist(name)[:most]] for name in names]
    return list(zip(*columns, strict=False))
