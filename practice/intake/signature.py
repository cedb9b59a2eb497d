"""A signature as given: a typed name, or strokes drawn on a sheet of 3000 × 1000. Pure."""
from collections.abc import Mapping
from typing import Any

WIDTH, HEIGHT = 3000, 1000
MOST_POINTS = 8000
LEAST_POINTS = 5
SIGNERS = ("self", "guardian")
LONGEST_NAME = 200


def clean(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What can be kept of `given`: `by`, and `typed` or `strokes` where they are of the right shape; {} for nothing."""
    if not isinstance(given, Mapping) or given.get("by") not in SIGNERS:
        return {}
    found: dict[str, Any] = {"by": given["by"]}
    typed = given.get("typed")
    if isinstance(typed, str) and 2 <= len(typed.strip()) <= LONGEST_NAME:
        found["typed"] = typed.strip()
    strokes = clean_strokes(given.get("strokes"))
    if strokes:
        found["strokes"] = strokes
    return found if len(found) > 1 else {}


def clean_strokes(strokes: Any) -> list[list[list[int]]]:
    """The strokes when every point lies on the sheet and there is enough ink for a signature; else none."""
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        return []
    points = [point for stroke in strokes for point in stroke]
    if not LEAST_POINTS <= len(points) <= MOST_POINTS or not all(_is_point(point) for point in points):
        return []
    return [stroke for stroke in strokes if stroke]


def _is_point(point: Any) -> bool:
    return (isinstance(point, list) and len(point) == 2 and all(type(number) is int for number in point)
            and 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT)


def as_path(strokes: list[list[list[int]]]) -> str:
    """The strokes as the path of an SVG whose viewBox is 0 0 3000 1000."""
    return "".join("M" + "L".join(f"{x},{y}" for x, y in (stroke if len(stroke) > 1 else stroke * 2))
                   for stroke in strokes)
