"""Answers against a form: their shapes, and what is still open.

Shapes: yes_no_unknown "yes", "no" or "unknown"; choice an option key; multi_choice a list of keys; scale a whole
number; texts, names, e-mail and phone a string; date "2026-05-04"; when "2019", "2019-05" or a day; regions a list of
text keys of places or points ("calf:left"); pain_map text key -> 0–10; medicines a list of {"name", "dose", "file"};
signature {"typed" or "strokes", "by": "self" or "guardian"}; address a mapping of street, postcode, city, country.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from practice.core.body import Place, Spot
from practice.core.text import _
from practice.intake.definition import (
    FormDefinition,
    Question,
    Section,
    chosen,
    open_follow_ups,
    visible_questions,
    visible_sections,
)
from practice.intake.desk_side import FOR_THE_DESK
from practice.intake.kinds import WITH_OPTIONS, QuestionKind

LONGEST_TEXT = 4000
MOST_ROWS = 60
FARTHEST_DUE = timedelta(weeks=42)
NONE_OF_THESE = "none"
ASK_AT_VISIT = "ask"
YES_NO_UNKNOWN = ("yes", "no", "unknown")
DONT_KNOW = "unknown"
FREE_TEXT = (QuestionKind.TEXT, QuestionKind.LONG_TEXT)
_ADDRESS = {"street", "postcode", "city", "country"}
_WHEN = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    question_key: str
    message: str


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A question that still says nothing, or that nobody has read, and the places it is about."""

    question_key: str
    words: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is still open in an answer sheet. A healthy client who answered everything leaves all of it empty."""

    required_missing: tuple[OpenPoint, ...] = ()
    unanswered: tuple[OpenPoint, ...] = ()
    dont_know: tuple[OpenPoint, ...] = ()
    asked_at_visit: tuple[OpenPoint, ...] = ()
    unread: tuple[OpenPoint, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not (self.required_missing or self.unanswered or self.dont_know or self.asked_at_visit or self.unread)


def parse_when(text: str) -> date | None:
    """The first day a partial date can mean: "2019" is 1 January 2019. None when it is no date."""
    match = _WHEN.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def validate_answers(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date, final: bool, on_paper: bool = False,
    is_for_minor: bool = False,
) -> list[AnswerProblem]:
    """What is wrong with a sheet. While somebody types only shapes count; `final` asks for the required ones too.

    Answers to questions that have closed again are kept and not looked at for being required. What a client left
    unticked `on_paper` is typed in as it stands: nobody else agrees for them.
    """
    known = {question.key: question for question in definition.questions()}
    buttons = {f"group:{section.key}" for section in definition.sections}
    problems = []
    for key, value in answers.items():
        if key in buttons:
            if value not in (NONE_OF_THESE, ASK_AT_VISIT, None):
                problems.append(AnswerProblem(key, _("Not one of the two buttons.")))
        elif key not in known:
            problems.append(AnswerProblem(str(key), _("There is no such question in this form.")))
        elif not is_empty(value):
            message = _shape_problem(known[key], value, on)
            if message:
                problems.append(AnswerProblem(key, message))
    if final:
        missing = completeness(definition, answers, on=on, is_for_minor=is_for_minor).required_missing
        problems += [AnswerProblem(point.question_key, _("Please answer this.")) for point in missing]
        if not on_paper:
            problems += _unticked(definition, answers, on)
    return problems


def _unticked(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[AnswerProblem]:
    """The questions of which each option is needed and only some are ticked."""
    return [AnswerProblem(question.key, _("Please tick each to go on."))
            for question in visible_questions(definition, answers, on)
            if question.each_ticked and not is_empty(answers.get(question.key))
            and {option.key for option in question.options} - set(chosen(answers[question.key]))]


def is_empty(value: Any) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def _shape_problem(question: Question, value: Any, on: date) -> str | None:
    return _SHAPES[question.kind](question, value, on)


def _is_text(question: Question, value: Any, on: date) -> str | None:
    if not isinstance(value, str):
        return _("Please write words here.")
    return _("This is too long.") if len(value) > LONGEST_TEXT else None


def _is_yes_no(question: Question, value: Any, on: date) -> str | None:
    return None if value in YES_NO_UNKNOWN else _("Please choose yes, no or don't know.")


def _is_choice(question: Question, value: Any, on: date) -> str | None:
    allowed = {option.key for option in question.options} | ({DONT_KNOW} if question.has_dont_know else set())
    if question.kind == QuestionKind.CHOICE:
        return None if isinstance(value, str) and value in allowed else _("Please choose one of these.")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or set(value) - allowed:
        return _("Please choose from these.")
    alone = [key for key in value if (option := question.option(key)) and option.exclusive]
    return _("This answer does not go with the others.") if alone and len(value) > 1 else None


def _is_scale(question: Question, value: Any, on: date) -> str | None:
    if type(value) is int and question.lowest <= value <= question.highest:
        return None
    return _("Please choose a number on the scale.")


def _is_date(question: Question, value: Any, on: date) -> str | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return _("Please write a day, such as 4 May 1980.")
    if question.key == "birth_date" and not date(1900, 1, 1) <= day <= on:
        return _("Please check the year.")
    if question.gives == "due_on" and day > on + FARTHEST_DUE:
        return _("Please check the date: it lies more than 42 weeks ahead.")
    return None


def _is_when(question: Question, value: Any, on: date) -> str | None:
    day = parse_when(value) if isinstance(value, str) else None
    if day is None:
        return _("Please write a year, a month or a day, such as 2019 or 2019-05.")
    return _("This lies in the future.") if day > on else None


def parse_place(key: Any) -> Place | Spot | None:
    """The place or point a text key names; None when it names neither."""
    for kind in (Place, Spot):
        try:
            return kind.parse(key)
        except (ValueError, AttributeError, TypeError):
            continue
    return None


def _is_regions(question: Question, value: Any, on: date) -> str | None:
    if isinstance(value, list) and len(value) <= MOST_ROWS and all(parse_place(key) for key in value):
        return None
    return _("Please choose places on the body.")


def _is_pain_map(question: Question, value: Any, on: date) -> str | None:
    if isinstance(value, Mapping) and all(
        isinstance(parse_place(key), Place) and type(score) is int and 0 <= score <= 10 for key, score in value.items()
    ):
        return None
    return _("Please choose places on the body and a number from 0 to 10.")


def _is_medicines(question: Question, value: Any, on: date) -> str | None:
    if not isinstance(value, list) or len(value) > MOST_ROWS:
        return _("Please list one medicine in each row.")
    for row in value:
        if not isinstance(row, Mapping) or set(row) - {"name", "dose", "file"}:
            return _("Please list one medicine in each row.")
        if not any(isinstance(row.get(name), str) and row[name].strip() for name in ("name", "file")):
            return _("Each row needs a name or a photo.")
        if any(len(str(part)) > 200 for part in row.values()):
            return _("This is too long.")
    return None


def _is_signature(question: Question, value: Any, on: date) -> str | None:
    if not isinstance(value, Mapping) or value.get("by") not in ("self", "guardian"):
        return _("Please sign.")
    typed, strokes = value.get("typed"), value.get("strokes")
    if isinstance(typed, str) and 2 <= len(typed.strip()) <= 200:
        return None
    return None if isinstance(strokes, list) and any(strokes) else _("Please sign.")


def _is_email(question: Question, value: Any, on: date) -> str | None:
    is_mail = isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value.strip())
    return None if is_mail else _("Please check the e-mail address.")


def _is_phone(question: Question, value: Any, on: date) -> str | None:
    is_phone = isinstance(value, str) and len(re.sub(r"\D", "", value)) >= 5 and len(value) <= 40
    return None if is_phone else _("Please check the phone number.")


def _is_address(question: Question, value: Any, on: date) -> str | None:
    is_address = isinstance(value, Mapping) and set(value) <= _ADDRESS
    return (
        None if is_address and all(isinstance(part, str) for part in value.values()) else _("Please check the address.")
    )


_SHAPES: dict[QuestionKind, Callable[[Question, Any, date], str | None]] = {
    QuestionKind.YES_NO_UNKNOWN: _is_yes_no,
    QuestionKind.CHOICE: _is_choice,
    QuestionKind.MULTI_CHOICE: _is_choice,
    QuestionKind.SCALE: _is_scale,
    QuestionKind.TEXT: _is_text,
    QuestionKind.LONG_TEXT: _is_text,
    QuestionKind.NAME: _is_text,
    QuestionKind.DATE: _is_date,
    QuestionKind.WHEN: _is_when,
    QuestionKind.REGIONS: _is_regions,
    QuestionKind.PAIN_MAP: _is_pain_map,
    QuestionKind.MEDICINES: _is_medicines,
    QuestionKind.SIGNATURE: _is_signature,
    QuestionKind.EMAIL: _is_email,
    QuestionKind.PHONE: _is_phone,
    QuestionKind.ADDRESS: _is_address,
}


def completeness(
    definition: FormDefinition, answers: Mapping[str, Any], *, on: date, read: frozenset[str] = frozenset(),
    is_for_minor: bool = False,
) -> Completeness:
    """What a sheet leaves open. `read` are the keys of free texts and photos a therapist has read.

    Optional questions of a page without the two buttons may stay empty; on a page of health questions an empty one is
    unanswered, unless "none of these" was pressed, and one under "ask me at the visit" is asked there.
    """
    found: dict[str, list[OpenPoint]] = {"required": [], "unanswered": [], "unknown": [], "ask": [], "unread": []}
    for section in visible_sections(definition, answers, on, is_for_minor=is_for_minor):
        button = answers.get(f"group:{section.key}")
        is_health = section.none_of_these or section.ask_at_visit
        if button == ASK_AT_VISIT and section.ask_at_visit:
            found["ask"].append(OpenPoint(f"group:{section.key}", section.title))
        for question, is_follow_up in _met(section, answers):
            value, left_open = answers.get(question.key), ""
            if is_empty(value):
                if button == NONE_OF_THESE and section.none_of_these and not is_follow_up:
                    continue
                if button == ASK_AT_VISIT and section.ask_at_visit:
                    continue
                if question.required:
                    left_open = "required"
                elif is_health and _asks_for_an_answer(question):
                    left_open = "unanswered"
            elif DONT_KNOW in chosen(value) and (
                question.kind == QuestionKind.YES_NO_UNKNOWN or question.kind in WITH_OPTIONS
            ):
                left_open = "unknown"
            elif is_own_words(question) and question.key not in read:
                left_open = "unread"
            if left_open:
                point = OpenPoint(question.key, question.label, _places_near(question, section, answers))
                found[left_open].append(point)
    return Completeness(*(tuple(found[name]) for name in ("required", "unanswered", "unknown", "ask", "unread")))


def _met(section: Section, answers: Mapping[str, Any]) -> Iterator[tuple[Question, bool]]:
    def walk(question: Question, is_follow_up: bool) -> Iterator[tuple[Question, bool]]:
        yield question, is_follow_up
        for follow_up in open_follow_ups(question, answers):
            yield from walk(follow_up.question, True)

    for question in section.questions:
        yield from walk(question, False)


def _asks_for_an_answer(question: Question) -> bool:
    return question.kind == QuestionKind.YES_NO_UNKNOWN or question.kind in WITH_OPTIONS


def is_own_words(question: Question) -> bool:
    """Own words may say anything of health, and a therapist reads them; only how to reach somebody is left to
    reception alone."""
    if question.reception_may_see and question.key in FOR_THE_DESK or not question.read_by_therapist:
        return False
    return question.kind == QuestionKind.MEDICINES or question.kind in FREE_TEXT


def _places_near(question: Question, section: Section, answers: Mapping[str, Any]) -> tuple[Place, ...]:
    """The places named in the same follow-up group, so that the map can show where something was left open."""
    for parent in section.questions:
        family = [parent, *(item.question for item in open_follow_ups(parent, answers))]
        if question not in family:
            continue
        found = []
        for member in family:
            if member.kind == QuestionKind.REGIONS and isinstance(answers.get(member.key), list):
                found += [place for key in answers[member.key] if isinstance(place := parse_place(key), Place)]
        return tuple(dict.fromkeys(found))
    return ()
