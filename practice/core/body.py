"""The words for the body: regions, sides, points inside regions, and pressure levels.

Pure vocabulary, shared by the form, the rules, the note and every drawing (the shapes are in `figure`). Labels are
English message ids; whoever shows one translates it.

The pressure levels 1–5 are Tracy Walton's, after MacDonald and Nelson; 0 means no massage there. The author allows free
use with credit: show `SCALE_CREDIT` where the scale is explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from practice.core.text import _


class Side(StrEnum):
    """The person's own left and right, not the viewer's. Middle regions have one place over both halves."""

    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"


@dataclass(frozen=True)
class Region:
    """One region of the body, and the figures it is drawn on."""

    key: str
    label: str
    is_middle: bool = False
    on_front: bool = True
    on_back: bool = True

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides this region has: middle alone, or left and right."""
        return (Side.MIDDLE,) if self.is_middle else (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True)
class Point:
    """A spot or area inside one or more regions. A rule about it does not close the whole region."""

    key: str
    label: str
    regions: tuple[str, ...]
    is_middle: bool = False

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides this point has: middle alone, or left and right."""
        return (Side.MIDDLE,) if self.is_middle else (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True)
class Level:
    """One step of the pressure scale. `label` is the word on every screen; `meaning` is what the hand does."""

    number: int
    label: str
    meaning: str


def _regions(*rows: Region) -> dict[str, Region]:
    return {row.key: row for row in rows}


# From head to foot, front before back: the order of lists and of the "pick from a list" choice.
REGIONS: dict[str, Region] = _regions(
    Region("head", _("Head"), is_middle=True),
    Region("face", _("Face"), is_middle=True, on_back=False),
    Region("jaw", _("Jaw"), is_middle=True, on_back=False),
    Region("neck_anterior", _("Front of neck"), is_middle=True, on_back=False),
    Region("neck_posterior", _("Back of neck"), is_middle=True, on_front=False),
    Region("shoulder", _("Shoulder")),
    Region("upper_arm", _("Upper arm")),
    Region("forearm_wrist", _("Forearm and wrist")),
    Region("hand", _("Hand")),
    Region("chest", _("Chest"), on_back=False),
    Region("breast", _("Breast"), on_back=False),
    Region("abdomen", _("Belly"), on_back=False),
    Region("upper_back", _("Upper back"), on_front=False),
    Region("mid_back", _("Mid back"), on_front=False),
    Region("lower_back", _("Lower back"), on_front=False),
    Region("spine", _("Spine"), is_middle=True, on_front=False),
    Region("pelvis", _("Pelvis")),
    Region("gluteal", _("Buttock"), on_front=False),
    Region("hip", _("Hip")),
    Region("thigh_anterior", _("Front of thigh"), on_back=False),
    Region("thigh_medial", _("Inner thigh"), on_back=False),
    Region("thigh_posterior", _("Back of thigh"), on_front=False),
    Region("knee", _("Knee")),
    Region("calf", _("Lower leg")),
    Region("foot", _("Foot")),
)

POINTS: dict[str, Point] = {
    point.key: point
    for point in (
        Point("popliteal", _("Hollow of the knee"), ("knee",)),
        Point("axilla", _("Armpit"), ("shoulder", "upper_arm")),
        Point("antecubital", _("Inside of the elbow"), ("upper_arm", "forearm_wrist")),
        Point("groin", _("Groin"), ("pelvis", "thigh_medial")),
        Point("kidney_area", _("Over the kidney"), ("mid_back", "lower_back")),
        Point("xiphoid", _("Tip of the breastbone"), ("chest", "abdomen"), is_middle=True),
        Point("eyes", _("Eyes"), ("face",), is_middle=True),
        Point("throat", _("Throat"), ("neck_anterior",), is_middle=True),
        # An area, not a spot: it has no marker in the drawing, its regions and the list carry it.
        Point(
            "trunk_quadrant",
            _("Quarter of the trunk"),
            ("chest", "breast", "abdomen", "upper_back", "mid_back", "lower_back"),
        ),
    )
}

LEVELS: dict[int, Level] = {
    level.number: level
    for level in (
        Level(0, _("closed"), _("no massage here")),
        Level(1, _("skin only"), _("full hand contact, moving the skin only, as if putting on lotion")),
        Level(2, _("light"), _("as if rubbing lotion in, tissue just under the skin")),
        Level(3, _("medium"), _("ordinary pressure, muscles worked, nearby joints move a little")),
        Level(4, _("strong"), _("leaning in, what most people call deep")),
        Level(5, _("deep"), _("elbow or forearm into strong tissue, used sparingly, must not bruise")),
    )
}
SCALE_CREDIT = _("Pressure levels by Tracy Walton, after MacDonald and Nelson")

NO_LIMIT = "none"
UNASSESSED = "unassessed"
CEILING_LABELS: dict[int | str, str] = {
    **{number: level.label for number, level in LEVELS.items() if number < 5},
    UNASSESSED: _("not assessed"),
    NO_LIMIT: _("no limit"),
}

# "Lower back, left" in lists and titles; "Lower back left" inside a longer spoken name.
_SIDE_FORMS = {Side.LEFT: _("%(region)s, left"), Side.RIGHT: _("%(region)s, right")}
_SPOKEN_FORMS = {Side.LEFT: _("%(region)s left"), Side.RIGHT: _("%(region)s right")}


@dataclass(frozen=True, order=True)
class Place:
    """A region on one side of the body; text key "calf:left" or "spine:middle". Unknown words raise ValueError."""

    region: str
    side: Side

    def __post_init__(self) -> None:
        object.__setattr__(self, "side", _known_side(REGIONS, self.region, self.side))
        # worked out once: places are looked up and named hundreds of times a page
        object.__setattr__(self, "_key", f"{self.region}:{self.side}")
        object.__setattr__(self, "_hash", hash(self._key))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self._key

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, key: str) -> Place:
        """Read a text key, as posted by a form or kept in a row."""
        return cls(*_split(key))

    def label(self, translate: Callable[[str], str] = _) -> str:
        """ "Lower back, left" in the language of `translate`."""
        return _fill(_SIDE_FORMS, self.side, REGIONS[self.region].label, translate)

    def spoken(self, translate: Callable[[str], str] = _) -> str:
        """The same without the comma, for use inside a sentence."""
        return _fill(_SPOKEN_FORMS, self.side, REGIONS[self.region].label, translate)


@dataclass(frozen=True, order=True)
class Spot:
    """A point on one side of the body; text key "axilla:left" or "throat:middle". Unknown words raise ValueError."""

    point: str
    side: Side

    def __post_init__(self) -> None:
        object.__setattr__(self, "side", _known_side(POINTS, self.point, self.side))

    def __str__(self) -> str:
        return f"{self.point}:{self.side}"

    @classmethod
    def parse(cls, key: str) -> Spot:
        """Read a text key."""
        return cls(*_split(key))

    def label(self, translate: Callable[[str], str] = _) -> str:
        """ "Armpit, left" in the language of `translate`."""
        return _fill(_SIDE_FORMS, self.side, POINTS[self.point].label, translate)


def spoken_parts(translate: Callable[[str], str] = _) -> dict[str, str | dict[str, str]]:
    """What a script makes `Place.spoken` of: the regions, and how their left and right are said of "{region}"."""
    sides = {str(side): translate(form) % {"region": "{region}"} for side, form in _SPOKEN_FORMS.items()}
    return {"regions": {key: translate(region.label) for key, region in REGIONS.items()}, **sides}


def _split(key: str) -> tuple[str, str]:
    name, colon, side = key.partition(":")
    if not colon:
        raise ValueError(f"not a place on the body: {key!r}")
    return name, side


def _known_side(words: Mapping[str, Region | Point], name: str, side: str) -> Side:
    if name not in words or side not in words[name].sides:
        raise ValueError(f"not a place on the body: {name!r}, {side!r}")
    return Side(side)


def _fill(forms: Mapping[Side, str], side: Side, label: str, translate: Callable[[str], str]) -> str:
    words = translate(label)
    return translate(forms[side]) % {"region": words} if side in forms else words


@cache
def places_of(region: str) -> tuple[Place, ...]:
    """Every place of one region: left and right, or the middle. Unknown regions raise ValueError."""
    if region not in REGIONS:
        raise ValueError(f"not a region: {region!r}")
    return tuple(Place(region, side) for side in REGIONS[region].sides)


@cache
def all_places() -> tuple[Place, ...]:
    """Every place of the body once, from head to foot, left before right."""
    return tuple(place for region in REGIONS for place in places_of(region))


@cache
def _by_key() -> dict[str, Place]:
    return {str(place): place for place in all_places()}


def ceiling(level: int | str | None) -> int | str:
    """Bring a limit to 0–4, "unassessed" or "none". Five (deep) limits nothing; anything else raises ValueError."""
    if level is None or level == NO_LIMIT:
        return NO_LIMIT
    if level == UNASSESSED:
        return UNASSESSED
    if type(level) is not int or level not in LEVELS:
        raise ValueError(f"not a pressure level: {level!r}")
    return NO_LIMIT if level == 5 else level


_STRICTNESS = {level: number for number, level in enumerate(CEILING_LABELS)}


def strictness(level: int | str | None) -> int:
    """Sort key, strictest first: 0–4, then not assessed, then no limit."""
    return _STRICTNESS[ceiling(level)]


def strictest_first(rows: Iterable) -> tuple[list, list]:
    """Rows that have a `level`: those with a limit, strictest first, and those that are not assessed."""
    ordered = sorted(rows, key=lambda row: strictness(row.level))
    return ([row for row in ordered if row.level != UNASSESSED], [row for row in ordered if row.level == UNASSESSED])


def level_words(level: int | str | None, translate: Callable[[str], str] = _) -> str:
    """ "light (2)", "closed", "not assessed": a limit as it stands after "No deeper than"."""
    limit = ceiling(level)
    words = translate(CEILING_LABELS[limit])
    return f"{words} ({limit})" if limit in (1, 2, 3, 4) else words


def join_sides(places: Iterable[Place]) -> list[Place | Region]:
    """Put left and right of a region together: both sides become the Region, one side stays a Place. Head to foot."""
    return list(_join_sides(frozenset(places)))


@lru_cache(maxsize=1024)
def _join_sides(wanted: frozenset[Place]) -> tuple[Place | Region, ...]:
    joined: list[Place | Region] = []
    regions = {place.region for place in wanted}
    for region in REGIONS.values():
        if region.key not in regions:
            continue
        found = [place for place in places_of(region.key) if place in wanted]
        if found and len(found) == len(region.sides):
            joined.append(region)
        else:
            joined.extend(found)
    return tuple(joined)


def names(places: Iterable[Place | Spot | str], translate: Callable[[str], str] = _) -> str:
    """ "Lower back; Lower leg, left; Armpit, left": places or their text keys, then points; both sides of a region are
    said once."""
    given = list(places)
    found = (Place.parse(one) if isinstance(one, str) else one for one in given if not isinstance(one, Spot))
    said = [one.label(translate) if isinstance(one, Place) else translate(one.label) for one in join_sides(found)]
    return "; ".join(said + [one.label(translate) for one in given if isinstance(one, Spot)])


def by_level(
    levels: Mapping[str, int | str | None], rest: int | str | None = UNASSESSED
) -> list[tuple[int | str, list[Place]]]:
    """Group all places of the body by limit, strictest first.

    `levels` is keyed by text key; `rest` is the limit of the places it does not name: not assessed unless the caller
    knows better, because silence must never read as "no limit". Unknown keys raise ValueError.
    """
    named, others = {key: ceiling(level) for key, level in levels.items()}, ceiling(rest)
    if unknown := named.keys() - _by_key().keys():
        raise ValueError(f"not places of the body: {', '.join(sorted(unknown))}")
    groups: dict[int | str, list[Place]] = {}
    for key, place in _by_key().items():
        groups.setdefault(named.get(key, others), []).append(place)
    return sorted(groups.items(), key=lambda group: strictness(group[0]))


def everywhere_else(levels: Mapping[str, int | str | None], rest: int | str | None = UNASSESSED) -> int | str:
    """The limit that is not said place by place: `rest`, or the commonest where `levels` name every place."""
    if len(levels) < len(all_places()):
        return ceiling(rest)
    return max(by_level(levels, rest), key=lambda group: len(group[1]))[0]


class Shown(NamedTuple):
    """What a map shows of a place: its limit, the level it was worked at, the pain marked there (None: nothing)."""

    limit: int | str
    done: int | None
    pain: int | None

    @property
    def is_marked(self) -> bool:
        """Whether there is anything to say of the place."""
        return self.limit != NO_LIMIT or self.done is not None or self.pain is not None


def shown(
    levels: Mapping[str, int | str | None],
    rest: int | str | None = UNASSESSED,
    worked: Mapping[str, int] | None = None,
    marks: Mapping[str, int] | None = None,
) -> dict[str, Shown]:
    """What a map shows of every place, by text key; a map of pain (`marks` is not None) shows no limits."""
    worked, pains = worked or {}, marks or {}
    return {
        key: Shown(NO_LIMIT if marks is not None else limit, worked.get(key), pains.get(key))
        for limit, places in by_level(levels, rest)
        for key in map(str, places)
    }
