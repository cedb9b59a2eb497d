"""What a change of pain means. Pure.

On the 0–10 scale a change under two points may be chance (smallest detectable change 1.77). How much people call
enough depends on where they began: about one point from 1–4, two from 5–7, three from 8–10 (Farrar and others, Pain 94,
2001, and later work by level of the start). The figures come from physiotherapy and drug trials, not from massage: a
guide, never a proof.
"""
from dataclasses import dataclass

BEYOND_CHANCE = 2  # points
SCALE = (0, 10)


@dataclass(frozen=True)
class PainChange:
    """Points better (positive) or worse, whether that is more than chance, and whether people call it enough."""

    points: int
    is_beyond_chance: bool
    is_enough: bool


def pain_change(start: int, now: int) -> PainChange:
    """From `start` to `now`, both 0–10."""
    points = start - now
    enough = 1 if start <= 4 else 2 if start <= 7 else 3
    beyond = abs(points) >= BEYOND_CHANCE
    return PainChange(points, beyond, beyond and abs(points) >= enough)


def chance_band(start: int) -> tuple[int, int]:
    """The span below the first answer in which a change may be chance."""
    return max(SCALE[0], start - BEYOND_CHANCE), start
