"""One package: its sessions, giving one back, and letting it hold longer."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.fields import row_number
from practice.admin.typing_money import day_of, is_day
from practice.billing.queries.accounts import get_package, treatment_names, uses_of
from practice.billing.queries.documents import get_document
from practice.billing.services.packages import extend_package, give_session_back
from practice.core.errors import NotFound
from practice.core.text import _


class GiveBackForm(FlaskForm):
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])


class ExtendForm(FlaskForm):
    until = StringField(_("Holds until"), [InputRequired(_("Choose a day")), is_day])
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])
    version = HiddenField()


class PackagePage(Page):
    permissions = {"page": P.INVOICE_READ, "give_back": P.PAYMENT_TAKE, "extend": P.INVOICE_ISSUE}

    @expose("/<int:package_id>")
    def page(self, package_id):
        return show_package(package_id, GiveBackForm(formdata=None))

    @expose("/<int:package_id>/uses/<int:use_id>/give-back", methods=("POST",))
    def give_back(self, package_id, use_id):
        form = GiveBackForm()
        if use_id not in {use.id for use in uses_of(package_id)}:
            raise NotFound()
        if form.validate_on_submit() and attempt(form, lambda: give_session_back(
                current_actor(), use_id, reason=form.reason.data).id):
            flash(gettext("The session is back in the package."), "success")
            return redirect(url_for("package.page", package_id=package_id))
        return show_package(package_id, form, use_id), 422

    @expose("/<int:package_id>/extend", methods=("GET", "POST"))
    def extend(self, package_id):
        row, form = get_package(package_id), ExtendForm()
        if not form.is_submitted():
            form.version.data = row.version
        until = day_of(form, "until") if form.validate_on_submit() else None
        if until and attempt(form, lambda: extend_package(
                current_actor(), package_id, until=until, reason=form.reason.data,
                version=row_number(str(form.version.data))).id):
            flash(gettext("The package holds until %(day)s.", day=show.day(until)), "success")
            return redirect(url_for("package.page", package_id=package_id))
        row = get_package(package_id)
        page = render_template("admin/owed/extend.html", form=form, row=row,
                               name=treatment_names([row.treatment_id])[row.treatment_id])
        return page, 422 if form.errors or form.form_errors else 200


def show_package(package_id: int, form: GiveBackForm, use_id: int | None = None):
    row = get_package(package_id)
    return render_template(
        "admin/owed/package.html", row=row, uses_of=uses_of(package_id), document=get_document(row.document_id),
        name=treatment_names([row.treatment_id])[row.treatment_id], names=user_names(), form=form, at=use_id,
        may=current_actor().may, P=P)
