"""What a form is: sections of questions as data, with follow-ups that open on an answer.

A definition is a JSON object, checked by `definition_check.check_definition` before it is taken, kept in the row of its
version and never changed afterwards. An answer sheet is a mapping from question key to value; the shape of a value
hangs on the kind of the question (see `answers`). Beside the questions stand the two buttons of a section:
"group:<section>" is "none" (none of these) or "ask" (ask me at the visit).

What an answer means for safety is only named here (`proposes` a condition key, `gives` a place or a date, `feeds`
allergies or wishes); safety reads it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any

from practice.core.dates import age
from practice.core.errors import DomainError
from practice.core.text import _
from practice.intake.definition_check import check_definition
from practice.intake.kinds import MINORS, QuestionKind

ADULT_AGE = 18


class BadDefinition(DomainError):
    """A form cannot be taken as it is; `problems` says where and why."""

    message = _("This form cannot be saved yet.")

    def __init__(self, problems: list):
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. It may propose a condition in a severity, or clear what its question would propose."""

    key: str
    label: str
    proposes: str = ""
    variant: str = ""
    clears: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that opens when its parent is answered with one of `when`."""

    when: tuple[str, ...]
    question: "Question"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `proposes` is the condition a "yes" means; a follow-up that `decides` replaces it by its option.

    `each_ticked`: its options are things to agree to, and one of them is not enough.
    """

    key: str
    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = False
    each_ticked: bool = False
    options: tuple[Option, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    proposes: str = ""
    gives: str = ""
    feeds: str = ""
    decides: bool = False
    has_dont_know: bool = False
    reception_may_see: bool = False
    read_by_therapist: bool = True
    low_words: str = ""
    high_words: str = ""
    lowest: int = 0
    highest: int = 10

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """A section shown only when a question has one of these answers, or only for minors."""

    question: str = ""
    answers: tuple[str, ...] = ()
    age: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form, with its two buttons where it has them."""

    key: str
    title: str
    questions: tuple[Question, ...]
    help: str = ""
    none_of_these: bool = False
    ask_at_visit: bool = False
    only_if: OnlyIf | None = None


@dataclass(frozen=True)
class FormDefinition:
    """A whole form in one language."""

    key: str
    title: str
    language: str
    intro: str
    sections: tuple[Section, ...]

    def questions(self) -> tuple[Question, ...]:
        """Every question there is, follow-ups right after their parents."""
        return self._questions

    def feeds(self, what: str) -> bool:
        """Whether a question of this form asks for it at all."""
        return what in self._feeding

    def feeding(self, what: str) -> list[Section]:
        """The pages that ask for it."""
        return self._feeding.get(what, [])

    def keys_feeding(self, what: str) -> frozenset[str]:
        """The keys of the questions that ask for it, and of what they open."""
        return frozenset(found.key for section in self.sections for question in section.questions
                         if question.feeds == what for found in _with_follow_ups(question))

    @cached_property
    def _feeding(self) -> dict[str, list[Section]]:
        found: dict[str, list[Section]] = {}
        for section in self.sections:
            for what in {one.feeds for question in section.questions for one in _with_follow_ups(question)}:
                found.setdefault(what, []).append(section)
        return found

    @cached_property
    def _questions(self) -> tuple[Question, ...]:
        return tuple(found for section in self.sections for question in section.questions
                     for found in _with_follow_ups(question))


def _with_follow_ups(question: Question) -> Iterator[Question]:
    yield question
    for follow_up in question.follow_ups:
        yield from _with_follow_ups(follow_up.question)


SHIPPED = ("full", "short", "visit")


@cache
def shipped(key: str) -> FormDefinition:
    """One of the forms that come with the software: full, short, or the 60-second check at every visit (visit)."""
    if key not in SHIPPED:
        raise ValueError(f"no such form: {key!r}")
    text = resources.files("practice.intake").joinpath("form_data", f"{key}.json").read_text("utf-8")
    return from_data(json.loads(text))


def from_data(data: Mapping[str, Any]) -> FormDefinition:
    """Build a definition from its JSON shape; raises BadDefinition with every problem found."""
    problems = check_definition(data)
    if problems:
        raise BadDefinition(problems)
    return FormDefinition(
        key=data["key"],
        title=data["title"],
        language=data.get("language", "en"),
        intro=data.get("intro", ""),
        sections=tuple(_section(row) for row in data["sections"]),
    )


def _section(row: Mapping[str, Any]) -> Section:
    values = dict(row)
    only_if = values.pop("only_if", None)
    if only_if:
        only_if = OnlyIf(only_if.get("question", ""), tuple(only_if.get("answers", ())), only_if.get("age", ""))
    return Section(**{**values, "questions": tuple(_question(item) for item in row["questions"]), "only_if": only_if})


def _question(row: Mapping[str, Any]) -> Question:
    follow_ups = tuple(FollowUp(tuple(item["when"]), _question(item["question"])) for item in row.get("follow_ups", ()))
    options = tuple(Option(**item) for item in row.get("options", ()))
    return Question(**{**row, "kind": QuestionKind(row["kind"]), "options": options, "follow_ups": follow_ups})


def to_data(definition: FormDefinition) -> dict[str, Any]:
    """The JSON shape of a definition: what the editor works on and what is hashed and kept."""
    return _plain(definition)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return str(value)
    if not hasattr(value, "__dataclass_fields__"):
        return value
    found = {}
    for item in fields(value):
        content = getattr(value, item.name)
        if item.default is MISSING or content != item.default:
            found[item.name] = _plain(content)
    return found


def birth_date(answers: Mapping[str, Any]) -> date | None:
    """The birth date on the sheet, where there is one."""
    try:
        return date.fromisoformat(str(answers.get("birth_date", "")))
    except ValueError:
        return None


def is_minor(answers: Mapping[str, Any], on: date) -> bool:
    """By the birth date on the sheet; without one nobody is taken for a minor."""
    born = birth_date(answers)
    if born is None:
        return False
    return is_under_age(born, on)


def is_under_age(born: date, on: date) -> bool:
    return age(born, on) < ADULT_AGE


def visible_sections(definition: FormDefinition, answers: Mapping[str, Any], on: date, *,
                     is_for_minor: bool = False) -> tuple[Section, ...]:
    """The sections this person meets. `is_for_minor`: so the practice's record says, whatever stands on the sheet."""
    return tuple(section for section in definition.sections if _is_met(section, answers, on, is_for_minor))


def _is_met(section: Section, answers: Mapping[str, Any], on: date, is_for_minor: bool = False) -> bool:
    only_if = section.only_if
    if only_if is None:
        return True
    if only_if.age == MINORS:
        return is_for_minor or is_minor(answers, on) or _was_filled_in_by_guardian(section, answers)
    return bool(set(chosen(answers.get(only_if.question))) & set(only_if.answers))


def _was_filled_in_by_guardian(section: Section, answers: Mapping[str, Any]) -> bool:
    """A sheet that was sent keeps what was open then, though the record that opened it may say otherwise now."""
    is_signed = any(isinstance(value, Mapping) and value.get("by") == "guardian" for value in answers.values())
    return is_signed and any(answers.get(question.key) for question in section.questions)


def chosen(value: Any) -> tuple[str, ...]:
    """The option keys of an answer: one, several or none."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(item for item in value if isinstance(item, str))
    return (str(value),) if type(value) is int else ()


def open_follow_ups(question: Question, answers: Mapping[str, Any]) -> tuple[FollowUp, ...]:
    """The follow-ups the answer to `question` opens; "any" opens on every answer that is not empty."""
    value = answers.get(question.key) if question.follow_ups else None
    is_answered = value not in (None, "", [], {})
    if not is_answered:
        return ()
    picked = set(chosen(value))
    return tuple(
        item for item in question.follow_ups if picked & set(item.when) or "any" in item.when
    )


def visible_questions(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> tuple[Question, ...]:
    """Every question this person meets, in order, each open follow-up right after its question."""
    return _visible_in(visible_sections(definition, answers, on), answers)


def visible_feeding(definition: FormDefinition, answers: Mapping[str, Any], on: date, what: str) -> list[Question]:
    """Those of them that ask for `what`."""
    sections = [section for section in definition.feeding(what) if _is_met(section, answers, on)]
    return [question for question in _visible_in(sections, answers) if question.feeds == what]


def _visible_in(sections: Iterable[Section], answers: Mapping[str, Any]) -> tuple[Question, ...]:
    found: list[Question] = []
    for section in sections:
        for question in section.questions:
            _collect(question, answers, found)
    return tuple(found)


def _collect(question: Question, answers: Mapping[str, Any], found: list[Question]) -> None:
    found.append(question)
    for follow_up in open_follow_ups(question, answers):
        _collect(follow_up.question, answers, found)
