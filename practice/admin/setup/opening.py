"""Opening balances of many clients, from a file that is tried first."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, show_error, words
from practice.admin.setup_tabs import tabs
from practice.admin.typing_money import day_of
from practice.billing.opening_file import KIND_LABELS, LARGEST
from practice.billing.services.opening_import import Outcome, bring_file
from practice.core.db import transaction
from practice.core.errors import DomainError, Invalid
from practice.core.text import _

EXAMPLE = """client,kind,amount,reference,due_on,treatment,sessions,expires_on
ann@example.com,owed,78.00,2025-117,2026-03-15,,,
Ben Okafor,credit,20.00,credit of May,,,,
204,package,300.00,ten of May,,Deep tissue 60,4,2027-05-31"""


class Undone(Exception):
    """Takes a trial, or a file with bad rows, back as a whole."""


class FileForm(FlaskForm):
    on = StringField(_("As of"), [InputRequired(_("Choose a day"))])


class OpeningFilePage(Page):
    permissions = {"index": P.PREMISES_EDIT}

    @expose("/", methods=("GET", "POST"))
    def index(self):
        """A file is tried first: what would come over, and every row that cannot. Only then it is done."""
        form, outcome, text = FileForm(), None, ""
        if not form.is_submitted():
            form.on.data = show.today().isoformat()
        on = day_of(form, "on") if form.validate_on_submit() else None
        if on:
            try:
                text = posted_text()
                is_trial = "go" not in request.form
                outcome = run(text, on, is_trial)
                if not is_trial and not outcome.bad:
                    flash(gettext("%(count)s opening balances brought over.", count=sum(outcome.counts.values())),
                          "success")
                    return redirect(url_for("setup_opening.index"))
            except DomainError as error:
                show_error(form, error)
        is_bad = bool(form.errors or form.form_errors or (outcome and outcome.bad))
        return render_template(
            "admin/opening/file.html", form=form, outcome=outcome, text=text, example=EXAMPLE,
            labels=KIND_LABELS, tabs_row=tabs("money"),
            bad=[(line, client, words(error)) for line, client, error in outcome.bad] if outcome else [],
        ), 422 if is_bad else 200


def run(text: str, on, is_trial: bool) -> Outcome:
    """Everything of the file in one transaction, or nothing of it. Raises Invalid."""
    outcome = None
    try:
        with transaction():
            outcome = bring_file(current_actor(), text, on=on)
            if is_trial or outcome.bad:
                raise Undone
    except Undone:
        pass
    return outcome


def posted_text() -> str:
    """The text of the file, or of the one that was tried. Raises Invalid."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        if request.form.get("text"):
            return request.form["text"]
        raise Invalid(_("Please choose a file first."))
    data = upload.read(4 * LARGEST)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_("This is no text file."))
