"""The wording of a licensed measure, as a practice that holds the licence loads it from a file. Pure.

    {"measure": "odi", "licence": "Licensed to Linden Lane, 2026-11-02",
     "items": [{"words": "First question", "answers": ["lowest answer", "...", "highest answer"]}, ...]}

`measure` is the key of a measure whose wording somebody owns; `items` are its questions in their order, each with one
answer for every number from the lowest to the highest. `answers` may be left out: then the numbers are shown alone.
"""
import json
from typing import Any

from practice.core.errors import Invalid
from practice.core.text import _
from practice.sessions.measures import MEASURES, Measure

LARGEST = 100_000  # letters of a file
LONGEST = 1_000  # letters of a question or an answer


class WordingRefused(Invalid):
    """The first thing that is wrong with the file, in words."""


def licensed() -> list[Measure]:
    return [one for one in MEASURES.values() if one.is_licensed]


def read_wording(text: str) -> dict[str, Any]:
    """The wording in a file: measure, licence, items. Raises WordingRefused."""
    if len(text) > LARGEST:
        raise _refused(_("This file is too big for a questionnaire."))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(_("This is no JSON file.")) from None
    if not isinstance(data, dict) or set(data) != {"measure", "licence", "items"}:
        raise _refused(_("The file has three parts: measure, licence and items."))
    measure = MEASURES.get(data["measure"]) if isinstance(data["measure"], str) else None
    if measure is None or not measure.is_licensed:
        raise _refused(_("Known are: %(keys)s."), keys=", ".join(one.key for one in licensed()))
    if not _is_text(data["licence"]):
        raise _refused(_("Say under “licence” who may use the questions, and since when."))
    items = data["items"]
    if not isinstance(items, list) or len(items) != measure.items:
        raise _refused(_("This measure has %(count)s questions."), count=measure.items)
    return {"measure": measure.key, "licence": data["licence"].strip(),
            "items": [_item(measure, number, item) for number, item in enumerate(items, start=1)]}


def _item(measure: Measure, number: int, item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or set(item) - {"words", "answers"} or not _is_text(item.get("words")):
        raise _refused(_("Question %(number)s needs its words, and may have answers."), number=number)
    answers, count = item.get("answers", []), measure.highest - measure.lowest + 1
    if not isinstance(answers, list) or (answers and len(answers) != count) or not all(map(_is_text, answers)):
        raise _refused(_("Question %(number)s needs %(count)s answers, from %(lowest)s to %(highest)s."), number=number,
                       count=count, lowest=measure.lowest, highest=measure.highest)
    return {"words": item["words"].strip(), "answers": [answer.strip() for answer in answers]}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST


def _refused(message: str, **params) -> WordingRefused:
    return WordingRefused(message, "file", **params)
