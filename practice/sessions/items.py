"""The 0–10 items of a session: what each is called, which way is better, and the course of each over the visits. Pure.

A course compares what was said *before* each session: that is how the client came to the visit. What was said after
shows what the session did, and counts for no comparison: relaxed on the table is not relaxed in the week.
"""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from practice.core.body import Place
from practice.core.text import _
from practice.sessions.content import NoteContent, Score
from practice.sessions.measures import SESSION_ITEMS, Change
from practice.sessions.outcomes import PainChange, pain_change

PAIN = "pain"  # all over; "pain:calf:left" at a place


def place_of_pain(name: str) -> Place | None:
    """Where an item "pain:calf:left" is scored; None for anything else."""
    kind, _sep, place = name.partition(":")
    try:
        return Place.parse(place) if kind == PAIN and place else None
    except ValueError:
        return None


def pain_at(place: Place | None) -> str:
    """The name of the item that scores pain there; None: all over."""
    return f"{PAIN}:{place}" if place else PAIN


def is_pain(name: str) -> bool:
    return name == PAIN or place_of_pain(name) is not None


def item_name(name: str, translate: Callable[[str], str] = _) -> str:
    """An item in words: "Stress", "Pain: Lower leg, left"; one of the practice's own as it was typed."""
    if name in SESSION_ITEMS:
        return translate(SESSION_ITEMS[name][0])
    if not is_pain(name):
        return name
    place = place_of_pain(name)
    return translate(_("Pain: %(places)s")) % {"places": place.label(translate) if place else translate(_("all over"))}


def more_is_better(name: str) -> bool | None:
    """The direction of an item; None for one of the practice's own: nobody has said which way is better."""
    return SESSION_ITEMS[name][1] if name in SESSION_ITEMS else False if is_pain(name) else None


@dataclass(frozen=True)
class ItemCourse:
    """One item over the visits, oldest first: (day, score) of those that asked for it before or after."""

    name: str
    visits: tuple[tuple[date, Score], ...]

    @property
    def came_with(self) -> list[tuple[date, int]]:
        """What was said before the sessions, as far as it was asked."""
        return [(day, one.before) for day, one in self.visits if one.before is not None]

    @property
    def change(self) -> Change | PainChange | None:
        """From the first time the client was asked before a session to the latest; None until it was asked twice.

        Only of pain is it known what may be chance and what is enough. Without a direction the points count upwards.
        """
        asked = self.came_with
        if len(asked) < 2:
            return None
        first, latest = asked[0][1], asked[-1][1]
        if is_pain(self.name):
            return pain_change(first, latest)
        return Change(first - latest if more_is_better(self.name) is False else latest - first, None, None)


def scored(content: NoteContent) -> dict[str, Score]:
    """All that was scored in a session: the pain of its own line, then the items; what stands first counts."""
    pain = Score(pain_at(content.pain_place), content.pain_before, content.pain_after)
    found: dict[str, Score] = {}
    for one in (pain, *content.scores):
        if one.before is not None or one.after is not None:
            found.setdefault(_key(one.name), one)
    return found


def item_courses(notes: Iterable[tuple[date, NoteContent]]) -> list[ItemCourse]:
    """The course of each item in these notes, which come oldest first: pain, the items known, the practice's own."""
    visits: dict[str, list[tuple[date, Score]]] = {}
    for day, content in notes:
        for key, one in scored(content).items():
            visits.setdefault(key, []).append((day, one))
    order = {name: number for number, name in enumerate(SESSION_ITEMS, start=1)}
    return [ItemCourse(found[-1][1].name, tuple(found)) for key, found in sorted(
        visits.items(), key=lambda pair: (0 if is_pain(pair[0]) else order.get(pair[0], len(order) + 1)))]


def _key(name: str) -> str:
    """Letter case and spaces make no other item."""
    return " ".join(name.casefold().split())
