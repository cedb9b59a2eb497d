"""One package: its sessions, and giving one back."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.billing.queries.accounts import get_package, treatment_names, uses_of
from practice.billing.queries.documents import get_document
from practice.billing.services.packages import give_session_back
from practice.core.text import _


class GiveBackForm(FlaskForm):
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])


class PackagePage(Page):
    permissions = {"page": P.INVOICE_READ, "give_back": P.PAYMENT_TAKE}

    @expose("/<int:package_id>")
    def page(self, package_id):
        return show_package(package_id, GiveBackForm(formdata=None))

    @expose("/<int:package_id>/uses/<int:use_id>/give-back", methods=("POST",))
    def give_back(self, package_id, use_id):
        form = GiveBackForm()
        get_package(package_id)
        if form.validate_on_submit() and attempt(form, lambda: give_session_back(
                current_actor(), use_id, reason=form.reason.data).id):
            flash(gettext("The session is back in the package."), "success")
            return redirect(url_for("package.page", package_id=package_id))
        return show_package(package_id, form, use_id), 422


def show_package(package_id: int, form: GiveBackForm, use_id: int | None = None):
    row = get_package(package_id)
    return render_template(
        "admin/owed/package.html", row=row, uses_of=uses_of(package_id), document=get_document(row.document_id),
        name=treatment_names([row.treatment_id])[row.treatment_id], names=user_names(), form=form, at=use_id,
        may=current_actor().may, P=P)
