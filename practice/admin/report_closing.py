"""Closing a month: what is left to do first, the closing itself, and opening it again."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.report_charts import asked, said_value, title_of
from practice.core.text import _
from practice.reports.definitions import FIGURES
from practice.reports.queries.closed import checks_before_closing, closed_month, is_over, locked_with, moved_since
from practice.reports.services.closing import close_month, reopen_month


class ReopenForm(FlaskForm):
    reason = StringField(_("Why is it opened again?"), [InputRequired(_("Say why the month is opened again."))])


class ClosingPage(Page):
    permissions = {"page": P.REPORT_READ, "close": P.PREMISES_EDIT, "reopen": P.PREMISES_EDIT}

    @expose("/")
    def page(self, month):
        """What is left to do in the month, or what changed since it was closed."""
        return self._page(month, ReopenForm(formdata=None))

    @expose("/close", methods=("POST",))
    def close(self, month):
        period = asked(month)
        return act(lambda: close_month(current_actor(), period), url_for("closing.page", month=month),
                   gettext("%(month)s is closed.", month=title_of(period)))

    @expose("/open", methods=("POST",))
    def reopen(self, month):
        period, form = asked(month), ReopenForm()
        if form.validate_on_submit() and attempt(
                form, lambda: reopen_month(current_actor(), period, reason=form.reason.data)):
            flash(gettext("%(month)s is open again.", month=title_of(period)), "success")
            return redirect(url_for("closing.page", month=month))
        return self._page(month, form), 422

    def _page(self, month, form):
        period, actor = asked(month), current_actor()
        kept = closed_month(period)
        return render_template(
            "admin/reports/closing.html", period=period, title=title_of(period), kept=kept, form=form,
            may_close=actor.may(P.PREMISES_EDIT), is_over=is_over(period), names=FIGURES, said=said_value,
            checks=None if kept else checks_before_closing(actor, period),
            locked=[] if kept else [title_of(month) for month in locked_with(actor, period)],
            moved=moved_since(actor, kept) if kept else None, staff_names=user_names())
