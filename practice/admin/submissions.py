"""A form as the client sent it, in their own words: clinical, and each reading is recorded first."""
import json

from flask import redirect, render_template, url_for
from flask_admin import expose
from flask_babel import format_date, gettext
from markupsafe import Markup, escape

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.base import ListView, Page, record_reading
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.text import _
from practice.files.queries import files_named
from practice.intake.kinds import QuestionKind
from practice.intake.models import WAY_LABELS, Submission
from practice.intake.queries import answers_of, definition_of, get_submission, submissions_of
from practice.intake.services.submissions import is_untouched
from practice.intake.signature import as_path
from practice.intake.words import told
from practice.premises.queries import the_practice

READS = (P.CHART_READ, P.CHART_BREAK_GLASS)


class SubmissionPage(Page):
    permissions = {"index": READS, "page": READS}

    @expose("/")
    def index(self):
        return redirect(url_for("submission_list.index_view"))

    @expose("/<int:submission_id>")
    def page(self, submission_id):
        """One form, every answer."""
        row = get_submission(submission_id)
        record_reading("submission.read", row, client_id=row.client_id)
        row = get_submission(submission_id)
        definition, answers = definition_of(row.form_version), answers_of(row)
        sent_on = clock.local_date(row.submitted_at, the_practice().time_zone)
        signature = json.loads(row.signature or "{}")
        pains = next((q.key for q in definition.questions() if q.kind is QuestionKind.PAIN_MAP), None)
        return render_template(
            "admin/intake/submission.html", row=row, client=get_client(row.client_id), title=row.form_version.title,
            number=row.form_version.number, way=WAY_LABELS[row.way], is_untouched=is_untouched(row),
            told=told(definition, answers, on=sent_on, translate=gettext,
                      show_day=lambda day: format_date(day, "d MMM y")),
            marks=answers.get(pains) or {}, signature=signature, ink=as_path(signature.get("strokes") or []),
            photos=files_named(row.client_id, photos_in(answers)),
            others=[one for one in submissions_of(row.client_id) if one.id != row.id])


def photos_in(answers: dict) -> list[str]:
    """The words by which answers name photos."""
    rows = [row for value in answers.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    return [row["file"] for row in rows if isinstance(row.get("file"), str)]


class SubmissionListView(ListView):
    """Who sent a form and when; the answers are on their own page."""

    read_permission = P.CHART_READ
    column_list = column_details_list = ("client", "form_version", "submitted_at", "way", "valid_until_on")
    column_labels = {"client": _("Client"), "form_version": _("Form"), "submitted_at": _("Came in"),
                     "way": _("Filled in"), "valid_until_on": _("Holds until")}
    column_select_related_list = (Submission.client, Submission.form_version)
    column_formatters = {
        "client": lambda view, context, row, name: row.client.name,
        "form_version": lambda view, context, row, name:
        gettext("%(title)s, version %(number)s", title=row.form_version.title, number=row.form_version.number),
        "submitted_at": lambda view, context, row, name:
        Markup("{}, {}").format(escape(show.day(row.submitted_at)), show.time(row.submitted_at)),
        "way": lambda view, context, row, name: gettext(WAY_LABELS[row.way]),
        "valid_until_on": lambda view, context, row, name: show.day(row.valid_until_on) if row.valid_until_on else "",
    }
    column_default_sort = ("id", True)
    big_columns = ("way",)
    card_columns = {"client": "card-name", "form_version": "card-line", "submitted_at": "card-line"}

    def row_url(self, row):
        return url_for("submissions.page", submission_id=row.id)
