"""The drawing of the body: two figures, one half listed, the other its mirror image: data, and the loop that
puts a figure's pieces together.

Each figure is drawn in a view box of `VIEW_BOX`. Listed shapes lie at x > 100: the person's left on the front figure,
the person's right on the back figure. The other half is `MIRROR`. Shapes are drawn in list order and clipped by the
silhouette; later ones lie over earlier ones on purpose (breast over chest, shoulder over the edge of the chest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from practice.core.body import POINTS, REGIONS, Place, Shown, Side, Spot
from practice.core.markup import joined

VIEW_BOX = "10 0 180 438"
MIRROR = "matrix(-1 0 0 1 200 0)"


@dataclass(frozen=True)
class Shape:
    """One region on one figure: its outline on the listed half, and where its number stands."""

    region: str
    x: int
    y: int
    path: str


@dataclass(frozen=True)
class Mark:
    """Where a point inside a region stands on the listed half."""

    point: str
    x: int
    y: int


@dataclass(frozen=True)
class Piece:
    """One place as drawn on one figure: its halves (True = mirrored) and where its number stands, already mirrored."""

    place: Place
    path: str
    halves: tuple[bool, ...]
    x: int
    y: int

    @cached_property
    def key(self) -> str:
        """The place's text key."""
        return str(self.place)


@dataclass(frozen=True)
class Figure:
    """One side of the body. `listed_side` is the person's side at x > 100."""

    key: str
    listed_side: Side
    mirrored_side: Side
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...]
    details: tuple[str, ...]
    has_navel: bool

    @property
    def left_x(self) -> int:
        """Where the letter for the person's left stands; the right stands opposite."""
        return 176 if self.listed_side == Side.LEFT else 24

    def pieces(self) -> list[Piece]:
        """Everything to draw, in drawing order. A middle region is one piece over both halves."""
        return self._pieces

    @cached_property
    def _pieces(self) -> list[Piece]:
        found = []
        for shape in self.shapes:
            if REGIONS[shape.region].is_middle:
                place = Place(shape.region, Side.MIDDLE)
                found.append(Piece(place, shape.path, (False, True), shape.x, shape.y))
            else:
                listed, mirrored = Place(shape.region, self.listed_side), Place(shape.region, self.mirrored_side)
                found.append(Piece(listed, shape.path, (False,), shape.x, shape.y))
                found.append(Piece(mirrored, shape.path, (True,), 200 - shape.x, shape.y))
        return found

    def drawn(self, state: Mapping[str, Shown], draw: Callable[[Piece, Shown], Markup], kept: dict, *,
              is_all: bool = True) -> Markup:
        """Its pieces, or those a map says something of, drawn one after the other; `state` as of `body.shown`.

        What `draw` made of a piece and what it shows is kept in `kept`: it is the same in every map.
        """
        found = []
        for piece in self._pieces:
            now = state[piece.key]
            if is_all or now.is_marked:
                key = self.key, piece.key, now
                if key not in kept:
                    kept[key] = draw(piece, now)
                found.append(kept[key])
        return joined(found)

    def count_marked(self, state: Mapping[str, Shown]) -> int:
        """How many of its pieces a map says something of; `state` as of `body.shown`."""
        return sum(state[piece.key].is_marked for piece in self._pieces)

    def spots(self, key: str) -> list[tuple[int, int]]:
        """Where a point ("axilla:left") stands on this figure: nowhere, once, or twice (the eyes).

        Unknown keys raise ValueError.
        """
        spot = Spot.parse(key)
        mark = next((mark for mark in self.marks if mark.point == spot.point), None)
        if mark is None:
            return []
        if POINTS[spot.point].is_middle:
            return sorted({(mark.x, mark.y), (200 - mark.x, mark.y)})
        return [(mark.x if spot.side == self.listed_side else 200 - mark.x, mark.y)]


SILHOUETTE = (
    "M100,10 C113,10 121,20 121,34 C121,44 118,51 115,56 C112,61 111,67 112,73 C116,80 130,82 140,85 "
    "C150,88 156,96 157,108 C158,124 163,142 167,158 C172,172 175,190 178,209 C181,216 185,226 "
    "184,238 C184,246 181,255 177,257 C173,258 170,252 169,247 C166,246 163,240 164,233 C164,225 "
    "166,219 166,212 C162,196 156,181 154,167 C150,151 144,135 140,120 C139,134 134,150 132,166 "
    "C131,180 137,196 139,212 C142,232 140,264 134,300 C132,312 132,318 133,330 C136,350 130,376 "
    "124,400 C123,408 127,414 131,420 C134,426 127,430 119,429 C112,429 110,424 111,416 C112,408 "
    "112,402 111,396 C108,376 107,352 110,330 C111,318 110,312 109,302 C106,276 103,252 100,233"
)

_FRONT = (
    Shape(
        "chest",
        113,
        99,
        "M100,86 C108,86 113,84 115,81 C132,88 139,100 143,116 L138,139 C126,146 110,144 100,140 Z",
    ),
    Shape("head", 100, 18, "M100,4 L126,4 L126,29 C118,26 108,25 100,25 Z"),
    Shape("face", 100, 38, "M100,25 C108,25 118,26 126,29 L124,50 C116,49 108,50 100,50 Z"),
    Shape("jaw", 100, 57, "M100,50 C108,50 116,49 124,50 L116,59 C111,63 105,64 100,64 Z"),
    Shape("neck_anterior", 100, 76, "M100,64 C105,64 111,63 116,58 L111,76 L115,81 C113,84 108,86 100,86 Z"),
    Shape("shoulder", 144, 99, "M111,70 L162,74 L164,114 L143,116 C139,100 132,88 114,81 Z"),
    Shape("upper_arm", 153, 140, "M143,116 L164,114 L176,158 C168,162 160,163 150,164 L138,121 Z"),
    Shape("forearm_wrist", 166, 187, "M150,164 C160,163 168,162 176,158 L186,210 C179,213 172,214 160,214 Z"),
    Shape("hand", 174, 233, "M160,214 C172,214 179,213 190,209 L196,264 L158,264 Z"),
    Shape(
        "breast",
        122,
        125,
        "M105,116 C114,107 130,106 142,115 L140,123 C139,129 137,133 136,138 C126,142 110,141 105,133 Z",
    ),
    Shape(
        "abdomen",
        116,
        170,
        "M100,140 C110,144 126,146 139,138 L140,166 L146,188 C139,191 133,193 127,194 C118,198 108,199 100,199 Z",
    ),
    Shape("pelvis", 109, 212, "M100,199 C108,199 118,198 127,194 L113,219 C109,227 104,234 100,240 Z"),
    Shape("hip", 132, 212, "M127,194 C133,193 139,191 147,186 L152,228 C141,231 128,226 118,210 Z"),
    Shape("thigh_medial", 109, 256, "M113,219 C115,245 117,270 116,294 L98,296 L98,240 C104,234 109,227 113,219 Z"),
    Shape(
        "thigh_anterior",
        127,
        258,
        "M118,210 C128,226 141,231 152,228 L146,294 C136,297 126,297 116,294 C117,270 115,245 113,219 Z",
    ),
    Shape("knee", 121, 312, "M98,296 L116,294 C126,297 136,297 146,294 L146,328 C133,331 118,331 98,328 Z"),
    Shape("calf", 121, 360, "M98,328 C118,331 133,331 146,328 L140,399 C129,402 120,402 100,399 Z"),
    Shape("foot", 120, 415, "M100,399 C120,402 129,402 140,399 L142,436 L100,436 Z"),
)
_SAME_ON_BOTH = {shape.region: shape for shape in _FRONT}
_BACK = (
    Shape("head", 100, 32, "M100,4 L126,4 L126,50 C118,53 108,54 100,54 Z"),
    Shape("neck_posterior", 100, 69, "M100,54 C108,54 114,53 120,50 L111,74 L114,79 C110,82 105,83 100,83 Z"),
    Shape("shoulder", 147, 99, "M111,70 L162,74 L164,116 L141,118 C139,104 131,90 113,79 Z"),
    Shape(
        "upper_back",
        121,
        107,
        "M104.5,83 C107,83 110,82 113,79 C131,90 139,104 141,118 L140,126 C128,130 114,130 104.5,129 Z",
    ),
    Shape("mid_back", 119, 146, "M104.5,129 C114,130 128,130 142,125 L134,160 C124,163 112,163 104.5,163 Z"),
    Shape(
        "lower_back",
        117,
        179,
        "M104.5,163 C112,163 124,163 136,159 L140,172 L142,190 C130,192 116,194 104.5,195 Z",
    ),
    Shape("upper_arm", 153, 140, "M141,118 L164,116 L176,158 C168,162 160,163 150,164 L138,121 Z"),
    _SAME_ON_BOTH["forearm_wrist"],
    _SAME_ON_BOTH["hand"],
    Shape(
        "gluteal",
        114,
        222,
        "M100,195 C108,195 118,194 127,192 C129,208 128,224 127,240 C118,247 108,247 98,242 Z",
    ),
    Shape(
        "hip",
        135,
        215,
        "M127,192 C132,192 138,191 146,187 L152,232 C145,236 136,238 127,240 C128,224 129,208 127,192 Z",
    ),
    Shape("pelvis", 109, 203, "M100,195 L114,194 C112,206 106,214 100,218 Z"),
    Shape(
        "thigh_posterior",
        121,
        270,
        "M98,242 C108,247 118,247 127,240 C136,238 145,236 152,232 L146,294 C136,297 120,297 98,295 Z",
    ),
    Shape("knee", 121, 312, "M98,295 C120,297 136,297 146,294 L146,328 C133,331 118,331 98,328 Z"),
    Shape("calf", 121, 358, "M98,328 C118,331 133,331 146,328 L140,399 C129,402 120,402 100,399 Z"),
    _SAME_ON_BOTH["foot"],
    Shape("spine", 100, 150, "M100,83 L104.5,83 L104.5,195 L100,195 Z"),
)

FIGURES: dict[str, Figure] = {
    "front": Figure(
        "front",
        Side.LEFT,
        Side.RIGHT,
        _FRONT,
        (
            Mark("axilla", 140, 122),
            Mark("antecubital", 151, 163),
            Mark("groin", 110, 226),
            Mark("xiphoid", 100, 138),
            Mark("eyes", 109, 36),
            Mark("throat", 100, 74),
        ),
        ("M104,84C112,88 122,86 132,89",),
        has_navel=True,
    ),
    "back": Figure(
        "back",
        Side.RIGHT,
        Side.LEFT,
        _BACK,
        (Mark("axilla", 140, 122), Mark("popliteal", 121, 312), Mark("kidney_area", 117, 160)),
        ("M112,98C120,94 130,98 133,108C128,118 118,120 113,116",),
        has_navel=False,
    ),
}
