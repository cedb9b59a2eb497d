"""The owner changes a form in the browser: words, what must be answered, what is asked, questions of one's own."""
import re

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page, words
from practice.admin.setup_tabs import tabs
from practice.core.db import transaction
from practice.core.errors import DomainError, NotFound
from practice.intake.definition import BadDefinition
from practice.intake.definition_check import DefinitionProblem, can_need_each
from practice.intake.desk_side import chart_keys
from practice.intake.editing import (
    OWN_KINDS,
    AskedAlready,
    asked_once,
    changed,
    is_own,
    moved,
    moved_part,
    questions_in,
    with_part,
    with_question,
)
from practice.intake.kinds import KIND_LABELS, ONCE, WITH_OPTIONS, QuestionKind
from practice.intake.models import FormState
from practice.intake.queries import get_form
from practice.intake.services import forms

LONGEST = 400
ADDED = (*OWN_KINDS, *(f"once:{key}" for key in ONCE))
MOST_OPTIONS = 20
MOVE = re.compile(r"(up|down):(part|question):([a-z0-9_]+)")
OPENS_ON_ANY = (QuestionKind.REGIONS, QuestionKind.PAIN_MAP, QuestionKind.MEDICINES)
WHEN = re.compile(r"([a-z0-9_]+)=([a-z0-9_]+)")


class FormEditPage(Page):
    permissions = {"edit": P.FORM_EDIT, "begin": P.FORM_EDIT, "publish": P.FORM_EDIT}

    @expose("/begin", methods=("POST",))
    def begin(self, form_id):
        """A draft from this version, or from the one shipped since, to be changed without anybody meeting it."""
        with transaction():
            draft_id = forms.start_draft(current_actor(), form_id, from_shipped="shipped" in request.args).id
        return redirect(url_for("form_edit.edit", form_id=draft_id))

    @expose("/edit", methods=("GET", "POST"))
    def edit(self, form_id):
        """The whole draft on one page, saved as a whole."""
        row = get_form(form_id)
        if row.state is not FormState.DRAFT:
            raise NotFound()
        content, version, error, refused = row.content, row.version, "", {}
        if request.method == "POST":
            content, here, refused = posted(content)
            try:
                for problem in refused.values():
                    raise problem
                with transaction():
                    forms.save_draft(current_actor(), form_id, content, version=typed_version())
            except BadDefinition as failure:
                error = " ".join(described(content, problem) for problem in failure.problems[:5])
            except DomainError as failure:
                error = words(failure)
            else:
                flash(gettext("Saved"), "success")
                return redirect(url_for("form_edit.edit", form_id=form_id, at=here or None))
        return render_template(
            "admin/intake/edit.html", form=get_form(form_id), content=content, error=error, rows=rows_of(content),
            version=version, kinds=KIND_LABELS, own_kinds=OWN_KINDS, with_options=WITH_OPTIONS, opens=opens(content),
            is_own=is_own, can_need_each=can_need_each, of_chart=chart_keys(content), at=request.args.get("at", ""),
            once=ONCE, asked=asked_once(content),
            typed={name: request.form.get(name, "") for names in refused for name in names},
            tabs_row=tabs("forms")), 422 if error else 200

    @expose("/publish", methods=("POST",))
    def publish(self, form_id):
        """The draft is asked from now on."""
        try:
            with transaction():
                forms.publish_draft(current_actor(), form_id, version=typed_version())
        except DomainError as refused:
            flash(words(refused), "error")
            return redirect(url_for("forms.page", form_id=form_id))
        flash(gettext("Published: this is asked from now on."), "success")
        return redirect(url_for("forms.page", form_id=form_id))


def described(content: dict, problem: DefinitionProblem) -> str:
    """A problem in words, with the question it is about."""
    key = problem.path.rpartition("/")[2]
    label = next((question["label"] for _home, question, _depth in questions_in(content) if question["key"] == key), "")
    return f"“{label}”: {gettext(problem.message)}" if label else gettext(problem.message)


def typed_version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def rows_of(content: dict) -> dict[str, list[tuple[dict, int]]]:
    """The questions of each part with how far each is set in, in order."""
    return {section["key"]: [(question, depth) for _home, question, depth in questions_in({"sections": [section]})]
            for section in content["sections"]}


def opens(content: dict) -> list[tuple[str, str]]:
    """The answers a question of one's own can open on: ("thinners=yes", "Do you take blood thinners?: Yes")."""
    found = []
    for _home, question, depth in questions_in(content):
        if depth > 1:
            continue
        if question["kind"] == QuestionKind.YES_NO_UNKNOWN:
            found.append((f"{question['key']}=yes", f"{question['label']} {gettext('Yes')}"))
        elif question["kind"] in WITH_OPTIONS:
            found += [(f"{question['key']}={option['key']}", f"{question['label']} {option['label']}")
                      for option in question["options"]]
        elif question["kind"] in OPENS_ON_ANY:
            found.append((f"{question['key']}=any", f"{question['label']} {gettext('anything')}"))
    return found


def posted(content: dict) -> tuple[dict, str, dict[tuple[str, ...], AskedAlready]]:
    """The draft with what was typed: new words, without what is taken out, with questions and parts of one's own, and
    with what was moved; the button that moved it, where the focus goes again; and why what stands in some fields was
    not added."""
    form = request.form
    fresh = {question["key"]: {
        "label": _text(f"label:{question['key']}"), "help": _text(f"help:{question['key']}"),
        "required": f"required:{question['key']}" in form, "each_ticked": f"each:{question['key']}" in form,
        "reception_may_see": f"reception:{question['key']}" in form,
        "options": {option["key"]: _text(f"option:{question['key']}:{option['key']}")
                    for option in question.get("options", [])},
        "more_options": _lines(f"more:{question['key']}"), "kind": form.get(f"as:{question['key']}", "")}
        for _home, question, _depth in questions_in(content) if f"label:{question['key']}" in form}
    titles = {section["key"]: {"title": _text(f"title:{section['key']}"), "help": _text(f"about:{section['key']}")}
              for section in content["sections"] if f"title:{section['key']}" in form}
    result, refused = changed(content, fresh, form.getlist("out"), titles), {}
    for section in content["sections"]:
        label, kind = _text(f"new:{section['key']}"), form.get(f"kind:{section['key']}", "")
        if label and kind in ADDED:
            under = WHEN.fullmatch(form.get(f"under:{section['key']}", ""))
            try:
                result = with_question(result, section["key"], kind=kind, label=label,
                                       options=_lines(f"choices:{section['key']}"),
                                       under=under[1] if under else "", when=under[2] if under else "")
            except KeyError:  # its parent was taken out in the same moment
                continue
            except AskedAlready as error:
                refused[tuple(f"{name}:{section['key']}" for name in ("new", "kind", "choices", "under"))] = error
    title, label, kind = _text("new_part"), _text("new_part_question"), form.get("new_part_kind", "")
    if title and label and kind in ADDED:
        try:
            result = with_part(result, title=title, kind=kind, label=label, options=_lines("new_part_choices"))
        except AskedAlready as error:
            refused["new_part", "new_part_question", "new_part_kind", "new_part_choices"] = error
    return *_moved(result), refused


def _moved(content: dict) -> tuple[dict, str]:
    """The draft after a button "Up" or "Down", and that button."""
    pressed = MOVE.fullmatch(request.form.get("move", ""))
    if not pressed:
        return content, ""
    step = -1 if pressed[1] == "up" else 1
    return (moved_part if pressed[2] == "part" else moved)(content, pressed[3], step), pressed[0]


def _text(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[:LONGEST]


def _lines(name: str) -> list[str]:
    return [" ".join(line.split())[:LONGEST] for line in request.form.get(name, "").splitlines()
            if line.strip()][:MOST_OPTIONS]
