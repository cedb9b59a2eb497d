"""Changing a form's definition piece by piece: data in, new data out. Pure.

What a question means for the rules (what it proposes, gives or feeds) stays with it: the owner changes words, what must
be answered, what reception may see, what is asked at all and in which order, and adds questions and parts of the
practice's own. `path` of a question is its key; keys are one of a kind in a form.
"""
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practice.core.errors import DomainError
from practice.intake.definition import shipped, to_data
from practice.intake.kinds import ONCE, ONCE_BY_KIND, WITH_OPTIONS, QuestionKind

# Kinds a practice asks as often as it likes; what stands once in a form is in kinds.ONCE.
OWN_KINDS = tuple(kind for kind in QuestionKind if kind not in ONCE_BY_KIND)
YES, SIGNATURE = "yes", "signature"


class AskedAlready(DomainError):
    """What stands once in a form was to be added again; the message says what."""

    def __init__(self, once: str):
        super().__init__(ONCE[once][1])


def questions_in(content: Mapping[str, Any]) -> Iterator[tuple[list, dict, int]]:
    """Every question with the list it stands in (of questions or of follow-ups) and its depth, in order."""
    for section in content["sections"]:
        for question in list(section["questions"]):
            yield section["questions"], question, 0
            yield from _below(question, 1)


def _below(question: dict, depth: int) -> Iterator[tuple[list, dict, int]]:
    follow_ups = question.get("follow_ups", [])
    for follow_up in list(follow_ups):
        yield follow_ups, follow_up["question"], depth
        yield from _below(follow_up["question"], depth + 1)


def asked_once(content: Mapping[str, Any]) -> set[str]:
    """Which of kinds.ONCE the form asks for."""
    questions = [question for _home, question, _depth in questions_in(content)]
    return {once for question in questions for once in (question["key"], ONCE_BY_KIND.get(question["kind"]))
            if once in ONCE}


def keys_of(content: Mapping[str, Any]) -> set[str]:
    return {question["key"] for _home, question, _depth in questions_in(content)}


def changed(content: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]], out: Sequence[str],
            titles: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The form with new words by question key, without the questions of `out`, with titles and helps of its parts.

    Words are label, help, required, each_ticked, reception_may_see, options, more_options and, for a question of one's
    own, kind; with a question goes what hangs on it.
    """
    fresh = copy.deepcopy(dict(content))
    taken = keys_of(fresh)
    for home, question, _depth in questions_in(fresh):
        if question["key"] in out:
            home[:] = [one for one in home if one.get("question", one) is not question]
        elif question["key"] in words:
            new = words[question["key"]]
            _change_kind(question, new.get("kind") or question["kind"], taken)
            _reword(question, new)
    for section in fresh["sections"]:
        new = titles.get(section["key"], {})
        section["title"] = new.get("title") or section["title"]
        _put(section, "help", new.get("help", section.get("help", "")))
    return fresh


def is_own(question: Mapping[str, Any]) -> bool:
    """Whether the practice added the question itself, and no rule reads it."""
    return question["key"].startswith("own_") and question["kind"] in OWN_KINDS and not any(
        question.get(name) for name in ("proposes", "gives", "feeds"))


def _change_kind(question: dict, kind: str, taken: set[str]) -> None:
    """Another kind for a question of one's own. It gets a new key: what was answered before had another shape."""
    if kind == question["kind"] or kind not in OWN_KINDS or not is_own(question):
        return
    question["kind"] = str(kind)
    question["key"] = _key(question["key"], taken)
    taken.add(question["key"])
    if kind in WITH_OPTIONS:
        question.setdefault("options", [])
    else:
        question.pop("options", None)


def _reword(question: dict, new: Mapping[str, Any]) -> None:
    question["label"] = new["label"] or question["label"]
    for name in ("help", "required", "reception_may_see"):
        _put(question, name, new[name])
    if new.get("each_ticked") and question["kind"] == QuestionKind.MULTI_CHOICE:
        question["required"] = question["each_ticked"] = True  # whoever ticks nothing has not ticked each
    else:
        question.pop("each_ticked", None)
    for option in question.get("options", []):
        option["label"] = new["options"].get(option["key"]) or option["label"]
    taken = {option["key"] for option in question.get("options", [])}
    for label in new.get("more_options", ()):
        if question["kind"] in WITH_OPTIONS:
            key = _key(label, taken)
            taken.add(key)
            question["options"].append({"key": key, "label": label})


def _put(target: dict, name: str, value: Any) -> None:
    if value:
        target[name] = value
    else:
        target.pop(name, None)


def moved(content: Mapping[str, Any], key: str, step: int) -> dict[str, Any]:
    """The form with a question one place up (-1) or down (1) among its neighbours; at the end it stays, and the
    signature comes last."""
    fresh = copy.deepcopy(dict(content))
    for home, question, _depth in questions_in(fresh):
        if question["key"] == key:
            _swap(home, next(n for n, one in enumerate(home) if one.get("question", one) is question), step)
            break
    return fresh


def moved_part(content: Mapping[str, Any], key: str, step: int) -> dict[str, Any]:
    """The form with a part one place up (-1) or down (1); the part that is signed comes last."""
    fresh = copy.deepcopy(dict(content))
    place = next((n for n, one in enumerate(fresh["sections"]) if one["key"] == key), None)
    if place is not None:
        _swap(fresh["sections"], place, step)
    return fresh


def _swap(rows: list, place: int, step: int) -> None:
    if 0 <= place + step < len(rows) and not (_is_signed(rows[place]) or _is_signed(rows[place + step])):
        rows[place], rows[place + step] = rows[place + step], rows[place]


def _is_signed(row: Mapping[str, Any]) -> bool:
    """Whether a question is the signature, or a part holds it."""
    return row.get("kind") == QuestionKind.SIGNATURE or any(map(_is_signed, row.get("questions", ())))


def with_part(content: Mapping[str, Any], *, title: str, kind: str, label: str,
              options: Sequence[str] = ()) -> dict[str, Any]:
    """The form with a part of the practice's own and its first question, before the part that is signed."""
    fresh = copy.deepcopy(dict(content))
    key = _key(f"own {title}", {section["key"] for section in fresh["sections"]})
    signed = next((n for n, section in enumerate(fresh["sections"]) if _is_signed(section)), len(fresh["sections"]))
    fresh["sections"].insert(signed, {"key": key, "title": title, "questions": []})
    return with_question(fresh, key, kind=kind, label=label, options=options)


def with_question(content: Mapping[str, Any], section_key: str, *, kind: str, label: str, options: Sequence[str] = (),
                  under: str = "", when: str = YES) -> dict[str, Any]:
    """The form with a question of the practice's own at the end of a part, or `under` another as its follow-up that
    opens on the answer `when`. `kind` is one of OWN_KINDS, or a key of kinds.ONCE after "once:".

    Raises AskedAlready, and KeyError for a part or question that is not there.
    """
    fresh = copy.deepcopy(dict(content))
    once = kind.removeprefix("once:") if kind.startswith("once:") else ""
    if once in asked_once(fresh):
        raise AskedAlready(once)
    if once:
        question = {**_as_shipped(once), "label": label}
    else:
        # A label without a Latin letter leaves nothing behind "own", by which no question is known as one's own.
        question = {"key": _key(f"own {label}", {*keys_of(fresh), "own"}), "kind": str(kind), "label": label}
    if once == SIGNATURE:
        fresh["sections"][-1]["questions"].append(question)
        return fresh
    if kind in WITH_OPTIONS:
        taken: set[str] = set()
        question["options"] = []
        for option in options:
            key = _key(option, taken)
            taken.add(key)
            question["options"].append({"key": key, "label": option})
    if under:
        parent = next((one for _home, one, _depth in questions_in(fresh) if one["key"] == under), None)
        if parent is None:
            raise KeyError(under)
        parent.setdefault("follow_ups", []).append({"when": [when], "question": question})
        return fresh
    section = next((one for one in fresh["sections"] if one["key"] == section_key), None)
    if section is None:
        raise KeyError(section_key)
    last = section["questions"][-1:]
    section["questions"].insert(len(section["questions"]) - any(map(_is_signed, last)), question)
    return fresh


def _as_shipped(once: str) -> dict[str, Any]:
    """The question as the full form that comes with the product asks it, with those follow-ups only that a rule
    reads: without them every pain would stay unasked about. Whether reception sees it is asked anew where it stands.
    """
    question = next(one for _home, one, _depth in questions_in(to_data(shipped("full"))) if one["key"] == once)
    question.pop("reception_may_see", None)
    follow_ups = [one for one in question.pop("follow_ups", []) if one["question"].get("feeds")]
    return {**question, **({"follow_ups": follow_ups} if follow_ups else {})}


def _key(label: str, taken) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:36] or "own"
    base = base if base[0].isalpha() else f"own_{base}"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
