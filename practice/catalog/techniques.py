"""The technique catalogue and the home care a therapist can give along, read once from technique_data.json.

`catalogue` is what comes with the software. A practice's own techniques, and its changes of these, are laid over it by
the rulebook in force: whoever offers or names a technique takes it from there and hands it in here.

Pressures are levels 0–5 (core.body): `lowest` to `highest` is how the technique is usually done, not a permission.
`basis` says where these two come from: direct (a published description), translated (from words such as light), general
(ordinary usage). Which technique fits a client is safety's business, not the catalogue's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from practice.core.text import _


class Category(StrEnum):
    STROKE = "stroke"
    MODALITY = "modality"
    ADD_ON = "add_on"


CATEGORY_LABELS = {
    Category.STROKE: _("Strokes"),
    Category.MODALITY: _("Kinds of massage"),
    Category.ADD_ON: _("Add-ons"),
}


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique, stroke or add-on. `client_label` is the word a client reads.

    `warns_for` are condition keys it is known to be delicate with, `refused_for` those it is not done with at all;
    `needs_consent` means consent of its own, in writing; one that is not `is_placed` concerns the whole visit (oil, the
    room) and no region. `cap` is the level nobody goes beyond with it (None: no such limit) and `never_at` the regions
    it is not done in, whoever the client is; `why` is the reason of these. A retired one is only known by its name.
    """

    key: str
    label: str
    client_label: str
    category: Category
    lowest: int
    highest: int
    phases: tuple[str, ...]
    tool: str
    purpose: str
    synonyms: tuple[str, ...]
    warns_for: tuple[str, ...]
    basis: str
    uses_heat: bool = False
    uses_oil: bool = False
    is_clothed: bool = False
    needs_consent: bool = False
    is_placed: bool = True
    note: str = ""
    refused_for: tuple[str, ...] = ()
    never_at: tuple[str, ...] = ()
    cap: int | None = None
    why: str = ""
    sources: tuple[str, ...] = ("catalogue",)
    is_own: bool = False
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class HomeCare:
    """Something to do at home, in the client's words. The rules check it as `technique`, at most `level` deep."""

    key: str
    label: str
    client_words: str
    technique: str | None
    level: int
    doses: tuple[str, ...]
    uses_heat: bool = False


@cache
def _data() -> dict:
    return json.loads(resources.files("practice.catalog").joinpath("technique_data.json").read_text("utf-8"))


@cache
def catalogue() -> Mapping[str, Technique]:
    """Every technique by key, in the order of the catalogue: strokes, kinds of massage and add-ons as they come."""
    return MappingProxyType({row["key"]: technique_from_data(row) for row in _data()["techniques"]})


@cache
def home_care() -> Mapping[str, HomeCare]:
    """Everything that can stand on a home-care sheet, by key."""
    return MappingProxyType(
        {row["key"]: HomeCare(**{**row, "doses": tuple(row["doses"])}) for row in _data()["home_care"]}
    )


LISTS = ("phases", "synonyms", "warns_for", "refused_for", "never_at", "sources")


def technique_from_data(data: Mapping[str, Any], **marks: bool) -> Technique:
    """A technique from its JSON shape; `marks` are is_own and is_retired."""
    lists = {name: tuple(data[name]) for name in LISTS if name in data}
    return Technique(**{**data, **lists, "category": Category(data["category"])}, **marks)


def technique_to_data(technique: Technique) -> dict[str, Any]:
    """The JSON shape of a technique, as an owner edits it."""
    data = {item.name: getattr(technique, item.name) for item in fields(technique)
            if item.name not in ("is_own", "is_retired")}
    return {**data, **{name: list(data[name]) for name in LISTS}, "category": str(technique.category)}


def find(text: str) -> list[Technique]:
    """Techniques whose label, client's word or synonym holds `text`, those that begin with it first."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found = []
    for technique in catalogue().values():
        words = [word.casefold() for word in (technique.label, technique.client_label, *technique.synonyms)]
        if any(wanted in word for word in words):
            found.append((not any(word.startswith(wanted) for word in words), technique))
    return [technique for _late, technique in sorted(found, key=lambda pair: pair[0])]


def placed(techniques: Mapping[str, Technique] | None = None) -> dict[str, Technique]:
    """The techniques that are done somewhere on the body; the others concern the whole visit."""
    return {key: one for key, one in (techniques or catalogue()).items() if one.is_placed and not one.is_retired}


def by_kind(techniques: Mapping[str, Technique]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Techniques to choose from: (label of the kind, [(key, label)])."""
    return [(CATEGORY_LABELS[kind], [(key, one.label) for key, one in techniques.items() if one.category == kind])
            for kind in Category]


def in_a_word(label: str) -> str:
    """A technique's everyday word where its translated label has one: "Petrissage (kneading)" is "Kneading"."""
    found = re.search(r"\(([^)]+)\)$", label)
    return found.group(1)[:1].upper() + found.group(1)[1:] if found else label


GENTLE_LEVEL = 2
_CLOSING = {"effleurage", "stroking_static"}


def order_hints(rows: Iterable[tuple[str, int]], techniques: Mapping[str, Technique] | None = None) -> list[str]:
    """Hints about the order of work, never forced: (technique key, level) in the order done -> message ids.

    Opens gently, tapping comes before the closing strokes, ends soothingly. Add-ons and unknown keys are passed over.
    """
    known = techniques or catalogue()
    work = [(known[key], level) for key, level in rows if key in known and known[key].category != Category.ADD_ON]
    if not work:
        return []
    hints = []
    first, first_level = work[0]
    if "opening" not in first.phases or first_level > GENTLE_LEVEL:
        hints.append(_("Opens firmly: begin with a gliding stroke or resting hands, light at most."))
    last, last_level = work[-1]
    if last.key == "tapotement":
        hints.append(_("Tapping comes before the closing strokes."))
    if not _closes(last) or last_level > GENTLE_LEVEL:
        hints.append(_("Ends firmly: close with gliding or resting hands, light at most."))
    return hints


def _closes(technique: Technique) -> bool:
    """The two closing strokes, and what the practice itself has said ends a session."""
    return technique.key in _CLOSING or (technique.is_own and "finishing" in technique.phases)


def texts() -> set[str]:
    """Every visible text of the data file, for the message catalogue."""
    found: set[str] = set()
    for technique in catalogue().values():
        found |= {technique.label, technique.client_label, technique.purpose, technique.note, technique.tool}
    for item in home_care().values():
        found |= {item.label, item.client_words, *item.doses}
    return found - {""}
