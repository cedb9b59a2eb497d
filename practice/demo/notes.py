"""What a made-up therapist writes down after a session."""
import random

from practice.catalog.techniques import catalogue
from practice.core.body import Place
from practice.demo.cast import Person
from practice.safety.queries.known import Known
from practice.safety.rules import check_row
from practice.sessions.content import NoteContent, Score, WorkRow
from practice.sessions.items import more_is_better

PLANS = ("Again in two weeks. Tennis ball at the wall, two minutes.", "Every week for a month, then look again.",
         "Walk twenty minutes a day. Again in three weeks.", "Stretch in the doorway, morning and evening.")
# What is written beside how it was taken: it stands right after "Took it well", and says something else.
AFTER = {
    "well": ("Moves more freely.", "Dozed off, got up slowly.", "Breathes easier, shoulders lower.",
             "Both sides feel even."),
    "firmer": ("Shoulder blade let go only towards the end.", "Long strokes alone did too little."),
    "sore": ("Eased after the first strokes.", "Lighter on the last area, then better."),
}

# What is asked from 0 to 10 besides the pain, by what people come for; the last night is asked about before only.
ASKED = {"stress": ("stress", "sleep"), "low_back": ("pain:lower_back:right", "stiffness"), "runner": ("recovery",)}


def note_for(person: Person, known: Known, techniques: tuple[str, ...], minutes: int,
             chance: random.Random) -> NoteContent:
    """A believable note that keeps to the limits: what may not be worked is left out."""
    rows, left = [], minutes - 10
    for key in person.story.regions:
        place = Place.parse(key)
        technique = chance.choice(techniques)
        pressure = _allowed(known, place, technique, chance.choice((2, 3, 3, 4)))
        if pressure is None:
            technique = "effleurage"
            pressure = _allowed(known, place, technique, 2)
        if pressure is not None and left >= 5:
            spent = min(left, chance.choice((10, 15, 20)))
            rows.append(WorkRow(place, technique, pressure, spent))
            left -= spent
    before = person.pain
    after = max(0, before - chance.choice((0, 1, 2, 2, 3)))
    taken = chance.choice(("well", "well", "well", "firmer", "sore"))
    return NoteContent(
        subjective=chance.choice(person.story.words), objective=chance.choice(person.story.found),
        assessment=chance.choice(AFTER[taken]), plan=chance.choice(PLANS), rows=tuple(rows),
        pain_place=Place.parse(person.story.regions[0]), pain_before=before, pain_after=after,
        back_in_days=person.every, how_taken=taken, scores=_scores(person, before, after))


def _scores(person: Person, before: int, after: int) -> tuple[Score, ...]:
    """They go along with the pain, with a throw of their own: what is decided elsewhere by chance stays as it is."""
    found = []
    for name in ASKED.get(person.story.key, ()):
        off = random.Random(f"{person.first} {person.last} {person.visits} {name}").choice((-1, 0, 1))
        points = [min(10, max(0, 10 - pain + off if more_is_better(name) else pain + off)) for pain in (before, after)]
        found.append(Score(name, points[0], None if name == "sleep" else points[1]))
    return tuple(found)


def _allowed(known: Known, place: Place, technique: str, wanted: int) -> int | None:
    """The wanted depth or the next lighter one that meets no limit; None where nothing does."""
    lowest = max(1, catalogue()[technique].lowest)
    for pressure in range(wanted, lowest - 1, -1):
        if not any(problem.needs_reason for problem in check_row(known.verdict, place, technique, pressure)):
            return pressure
    return None
