"""What a form says beside all that is read elsewhere: no proposal, fact, gap or text to read. Pure.

`proposals` turns answers into conditions, allergies, wishes, limits; `intake.answers.completeness` names what is open
and the own words to be read. Every other answer that is more than "no" comes from here, so that a yes to a question of
the practice's own stands in front of the therapist although no rule knows it.
"""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice.intake.answers import DONT_KNOW, is_empty, is_own_words
from practice.intake.definition import FormDefinition, Question, chosen, open_follow_ups, visible_sections
from practice.intake.kinds import WITH_OPTIONS, QuestionKind

NO, YES = "no", "yes"
# Who somebody is and how to reach them stands in the client's record.
OF_THE_RECORD = (QuestionKind.SIGNATURE, QuestionKind.NAME, QuestionKind.EMAIL, QuestionKind.PHONE,
                 QuestionKind.ADDRESS)
RECORDED = frozenset({"birth_date", "reminders"})
READ_AS_A_WHOLE = ("allergies", "never_more", "avoid_places")
ALLERGY_PARTS = frozenset({"allergy_other", "allergy_reaction", "allergy_severe"})


@dataclass(frozen=True)
class Said:
    """A question and what of its answer is to be shown, in the shape of the answer."""

    question: Question
    value: Any


def also_said(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> list[Said]:
    """In the order of the form."""
    return [one for section in visible_sections(definition, answers, on) for question in section.questions
            for one in _of(question, answers, is_carried=False)]


def _of(question: Question, answers: Mapping[str, Any], *, is_carried: bool) -> Iterator[Said]:
    value = answers.get(question.key)
    if is_empty(value):
        return
    opened = open_follow_ups(question, answers) if question.follow_ups else ()
    is_cleared = any(_clears(item.question, answers) for item in opened)
    if not is_carried:
        left = _left(question, value, is_cleared)
        if not is_empty(left):
            yield Said(question, left)
    if not opened:
        return
    proposing = set() if is_cleared else _proposing(question, value)
    for item in opened:
        goes_along = bool(proposing & set(item.when) or proposing and "any" in item.when)
        yield from _of(item.question, answers,
                       is_carried=_is_read_with(question, item.question, answers, goes_along))


def _clears(question: Question, answers: Mapping[str, Any]) -> bool:
    return question.decides and any(option.clears for option in question.options
                                    if option.key in chosen(answers.get(question.key)))


def _proposing(question: Question, value: Any) -> set[str]:
    """The answers to it that become a proposal."""
    found = {key for key in chosen(value) if (option := question.option(key)) and option.proposes}
    return found | ({YES} if question.proposes and YES in chosen(value) else set())


def _is_read_with(parent: Question, question: Question, answers: Mapping[str, Any], goes_along: bool) -> bool:
    """Whether a follow-up is read together with its parent; `goes_along` where the parent's answer is a proposal."""
    if goes_along:
        return bool(question.gives or question.decides and _proposing(question, answers.get(question.key)))
    return (parent.feeds == "allergies" and question.key in ALLERGY_PARTS
            or parent.feeds == "never_more" and question.kind in WITH_OPTIONS
            or parent.feeds == "acute" and question.kind == QuestionKind.REGIONS)


def _left(question: Question, value: Any, is_cleared: bool) -> Any:
    """What of an answer nobody else reads; None for nothing."""
    if question.kind in OF_THE_RECORD or question.key in RECORDED or question.feeds in READ_AS_A_WHOLE:
        return None
    if is_own_words(question):
        return None
    if question.kind == QuestionKind.YES_NO_UNKNOWN:
        return value if value == YES and (is_cleared or not question.proposes) else None
    if question.kind in WITH_OPTIONS:
        return _options_left(question, chosen(value), is_cleared)
    return value


def _options_left(question: Question, picked: tuple[str, ...], is_cleared: bool) -> Any:
    if question.each_ticked and not {option.key for option in question.options} - set(picked):
        return None
    left = [key for key in picked if key not in (NO, DONT_KNOW) and not _is_read(question, key, is_cleared)]
    return left if question.kind == QuestionKind.MULTI_CHOICE else (left or [None])[0]


def _is_read(question: Question, key: str, is_cleared: bool) -> bool:
    option = question.option(key)
    if question.feeds == "wish":
        return key.isdigit()
    return question.feeds == "acute" or bool(
        option and (option.exclusive or option.proposes and not (is_cleared or question.decides)))
