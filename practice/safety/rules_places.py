"""From words about places to sets of places. A set is a bit mask over PLACES, so that joining sets costs nothing."""

from collections.abc import Iterable
from functools import lru_cache

from practice.core.body import POINTS, REGIONS, Place, Side, Spot, all_places

PLACES: tuple[Place, ...] = all_places()
NUMBER: dict[Place, int] = {place: number for number, place in enumerate(PLACES)}
EVERYWHERE = (1 << len(PLACES)) - 1

# Limbs from the trunk outwards: what lies further along is a higher number.
_ARM = {"shoulder": 0, "upper_arm": 1, "forearm_wrist": 2, "hand": 3}
_LEG = {"pelvis": 0, "gluteal": 0, "hip": 0, "thigh_anterior": 1, "thigh_medial": 1, "thigh_posterior": 1, "knee": 2,
        "calf": 3, "foot": 4}  # fmt: skip
_TRUNK = POINTS["trunk_quadrant"].regions
_UPPER_TRUNK = ("chest", "breast", "upper_back", "mid_back")
_HEAD_AND_NECK = ("head", "face", "jaw", "neck_anterior", "neck_posterior")


def mask_of(places: Iterable[Place]) -> int:
    """The set of these places."""
    mask = 0
    for place in places:
        mask |= 1 << NUMBER[place]
    return mask


@lru_cache(maxsize=1024)  # rules name the same sets again and again
def places_in(mask: int) -> tuple[Place, ...]:
    """The places of a set, head to foot."""
    return tuple(place for number, place in enumerate(PLACES) if mask >> number & 1)


_REGION_MASK = {region: mask_of(place for place in PLACES if place.region == region) for region in REGIONS}
_SIDE_MASK = {
    side: mask_of(place for place in PLACES if place.side in (side, Side.MIDDLE)) for side in (Side.LEFT, Side.RIGHT)
}


def region_mask(regions: Iterable[str], side: Side | None = None) -> int:
    """Both sides of these regions, or one side and what is in the middle."""
    mask = 0
    for region in regions:
        mask |= _REGION_MASK.get(region, 0)
    return mask & _SIDE_MASK[side] if side in _SIDE_MASK else mask


def home_places(spots: Iterable[Spot]) -> tuple[Place, ...]:
    """The regions a spot lies in, on its side."""
    found = []
    for spot in spots:
        for region in POINTS[spot.point].regions:
            sides = REGIONS[region].sides
            found += [Place(region, spot.side)] if spot.side in sides else [Place(region, side) for side in sides]
    return tuple(found)


def _own_half(place: Place, regions: Iterable[str]) -> int:
    return region_mask(regions, None if place.side == Side.MIDDLE else place.side)


def _distal(place: Place) -> int:
    for limb in (_ARM, _LEG):
        if place.region in limb:
            rank = limb[place.region]
            return _own_half(place, (region for region, other in limb.items() if other > rank))
    return 0


def _limb(place: Place) -> int:
    """The limb that drains through this place, without the trunk."""
    region = place.region
    if region in _ARM or region in _UPPER_TRUNK:
        return _own_half(place, (name for name, rank in _ARM.items() if rank > 0))
    if region in _LEG or region in ("abdomen", "lower_back"):
        return _own_half(place, (name for name, rank in _LEG.items() if rank > 0))
    if region == "spine":
        return _own_half(place, (name for limb in (_ARM, _LEG) for name, rank in limb.items() if rank > 0))
    return 0


def _quadrant(place: Place) -> int:
    """Front and back of the trunk on that side, with the shoulder or hip it hangs on; for the neck, head and neck."""
    if place.region in _HEAD_AND_NECK:
        return region_mask(_HEAD_AND_NECK)
    if place.region in _ARM or place.region in _UPPER_TRUNK:
        return _own_half(place, (*_TRUNK, "shoulder"))
    if place.region == "spine":
        return _own_half(place, (*_TRUNK, "shoulder", "pelvis", "gluteal", "hip"))
    return _own_half(place, (*_TRUNK, "pelvis", "gluteal", "hip"))


_SPREAD = {"@distal": _distal, "@limb": _limb, "@quadrant": _quadrant}


def spread(where: str, marked: tuple[Place, ...], home: tuple[Place, ...], side: Side | None) -> int:
    """The set a rule means by a region key or by "@marked", "@distal", "@quadrant", "@limb".

    `marked` are the places named for the client, `home` the regions of the spots named: a spot closes no region, but
    what lies further along or around it is counted from there.
    """
    if where == "@marked":
        return mask_of(marked)
    if where in _SPREAD:
        mask = 0
        for place in (*marked, *home):
            mask |= _SPREAD[where](place)
        return mask
    return region_mask((where,), side)
