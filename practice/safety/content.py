"""What the sealed text of conditions and profiles holds, as frozen values to and from JSON. Pure."""
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from practice.core.body import Place, Side, Spot
from practice.core.columns import canonical_json
from practice.safety.earlier import Earlier
from practice.safety.letters import Letter, clearances
from practice.safety.rules_facts import (
    AllergyFact,
    BloodPressure,
    ClearanceFact,
    ConditionFact,
    ConditionStatus,
    ConsentFact,
    Limit,
    Wish,
)

KEPT_FORMS = 12  # forms whose read texts are remembered beside the present one
# What of a condition a brief calls changed.
TOLD_OF_CONDITION = ("key", "words", "places", "spots", "side", "variant", "due_on", "own_limit", "note")
# What of a profile is no news by itself.
UNTOLD_OF_PROFILE = ("read", "waiting", "allergies_asked_on", "earlier")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True)
class ConditionContent:
    """One condition of a client as stored: the rule's key or own words, where, since when, and why it was decided.

    `own_limit` is a pressure level 0-5; `note` is the therapist's, shown word for word; `told` is what the client
    wrote; `question_key` names the answer that proposed it and `origin` is the fingerprint of that answer, so that the
    same answer of a later form is known again, whatever the therapist has made of it since. `earlier` is what stood
    here before it was changed.
    """

    key: str | None = None
    words: str = ""
    places: tuple[Place, ...] = ()
    spots: tuple[Spot, ...] = ()
    side: Side | None = None
    since: date | None = None
    variant: str | None = None
    due_on: date | None = None
    review_on: date | None = None
    own_limit: int | None = None
    note: str = ""
    told: str = ""
    question_key: str = ""
    reason: str = ""
    origin: str = ""
    earlier: Earlier = field(default=Earlier(), compare=False, repr=False)

    @property
    def core(self) -> tuple:
        """What makes two conditions one: the rule, where, and how severe."""
        return (self.key, self.words, frozenset(self.places), frozenset(self.spots), self.side, self.variant,
                self.due_on)

    def fingerprint(self) -> str:
        """A short name of everything an answer said about this condition."""
        said = [self.key, self.words, sorted(map(str, self.places)), sorted(map(str, self.spots)), self.side,
                self.variant, _text(self.since), _text(self.due_on), self.told]
        return hashlib.sha256(canonical_json(said).encode()).hexdigest()[:16]

    def adds_nothing_to(self, held: "ConditionContent", *, is_of_today: bool = False) -> bool:
        """Whether a proposal says only what a condition on file says already.

        The same answer of a later history is known again, whatever the therapist has made of it. A check speaks of its
        own day: what was taken down as something else is heard anew.
        """
        if self.origin and self.origin == held.origin and (self.key == held.key or not is_of_today):
            return True
        return self.core == held.core and self.told in ("", held.told) and self.since in (None, held.since)

    def written_over(self, was: "ConditionContent", at: datetime, begun: datetime) -> "ConditionContent":
        """This content, remembering what stood there before."""
        old, new = was.to_data(), self.to_data()
        told = {name: old[name] for name in TOLD_OF_CONDITION}
        return replace(self, earlier=was.earlier.with_writing(told, new, at, begun))

    def before(self, moment: datetime) -> "ConditionContent":
        """As it stood just before that moment; itself where nothing was changed since."""
        was = self.earlier.before(moment)
        return ConditionContent.from_json(canonical_json({**self.to_data(), **was})) if was else self

    def to_json(self) -> str:
        return canonical_json(self.to_data())

    def to_data(self) -> dict[str, Any]:
        return {
            "key": self.key, "words": self.words, "places": [str(place) for place in self.places],
            "spots": [str(spot) for spot in self.spots], "side": self.side, "since": _text(self.since),
            "variant": self.variant, "due_on": _text(self.due_on), "review_on": _text(self.review_on),
            "own_limit": self.own_limit, "note": self.note, "told": self.told, "question_key": self.question_key,
            "reason": self.reason, "origin": self.origin,
            **({"earlier": self.earlier.to_data()} if self.earlier.since else {}),
        }

    @classmethod
    def from_json(cls, text: str) -> "ConditionContent":
        data: dict[str, Any] = json.loads(text)
        for name in ("since", "due_on", "review_on"):
            data[name] = _day(data.get(name))
        data["places"] = tuple(Place.parse(key) for key in data.get("places", ()))
        data["spots"] = tuple(Spot.parse(key) for key in data.get("spots", ()))
        data["side"] = Side(data["side"]) if data.get("side") else None
        data["earlier"] = Earlier.from_data(data.get("earlier"))
        return cls(**data)

    def fact(self, *, is_proposed: bool, ref: str) -> ConditionFact:
        """As the engine takes it; a proposal counts at its strictest."""
        return ConditionFact(
            key=self.key, words=self.words or self.told, places=self.places, spots=self.spots, side=self.side,
            since=self.since, status=ConditionStatus.PROPOSED if is_proposed else ConditionStatus.ACCEPTED,
            review_on=self.review_on, variant=self.variant, own_limit=self.own_limit, due_on=self.due_on, ref=ref)


@dataclass(frozen=True)
class ProfileContent:
    """What is known beside conditions: decided by a therapist, not by the form.

    `allergies_refused` are substances a form named and a therapist struck out, `allergies_form` the newest form there
    was then: a later form that names them again is heard again. `read` are the questions of a form, by submission id,
    whose own words were read or that were asked at the visit; `waiting` are older forms, by submission id, in which
    something is still open. `earlier` is what stood here before it was written over.
    """

    allergies: tuple[AllergyFact, ...] = ()
    allergies_refused: tuple[str, ...] = ()
    allergies_asked_on: date | None = None
    wishes: tuple[Wish, ...] = ()
    never_more_than: tuple[Limit, ...] = ()
    therapist_limits: tuple[Limit, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    letters: tuple[Letter, ...] = ()
    place_notes: tuple[tuple[Place, str], ...] = ()
    blood_pressure: BloodPressure | None = None
    pinned: tuple[str, ...] = ()
    read: tuple[tuple[int, tuple[str, ...]], ...] = ()
    allergies_form: int | None = None
    waiting: tuple[int, ...] = ()
    earlier: Earlier = field(default=Earlier(), compare=False, repr=False)

    @property
    def clearances(self) -> tuple[ClearanceFact, ...]:
        """The doctors' answers as the rules take them."""
        return clearances(self.letters)

    def read_keys(self, submission_id: int) -> frozenset[str]:
        return frozenset(dict(self.read).get(submission_id, ()))

    def with_read(self, submission_id: int, keys: frozenset[str]) -> "ProfileContent":
        """With these questions of a form settled as well; two forms can be open at once."""
        others = tuple(pair for pair in self.read if pair[0] != submission_id)[-KEPT_FORMS:]
        return replace(self, read=(*others, (submission_id, tuple(sorted(self.read_keys(submission_id) | keys)))))

    def written_over(self, was: "ProfileContent", at: datetime, begun: datetime) -> "ProfileContent":
        """This content, remembering what stood there before."""
        old, new = was.to_data(), self.to_data()
        told = {name: value for name, value in old.items() if name not in UNTOLD_OF_PROFILE}
        return replace(self, earlier=was.earlier.with_writing(told, new, at, begun))

    def before(self, moment: datetime) -> "ProfileContent":
        """As it stood just before that moment; itself where nothing was changed since."""
        was = self.earlier.before(moment)
        return ProfileContent.from_json(canonical_json({**self.to_data(), **was})) if was else self

    def to_json(self) -> str:
        return canonical_json(self.to_data())

    def to_data(self) -> dict[str, Any]:
        return {
            "allergies": [[a.substance, a.severity, a.reaction, a.use_instead] for a in self.allergies],
            "allergies_refused": list(self.allergies_refused), "allergies_asked_on": _text(self.allergies_asked_on),
            "wishes": [[w.level, str(w.place) if w.place else None, w.words] for w in self.wishes],
            "never_more_than": [_limit(limit) for limit in self.never_more_than],
            "therapist_limits": [_limit(limit) for limit in self.therapist_limits],
            "consents": [[list(c.regions), list(c.techniques), _text(c.until), c.is_revoked, _text(c.given_on),
                          _text(c.revoked_on), c.text_version] for c in self.consents],
            "letters": [letter.to_data() for letter in self.letters],
            "place_notes": [[str(place), words] for place, words in self.place_notes],
            "blood_pressure": [self.blood_pressure.systolic, self.blood_pressure.diastolic,
                               _text(self.blood_pressure.on)] if self.blood_pressure else None,
            "allergies_form": self.allergies_form, "pinned": list(self.pinned),
            "read": [[number, list(keys)] for number, keys in self.read], "waiting": list(self.waiting),
            **({"earlier": self.earlier.to_data()} if self.earlier.since else {}),
        }

    @classmethod
    def from_json(cls, text: str | None) -> "ProfileContent":
        if not text:
            return cls()
        data = json.loads(text)
        return cls(
            allergies=tuple(AllergyFact(*row) for row in data["allergies"]),
            allergies_refused=tuple(data["allergies_refused"]), allergies_asked_on=_day(data["allergies_asked_on"]),
            wishes=tuple(Wish(level, _place(place), words) for level, place, words in data["wishes"]),
            never_more_than=tuple(Limit(level, _place(place), words, ref)
                                  for level, place, words, ref in data["never_more_than"]),
            therapist_limits=tuple(Limit(level, _place(place), words, ref)
                                   for level, place, words, ref in data["therapist_limits"]),
            consents=tuple(_consent(*one) for one in data["consents"]),
            letters=tuple(Letter.from_data(row) for row in data.get("letters", ())),
            place_notes=tuple((Place.parse(key), words) for key, words in data.get("place_notes", ())),
            blood_pressure=_reading(data.get("blood_pressure")),
            allergies_form=data.get("allergies_form"), pinned=tuple(data["pinned"]),
            read=tuple((number, tuple(keys)) for number, keys in data["read"]),
            waiting=tuple(data.get("waiting", ())), earlier=Earlier.from_data(data.get("earlier")))


def _reading(row: list | None) -> BloodPressure | None:
    return BloodPressure(row[0], row[1], _day(row[2])) if row else None


def _consent(regions, techniques, until, is_revoked, given_on, revoked_on, text_version="") -> ConsentFact:
    return ConsentFact(tuple(regions), tuple(techniques), _day(until), is_revoked, _day(given_on), _day(revoked_on),
                       text_version)


def _limit(limit: Limit) -> list:
    return [limit.level, str(limit.place) if limit.place else None, limit.words, limit.ref]


def _place(key: str | None) -> Place | None:
    return Place.parse(key) if key else None
