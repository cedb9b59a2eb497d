"""The course of a client's outcome measures: first and latest score, the curve, and what the change means in words."""
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext

from practice.admin import charts, show
from practice.sessions.measures import MEASURES, Change, Measure, change, of_one_item

PLOT = 110  # pixels


@dataclass(frozen=True)
class Course:
    """One measure of a client over time: first and latest score, what the change means, the curve and the rows.

    `about` is the place and movement, or the activities that were scored at both times: only those are compared.
    """

    measure: Measure
    about: str
    rows: list
    first: float
    latest: float
    change: Change | None
    chart: object | None


def courses(found: Iterable[tuple]) -> list[Course]:
    """The measurements by measure and place, or by the activities named; each oldest first."""
    def key(pair):
        return pair[1]["key"], pair[1]["place"], pair[1]["words"] if pair[1]["key"] == "range" else ""

    result = []
    known = sorted((pair for pair in found if pair[1]["key"] in MEASURES), key=key)
    for (name, place, movement), group in groupby(known, key=key):
        measure = MEASURES[name]
        if measure.named:
            result += [_of_activities(measure, rows) for rows in _sharing_activities(group)]
        else:
            rows = list(group)
            result.append(_course(measure, " ".join(part for part in (place, movement) if part), rows,
                                  [(row, data["score"]) for row, data in rows]))
    return result


def _course(measure: Measure, about: str, rows: list, scores: list[tuple]) -> Course:
    first, latest = scores[0][1], scores[-1][1]
    return Course(measure, about, rows, first, latest, change(measure, first, latest) if len(rows) > 1 else None,
                  _chart(measure, scores))


def activities(data: dict) -> dict[str, int]:
    """Activity -> score, of those that were scored; letter case and spaces make no other activity."""
    return {" ".join(name.casefold().split()): answer
            for name, answer in zip(data["names"], data["answers"], strict=False) if answer is not None}


def _sharing_activities(pairs: Iterable[tuple]) -> list[list[tuple]]:
    """Rows that share an activity with the first of them; other activities begin a course of their own."""
    groups: list[list[tuple]] = []
    for pair in pairs:
        mine = activities(pair[1]).keys()
        group = next((one for one in reversed(groups) if mine & activities(one[0][1]).keys()), None)
        if group is None:
            groups.append([pair])
        else:
            group.append(pair)
    return groups


def _of_activities(measure: Measure, rows: list[tuple]) -> Course:
    """Compared over the activities that were scored the first and the last time."""
    both = activities(rows[0][1]).keys() & activities(rows[-1][1]).keys()
    scores = []
    for row, data in rows:
        answered = activities(data)
        if both <= answered.keys():
            scores.append((row, round(sum(answered[name] for name in both) / len(both), 1)))
    shown = [name for name in rows[-1][1]["names"] if " ".join(name.casefold().split()) in both]
    return _course(measure if len(both) > 1 else of_one_item(measure), ", ".join(shown), rows, scores)


def _chart(measure: Measure, scores: list[tuple]):
    if len(scores) < 2:
        return None
    visits = [charts.Visit(show.day_short(row.taken_on), score, None) for row, score in scores]
    first, error = scores[0][1], measure.beyond_chance or 0
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
