"""The practice's own value with the book's beside it, for everything in which the two differ."""
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext

from practice.admin.conditions.rule_form import HEAT_LABELS, PLACE_LABELS, SCOPE_LABELS, RuleForm
from practice.admin.conditions.rule_lines import where_choices
from practice.admin.conditions.standing_form import PressureForm, SensitiveForm, StandingForm
from practice.admin.conditions.technique_form import PHASE_LABELS, TechniqueForm
from practice.catalog.techniques import CATEGORY_LABELS, technique_to_data
from practice.core.body import POINTS, level_words
from practice.core.text import _
from practice.safety.queries.book import rulebook
from practice.safety.rulebook import BASIS_LABELS, EVERY_TECHNIQUE, GRADE_LABELS, KIND_LABELS, shipped, to_data
from practice.safety.rules_verdict import CONSEQUENCE_LABELS
from practice.safety.standing import standing_to_data

# What says something about safety first; the rest as it stands in the form.
FIRST = ("kind", "cap", "caps", "cap_once_cleared", "techniques", "avoid", "refused_for", "never_at", "warn",
         "warns_for", "needs_consent", "heat", "regions", "points", "ask_doctor", "do_not_treat")
LEVELS = ("cap", "cap_once_cleared", "lowest", "highest")
WORDS = {"kind": KIND_LABELS, "grade": GRADE_LABELS, "basis": BASIS_LABELS, "category": CATEGORY_LABELS,
         "scope": SCOPE_LABELS, "place": PLACE_LABELS, "consequences": CONSEQUENCE_LABELS, "phases": PHASE_LABELS}
NAMES = {"basis": _("Where the level comes from"), "caps": _("No deeper than, by region"),
         "variants": _("How severe it may be"), "products": _("Oil and products"), "extended": _("less certain"),
         "techniques": _("Techniques"), "ask_doctor": _("A doctor is asked from"),
         "do_not_treat": _("Nobody works from")}
FORMS = {"condition": RuleForm, "technique": TechniqueForm, "standing": StandingForm, "sensitive": SensitiveForm,
         "blood_pressure": PressureForm}


class Beside(NamedTuple):
    """One point in which an own rule differs: what it is, how it stands now, and in the book."""

    name: str
    own: str
    book: str


def condition_beside(key: str) -> list[Beside]:
    held = shipped().rules.get(key)
    return beside("condition", to_data(rulebook().rules[key]), to_data(held) if held else None)


def technique_beside(key: str) -> list[Beside]:
    held = shipped().techniques.get(key)
    return beside("technique", technique_to_data(rulebook().techniques[key]), technique_to_data(held) if held else None)


def standing_beside(key: str) -> list[Beside]:
    held = shipped().standing.get(key)
    return beside("standing", standing_to_data(rulebook().standing[key]), standing_to_data(held) if held else None)


def setting_beside(key: str) -> list[Beside]:
    return beside(key, rulebook().settings[key], shipped().settings[key])


def beside(part: str, own: Mapping[str, Any], book: Mapping[str, Any] | None) -> list[Beside]:
    """Every point in which the two differ, what matters most first; nothing where the book has no such rule."""
    if book is None:
        return []
    names = dict.fromkeys((*FIRST, *own, *book))
    found = [(name, own.get(name), book.get(name)) for name in names if name in own or name in book]
    return [Beside(_name(part, name), in_words(name, now), in_words(name, was)) for name, now, was in found
            if _told(now) != _told(was)]


def _told(value: Any) -> Any:
    """Nothing said is nothing said, however it is written; a level 0 is something; lists say the same in any order."""
    if isinstance(value, list | tuple) and value and all(isinstance(one, str) for one in value):
        return frozenset(value)
    return value if value or type(value) is int else None


def _name(part: str, name: str) -> str:
    label = NAMES.get(name)
    if label is None:
        field = getattr(FORMS[part], name, None)
        label = field.args[0] if field else name
    return gettext(label)


def in_words(name: str, value: Any) -> str:
    """A value of the rulebook as somebody reads it."""
    if name in LEVELS:
        return gettext("No limit") if value is None else level_words(value, gettext)
    if name == "heat":
        return gettext(HEAT_LABELS[value or ""])
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if name in ("ask_doctor", "do_not_treat"):
        return "/".join(map(str, value))
    if name == "caps":
        return ", ".join(f"{_one('regions', where)}: {level_words(level, gettext)}" for where, level in
                         (value or {}).items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(_one(name, item) for item in value) or "–"
    return _one(name, value) if value not in (None, "") else "–"


def _one(name: str, value: Any) -> str:
    book = rulebook()
    if name in WORDS and value in WORDS[name]:
        return gettext(WORDS[name][value])
    if isinstance(value, Mapping):
        return gettext(value.get("label") or value.get("why") or "")
    if name in ("regions", "possible", "never_at"):
        return gettext(where_choices().get(value, value))
    if name == "points":
        return gettext(POINTS[value].label)
    if name in ("avoid", "warn", "techniques"):
        known = book.techniques.get(value)
        return gettext("Every technique") if value == EVERY_TECHNIQUE else gettext(known.label) if known else value
    if name in ("warns_for", "refused_for"):
        return gettext(book.rules[value].label) if value in book.rules else value
    if name == "positions":
        return gettext(book.settings["positions"].get(value, value))
    if name == "sources":
        return gettext(book.sources_of([value])[0].title)
    return gettext(str(value))
