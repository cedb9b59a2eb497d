"""A therapist's own snippets: pieces of text that are put into a field of the note with one choice."""
import json

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.notes.form import NoteForm, posted_version
from practice.core.text import _
from practice.safety.queries.book import rulebook
from practice.sessions.content import SOAP
from practice.sessions.queries.notes import get_snippet, snippets
from practice.sessions.services.snippets import (
    LONGEST_SNIPPET,
    LONGEST_TITLE,
    WHOLE_NOTE,
    save_snippet,
    save_template,
    take_out,
    template_of,
)

FIELD_LABELS = {name: getattr(NoteForm, name).args[0] for name in SOAP}

LABELS = FIELD_LABELS | {WHOLE_NOTE: _("Whole note")}


class SnippetForm(FlaskForm):
    field = SelectField(lazy_gettext("Field of the note"))
    title = StringField(lazy_gettext("Name"), [DataRequired(lazy_gettext("Give it a short name.")),
                                               Length(max=LONGEST_TITLE)])
    text = TextAreaField(lazy_gettext("Text"), [DataRequired(lazy_gettext("Write its text.")),
                                                Length(max=LONGEST_SNIPPET)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.field.choices = [SelectChoice(key, gettext(label)) for key, label in FIELD_LABELS.items()]


class TemplateForm(FlaskForm):
    title = StringField(lazy_gettext("Name"), [DataRequired(lazy_gettext("Give it a short name.")),
                                               Length(max=LONGEST_TITLE)])
    subjective = TextAreaField(FIELD_LABELS["subjective"], [Length(max=LONGEST_SNIPPET)])
    objective = TextAreaField(FIELD_LABELS["objective"], [Length(max=LONGEST_SNIPPET)])
    assessment = TextAreaField(FIELD_LABELS["assessment"], [Length(max=LONGEST_SNIPPET)])
    plan = TextAreaField(FIELD_LABELS["plan"], [Length(max=LONGEST_SNIPPET)])


def edit_template(row):
    """A template of a whole note: its name and texts; the work in it stays as it was kept."""
    held, number, version, form = template_of(row), row.id, row.version, TemplateForm()
    if request.method == "GET":
        form.title.data = json.loads(row.content)["title"]
        for name in SOAP:
            form[name].data = getattr(held, name)
    elif form.validate() and attempt(form, lambda: save_template(
            current_actor(), number, title=form.title.data, texts={name: form[name].data or "" for name in SOAP},
            version=posted_version()).id):
        flash(gettext("Saved"), "success")
        return redirect(url_for("snippets.index"))
    return render_template("admin/notes/template.html", form=form, held=held, soap=SOAP, version=version,
                           techniques=rulebook().techniques), 200 if request.method == "GET" else 422


class SnippetPage(Page):
    permissions = dict.fromkeys(("index", "edit", "take_out"), P.CHART_WRITE)

    @expose("/", methods=("GET", "POST"))
    def index(self):
        """The list, and a new one below it."""
        form = SnippetForm()
        if request.method == "POST" and form.validate() and attempt(form, lambda: save_snippet(
                current_actor(), None, field=form.field.data, title=form.title.data, text=form.text.data).id):
            flash(gettext("Saved"), "success")
            return redirect(url_for("snippets.index"))
        rows = [(row, json.loads(row.content)) for row in snippets()]
        return render_template("admin/notes/snippets.html", form=form, rows=rows, labels=LABELS,
                               snippet_id=None, version=0), 200 if request.method == "GET" else 422

    @expose("/<int:snippet_id>", methods=("GET", "POST"))
    def edit(self, snippet_id):
        row = get_snippet(snippet_id)
        if row.field == WHOLE_NOTE:
            return edit_template(row)
        held, version, form = json.loads(row.content), row.version, SnippetForm()
        if request.method == "GET":
            form.field.data, form.title.data, form.text.data = row.field, held["title"], held["text"]
        elif form.validate() and attempt(form, lambda: save_snippet(
                current_actor(), snippet_id, field=form.field.data, title=form.title.data, text=form.text.data,
                version=posted_version()).id):
            flash(gettext("Saved"), "success")
            return redirect(url_for("snippets.index"))
        return render_template("admin/notes/snippets.html", form=form, rows=[], labels=LABELS,
                               snippet_id=snippet_id, version=version), 200 if request.method == "GET" else 422

    @expose("/<int:snippet_id>/take-out", methods=("POST",))
    def take_out(self, snippet_id):
        return act(lambda: take_out(current_actor(), snippet_id), url_for("snippets.index"), gettext("Taken out"))
