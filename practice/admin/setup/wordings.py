"""The owner loads the questions of licensed measures which the practice may use."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, words
from practice.admin.setup_tabs import tabs
from practice.core.db import transaction
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.sessions.queries.plans import wordings
from practice.sessions.services.wordings import load_wording, take_out_wording
from practice.sessions.wording import LARGEST, licensed

EXAMPLE = """{"measure": "who5",
 "licence": "...",
 "items": [{"words": "...", "answers": ["...", "...", "...", "...", "...", "..."]},
           {"words": "..."}, {"words": "..."}, {"words": "..."}, {"words": "..."}]}"""


class WordingPage(Page):
    permissions = dict.fromkeys(("index", "take_out"), P.RULEBOOK_EDIT)

    @expose("/", methods=("GET", "POST"))
    def index(self):
        """What is loaded, and a file to load."""
        error = ""
        if request.method == "POST":
            try:
                with transaction():
                    load_wording(current_actor(), posted_text())
            except DomainError as refused:
                error = words(refused)
            else:
                flash(gettext("Loaded: the questions are shown when the measure is taken."), "success")
                return redirect(url_for("setup_measures.index"))
        return render_template("admin/setup/wordings.html", measures=licensed(), loaded=wordings(), error=error,
                               example=EXAMPLE, tabs_row=tabs("rulebook")), 422 if error else 200

    @expose("/take-out", methods=("POST",))
    def take_out(self):
        key = request.form.get("key", "")
        return act(lambda: take_out_wording(current_actor(), key), url_for("setup_measures.index"),
                   gettext("Taken out: answers are entered by number."))


def posted_text() -> str:
    """The text of the file. Raises Invalid."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(_("Please choose a file first."))
    try:
        return upload.read(4 * LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("This is no JSON file.")) from None
