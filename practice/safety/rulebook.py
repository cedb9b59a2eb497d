"""The rulebook: what is known about conditions, as versioned data, read from rulebook_data/ into frozen values.

The five pressure levels are Tracy Walton's, after MacDonald and Nelson; her scale may be used freely with credit, and
WALTON_CREDIT is that credit. Every rule carries its sources, their tier (A research or regulator … D general web), a
grade (how sure) and a basis: `direct` (a source says so), `translated` (from words such as gentle to a level), `editor`
(a careful choice of ours). The whole is decision support, never medical advice.

An owner's own rules have the same shape as the shipped ones and are laid over them by `rulebook_own.with_own`; they are
kept outside these files, so that a new version of the shipped rulebook leaves them standing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any

from practice.catalog.techniques import Technique, catalogue
from practice.core.text import _
from practice.safety.standing import StandingRule, standing_from_data

WALTON_CREDIT = _("Pressure levels by Tracy Walton, after MacDonald and Nelson; the words for the levels are ours.")
DISCLAIMER = _(
    "Decision support, not medical advice. A licensed therapist decides and may go against a rule, with a reason."
)
EVERY_TECHNIQUE = "*"
USUAL = "usual"  # the variant that stands for the rule as it is


class Kind(StrEnum):
    """How hard a rule is, softest first: caution and local limit, clearance waits for a doctor, absolute stops."""

    CAUTION = "caution"
    LOCAL = "local"
    CLEARANCE = "clearance"
    ABSOLUTE = "absolute"


HARDNESS = {Kind.CAUTION: 0, Kind.LOCAL: 0, Kind.CLEARANCE: 1, Kind.ABSOLUTE: 2}
KIND_LABELS = {
    Kind.CAUTION: _("Go ahead with limits"),
    Kind.LOCAL: _("Leave the place out"),
    Kind.CLEARANCE: _("Doctor's OK first"),
    Kind.ABSOLUTE: _("Do not massage"),
}
GRADE_LABELS = {"high": _("well supported"), "medium": _("some support"), "low": _("little support")}
BASIS_LABELS = {
    "direct": _("said by the source"),
    "translated": _("translated from the source's words"),
    "editor": _("our own careful choice"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from. `tier` is A–D, or the name of a voice (client, therapist, doctor, house)."""

    key: str
    title: str
    url: str
    tier: str


@dataclass(frozen=True, slots=True)
class ProductRule:
    """Products a condition does not take: words or allergen groups to leave out (`avoid`) or to ask about (`warn`)."""

    why: str
    avoid: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """How severe a condition is, where that changes the rule. `changes` replaces fields of the rule."""

    key: str
    label: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One condition.

    `cap` is the level nothing may exceed anywhere (None: no such limit), `caps` limits by region key or by
    "@marked" (the places named for this client), "@distal" (further along the limb), "@quadrant" and "@limb".
    `place` says whether the condition needs a place: required, optional or none; without a required place it counts
    everywhere it is `possible`. `needs` "due_date" makes it a pregnancy, counted in weeks. `avoid` and `warn` are
    technique keys, "*" is every technique, at any pressure; `techniques` are all there are.
    """

    key: str
    label: str
    client: str
    kind: Kind
    why: str
    sources: tuple[str, ...]
    grade: str
    basis: str
    synonyms: tuple[str, ...] = ()
    extended: bool = False
    scope: str = "body"
    regions: tuple[str, ...] = ()
    cap: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    cap_once_cleared: int | None = None
    place: str = "none"
    possible: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    heat: str | None = None
    products: tuple[ProductRule, ...] = ()
    positioning: str = ""
    positions: tuple[str, ...] = ()
    temporary: bool = False
    review: str = ""
    review_days: int | None = None
    each_visit: bool = False
    ask: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    consequences: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""
    is_own: bool = False
    techniques: Mapping[str, Technique] = field(default_factory=catalogue, repr=False, compare=False)

    @property
    def is_whole_body(self) -> bool:
        return self.scope == "body"

    @cached_property
    def versions(self) -> Mapping[str, "Rule"]:
        """The rule as it stands in each variant, the plain one under "usual"."""
        return {USUAL: self, **{variant.key: _as_variant(self, variant) for variant in self.variants}}

    @cached_property
    def strictest(self) -> "Rule":
        """All variants at once, each point at its strictest: how an undecided proposal counts."""
        versions = list(self.versions.values())
        if len(versions) == 1:
            return self
        kind = max((version.kind for version in versions), key=HARDNESS.__getitem__)
        caps: dict[str, int] = {}
        for version in versions:
            for where, level in version.caps.items():
                caps[where] = min(level, caps.get(where, level))
        return replace(
            self,
            kind=kind,
            scope="body" if any(version.is_whole_body for version in versions) else self.scope,
            cap=min((version.cap for version in versions if version.cap is not None), default=None),
            caps=caps,
            avoid=_union(version.avoid for version in versions),
            warn=_union(version.warn for version in versions),
            place="required" if any(version.place == "required" for version in versions) else self.place,
        )

    @cached_property
    def once_cleared(self) -> "Rule":
        """The rule when a doctor's OK is on file: it limits and no longer stops."""
        if self.kind == Kind.ABSOLUTE and self.cap_once_cleared is not None:
            return replace(self, kind=Kind.CAUTION, cap=self.cap_once_cleared, avoid=())
        return replace(self, kind=Kind.CAUTION) if self.kind == Kind.CLEARANCE else self

    @cached_property
    def technique_lists(self) -> tuple[frozenset[str], frozenset[str]]:
        """Techniques refused and warned about, with what each says of itself and what the heat rule means for it."""
        every = self.techniques
        refused = set(every) if EVERY_TECHNIQUE in self.avoid else set(self.avoid)
        refused |= {key for key, technique in every.items() if self.key in technique.refused_for}
        warned = set(self.warn) | {key for key, technique in every.items() if self.key in technique.warns_for}
        hot = {key for key, technique in every.items() if technique.uses_heat} - refused - set(self.warn)
        if self.heat == "avoid":
            refused |= hot
        elif self.heat == "warn":
            warned |= hot
        return frozenset(refused), frozenset(warned - refused)


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in lists for item in part))


def _as_variant(rule: Rule, variant: Variant) -> Rule:
    changes = dict(variant.changes)
    if "caps" in changes:
        changes["caps"] = {**rule.caps, **changes["caps"]}
    if changes.get("kind") == Kind.ABSOLUTE:
        changes |= {"scope": "body", "cap": 0, "avoid": (EVERY_TECHNIQUE,)}
    if changes.get("kind") == Kind.LOCAL:
        changes |= {"scope": "regions", "regions": ("@marked",)}
    return replace(rule, variants=(), **changes)


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Everything the engine knows. `version` is kept with every signed note; `own_settings` are the practice's own;
    `former` names its conditions that were taken back: who has one goes on having it by that name.
    Only itself is the same one: a verdict is kept by the rulebook it was made with."""

    version: str
    rules: Mapping[str, Rule]
    standing: Mapping[str, StandingRule]
    settings: Mapping[str, Any]
    sources: Mapping[str, Source]
    techniques: Mapping[str, Technique] = field(default_factory=catalogue)
    own_settings: frozenset[str] = frozenset()
    former: Mapping[str, str] = field(default_factory=dict)

    @property
    def conditions(self) -> dict[str, Rule]:
        """The rules a therapist can choose as a condition, without the two that stand for everybody."""
        return {key: rule for key, rule in self.rules.items() if key not in STANDING_CONDITIONS}

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Regions that are closed without a consent of their own."""
        return tuple(self.settings["sensitive"]["regions"])

    @property
    def allergens(self) -> Mapping[str, list[str]]:
        return self.settings["allergens"]

    @cached_property
    def named(self) -> Mapping[tuple[str, ...], tuple[Source, ...]]:
        """Source keys to sources, for every list of keys a rule has."""
        return {rule.sources: self.sources_of(rule.sources) for rule in self.rules.values()}

    def sources_of(self, keys: Iterable[str]) -> tuple[Source, ...]:
        """The sources behind `keys`; a key nobody knows (an owner's own words) becomes a source of that title."""
        return tuple(self.sources.get(key) or Source(key, key, "", "own") for key in keys)


_TUPLES = ("sources", "synonyms", "regions", "possible", "avoid", "warn", "positions", "ask", "consequences", "needs")
_NOT_DATA = ("is_own", "techniques")
_FIELDS = {item.name: item for item in fields(Rule) if item.name not in _NOT_DATA}


def rule_from_data(data: Mapping[str, Any], *, is_own: bool = False) -> Rule:
    """Build a rule from its JSON shape, which `rulebook_check.problems_of` has found sound."""
    values = {key: value for key, value in data.items() if key in _FIELDS}
    for name in _TUPLES:
        values[name] = tuple(values.get(name, ()))
    values["kind"] = Kind(values["kind"])
    values["products"] = tuple(
        ProductRule(row["why"], tuple(row.get("avoid", ())), tuple(row.get("warn", ())))
        for row in values.get("products", ())
    )
    values["variants"] = tuple(_variant(row) for row in values.get("variants", ()))
    return Rule(**values, is_own=is_own)


def _variant(row: Mapping[str, Any]) -> Variant:
    changes = {key: value for key, value in row.items() if key not in ("key", "label")}
    if "kind" in changes:
        changes["kind"] = Kind(changes["kind"])
    if "avoid" in changes:
        changes["avoid"] = tuple(changes["avoid"])
    return Variant(row["key"], row["label"], MappingProxyType(changes))


def to_data(rule: Rule) -> dict[str, Any]:
    """The JSON shape of a rule, as it stands in the files and as an owner edits it."""
    data: dict[str, Any] = {}
    for item in _FIELDS.values():
        value = getattr(rule, item.name)
        default = item.default if item.default is not MISSING else () if item.name != "caps" else {}
        if value == default and item.name not in ("avoid", "warn", "cap"):
            continue
        if item.name == "products":
            value = [{"avoid": list(row.avoid), "warn": list(row.warn), "why": row.why} for row in value]
        elif item.name == "variants":
            value = [{"key": row.key, "label": row.label, **_plain(row.changes)} for row in value]
        data[item.name] = _plain(value)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Kind) else value


# Two standing rules have the shape of a condition: an answer proposes them, a therapist ends them.
STANDING_CONDITIONS = ("acute_pain", "heavy_meal")
_STANDING_SHAPE: dict[str, dict[str, Any]] = {
    "acute_pain": {
        "kind": "local",
        "scope": "regions",
        "regions": ["@marked"],
        "caps": {"@marked": 0},
        "place": "required",
        "temporary": True,
    },
    "heavy_meal": {"kind": "caution", "temporary": True},
}


@cache
def shipped() -> Rulebook:
    """The rulebook that comes with this version of the software."""
    folder = resources.files("practice.safety").joinpath("rulebook_data")
    read = {
        entry.name: json.loads(entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".json")
    }
    groups = [read[name] for name in sorted(read) if name.startswith("conditions_")]
    rules = [rule_from_data(row) for group in groups for row in group]
    rules += [
        rule_from_data({**row, **_STANDING_SHAPE[key]})
        for key in STANDING_CONDITIONS
        for row in (read["standing.json"][key],)
    ]
    sources = {key: Source(key, **row) for key, row in read["sources.json"].items()}
    standing = [standing_from_data(row) for row in read["standing.json"]["everybody"]]
    settings = read["settings.json"]
    return Rulebook(settings["version"], {rule.key: rule for rule in rules}, {rule.key: rule for rule in standing},
                    settings, sources)
