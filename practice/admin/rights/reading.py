"""The rows of a client's copy as a person reads them: without the program's own numbers, sums as sums."""
import re

from flask_babel import gettext

from practice.admin import show
from practice.core.columns import canonical_json
from practice.transfer.queries.copy import Whole

# A row that another one belongs to, told by what people know it by.
BELONGS_TO = {"document_id": ("document", "number_text"), "refers_to_id": ("document", "number_text"),
              "credit_note_id": ("document", "number_text"), "appointment_id": ("appointment", "starts_at")}
# Means of the program; copy.json holds them.
NOT_READ = {"id", "number", "content_hash", "rulebook_version", "busy_until_at", "position", "next_at", "taken_at",
            "about", "tries", "category", "tax_category", "origin", "question_key", "consent_version", "allergies_form",
            "is_private", "is_mailed"}
CALLED = {"user": "therapist", "number_text": "number", "state_at": "since", "on_date": "day", "rows": "worked on"}
KEYS = {"condition": "condition", "measurement": "measure"}  # table -> what its `key` is the key of
EVER = "1900-01-01"  # for as long as there have been clients
WHEN_OR_HOW_MUCH = re.compile("_(at|on|amount|id)$")


def names_in(whole: Whole) -> dict[str, dict]:
    """For each key of BELONGS_TO what a number stands for."""
    rows = {part.table: part.rows for part in whole.parts}
    return {key: {row["id"]: row[column] for row in rows.get(table, ())}
            for key, (table, column) in BELONGS_TO.items()}


def facts_of(table: str, row: dict, named: dict[str, dict]) -> list[dict]:
    """A row of a table as labels and values; what is inside JSON is told by its path, what is empty is left out."""
    found, called = [], CALLED | {"key": KEYS.get(table, "key")}
    for key, value in row.items():
        if key in named:
            value = named[key].get(value)
        elif key in NOT_READ or key.endswith("_id") or (key.endswith("_at") and f"{key[:-3]}_on" in row):
            continue  # of a moment and its day the day is read
        _flatten(_called(key, called), _measured(key, value), found, called)
    return found


def _flatten(path: str, value, found: list[dict], called: dict[str, str]) -> None:
    if value in (None, "", {}, EVER) or isinstance(value, list) and all(item in (None, "") for item in value):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in NOT_READ:
                name = _called(key, called)
                _flatten(name if path == "content" else f"{path}, {name}", _worked(key, item), found, called)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value, 1):
            _flatten(f"{path} {number}", item, found, called)
    else:
        found.append({"label": path[:1].upper() + path[1:], "value": _shown(value)})


def _worked(key: str, value):
    """The rows of a note, its pain and its scores in words; anything else as it stands."""
    if key == "rows" and value:
        return [gettext("%(place)s: %(technique)s, pressure %(level)s, %(minutes)s minutes", place=_shown(place),
                        technique=_shown(technique), level=level, minutes=minutes)
                for place, technique, level, minutes, *_more in value]
    if key == "pain" and value:
        return _changed(*value)
    if key == "scores" and value:
        return [_changed(*one) for one in value]
    return value


def _changed(what: str | None, before: int | None, after: int | None) -> str:
    """Points from 0 to 10 around a session, as far as they were asked; empty for none."""
    name = _shown(what) if what else ""
    if before is None and after is None:
        return name
    if after is None:
        said = gettext("before %(points)s, of 10", points=before)
    elif before is None:
        said = gettext("after %(points)s, of 10", points=after)
    else:
        said = gettext("before %(before)s, after %(after)s, of 10", before=before, after=after)
    return f"{name}: {said}" if name else said


def _called(key: str, called: dict[str, str]) -> str:
    return called.get(key, WHEN_OR_HOW_MUCH.sub("", key)).replace("_", " ")


def _measured(key: str, value):
    """A sum, a share or a quantity as people write it; anything else as it stands."""
    if type(value) is not int:
        return value
    if key.endswith("amount"):
        return show.money(value)
    if key in ("rate", "tax_rate"):
        return f"{value / 10000:g} %"
    return f"{value / 1000:g}" if key == "quantity" else value


def _shown(value) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return "\n".join(_shown(item) for item in value)
    if not isinstance(value, str):
        return canonical_json(value)
    return show.kept_word(value)
