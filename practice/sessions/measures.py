"""Outcome measures: what is asked, how it is scored, and what a change means. Pure.

Every measure has a direction: with some more is better, with others worse. `beyond_chance` is the smallest change that
is larger than the error of measuring, `enough` the smallest change people call important; both come from physiotherapy
and drug trials, not from massage: a guide, never a proof. Of measures whose wording somebody owns only the scoring is
here: the practice reads the questions from its own licensed paper and enters the answers by number.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from practice.core.text import _


class Scoring(StrEnum):
    """How answers become one figure; `PERCENT` is of what the answered items could reach."""

    SINGLE = "single"
    MEAN = "mean"
    SUM = "sum"
    PERCENT = "percent"


@dataclass(frozen=True)
class Measure:
    """`items` many answers from `lowest` to `highest`; `named` items are named by the client (activities).

    At least `least_answered` must be answered, or there is no score. `reversed_items` (from 1) count the other way
    round, `times` multiplies the score, `is_licensed` says that somebody owns the wording. `beyond_chance_of_one` is
    the figure for a single item, where it is another. What `is_change` is asked as a change already: its answers are
    not compared with one another.
    """

    key: str
    label: str
    help: str
    items: int
    lowest: int
    highest: int
    scoring: Scoring
    more_is_better: bool
    least_answered: int
    beyond_chance: float | None
    enough: float | None
    score_highest: int
    source: str
    named: bool = False
    has_place: bool = False
    reversed_items: tuple[int, ...] = ()
    times: int = 1
    is_licensed: bool = False
    unit: str = ""
    beyond_chance_of_one: float | None = None
    is_change: bool = False


def _measures() -> list[Measure]:
    return [
        Measure("psfs", _("Own activities"),
                _("Up to five activities, best three or more, each from 0 (cannot) to 10 (as before)."), 5, 0, 10,
                Scoring.MEAN, True, 1, 2, 2.3, 10, "Stratford 1995; JOSPT 2014;44:560", named=True,
                beyond_chance_of_one=3),
        Measure("roland_morris", _("Roland–Morris, lower back"), _("How many of the 24 statements were ticked."), 1, 0,
                24, Scoring.SINGLE, False, 1, 5, 5, 24, "Stratford, Phys Ther 1996;76:359"),
        Measure("global_change", _("Global change"), _("From 1 (very much better) to 7 (very much worse)."), 1, 1, 7,
                Scoring.SINGLE, False, 1, None, None, 7, "PMC7053735", is_change=True),
        Measure("range", _("Range of motion"), _("Degrees; say the movement."), 1, 0, 360, Scoring.SINGLE, True, 1, 5,
                None, 360, "", has_place=True, unit="°"),
        Measure("floor", _("Finger to floor"), _("Centimetres from the floor."), 1, 0, 150, Scoring.SINGLE, False, 1,
                None, None, 150, "", unit=" cm"),
        Measure("medicine", _("Painkillers, last 7 days"), _("Days on which one was taken."), 1, 0, 7, Scoring.SINGLE,
                False, 1, None, None, 7, ""),
        Measure("ndi", _("Neck Disability Index"), _("Ten answers from 0 to 5, a dash for none."), 10, 0, 5,
                Scoring.PERCENT, False, 8, 10, 14, 100, "JOSPT 2014;44:560", is_licensed=True, unit=" %"),
        Measure("odi", _("Oswestry"), _("Ten answers from 0 to 5, a dash for none."), 10, 0, 5, Scoring.PERCENT, False,
                8, 10, 12, 100, "JOSPT 2014;44:560", is_licensed=True, unit=" %"),
        Measure("pss10", _("Perceived stress, ten items"), _("Ten answers from 0 to 4."), 10, 0, 4, Scoring.SUM, False,
                10, None, None, 40, "", reversed_items=(4, 5, 7, 8), is_licensed=True),
        Measure("who5", _("WHO-5 wellbeing"), _("Five answers from 0 to 5."), 5, 0, 5, Scoring.SUM, True, 5, 10, 10,
                100, "", times=4, is_licensed=True),
        Measure("lefs", _("Leg function, twenty items"), _("Twenty answers from 0 to 4."), 20, 0, 4, Scoring.SUM, True,
                20, 9, 9, 80, "JOSPT 2014;44:560", is_licensed=True),
    ]


MEASURES: Mapping[str, Measure] = MappingProxyType({one.key: one for one in _measures()})

# Items from 0 to 10 before and after a session; any other name is the practice's own. True: more is better.
SESSION_ITEMS: Mapping[str, tuple[str, bool]] = MappingProxyType({
    "stress": (_("Stress"), False), "sleep": (_("Sleep last night"), True), "mood": (_("Mood"), True),
    "stiffness": (_("Stiffness"), False), "relaxation": (_("Relaxation"), True), "posture": (_("Posture"), True),
    "focus": (_("Focus"), True), "energy": (_("Energy"), True), "digestion": (_("Digestion"), True),
    "recovery": (_("Recovery"), True)})


def score(measure: Measure, answers: Sequence[int | None]) -> float | None:
    """One figure from the answers (None: not answered); None where too few were answered. ValueError out of range."""
    values = []
    for number, answer in enumerate(answers[:measure.items], start=1):
        if answer is None:
            continue
        if not measure.lowest <= answer <= measure.highest:
            raise ValueError(f"{measure.key}: {answer} is not from {measure.lowest} to {measure.highest}")
        values.append(measure.lowest + measure.highest - answer if number in measure.reversed_items else answer)
    if len(answers) > measure.items:
        raise ValueError(f"{measure.key} has {measure.items} items")
    if len(values) < measure.least_answered:
        return None
    total = sum(values)
    figure = {Scoring.SINGLE: float(values[0]), Scoring.MEAN: total / len(values), Scoring.SUM: float(total),
              Scoring.PERCENT: 100 * total / (len(values) * measure.highest)}[measure.scoring]
    return round(figure * measure.times, 1)


@dataclass(frozen=True)
class Change:
    """Points better (positive) or worse (negative); whether that is more than chance, and whether it is enough.

    None where nobody has worked out the figure for this measure.
    """

    points: float
    is_beyond_chance: bool | None
    is_enough: bool | None


def change(measure: Measure, first: float, now: float) -> Change:
    """From the first score to the present one, in the measure's direction."""
    points = round(now - first if measure.more_is_better else first - now, 1)
    beyond = None if measure.beyond_chance is None else abs(points) >= measure.beyond_chance
    enough = None if measure.enough is None else bool(beyond is not False and abs(points) >= measure.enough)
    return Change(points, beyond, enough)


def of_one_item(measure: Measure) -> Measure:
    """The measure where a single item was scored: its error is larger than that of a mean."""
    return replace(measure, beyond_chance=measure.beyond_chance_of_one or measure.beyond_chance)


def read_answers(measure: Measure, text: str) -> tuple[int | None, ...]:
    """Answers typed by number: "2, 3, -, 0", or "2 3 - 0". ValueError for anything else."""
    found: list[int | None] = []
    for part in text.replace(",", " ").replace(";", " ").split():
        if part in ("-", "–", "?"):
            found.append(None)
        elif part.isascii() and part.isdigit() and len(part) < 4:
            found.append(int(part))
        else:
            raise ValueError(f"not an answer: {part!r}")
    score(measure, found)
    return tuple(found)
