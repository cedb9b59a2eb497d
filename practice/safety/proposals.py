"""What a form's answers propose: conditions to decide, allergies, wishes, limits and pain. Nothing is decided here.

Every "yes" and every ticked option that names a condition becomes one proposal, with place, side, date and severity as
its follow-ups gave them. Where a follow-up decides (is it over, is it controlled) its option replaces the first
thought; without an answer to it the stricter first thought stands. "Don't know" proposes nothing: it is a gap, see
`intake.answers.completeness`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from practice.core.body import Place, Side, Spot
from practice.intake.answers import Completeness, parse_place, parse_when
from practice.intake.definition import (
    FormDefinition,
    Option,
    Question,
    chosen,
    open_follow_ups,
    visible_feeding,
    visible_questions,
)
from practice.intake.kinds import QuestionKind
from practice.safety.rulebook import Rulebook
from practice.safety.rules_facts import DontKnow, IntakeFact, PainMark

_YES = "yes"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A condition an answer proposes. `label` is the therapist's word, `words` what the client wrote."""

    condition_key: str | None
    question_key: str
    label: str
    places: tuple[Place, ...] = ()
    spots: tuple[Spot, ...] = ()
    side: Side | None = None
    since: date | None = None
    variant: str | None = None
    due_on: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class AllergyNamed:
    substance: str
    severity: str
    reaction: str
    question_key: str


@dataclass(frozen=True, slots=True)
class WishNamed:
    """A level the client asked for, or never wants exceeded, at a place or a point. None: everywhere."""

    level: int
    place: Place | Spot | None
    words: str
    question_key: str


def proposals(definition: FormDefinition, answers: Mapping[str, Any], book: Rulebook, on: date) -> list[Proposal]:
    """Every condition the answers propose, in the order of the questions, each thing said once."""
    found: list[Proposal] = []
    for question in visible_questions(definition, answers, on):
        if question.decides:
            continue
        for answer, key, variant in _first_thoughts(question, answers):
            found += _proposal(question, answer, key, variant, answers, book)
        if question.feeds == "medicines":
            found += _from_medicines(question, answers, book)
    found += _acute_pain(definition, answers, book, on)
    return list(dict.fromkeys(found))


def _first_thoughts(question: Question, answers: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    picked = chosen(answers.get(question.key))
    if question.proposes and _YES in picked:
        yield _YES, question.proposes, None
    for key in picked:
        option = question.option(key)
        if option and option.proposes:
            yield key, option.proposes, option.variant or None


def _proposal(
    question: Question, answer: str, key: str, variant: str | None, answers: Mapping[str, Any], book: Rulebook
) -> list[Proposal]:
    family = [item.question for item in open_follow_ups(question, answers) if answer in item.when or "any" in item.when]
    for member in family:
        option = _decision(member, answers)
        if option and option.clears:
            return []
        if option and option.proposes:
            key, variant = option.proposes, option.variant or None
    rule = book.rules.get(key)
    proposal = Proposal(
        condition_key=key,
        question_key=question.key,
        label=rule.label if rule else key.replace("_", " "),
        variant=variant,
    )
    written: list[str] = []
    for member in family:
        proposal = _told(proposal, member, answers.get(member.key), written)
    return [replace(proposal, words=" · ".join(written))]


def _decision(question: Question, answers: Mapping[str, Any]) -> Option | None:
    picked = chosen(answers.get(question.key)) if question.decides else ()
    return question.option(picked[0]) if picked else None


def _told(proposal: Proposal, question: Question, value: Any, written: list[str]) -> Proposal:
    """Add what one follow-up says. A value of the wrong shape says nothing."""
    if question.gives == "places" and isinstance(value, list):
        named = [parse_place(key) for key in value]
        places = (*proposal.places, *(place for place in named if isinstance(place, Place)))
        spots = (*proposal.spots, *(spot for spot in named if isinstance(spot, Spot)))
        return replace(proposal, places=tuple(dict.fromkeys(places)), spots=tuple(dict.fromkeys(spots)))
    if not isinstance(value, str) or not value.strip():
        return proposal
    if question.gives == "side" and value in (Side.LEFT, Side.RIGHT):
        return replace(proposal, side=Side(value))
    if question.gives == "since":
        return replace(proposal, since=parse_when(value) or proposal.since)
    if question.gives == "due_on":
        return replace(proposal, due_on=parse_when(value) or proposal.due_on)
    if question.gives == "variant":
        return replace(proposal, variant=value)
    if question.gives == "details" or question.kind in (QuestionKind.TEXT, QuestionKind.LONG_TEXT):
        written.append(value.strip())
    return proposal


def _from_medicines(question: Question, answers: Mapping[str, Any], book: Rulebook) -> Iterator[Proposal]:
    rows = answers.get(question.key)
    for row in rows if isinstance(rows, list) else ():
        name = str(row.get("name", "")) if isinstance(row, Mapping) else ""
        for key, names in book.settings["medicines"].items():
            if key in book.rules and any(word in name.casefold() for word in names):
                yield Proposal(key, question.key, book.rules[key].label, words=name.strip())


def pain_marks(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[PainMark]:
    """The places marked as painful. Whether a pain is acute is known only where the client was asked and knew."""
    marks = []
    for question in visible_feeding(definition, answers, on, "pain"):
        value = answers.get(question.key)
        is_all, named = _acute_answer(question, answers)
        for key, score in value.items() if isinstance(value, Mapping) else ():
            place = parse_place(key)
            if isinstance(place, Place) and type(score) is int:
                marks.append(PainMark(place, score, is_all if is_all is not None or not named else place in named))
    return marks


def _acute_answer(question: Question, answers: Mapping[str, Any]) -> tuple[bool | None, list[Place | Spot]]:
    """(True, …) all of it is acute, (False, …) none of it, (None, places) only these, (None, nothing) not known."""
    for follow_up in open_follow_ups(question, answers):
        if follow_up.question.feeds != "acute":
            continue
        value = answers.get(follow_up.question.key)
        if value in ("all", "no"):
            return value == "all", []
        if value == "some":
            for deeper in open_follow_ups(follow_up.question, answers):
                return None, _places(deeper.question, answers)
    return None, []


def _acute_pain(definition: FormDefinition, answers: Mapping[str, Any], book: Rulebook, on: date) -> Iterator[Proposal]:
    """What is called new counts where it was named, marked as painful or not."""
    rule = book.rules.get("acute_pain")
    where: list[Place | Spot] = [mark.place for mark in pain_marks(definition, answers, on) if mark.is_acute]
    asked = list(visible_feeding(definition, answers, on, "pain"))
    for question in asked:
        where += _acute_answer(question, answers)[1]
    if where and rule:
        places = (place for place in where if isinstance(place, Place))
        spots = (spot for spot in where if isinstance(spot, Spot))
        yield Proposal(rule.key, asked[0].key, rule.label, tuple(dict.fromkeys(places)), tuple(dict.fromkeys(spots)))


def allergies_named(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[AllergyNamed]:
    """What the client does not tolerate; "something else" by the client's own word."""
    found = []
    for question in visible_feeding(definition, answers, on, "allergies"):
        opened = [item.question for item in open_follow_ups(question, answers)]
        texts = {item.key: answers.get(item.key) for item in opened}
        reaction = str(texts.get("allergy_reaction") or "").strip()
        severity = "severe" if texts.get("allergy_severe") == _YES else ""
        for key in chosen(answers.get(question.key)):
            option = question.option(key)
            if option is None or option.exclusive:
                continue
            other = str(texts.get("allergy_other") or "").strip()
            substance = other or option.label if key == "other" else option.label
            found.append(AllergyNamed(substance, severity, reaction, question.key))
    return found


def were_allergies_asked(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> bool:
    """Whether the client gave any answer about allergies; "nothing I know of" is one, "don't know" is none."""
    return any(
        set(chosen(answers.get(question.key))) - {"unknown"}
        for question in visible_feeding(definition, answers, on, "allergies")
    )


def wishes_named(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[WishNamed]:
    """How firm the client likes it: a target."""
    found = []
    for question in visible_feeding(definition, answers, on, "wish"):
        for key in chosen(answers.get(question.key)):
            option = question.option(key)
            if option and key.isdigit():
                found.append(WishNamed(int(key), None, option.label, question.key))
    return found


def never_more_named(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[WishNamed]:
    """Where it must never be firmer than named, and where the client does not want to be touched (level 0)."""
    found = []
    for question in visible_feeding(definition, answers, on, "never_more"):
        level = next((key for key in _levels_below(question, answers) if key.isdigit()), "2")
        found += [WishNamed(int(level), place, question.label, question.key) for place in _places(question, answers)]
    for question in visible_feeding(definition, answers, on, "avoid_places"):
        found += [WishNamed(0, place, question.label, question.key) for place in _places(question, answers)]
    return found


def _levels_below(question: Question, answers: Mapping[str, Any]) -> Iterator[str]:
    for follow_up in open_follow_ups(question, answers):
        yield from chosen(answers.get(follow_up.question.key))


def _places(question: Question, answers: Mapping[str, Any]) -> list[Place | Spot]:
    value = answers.get(question.key)
    named = [parse_place(key) for key in value] if isinstance(value, list) else []
    return [place for place in named if place is not None]


def intake_fact(definition: FormDefinition, state: Completeness, current_until: date | None = None) -> IntakeFact:
    """How far the client has been asked, as the engine wants it."""
    products = definition.keys_feeding("allergies")
    points = (point for part in fields(state) for point in getattr(state, part.name))
    return IntakeFact(
        current_until=current_until,
        missing=tuple(point.words for point in state.required_missing),
        unanswered=tuple(point.words for point in state.unanswered),
        dont_know=tuple(DontKnow(point.words, point.places) for point in state.dont_know),
        asked_at_visit=tuple(point.words for point in state.asked_at_visit),
        unread=tuple(point.words for point in state.unread),
        about_products=tuple(point.words for point in points if point.question_key in products),
    )
