"""The versions of the practice's forms: the list, and each to read and print."""
from babel import Locale, UnknownLocaleError
from flask import redirect, render_template, url_for
from flask_admin import expose
from flask_babel import get_locale

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.base import ListView, Page
from practice.admin.setup_tabs import tabs
from practice.core.text import _
from practice.intake.kinds import KIND_LABELS
from practice.intake.queries import definition_of, get_form, newer_shipped


def language_name(code: str) -> str:
    """"English" for "en", in the reader's language; a code nobody knows stays as it is."""
    try:
        return Locale.parse(code).get_display_name(get_locale() or "en")
    except (UnknownLocaleError, ValueError):
        return code


class FormPage(Page):
    permissions = {"index": P.FORM_EDIT, "page": P.FORM_EDIT, "paper": P.FORM_EDIT}

    @expose("/")
    def index(self):
        return redirect(url_for("form_list.index_view"))

    @expose("/<int:form_id>")
    def page(self, form_id):
        """One version as it is asked, every follow-up under its question."""
        form = get_form(form_id)
        return render_template("admin/intake/form.html", form=form, definition=definition_of(form), kinds=KIND_LABELS,
                               language=language_name(form.language), is_other_shipped=newer_shipped(form) is not None,
                               tabs_row=tabs("forms"))

    @expose("/<int:form_id>/paper")
    def paper(self, form_id):
        """The same with lines and boxes, to be filled in by hand."""
        form = get_form(form_id)
        return render_template("admin/intake/paper.html", form=form, definition=definition_of(form),
                               back=url_for("forms.page", form_id=form_id))


class FormListView(ListView):
    read_permission = export_permission = P.FORM_EDIT
    column_list = column_details_list = column_export_list = ("title", "language", "number", "state",
                                                              "published_at")
    column_labels = {"title": _("Form"), "language": _("Language"), "number": _("Version"),
                     "state": _("State"), "published_at": _("Published")}
    column_formatters = {"language": lambda view, context, row, name: language_name(row.language),
                         "state": lambda view, context, row, name: show.label(row.state),
                         "published_at": lambda view, context, row, name:
                         show.day(row.published_at) if row.published_at else ""}
    column_formatters_export = column_formatters
    column_default_sort = [("key", False), ("language", False), ("number", True)]
    number_columns = ("number",)
    card_columns = {"title": "card-name", "state": "card-state"}

    @property
    def tabs(self):
        return tabs("forms")

    def row_url(self, row):
        return url_for("forms.page", form_id=row.id)
