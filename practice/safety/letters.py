"""What was asked of a doctor about one condition, and what the answer was: a record, not a scan with a tick. Pure.

Until an answer came that lets the work go ahead the condition's rule stands as it is. An answer narrows further, and
goes on narrowing after it has lapsed, until the therapist ends it. A no closes everything. An OK is for the illness it
was asked about, and for as long as no later answer takes it back.
"""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from practice.core.body import Place
from practice.core.text import _
from practice.safety.rules_facts import ClearanceFact

STANDING_QUESTIONS = (
    _("May massage go ahead?"),
    _("How deep at the most?"),
    _("Which places must be left out?"),
    _("Is heat all right?"),
    _("Until when does this hold?"),
)


class LetterState(StrEnum):
    ASKED = "asked"
    OK = "ok"
    REFUSED = "refused"
    LAPSED = "lapsed"
    OVERRULED = "overruled"
    ENDED = "ended"


LETTER_STATE_LABELS = {
    LetterState.ASKED: _("Asked, no answer yet"),
    LetterState.OK: _("OK given"),
    LetterState.REFUSED: _("Answer: no massage"),
    LetterState.LAPSED: _("OK has run out"),
    LetterState.OVERRULED: _("A later answer counts"),
    LetterState.ENDED: _("Ended"),
}


@dataclass(frozen=True)
class Letter:
    """Questions to a doctor about a condition (a rule's key), and the answers.

    `number` tells the letters of a client apart. `answers` stand beside `questions` in the same order. `is_ok` None
    means nobody has answered. `places` are those the doctor allowed; none named means everywhere. `about` are the ids
    of the client's conditions it was asked about: a later illness of the same name is not among them.
    """

    number: int
    condition_key: str
    asked_on: date
    whom: str = ""
    questions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    is_ok: bool | None = None
    max_pressure: int | None = None
    places: tuple[Place, ...] = ()
    heat_allowed: bool | None = None
    by_whom: str = ""
    answered_on: date | None = None
    until: date | None = None
    ended_on: date | None = None
    about: tuple[int, ...] = ()

    def state(self, on: date) -> LetterState:
        """How it stands on that day."""
        if self.ended_on is not None and self.ended_on <= on:
            return LetterState.ENDED
        if self.is_ok is None:
            return LetterState.ASKED
        if not self.is_ok:
            return LetterState.REFUSED
        return LetterState.LAPSED if self.until is not None and self.until < on else LetterState.OK

    @property
    def is_answer(self) -> bool:
        """Whether an answer came that nobody has ended."""
        return self.is_ok is not None and self.ended_on is None

    def is_after(self, other: "Letter") -> bool:
        """Whether this is the later answer about the same conditions."""
        if self.condition_key != other.condition_key or (
                self.about and other.about and not set(self.about) & set(other.about)):
            return False
        return (self.answered_on or self.asked_on, self.number) > (other.answered_on or other.asked_on, other.number)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Each question with its answer; "" where none was given."""
        answers = (*self.answers, *[""] * len(self.questions))
        return list(zip(self.questions, answers, strict=False))

    def to_data(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data |= {name: getattr(self, name) and getattr(self, name).isoformat() for name in _DAYS}
        return data | {"places": [str(place) for place in self.places], "questions": list(self.questions),
                       "answers": list(self.answers), "about": list(self.about)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Letter":
        days = {name: date.fromisoformat(data[name]) if data.get(name) else None for name in _DAYS}
        return cls(**{**data, **days, "places": tuple(Place.parse(key) for key in data.get("places", ())),
                      "questions": tuple(data.get("questions", ())), "answers": tuple(data.get("answers", ())),
                      "about": tuple(data.get("about", ()))})


_DAYS = ("asked_on", "answered_on", "until", "ended_on")


def clearances(letters: Iterable[Letter]) -> tuple[ClearanceFact, ...]:
    """The answers the rules count with: every one that nobody has ended, lapsed ones too.

    Of an OK and a no about the same the later one counts: a no takes the OK back, an OK puts the no aside.
    """
    held = tuple(letters)
    facts = []
    for one in held:
        is_overruled = overruled(one, held)
        if one.is_answer and (one.is_ok or not is_overruled):
            facts.append(ClearanceFact(
                one.condition_key, one.max_pressure, one.places, one.heat_allowed, one.by_whom, one.answered_on,
                one.until, tuple(map(str, one.about)), is_refused=not one.is_ok, is_withdrawn=is_overruled))
    return tuple(facts)


def overruled(letter: Letter, letters: Iterable[Letter]) -> bool:
    """Whether a later answer about the same conditions says otherwise."""
    return letter.is_answer and any(other.is_answer and other.is_ok != letter.is_ok and other.is_after(letter)
                                    for other in letters)


def with_letter(letters: tuple[Letter, ...], changed: Letter) -> tuple[Letter, ...]:
    """The letters with that one as it is now."""
    return tuple(changed if one.number == changed.number else one for one in letters)


def next_number(letters: Iterable[Letter]) -> int:
    return 1 + max((one.number for one in letters), default=0)
