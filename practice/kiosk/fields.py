"""What a page of the form posts, as answers; and answers as its fields show them.

Field names: "q-<question>", with "-<part>" where one question has several fields, and "group-<section>" for the two
buttons of a part. What cannot be read stays as it was typed, so that nothing is lost and the check can say where.
"""
import json
import re
from datetime import date
from typing import Any

from flask_babel import format_date
from werkzeug.datastructures import MultiDict

from practice.core.body import all_places
from practice.core.dates import read_date, real_date
from practice.core.errors import Invalid
from practice.intake.answers import ASK_AT_VISIT, DONT_KNOW, NONE_OF_THESE, YES_NO_UNKNOWN, parse_place, parse_when
from practice.intake.definition import Question, Section
from practice.intake.kinds import QuestionKind
from practice.intake.words import ADDRESS_PARTS, met, shown_date

_UID = re.compile(r"[0-9a-f]{32}")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{4})")


def field_name(key: str) -> str:
    return f"q-{key}"


def photo_name(question: Question) -> str:
    """The field that takes a photo instead of a list."""
    return f"{field_name(question.key)}-photo"


def read_section(section: Section, form: MultiDict, answers: dict[str, Any], locale: str) -> dict[str, Any]:
    """`answers` with those of this part replaced by what was posted. Follow-ups that have closed are left out."""
    sheet = dict(answers)
    _put(sheet, f"group:{section.key}", _button(section, form))
    for question in all_questions(section):
        if question.kind is not QuestionKind.SIGNATURE:
            _put(sheet, question.key, _READERS.get(question.kind, _text)(question, form, locale))
    still_open = {question.key for question, _ in met(section, sheet)}
    for question in all_questions(section):
        if question.key not in still_open:
            sheet.pop(question.key, None)
    return sheet


def all_questions(section: Section) -> list[Question]:
    """Every question of a part, open or not."""
    return all_of(section.questions)


def all_of(questions) -> list[Question]:
    """The questions with their follow-ups right after them, open or not."""
    found = []
    for question in questions:
        found += [question, *all_of(item.question for item in question.follow_ups)]
    return found


def _put(sheet: dict, key: str, value: Any) -> None:
    if value in (None, "", [], {}):
        sheet.pop(key, None)
    else:
        sheet[key] = value


def _button(section: Section, form: MultiDict) -> str | None:
    pressed = form.getlist(f"group-{section.key}")
    if ASK_AT_VISIT in pressed and section.ask_at_visit:
        return ASK_AT_VISIT
    return NONE_OF_THESE if NONE_OF_THESE in pressed and section.none_of_these else None


def _text(question: Question, form: MultiDict, locale: str) -> str:
    return form.get(field_name(question.key), "").replace("\r\n", "\n").strip()


def _yes_no(question: Question, form: MultiDict, locale: str) -> str | None:
    value = form.get(field_name(question.key))
    return value if value in YES_NO_UNKNOWN else None


def _allowed(question: Question) -> list[str]:
    return [option.key for option in question.options] + ([DONT_KNOW] if question.has_dont_know else [])


def _choice(question: Question, form: MultiDict, locale: str) -> str | None:
    value = form.get(field_name(question.key))
    return value if value in _allowed(question) else None


def _several(question: Question, form: MultiDict, locale: str) -> list[str]:
    ticked = set(form.getlist(field_name(question.key)))
    return [key for key in _allowed(question) if key in ticked]


def _scale(question: Question, form: MultiDict, locale: str) -> int | None:
    value = form.get(field_name(question.key), "")
    steps = {str(number): number for number in range(question.lowest, question.highest + 1)}
    return steps.get(value)


def _date(question: Question, form: MultiDict, locale: str) -> str:
    text = _text(question, form, locale)
    day = read_day(text, locale)
    return day.isoformat() if day else text


def read_day(text: str, locale: str) -> date | None:
    """The day that was typed, with its year; None when it cannot be read or does not exist."""
    parts = read_date(text, locale) if len(text) <= 60 else None
    if parts is None or parts.year is None or parts.is_short_year:
        return None
    try:
        return real_date(parts.year, parts.month, parts.day, locale)
    except Invalid:
        return None


def _when(question: Question, form: MultiDict, locale: str) -> str:
    """A year, a month of a year, or a day."""
    text = _text(question, form, locale)
    if len(text) > 60 or parse_when(text):
        return text
    if day := read_day(text, locale):
        return day.isoformat()
    if match := _MONTH_YEAR.fullmatch(text):
        month, year = int(match[1]), match[2]
        return f"{year}-{month:02}" if 1 <= month <= 12 else text
    if (day := read_day(f"1 {text}", locale)) and day.day == 1:
        return f"{day.year:04}-{day.month:02}"
    return text


def _regions(question: Question, form: MultiDict, locale: str) -> list[str]:
    keys = dict.fromkeys(form.getlist(field_name(question.key)))
    return [key for key in keys if len(key) < 60 and parse_place(key)]


def _pain_map(question: Question, form: MultiDict, locale: str) -> dict[str, int]:
    found = {}
    for place in all_places():
        text = form.get(f"{field_name(question.key)}-{place}", "")
        if text in {str(level) for level in range(11)}:
            found[str(place)] = int(text)
    return found


def _medicines(question: Question, form: MultiDict, locale: str) -> list[dict[str, str]]:
    name = field_name(question.key)
    names, doses = form.getlist(f"{name}-name"), form.getlist(f"{name}-dose")
    doses += [""] * (len(names) - len(doses))
    rows = [{"name": one.strip(), "dose": dose.strip()} for one, dose in zip(names, doses, strict=False)]
    found = [{key: part for key, part in row.items() if part} for row in rows if row["name"] or row["dose"]]
    return found + [{"file": uid} for uid in form.getlist(f"{name}-file") if _UID.fullmatch(uid)]


def _address(question: Question, form: MultiDict, locale: str) -> dict[str, str]:
    name = field_name(question.key)
    parts = {part: form.get(f"{name}-{part}", "").strip() for part in ADDRESS_PARTS}
    return {part: text for part, text in parts.items() if text}


_READERS = {
    QuestionKind.YES_NO_UNKNOWN: _yes_no,
    QuestionKind.CHOICE: _choice,
    QuestionKind.MULTI_CHOICE: _several,
    QuestionKind.SCALE: _scale,
    QuestionKind.DATE: _date,
    QuestionKind.WHEN: _when,
    QuestionKind.REGIONS: _regions,
    QuestionKind.PAIN_MAP: _pain_map,
    QuestionKind.MEDICINES: _medicines,
    QuestionKind.ADDRESS: _address,
}


def read_signature(form: MultiDict) -> dict[str, Any]:
    """The signature as posted, not checked yet; see intake.signature.clean."""
    try:
        strokes = json.loads(form.get("strokes") or "[]")
    except (ValueError, RecursionError):
        strokes = []
    by = "guardian" if form.get("by") == "guardian" else "self"
    return {"by": by, "typed": form.get("typed", "").strip(), "strokes": strokes}


def shown_text(value: Any) -> str:
    """What stands in a text field for this answer: a whole day in the reader's way, everything else as typed."""
    if value is None or isinstance(value, list | dict):
        return ""
    return shown_date(value, lambda day: format_date(day, "d MMMM y")) if isinstance(value, str) else str(value)
