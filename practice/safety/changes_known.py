"""What is known of a client at two moments, side by side: allergies, limits, consents, letters, remarks. Pure."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from practice.core.body import Place, places_of
from practice.safety.changes import Change, How, What
from practice.safety.content import ProfileContent
from practice.safety.letters import LETTER_STATE_LABELS, LetterState
from practice.safety.rules_facts import AllergyFact, ConsentFact, Limit, PainMark, Wish


@dataclass(frozen=True)
class Stood:
    """What was known at a moment; what the client said counts as the rules take it: forms and visits together."""

    profile: ProfileContent
    allergies: tuple[AllergyFact, ...]
    wishes: tuple[Wish, ...]
    never_more: tuple[Limit, ...]
    pains: tuple[PainMark, ...] | None = None  # None: no form asked


def between(before: Stood, now: Stood, on: date, label_of: Mapping[str, str]) -> list[Change]:
    """What is new, what it changed from, what ended. `label_of` names the rules that letters are about."""
    was, held = before.profile, now.profile
    found = _allergies(before.allergies, now.allergies)
    found += _levels(What.OWN_LIMIT, was.therapist_limits, held.therapist_limits)
    found += _levels(What.NEVER_MORE, before.never_more, now.never_more)
    found += _consents(was.consents, held.consents)
    found += _letters(was, held, on, label_of)
    if held.blood_pressure != was.blood_pressure:
        found += [_one(What.BLOOD_PRESSURE, _pressure(was), _pressure(held))]
    found += _pains(before.pains, now.pains)
    found += _levels(What.WISH, before.wishes, now.wishes)
    return found + _remarks(was, held)


def _one(what: What, was: str, words: str, places: tuple[Place, ...] = ()) -> Change:
    if not words:
        return Change(How.ENDED, what, was, places=places)
    return Change(How.CHANGED if was else How.NEW, what, words, was, places)


def _allergies(was: Iterable[AllergyFact], now: Iterable[AllergyFact]) -> list[Change]:
    """By substance; `level` 1 is one that was an emergency."""
    def told(facts: Iterable[AllergyFact]) -> dict[str, tuple[str, str, int]]:
        return {fact.substance.casefold(): (fact.substance, ", ".join(filter(None, (fact.reaction, fact.use_instead))),
                                            int(bool(fact.severity))) for fact in facts}

    old, new = told(was), told(now)
    found = [Change(How.CHANGED if key in old else How.NEW, What.ALLERGY, name, old[key][1] if key in old else "",
                    level=severe, level_before=old[key][2] if key in old else None, detail=detail)
             for key, (name, detail, severe) in new.items() if key not in old or old[key][1:] != (detail, severe)]
    return found + [Change(How.ENDED, What.ALLERGY, one[0]) for key, one in old.items() if key not in new]


def _levels(what: What, was: Iterable[Wish | Limit], now: Iterable[Wish | Limit]) -> list[Change]:
    """Levels by place; places where the same became of the same are said together."""
    old, new = _by_place(was), _by_place(now)
    groups: dict[tuple, list[Place]] = {}
    for place, one in new.items():
        if old.get(place) != one:
            groups.setdefault((one, old.get(place)), []).append(place)
    changes = [Change(How.CHANGED if then else How.NEW, what, detail=one[1], places=_named(places), level=one[0],
                      level_before=then[0] if then else None) for (one, then), places in groups.items()]
    gone: dict[tuple, list[Place]] = {}
    for place, one in old.items():
        if place not in new:
            gone.setdefault(one, []).append(place)
    return changes + [Change(How.ENDED, what, places=_named(places), level=one[0]) for one, places in gone.items()]


def _by_place(found: Iterable[Wish | Limit]) -> dict[Place | None, tuple[int, str]]:
    """The strictest of each place, with words said at a visit: those of a form are the form's own."""
    levels: dict[Place | None, tuple[int, str]] = {}
    for one in found:
        said = "" if isinstance(one, Wish) or one.ref.startswith("form:") else one.words
        levels[one.place] = min((one.level, said), levels.get(one.place, (one.level, said)))
    return levels


def _named(places: Iterable[Place | None]) -> tuple[Place, ...]:
    return tuple(place for place in places if place is not None)


def _consents(was: tuple[ConsentFact, ...], now: tuple[ConsentFact, ...]) -> list[Change]:
    fresh = [one for one in now if one not in was]
    taken = [one for one in fresh if one.is_revoked or one.revoked_on]
    given = [one for one in fresh if one not in taken and not _is_rest(one, was)]
    return [*_areas(How.ENDED, taken), *_areas(How.NEW, given)]


def _is_rest(one: ConsentFact, was: tuple[ConsentFact, ...]) -> bool:
    """What is left of a consent of which a part was taken back."""
    return any((one.given_on, one.until) == (old.given_on, old.until) and set(one.regions) <= set(old.regions)
               and set(one.techniques) <= set(old.techniques) for old in was)


def _areas(how: How, consents: list[ConsentFact]) -> list[Change]:
    regions = dict.fromkeys(place for one in consents for key in one.regions for place in places_of(key))
    techniques = dict.fromkeys(key for one in consents for key in one.techniques)
    return [*([Change(how, What.CONSENT, places=tuple(regions))] if regions else []),
            *(Change(how, What.CONSENT, key) for key in techniques)]


def _letters(was: ProfileContent, held: ProfileContent, on: date, label_of: Mapping[str, str]) -> list[Change]:
    old = {one.number: one for one in was.letters}
    found = []
    for one in held.letters:
        if old.get(one.number) != one:
            state = one.state(on)
            how = How.ENDED if state is LetterState.ENDED else How.CHANGED if one.number in old else How.NEW
            found.append(Change(how, What.LETTER, label_of.get(one.condition_key, one.condition_key),
                                detail=LETTER_STATE_LABELS[state]))
    return found


def _pressure(profile: ProfileContent) -> str:
    reading = profile.blood_pressure
    return f"{reading.systolic}/{reading.diastolic}" if reading else ""


def _pains(was: tuple[PainMark, ...] | None, now: tuple[PainMark, ...] | None) -> list[Change]:
    """Places marked as painful, by how it was scored; nothing where one of the two was never asked."""
    if was is None or now is None:
        return []
    old, new = ({mark.place: "" if mark.score is None else str(mark.score) for mark in marks} for marks in (was, now))
    found = [Change(How.CHANGED if place in old else How.NEW, What.PAIN, score, old.get(place, ""), (place,))
             for place, score in new.items() if old.get(place) != score]
    gone = tuple(place for place in old if place not in new)
    return found + ([Change(How.ENDED, What.PAIN, places=gone)] if gone else [])


def _remarks(was: ProfileContent, held: ProfileContent) -> list[Change]:
    old, new = dict(was.place_notes), dict(held.place_notes)
    found = [_one(What.REMARK, old.get(place, ""), new.get(place, ""), (place,))
             for place in {**old, **new} if old.get(place) != new.get(place)]
    found += [Change(How.NEW, What.REMARK, line) for line in held.pinned if line not in was.pinned]
    return found + [Change(How.ENDED, What.REMARK, line) for line in was.pinned if line not in held.pinned]
