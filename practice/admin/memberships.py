"""Memberships: agreed with a client, listed by their next month, renewed by a click or by the command."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.fields import row_choices, row_number
from practice.admin.renewing import renew_all
from practice.admin.switches import need
from practice.admin.typing_money import amount_of, day_of, is_amount, is_day, key_of, new_key
from practice.billing.queries import memberships as reading
from practice.billing.queries.accounts import treatment_names
from practice.billing.services.memberships import MOST_KEPT, MOST_SESSIONS, cancel, pause, start_membership, take_up
from practice.catalog.queries import treatments
from practice.clients.queries import get_client
from practice.core.text import _
from practice.premises.queries import the_practice

VERBS = {"pause": (pause, _("No month is invoiced until it is taken up again.")),
         "cancel": (cancel, _("It ends with the month that runs.")),
         "take_up": (take_up, _("It goes on."))}


class MembershipForm(FlaskForm):
    treatment = SelectField(_("Treatment"), [InputRequired(_("Choose one"))])
    sessions = IntegerField(_("Sessions a month"), [InputRequired(_("How many?")), NumberRange(1, MOST_SESSIONS)],
                            default=2)
    price = StringField(_("Price of a month"), [InputRequired(_("Enter an amount")), is_amount])
    starts_on = StringField(_("Begins on"), [InputRequired(_("Choose a day")), is_day])
    keeps_months = IntegerField(_("Unused sessions hold for"), [NumberRange(0, MOST_KEPT)], default=0)
    request_key = HiddenField(default=new_key)


class MembershipsPage(Page):
    permissions = dict.fromkeys(("index", "start", "page", "renew", "change"), P.INVOICE_ISSUE)

    @expose("/")
    def index(self):
        need("memberships")
        is_live = request.args.get("shown") != "all"
        found = reading.list_memberships(is_live=is_live)
        return render_template(
            "admin/memberships/index.html", found=found, is_live=is_live,
            due=len(reading.due_memberships(show.today())),
            names=treatment_names(row.treatment_id for row, _client in found))

    @expose("/renew", methods=("POST",))
    def renew(self):
        """Every month that has begun: what the command does."""
        need("memberships")
        done = renew_all(current_actor())
        for name, why in done.refused:
            flash(f"{name}: {why}", "error")
        if not done.refused or done.documents:
            flash(ngettext("%(num)s invoice made", "%(num)s invoices made", done.documents), "success")
        return redirect(url_for("memberships.index"))

    @expose("/start/<int:client_id>", methods=("GET", "POST"))
    def start(self, client_id):
        need("memberships")
        form, client = MembershipForm(), get_client(client_id)
        form.treatment.choices = row_choices([(row.id, row.name) for row in treatments()], first=_("Choose one"))
        if not form.is_submitted():
            form.starts_on.data = show.today().isoformat()
        if form.validate_on_submit():
            price, on = amount_of(form, "price"), day_of(form, "starts_on")
            key = key_of(form)
            treatment_id, sessions, keeps = int(form.treatment.data), form.sessions.data, form.keeps_months.data
            membership_id = attempt(form, lambda: start_membership(
                current_actor(), client_id=client_id, treatment_id=treatment_id, sessions=sessions,
                price_amount=price, starts_on=on, keeps_months=keeps,
                request_key=key).id) if price is not None and on else None
            if membership_id:
                flash(gettext("The membership is agreed."), "success")
                return redirect(url_for("memberships.page", membership_id=membership_id))
            client = get_client(client_id)
        page = render_template("admin/memberships/start.html", form=form, client=client,
                               currency=the_practice().currency)
        return page, 422 if form.errors or form.form_errors else 200

    @expose("/<int:membership_id>")
    def page(self, membership_id):
        need("memberships")
        row = reading.get_membership(membership_id)
        return render_template(
            "admin/memberships/page.html", row=row, client=get_client(row.client_id),
            months=reading.months_of(membership_id), name=treatment_names([row.treatment_id])[row.treatment_id])

    @expose("/<int:membership_id>/<any(pause, cancel, take_up):verb>", methods=("POST",))
    def change(self, membership_id, verb):
        need("memberships")
        work, done = VERBS[verb]
        version = row_number(request.form.get("version"))
        return act(lambda: work(current_actor(), membership_id, version=version or 0),
                   url_for("memberships.page", membership_id=membership_id), gettext(done))
