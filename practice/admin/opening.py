"""What was there when the practice came here, of one client."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt, show_error
from practice.admin.fields import enum_choices, row_choices
from practice.admin.typing_money import amount_of, day_of, is_amount, is_day
from practice.billing.opening_file import KIND_LABELS, Kind
from practice.billing.queries.documents import get_document
from practice.billing.queries.opening import brought_over
from practice.billing.services.opening import bring_credit, bring_debt, bring_package, take_back
from practice.billing.services.packages import MOST
from practice.catalog.queries import treatments
from practice.clients.queries import get_client
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import the_practice


class OpeningForm(FlaskForm):
    kind = RadioField(_("What"), choices=enum_choices(KIND_LABELS), default=Kind.OWED.value)
    amount = StringField(_("Amount"), [InputRequired(_("Enter an amount")), is_amount])
    reference = StringField(_("Reference"), [
        InputRequired(_("Write a number or a word by which it is found again.")), Length(max=160)])
    on = StringField(_("As of"), [InputRequired(_("Choose a day")), is_day])
    due_on = StringField(_("Due since"))
    treatment = SelectField(_("Treatment"))
    sessions = IntegerField(_("Sessions left"), [Optional(), NumberRange(1, MOST)])
    expires_on = StringField(_("Hold until"))


class OpeningPage(Page):
    permissions = {"page": P.PREMISES_EDIT, "take_back": P.PREMISES_EDIT}

    @expose("/<int:client_id>", methods=("GET", "POST"))
    def page(self, client_id):
        """What was brought over for a client, and one more."""
        form = OpeningForm()
        get_client(client_id)
        form.treatment.choices = row_choices([(row.id, row.name) for row in treatments()], first=_("Choose one"))
        if not form.is_submitted():
            form.on.data = show.today().isoformat()
        if form.validate_on_submit() and bring(form, client_id):
            flash(gettext("Brought over."), "success")
            return redirect(url_for("opening.page", client_id=client_id))
        page = render_template("admin/opening/client.html", form=form, client=get_client(client_id),
                               found=brought_over(client_id), currency=the_practice().currency)
        return page, 422 if form.errors or form.form_errors else 200

    @expose("/<int:client_id>/take-back/<int:document_id>", methods=("POST",))
    def take_back(self, client_id, document_id):
        if get_document(document_id).client_id != client_id:
            raise NotFound()
        reason = request.form.get("reason") or gettext("Brought over by mistake")
        return act(lambda: take_back(current_actor(), document_id, reason=reason),
                   url_for("opening.page", client_id=client_id), gettext("Taken back."))


def bring(form: OpeningForm, client_id: int):
    """One balance from what was typed; None when it was refused, with the reason in the form."""
    actor, kind = current_actor(), Kind(form.kind.data)
    amount, on = amount_of(form, "amount"), day_of(form, "on")
    due_on = day_of(form, "due_on") if form.due_on.data else on
    expires_on = day_of(form, "expires_on") if form.expires_on.data else None
    if kind is Kind.PACKAGE and not (form.treatment.data and form.sessions.data):
        show_error(form, Invalid(_("Choose the treatment and how many sessions are left."), "treatment"))
    if form.errors or amount is None or on is None:
        return None
    values, sessions = {"amount": amount, "on": on, "reference": form.reference.data}, form.sessions.data
    if kind is Kind.OWED:
        return attempt(form, lambda: bring_debt(actor, client_id, due_on=due_on, **values).id)
    if kind is Kind.CREDIT:
        return attempt(form, lambda: bring_credit(actor, client_id, **values).id)
    treatment_id = int(form.treatment.data)
    return attempt(form, lambda: bring_package(actor, client_id, treatment_id=treatment_id, sessions=sessions,
                                               expires_on=expires_on, **values).id)
