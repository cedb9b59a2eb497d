"""What is new since a session: conditions, and two forms of one client laid side by side. Pure."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from practice.core.body import Place
from practice.intake.definition import FormDefinition, Question, chosen
from practice.intake.kinds import QuestionKind
from practice.safety.proposals import allergies_named, never_more_named, wishes_named

# Answers compared for what they mean, and those that say nothing of the body.
COMPARED = ("medicines", "allergies", "wish", "never_more", "avoid_places", "pain")
OF_THE_PERSON = (QuestionKind.SIGNATURE, QuestionKind.NAME, QuestionKind.EMAIL, QuestionKind.PHONE,
                 QuestionKind.ADDRESS)


class How(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"


class What(StrEnum):
    CONDITION = "condition"
    MEDICINE = "medicine"
    ALLERGY = "allergy"
    WISH = "wish"
    NEVER_MORE = "never_more"
    OWN_LIMIT = "own_limit"
    CONSENT = "consent"
    LETTER = "letter"
    BLOOD_PRESSURE = "blood_pressure"
    PAIN = "pain"
    SCORE = "score"
    REMARK = "remark"
    ENTRIES = "entries"
    FORM = "form"
    TREATED_BY = "treated_by"


@dataclass(frozen=True)
class Change:
    """One thing that is different: `words` is how it stands now, `before` how it was, where that is worth saying.

    Words of a condition are the rule's label, those of a form the client's; a wish or limit has its `level` and places
    (none: everywhere). `detail` is what became of it: how a doctor's letter stands, a severity, a score.
    """

    how: How
    what: What
    words: str = ""
    before: str = ""
    places: tuple[Place, ...] = ()
    level: int | None = None
    level_before: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Sheet:
    """A form as it was filled in, on its day."""

    definition: FormDefinition
    answers: Mapping[str, Any]
    on: date

    def feeds(self, what: str) -> bool:
        return self.definition.feeds(what)


def between_forms(before: Sheet | None, now: Sheet) -> list[Change]:
    """What the newer of two forms says differently. What only one of them asks is left alone."""

    def both_ask(what: str) -> bool:
        return now.feeds(what) and (before is None or before.feeds(what))

    changes = medicines_between(before, now)
    if both_ask("allergies"):
        changes += _listed(What.ALLERGY, _allergies(before), _allergies(now))
    if both_ask("wish"):
        changes += _wish(before, now)
    if both_ask("never_more"):
        changes += _never_more(before, now)
    return changes


def answered_otherwise(before: Sheet, now: Sheet) -> list[str]:
    """Questions of the newer form that are answered otherwise than in the older one, beside what is compared by itself.

    Yes to a condition is a proposal, and said as such; who somebody is and the signature say nothing of the body."""
    asked = {question.key: question for question in before.definition.questions()}
    opened = {follow_up.question.key for question in now.definition.questions() for follow_up in question.follow_ups}
    return [question.label for question in now.definition.questions()
            if question.key in asked and question.key not in opened and question.feeds not in COMPARED
            and question.kind not in OF_THE_PERSON and not _is_proposed(question, now)
            and (before.answers.get(question.key) or None) != (now.answers.get(question.key) or None)]


def _is_proposed(question: Question, sheet: Sheet) -> bool:
    picked = chosen(sheet.answers.get(question.key))
    return bool(question.proposes and "yes" in picked) or any(
        option.proposes for option in question.options if option.key in picked)


def medicines_between(before: Sheet | None, now: Sheet) -> list[Change]:
    """The same of medicines alone: what else a form says counts together with what was said at visits."""
    if not now.feeds("medicines") or (before is not None and not before.feeds("medicines")):
        return []
    return _listed(What.MEDICINE, _medicines(before), _medicines(now))


def _listed(what: What, before: dict[str, tuple[str, str]], now: dict[str, tuple[str, str]]) -> list[Change]:
    """Items by name with a detail each: new ones, those whose detail changed, those no longer named."""
    changes = []
    for key, (name, detail) in now.items():
        said = f"{name} {detail}".strip()
        if key not in before:
            changes.append(Change(How.NEW, what, said))
        elif before[key][1] != detail:
            changes.append(Change(How.CHANGED, what, said, before[key][1]))
    return changes + [Change(How.ENDED, what, name) for key, (name, _detail) in before.items() if key not in now]


def _medicines(sheet: Sheet | None) -> dict[str, tuple[str, str]]:
    found = {}
    keys = [question.key for question in sheet.definition.questions() if question.feeds == "medicines"] if sheet else []
    for key in keys:
        rows = sheet.answers.get(key)
        for row in rows if isinstance(rows, list) else ():
            name = str(row.get("name") or "").strip()
            if name:
                found[name.casefold()] = (name, str(row.get("dose") or "").strip())
    return found


def _allergies(sheet: Sheet | None) -> dict[str, tuple[str, str]]:
    named = allergies_named(sheet.definition, sheet.answers, sheet.on) if sheet else []
    return {item.substance.casefold(): (item.substance, "") for item in named}


def _wish(before: Sheet | None, now: Sheet) -> list[Change]:
    def level(sheet: Sheet | None) -> int | None:
        named = wishes_named(sheet.definition, sheet.answers, sheet.on) if sheet else []
        return min((wish.level for wish in named if wish.place is None), default=None)

    was, wants = level(before), level(now)
    if wants is None or wants == was:
        return []
    return [Change(How.NEW if was is None else How.CHANGED, What.WISH, level=wants, level_before=was)]


def _never_more(before: Sheet | None, now: Sheet) -> list[Change]:
    def limits(sheet: Sheet | None) -> dict[Place, int]:
        found: dict[Place, int] = {}
        for item in never_more_named(sheet.definition, sheet.answers, sheet.on) if sheet else ():
            if item.place is not None:
                found[item.place] = min(item.level, found.get(item.place, item.level))
        return found

    was, wants = limits(before), limits(now)
    groups: dict[tuple, list[Place]] = {}
    for place, level in wants.items():
        if was.get(place) != level:
            groups.setdefault((level, was.get(place)), []).append(place)
    changes = [Change(How.NEW if old is None else How.CHANGED, What.NEVER_MORE, places=tuple(places), level=level,
                      level_before=old) for (level, old), places in groups.items()]
    gone = tuple(place for place in was if place not in wants)
    return [*changes, *([Change(How.ENDED, What.NEVER_MORE, places=gone)] if gone else [])]
