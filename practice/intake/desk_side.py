"""Which questions the desk may read the answers of: how to reach somebody and what is arranged, never health. Pure.

Works on a form's JSON shape, so that the editor, the check before a draft is kept and what is written when a form is
sent ask the same rule. What is not plainly for the desk stays in the chart.
"""
import copy
from collections.abc import Iterator, Mapping
from typing import Any

from practice.intake.kinds import QuestionKind

# Of the questions that come with the product, those that are about contact and arrangements.
FOR_THE_DESK = frozenset({
    "full_name", "preferred_name", "birth_date", "phone", "email", "address", "reminders", "emergency",
    "guardian_name", "guardian_phone", "guardian_present", "helped_by",
})
CLINICAL_KINDS = frozenset({QuestionKind.REGIONS, QuestionKind.PAIN_MAP, QuestionKind.MEDICINES, QuestionKind.SCALE,
                            QuestionKind.SIGNATURE})
READ_BY_RULES = ("proposes", "gives", "feeds", "decides")
HEALTH_BUTTONS = ("none_of_these", "ask_at_visit")


def chart_keys(content: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the questions that belong to the chart and cannot be marked for reception.

    So does all that hangs on such a question, what it hangs on, and every part that can be answered with "none of
    these" or "ask me at the visit": those ask about health.
    """
    return frozenset(key for section in content["sections"] for question in section["questions"]
                     for key in _chart_keys(question, any(section.get(button) for button in HEALTH_BUTTONS)))


def _chart_keys(question: Mapping[str, Any], is_below_chart: bool) -> Iterator[str]:
    is_chart = is_below_chart or any(map(_is_clinical, _family(question)))
    if is_chart:
        yield question["key"]
    for follow_up in question.get("follow_ups", ()):
        yield from _chart_keys(follow_up["question"], is_chart)


def _family(question: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield question
    for follow_up in question.get("follow_ups", ()):
        yield from _family(follow_up["question"])


def _is_clinical(question: Mapping[str, Any]) -> bool:
    """Whether the question alone is one of the chart's: by its kind, by what reads it, or as it was shipped."""
    if question["kind"] in CLINICAL_KINDS or any(question.get(name) for name in READ_BY_RULES):
        return True
    if any(option.get("proposes") for option in question.get("options", ())):
        return True
    return question["key"] not in FOR_THE_DESK and not question["key"].startswith("own_")


def desk_keys(content: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the questions whose answers reception sees: marked, and not of the chart."""
    return frozenset(key for _path, key in marked_questions(content)) - chart_keys(content)


def marked_questions(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Part and key ("about_you/phone") and key of every question that bears the mark, allowed or not."""
    for section in content["sections"]:
        for first in section["questions"]:
            for question in _family(first):
                if question.get("reception_may_see"):
                    yield f"{section['key']}/{question['key']}", question["key"]


def without_chart_marks(content: Mapping[str, Any]) -> dict[str, Any]:
    """The form with the marks only that may stand: versions published before that rule keep theirs, unheeded."""
    kept = desk_keys(content)
    fresh = copy.deepcopy(dict(content))
    for section in fresh["sections"]:
        for first in section["questions"]:
            for question in _family(first):
                if question["key"] not in kept:
                    question.pop("reception_may_see", None)
    return fresh
