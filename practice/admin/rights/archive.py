"""The copy a client takes home: a PDF to read, the same as JSON, and their files, in one archive."""
import io
import json
import zipfile

from flask_babel import gettext

from practice.admin import show
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.pdf import render
from practice.intake.queries import answers_of, definition_of
from practice.intake.words import told
from practice.premises.queries import issuer_for, the_practice
from practice.transfer.queries.copy import Whole

FORMAT = "practice client copy, version 1"


def archive(name: str, whole: Whole, log: list[dict], language: str) -> bytes:
    """The archive: copy.pdf, copy.json and files/. `log` tells who did what with the record, in sentences."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("copy.pdf", copy_pdf(name, whole, log, language))
        packed.writestr("copy.json", json.dumps({
            "format": FORMAT, "name": name, "parts": {part.table: part.rows for part in whole.parts}, "log": log},
            ensure_ascii=False, indent=1))
        for file, content in whole.files.items():
            packed.writestr(file, content)
    return held.getvalue()


def copy_pdf(name: str, whole: Whole, log: list[dict], language: str) -> bytes:
    """Everything to read: each part with its rows, forms as they were asked and answered."""
    head = issuer_for(None)
    parts = [{"heading": gettext(part.label), "rows": [facts_of(row) for row in part.rows]} for part in whole.parts
             if part.table not in ("submission", "desk_answers")]  # both stand in the forms, in words
    parts.insert(1, {"heading": gettext("Forms you sent"), "rows": [_form(row) for row in whole.forms]})
    parts.append({"heading": gettext("What was done with your record"),
                  "rows": [[{"label": one["when"], "value": one["what"]}] for one in log]})
    return render("client_copy", {
        "heading": gettext("Everything we hold about %(name)s", name=name), "title": gettext("Copy of a record"),
        "head": {"name": head.name, "lines": head.address.splitlines()},
        "parts": [part for part in parts if part["rows"]],
        "labels": {"page": gettext("Page %(page)s of %(pages)s")}}, language=language)


def _form(row) -> list[dict]:
    """A form in the words it was asked in."""
    facts = [{"label": gettext("Form"), "value": f"{row.form_version.title}, {show.day(row.submitted_at)}"}]
    sent_on = clock.local_date(row.submitted_at, the_practice().time_zone)
    for section in told(definition_of(row.form_version), answers_of(row), on=sent_on, translate=gettext,
                        show_day=show.day):
        facts += [{"label": one.label, "value": "\n".join(one.lines)} for one in section.answers if one.lines]
        if section.button:
            facts.append({"label": section.title, "value": section.button})
    return facts


def facts_of(row: dict) -> list[dict]:
    """A row as labels and values; what is inside JSON is told by its path, what is empty is left out."""
    found = []
    for key, value in row.items():
        _flatten(key, value, found)
    return found


def _flatten(path: str, value, found: list[dict]) -> None:
    if value in (None, "", [], {}):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            _flatten(f"{path}, {key}", item, found)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value, 1):
            _flatten(f"{path} {number}", item, found)
    else:
        found.append({"label": _label(path), "value": _shown(value)})


def _label(path: str) -> str:
    words = path.replace("_", " ")
    return words[:1].upper() + words[1:]


def _shown(value) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return show.recorded(value) if isinstance(value, str) else canonical_json(value)
