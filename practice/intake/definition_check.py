"""Checks the JSON shape of a form: what the editor shows before a draft can be published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from practice.core.text import _
from practice.intake.desk_side import chart_keys, marked_questions
from practice.intake.kinds import FEEDS, GIVES, MINORS, ONCE, ONCE_BY_KIND, WITH_OPTIONS, QuestionKind

QUESTION_FIELDS = {
    "key", "kind", "label", "help", "required", "each_ticked", "options", "follow_ups", "proposes", "gives", "feeds",
    "decides", "has_dont_know", "reception_may_see", "read_by_therapist", "low_words", "high_words", "lowest",
    "highest",
}  # fmt: skip
SECTION_FIELDS = {"key", "title", "questions", "help", "none_of_these", "ask_at_visit", "only_if"}
OPTION_FIELDS = {"key", "label", "proposes", "variant", "clears", "exclusive"}
_YES_NO = {"yes", "no", "unknown"}
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """`path` is where: section and question keys with slashes between them."""

    path: str
    message: str


def check_definition(data: Any) -> list[DefinitionProblem]:
    """Every problem of a form definition; empty when it can be published."""
    if not isinstance(data, Mapping):
        return [DefinitionProblem("", _("A form is an object with sections."))]
    seen: set[str] = set()
    # Only a form that holds together otherwise can be asked which of its questions are about health.
    return list(_form(data, seen)) or list(_marks(data))


def _marks(data: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    """What is marked for reception and belongs to the chart."""
    of_chart = chart_keys(data)
    for path, key in marked_questions(data):
        if key in of_chart:
            yield DefinitionProblem(path, _("Reception cannot see this answer: it is about health."))


def _text(row: Mapping[str, Any], name: str, path: str) -> Iterator[DefinitionProblem]:
    if not isinstance(row.get(name), str) or not row[name].strip():
        yield DefinitionProblem(path, _("Missing text: ") + name)


def _form(data: Mapping[str, Any], seen: set[str]) -> Iterator[DefinitionProblem]:
    for name in ("key", "title"):
        yield from _text(data, name, "")
    sections = data.get("sections")
    if not isinstance(sections, list) or not sections:
        yield DefinitionProblem("", _("A form needs at least one section."))
        return
    keys = set()
    for section in sections:
        if not isinstance(section, Mapping):
            yield DefinitionProblem("", _("A section is an object."))
            continue
        path = str(section.get("key", "?"))
        if path in keys:
            yield DefinitionProblem(path, _("This key stands twice."))
        keys.add(path)
        yield from _section(section, path, seen)
    for section in sections:
        rule = section.get("only_if") if isinstance(section, Mapping) else None
        if rule and rule.get("age") != MINORS and rule.get("question") not in seen:
            yield DefinitionProblem(str(section.get("key")), _("It hangs on a question that is not in the form."))


def _section(section: Mapping[str, Any], path: str, seen: set[str]) -> Iterator[DefinitionProblem]:
    for name in ("key", "title"):
        yield from _text(section, name, path)
    yield from (
        DefinitionProblem(path, _("Not a field here: ") + str(name)) for name in section.keys() - SECTION_FIELDS
    )
    questions = section.get("questions")
    if not isinstance(questions, list) or not questions:
        yield DefinitionProblem(path, _("A section needs at least one question."))
        return
    for question in questions:
        yield from _question(question, path, seen, 1)


def _question(question: Any, path: str, seen: set[str], depth: int) -> Iterator[DefinitionProblem]:
    if not isinstance(question, Mapping):
        yield DefinitionProblem(path, _("A question is an object."))
        return
    key = question.get("key")
    path = f"{path}/{key}"
    for name in ("key", "label"):
        yield from _text(question, name, path)
    yield from (
        DefinitionProblem(path, _("Not a field here: ") + str(name)) for name in question.keys() - QUESTION_FIELDS
    )
    if isinstance(key, str):
        if key in seen:
            yield DefinitionProblem(path, _("This key stands twice."))
        if key.startswith("group:"):
            yield DefinitionProblem(path, _("A key cannot begin with “group:”."))
        seen.add(key)
    yield from _once(question, path, seen, depth)
    kind = question.get("kind")
    if kind not in set(QuestionKind):
        yield DefinitionProblem(path, _("Not a kind of question."))
        return
    if question.get("gives", "") not in ("", *GIVES) or question.get("feeds", "") not in ("", *FEEDS):
        yield DefinitionProblem(path, _("Nobody reads what this question gives or feeds."))
    yield from _options(question, path)
    if question.get("each_ticked") and not can_need_each(question):
        yield DefinitionProblem(path, _("Each can be needed only where all can be ticked together."))
    yield from _follow_ups(question, path, seen, depth)
    if kind == QuestionKind.SCALE and not 0 <= question.get("lowest", 0) < question.get("highest", 10) <= 100:
        yield DefinitionProblem(path, _("A scale runs from a lower to a higher number."))


def can_need_each(question: Mapping[str, Any]) -> bool:
    """Whether each of its options can be ticked at once: none that stands alone, and no "don't know"."""
    options = question.get("options")
    return (question["kind"] == QuestionKind.MULTI_CHOICE and not question.get("has_dont_know")
            and isinstance(options, list)
            and not any(isinstance(option, Mapping) and option.get("exclusive") for option in options))


def _once(question: Mapping[str, Any], path: str, seen: set[str], depth: int) -> Iterator[DefinitionProblem]:
    """A second list of medicines, map of pain or signature; and a signature under an answer."""
    kind = question.get("kind")
    once = ONCE_BY_KIND.get(kind) if isinstance(kind, str) else None
    if once is None:
        return
    if f"once:{once}" in seen:
        yield DefinitionProblem(path, ONCE[once][1])
    seen.add(f"once:{once}")
    if once == "signature" and depth > 1:
        yield DefinitionProblem(path, _("A form is signed at its end, not under an answer."))


def _options(question: Mapping[str, Any], path: str) -> Iterator[DefinitionProblem]:
    options = question.get("options", [])
    if question["kind"] not in WITH_OPTIONS:
        if options:
            yield DefinitionProblem(path, _("Only a choice has options."))
        return
    if not isinstance(options, list) or not options or not all(isinstance(option, Mapping) for option in options):
        yield DefinitionProblem(path, _("A choice needs options."))
        return
    keys = [option.get("key") for option in options]
    if len(set(keys)) < len(keys):
        yield DefinitionProblem(path, _("An option stands twice."))
    for option in options:
        yield from _text(option, "key", path)
        yield from _text(option, "label", f"{path}/{option.get('key')}")
        if option.keys() - OPTION_FIELDS:
            yield DefinitionProblem(
                path, _("Not a field of an option: ") + ", ".join(sorted(option.keys() - OPTION_FIELDS))
            )


def _follow_ups(question: Mapping[str, Any], path: str, seen: set[str], depth: int) -> Iterator[DefinitionProblem]:
    if depth > _DEEPEST and question.get("follow_ups"):
        yield DefinitionProblem(path, _("Follow-ups cannot go any deeper."))
        return
    known = {option.get("key") for option in question.get("options", ()) if isinstance(option, Mapping)}
    if question["kind"] == QuestionKind.YES_NO_UNKNOWN:
        known = set(_YES_NO)
    for follow_up in question.get("follow_ups", ()):
        if not isinstance(follow_up, Mapping) or not follow_up.get("when") or "question" not in follow_up:
            yield DefinitionProblem(path, _("A follow-up says on which answers it opens, and asks one question."))
            continue
        unknown = set(follow_up["when"]) - known - {"any"}
        if unknown:
            yield DefinitionProblem(path, _("No such answer to open on: ") + ", ".join(sorted(unknown)))
        yield from _question(follow_up["question"], path, seen, depth + 1)
