"""The course of a client's outcome measures: first and latest score, the curve, and what the change means in words."""
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext

from practice.admin import charts, show
from practice.sessions.measures import MEASURES, Change, Measure, change

PLOT = 110  # pixels


@dataclass(frozen=True)
class Course:
    """One measure of a client over time: first and latest score, what the change means, the curve and the rows."""

    measure: Measure
    about: str
    rows: list
    first: float
    latest: float
    change: Change | None
    chart: object | None


def courses(found: Iterable[tuple]) -> list[Course]:
    """The measurements by measure and place, each oldest first."""
    def key(pair):
        return pair[1]["key"], pair[1]["place"], pair[1]["words"] if pair[1]["key"] == "range" else ""

    result = []
    known = sorted((pair for pair in found if pair[1]["key"] in MEASURES), key=key)
    for (name, place, movement), group in groupby(known, key=key):
        rows, measure = list(group), MEASURES[name]
        first, latest = rows[0][1]["score"], rows[-1][1]["score"]
        result.append(Course(measure, " ".join(part for part in (place, movement) if part), rows, first, latest,
                             change(measure, first, latest) if len(rows) > 1 else None, _chart(measure, rows)))
    return result


def _chart(measure: Measure, rows: list):
    if len(rows) < 2:
        return None
    visits = [charts.Visit(show.day_short(row.taken_on), data["score"], None) for row, data in rows]
    first = rows[0][1]["score"]
    error = measure.beyond_chance or 0
    band = (max(0, first - error), min(measure.score_highest, first + error)) if error else (first, first)
    return charts.outcome(visits, scale=(0, measure.score_highest), band=band, plot=PLOT)


def meaning(one: Change | None) -> tuple[str, str]:
    """(words, kind of badge) of a change: "may be chance", "4 better: enough to matter"."""
    if one is None:
        return "", ""
    points = f"{abs(one.points):g}"
    if one.is_beyond_chance is False or one.points == 0:
        return gettext("may be chance"), "outline"
    if one.points < 0:
        return gettext("%(points)s worse", points=points), "warn"
    if one.is_enough:
        return gettext("%(points)s better: enough to matter", points=points), "ok"
    return gettext("%(points)s better", points=points), "outline"
