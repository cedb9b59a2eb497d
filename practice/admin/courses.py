"""The course of a client's outcome measures, and of the 0–10 items of the notes: first and latest score, the curve, and
what the change means in words."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext

from practice.admin import charts, show
from practice.sessions.content import NoteContent, Score
from practice.sessions.items import ItemCourse, is_pain, item_courses, item_name, more_is_better
from practice.sessions.measures import MEASURES, Change, Measure, change, of_one_item
from practice.sessions.models import NoteState, SessionNote
from practice.sessions.outcomes import SCALE, PainChange, chance_band

PLOT = 110  # pixels
MOST_DRAWN = 24  # visits in one curve: more would touch on a telephone


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


def courses(found: Iterable[tuple], plot: int = PLOT) -> list[Course]:
    """The measurements by measure and place, or by the activities named; each oldest first. `plot`: see charts."""
    def key(pair):
        movement = " ".join(pair[1]["words"].casefold().split()) if pair[1]["key"] == "range" else ""
        return pair[1]["key"], pair[1]["place"], movement

    result = []
    known = sorted((pair for pair in found if pair[1]["key"] in MEASURES), key=key)
    for (name, place, _movement), group in groupby(known, key=key):
        measure = MEASURES[name]
        if measure.named:
            result += [_of_activities(measure, rows, plot) for rows in _sharing_activities(group)]
        else:
            rows = list(group)
            movement = rows[-1][1]["words"] if name == "range" else ""  # as it was spelt last
            result.append(_course(measure, " ".join(part for part in (place, movement) if part), rows,
                                  [(row, data["score"]) for row, data in rows], plot))
    return result


def _course(measure: Measure, about: str, rows: list, scores: list[tuple], plot: int) -> Course:
    first, latest = scores[0][1], scores[-1][1]
    is_compared = len(rows) > 1 and not measure.is_change
    return Course(measure, about, rows, first, latest, change(measure, first, latest) if is_compared else None,
                  _chart(measure, scores, plot))


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


def _of_activities(measure: Measure, rows: list[tuple], plot: int) -> Course:
    """Compared over the activities that were scored the first and the last time."""
    both = activities(rows[0][1]).keys() & activities(rows[-1][1]).keys()
    scores = []
    for row, data in rows:
        answered = activities(data)
        if both <= answered.keys():
            scores.append((row, round(sum(answered[name] for name in both) / len(both), 1)))
    shown = [name for name in rows[-1][1]["names"] if " ".join(name.casefold().split()) in both]
    return _course(measure if len(both) > 1 else of_one_item(measure), ", ".join(shown), rows, scores,
                   plot)


def _chart(measure: Measure, scores: list[tuple], plot: int):
    if len(scores) < 2:
        return None
    visits = [charts.Visit(show.day_short(row.taken_on), int(score) if score == int(score) else score, None)
              for row, score in scores[-MOST_DRAWN:]]
    first, error = scores[0][1], measure.beyond_chance
    band = (max(0, first - error), min(measure.score_highest, first + error)) if error else None
    return charts.outcome(visits, scale=(0, measure.score_highest), band=band, plot=plot)


@dataclass(frozen=True)
class Item:
    """A 0–10 item over the visits, as it is shown. `first` and `latest` are (day, points) of what the client came with,
    None where nobody asked; `last` is the newest visit; `meaning` as below."""

    name: str
    label: str
    more_is_better: bool | None
    first: tuple[date, int] | None
    latest: tuple[date, int] | None
    last: tuple[date, Score]
    meaning: tuple[str, str]
    chart: charts.Outcome | None


def items(notes: Iterable[tuple[SessionNote, NoteContent]]) -> list[Item]:
    """The 0–10 items of the signed notes, which come newest first as they are read."""
    return [_item(one, PLOT) for one in signed_courses(notes)]


def repeated(notes: Iterable[tuple[SessionNote, NoteContent]], plot: int, most: int, but: str) -> list[Item]:
    """Of them those that were asked for more than once, without the one named `but`.

    Pain comes first and is drawn at its first `most` places, for it is known what of its change may be chance.
    """
    found = [one for one in signed_courses(notes) if len(one.visits) > 1 and one.name != but]
    return [_item(one, plot if number < most and is_pain(one.name) else None) for number, one in enumerate(found)]


def signed_courses(notes: Iterable[tuple[SessionNote, NoteContent]]) -> list[ItemCourse]:
    """The course of each item over the signed ones of these notes, which come newest first."""
    signed = [(note.on_date, content) for note, content in notes if note.state is NoteState.SIGNED]
    return item_courses(reversed(signed))


def _item(course: ItemCourse, plot: int | None) -> Item:
    asked, way = course.came_with, more_is_better(course.name)
    return Item(course.name, item_name(course.name, gettext), way, asked[0] if asked else None,
                asked[-1] if asked else None, course.visits[-1], meaning(course.change, way is not None),
                _item_chart(course, plot))


def _item_chart(course: ItemCourse, plot: int | None) -> charts.Outcome | None:
    """Of pain with the span that may be chance; of the others nobody has worked it out. Without a `plot` none."""
    if plot is None or len(course.visits) < 2:
        return None
    visits = [charts.Visit(show.day_short(day), one.before, one.after) for day, one in course.visits[-MOST_DRAWN:]]
    asked = course.came_with
    low, high = chance_band(asked[0][1]) if is_pain(course.name) and len(asked) > 1 else (0, 0)
    return charts.outcome(visits, scale=SCALE, band=(low, high) if low < high else None, plot=plot)


def meaning(one: Change | PainChange | None, has_direction: bool = True) -> tuple[str, str]:
    """(words, kind of badge) of a change: "may be chance", "4 better: enough to matter".

    Where nobody has worked out what is chance, the points are said and nothing is made of them: no colour.
    """
    if one is None:
        return "", ""
    points, is_judged = f"{abs(one.points):g}", one.is_beyond_chance is not None
    if one.is_beyond_chance is False:
        return gettext("may be chance"), "outline"
    if one.points == 0:
        return gettext("the same"), "outline"
    if not has_direction:
        words = gettext("%(points)s lower", points=points) if one.points < 0 else gettext("%(points)s higher",
                                                                                        points=points)
        return words, "outline"
    if one.points < 0:
        return gettext("%(points)s worse", points=points), "warn" if is_judged else "outline"
    if one.is_enough:
        return gettext("%(points)s better: enough to matter", points=points), "ok"
    return gettext("%(points)s better", points=points), "outline"
