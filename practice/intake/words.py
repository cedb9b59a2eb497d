"""An answer sheet in words, in the order it was asked: for the client's last look and for the therapist. Pure."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice.core.body import all_places
from practice.core.text import _
from practice.intake.answers import ASK_AT_VISIT, DONT_KNOW, NONE_OF_THESE, is_empty, parse_place
from practice.intake.definition import FormDefinition, Question, Section, chosen, open_follow_ups, visible_sections
from practice.intake.kinds import WITH_OPTIONS, QuestionKind

YES_NO_LABELS = {"yes": _("Yes"), "no": _("No"), DONT_KNOW: _("Don't know")}
BUTTON_LABELS = {NONE_OF_THESE: _("None of these"), ASK_AT_VISIT: _("Ask me at the visit")}

ADDRESS_PARTS = ("street", "postcode", "city", "country")

Translate = Callable[[str], str]
ShowDay = Callable[[date], str]


@dataclass(frozen=True)
class AnswerTold:
    """One question and what was answered, a line for each thing named; no lines when it stands open."""

    key: str
    label: str
    lines: tuple[str, ...]
    is_follow_up: bool
    kind: QuestionKind


@dataclass(frozen=True)
class SectionTold:
    """One part of a form with its answers; `button` is the word of the pressed button, or ""."""

    key: str
    title: str
    button: str
    answers: tuple[AnswerTold, ...]
    is_waved_through: bool = False  # "none of these" was pressed: every answer of the part says the same


def told(definition: FormDefinition, answers: Mapping[str, Any], *, on: date, translate: Translate,
         show_day: ShowDay, is_for_minor: bool = False) -> list[SectionTold]:
    """The whole sheet, the parts and questions this person met."""
    found = []
    for section in visible_sections(definition, answers, on, is_for_minor=is_for_minor):
        pressed = answers.get(f"group:{section.key}")
        button = translate(BUTTON_LABELS[pressed]) if pressed in BUTTON_LABELS else ""
        rows = tuple(
            AnswerTold(question.key, question.label, tuple(lines(question, answers.get(question.key),
                                                                translate=translate, show_day=show_day)),
                       is_follow_up, question.kind)
            for question, is_follow_up in met(section, answers))
        found.append(SectionTold(section.key, section.title, button, rows, pressed == NONE_OF_THESE))
    return found


def told_at_desk(definition: FormDefinition, answers: Mapping[str, Any], *, translate: Translate,
                 show_day: ShowDay) -> list[tuple[str, str]]:
    """Question and answer in words, in the order of the form, of the marked questions alone."""
    return [(question.label, ", ".join(lines(question, answers[question.key], translate=translate, show_day=show_day)))
            for question in definition.questions() if question.reception_may_see and question.key in answers]


def met(section: Section, answers: Mapping[str, Any]) -> list[tuple[Question, bool]]:
    """The questions of a part that are open, each with whether it is a follow-up."""

    def walk(question: Question, is_follow_up: bool):
        yield question, is_follow_up
        for follow_up in open_follow_ups(question, answers):
            yield from walk(follow_up.question, True)

    return [pair for question in section.questions for pair in walk(question, False)]


def lines(question: Question, value: Any, *, translate: Translate, show_day: ShowDay) -> list[str]:
    """An answer in words. A value of the wrong shape is shown as it was typed."""
    if is_empty(value):
        return []
    kind = question.kind
    if kind == QuestionKind.YES_NO_UNKNOWN:
        return [translate(YES_NO_LABELS[value])] if value in YES_NO_LABELS else [str(value)]
    if kind in WITH_OPTIONS:
        return [_option(question, key, translate) for key in chosen(value)]
    if kind == QuestionKind.SCALE:
        return [translate(_("%(number)s of %(highest)s")) % {"number": value, "highest": question.highest}]
    if kind == QuestionKind.REGIONS and isinstance(value, list):
        return [_place(key, translate) for key in value]
    if kind == QuestionKind.PAIN_MAP and isinstance(value, Mapping):
        pattern = translate(_("%(place)s: %(level)s of 10"))
        order = {str(place): number for number, place in enumerate(all_places())}
        keys = sorted(value, key=lambda key: order.get(key, len(order)))  # from head to foot
        return [pattern % {"place": _place(key, translate), "level": value[key]} for key in keys]
    if kind == QuestionKind.MEDICINES and isinstance(value, list):
        rows = [", ".join(str(row[name]) for name in ("name", "dose") if row.get(name)) for row in value]
        return [row or translate(_("a photo")) for row in rows]
    if kind == QuestionKind.SIGNATURE:
        return []
    if kind == QuestionKind.ADDRESS and isinstance(value, Mapping):
        return [", ".join(str(value[part]) for part in ADDRESS_PARTS if value.get(part))]
    if kind in (QuestionKind.DATE, QuestionKind.WHEN):
        return [shown_date(value, show_day)]
    return str(value).splitlines()


def shown_date(value: Any, show_day: ShowDay) -> str:
    """A whole day in the reader's way; a year, a month or anything else as it was typed."""
    try:
        return show_day(date.fromisoformat(value)) if isinstance(value, str) and len(value) == 10 else str(value)
    except ValueError:
        return str(value)


def _option(question: Question, key: str, translate: Translate) -> str:
    option = question.option(key)
    if option is not None:
        return option.label
    return translate(YES_NO_LABELS[DONT_KNOW]) if key == DONT_KNOW else key


def _place(key: Any, translate: Translate) -> str:
    place = parse_place(key)
    return place.label(translate) if place else str(key)
