"""The copy a client takes home: a PDF to read, the same as JSON, and their files, in one archive."""
import io
import json
import zipfile

from flask_babel import gettext

from practice.admin import show
from practice.admin.rights.reading import facts_of, names_in
from practice.core import clock
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
    named = names_in(whole)
    parts = [{"heading": gettext(part.label), "rows": [facts_of(part.table, row, named) for row in part.rows]}
             for part in whole.parts if part.table not in ("submission", "desk_answers")]  # in the forms, in words
    parts.insert(1, {"heading": gettext("Forms you sent"), "rows": [_form(row) for row in whole.forms]})
    parts.append({"heading": gettext("What was done with your record"),
                  "rows": [[{"label": one["when"], "value": one["what"]}] for one in log]})
    return render("client_copy", {
        "heading": gettext("Everything we hold about %(name)s", name=name),
        "about": gettext("Made on %(day)s. The file copy.json beside this one holds the same with the numbers the "
                         "program keeps it under; files you gave us lie in the folder files.",
                         day=show.day(clock.now())), "title": gettext("Copy of a record"),
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
