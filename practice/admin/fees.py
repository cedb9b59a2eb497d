"""Fees for appointments that were not kept, and the consent they need."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import force_locale, format_date, gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.switches import need
from practice.admin.typing_money import day_of, is_day
from practice.billing.queries.fees import consent_of, missed
from practice.billing.services.fees import charge_fee, record_consent
from practice.clients.queries import get_client
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import AppointmentState as S


class ConsentForm(FlaskForm):
    how = StringField(_("How the client agreed"), [InputRequired(_("Say how: on paper, by e-mail, at the desk.")),
                                                   Length(max=120)])
    given_on = StringField(_("Day"), [InputRequired(_("Choose a day")), is_day])


class FeesPage(Page):
    permissions = dict.fromkeys(("index", "charge", "consent"), P.INVOICE_ISSUE)

    @expose("/")
    def index(self):
        need("fees")
        return render_template("admin/owed/fees.html", found=missed(show.today()))

    @expose("/<int:appointment_id>/charge", methods=("POST",))
    def charge(self, appointment_id):
        need("fees")
        text = fee_words(get_appointment(appointment_id))
        return act(lambda: charge_fee(current_actor(), appointment_id, text=text), url_for("fees.index"),
                   gettext("The fee is invoiced."))

    @expose("/consent/<int:client_id>", methods=("GET", "POST"))
    def consent(self, client_id):
        need("fees")
        form, client = ConsentForm(), get_client(client_id)
        if not form.is_submitted():
            form.given_on.data = show.today().isoformat()
        if form.validate_on_submit():
            on = day_of(form, "given_on")
            if on and attempt(form, lambda: record_consent(current_actor(), client_id, how=form.how.data, on=on).id):
                flash(gettext("The consent is written down"), "success")
                return redirect(url_for("client_money.page", client_id=client_id))
        page = render_template("admin/owed/consent.html", form=form, client=get_client(client_id), name=client.name,
                               practice=the_practice(), latest=consent_of(client_id))
        return page, 422 if form.errors or form.form_errors else 200


def fee_words(row) -> str:
    """The line on the invoice, in the client's language: nothing of the treatment."""
    with force_locale(row.client.language or the_practice().language):
        on = format_date(row.on_date, "d MMM y")
        if row.state is S.NO_SHOW:
            return gettext("Appointment not kept, %(day)s", day=on)
        return gettext("Appointment cancelled late, %(day)s", day=on)
