"""Superbills: the desk makes them, the therapist enters the referrer's paper; who may open the chart prints them."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt, record_reading
from practice.admin.care import check_open
from practice.admin.places import with_place
from practice.admin.sending import pdf
from practice.admin.superbill_paper import superbill_pdf
from practice.admin.typing_money import day_of, key_of, new_key
from practice.billing.queries.documents import get_document
from practice.billing.queries.superbills import (
    get_referral,
    get_superbill,
    holds,
    referrals_of,
    superbill_of,
    superbills_of,
)
from practice.billing.services.superbills import add_referral, faults_of, is_out_of_date, make_superbill, read_referral
from practice.clients.queries import get_client
from practice.core.text import _


class ReferralForm(FlaskForm):
    referrer = StringField(_("Who wrote it"), [InputRequired(_("Enter who wrote the paper.")), Length(max=120)])
    npi = StringField(_("Their NPI"), [Length(max=10)])
    codes = StringField(_("Diagnosis codes"), [InputRequired(_("One to four codes as they stand on the paper, such as "
                                                               "M54.50")), Length(max=60)],
                        description=_("As the referrer wrote them, with blanks between"))
    member_number = StringField(_("Member number with the insurer"), [Length(max=40)])
    from_on = StringField(_("From"))
    until_on = StringField(_("Until"))
    request_key = HiddenField()


class SuperbillPage(Page):
    permissions = {"page": P.INVOICE_ISSUE, "make": P.INVOICE_ISSUE, "paper": (P.CHART_READ, P.CHART_BREAK_GLASS)}

    @expose("/of/<int:document_id>")
    def page(self, document_id):
        """Whether it was made and still holds, and what it still lacks."""
        document, made = get_document(document_id), superbill_of(document_id)
        return render_template(
            "admin/superbills/page.html", document=document, made=made, names=user_names(), P=P,
            is_void=made is not None and not holds(made), is_old=made is not None and is_out_of_date(made),
            faults=[] if made else [with_place(fault) for fault in faults_of(document_id)], may=current_actor().may)

    @expose("/of/<int:document_id>/make", methods=("POST",))
    def make(self, document_id):
        return act(lambda: make_superbill(current_actor(), get_document(document_id).id),
                   url_for("superbills.page", document_id=document_id), gettext("The superbill is made."))

    @expose("/<int:superbill_id>.pdf")
    def paper(self, superbill_id):
        """With the diagnosis: its reading is recorded like any other of the chart."""
        row = get_superbill(superbill_id)
        client_id = row.client_id
        check_open(client_id)
        record_reading("superbill.read", row, client_id=client_id)
        row = get_superbill(superbill_id)
        found = read_referral(get_referral(row.referral_id))
        return pdf(superbill_pdf(row, found, is_copy="copy" in request.args, is_void=not holds(row)),
                   f"superbill-{row.facts['number']}")


class ReferralPage(Page):
    permissions = {"page": P.CHART_WRITE}

    @expose("/", methods=("GET", "POST"))
    def page(self, client_id):
        """What referrers wrote, a new paper, and the superbills to print."""
        check_open(client_id)
        record_reading("referral.read", client_id=client_id)
        form = ReferralForm()
        if not form.is_submitted():
            form.from_on.data, form.request_key.data = show.today().isoformat(), new_key()
        elif form.validate() and save(form, client_id):
            flash(gettext("Saved"), "success")
            return redirect(url_for("referral.page", client_id=client_id))
        return render_template(
            "admin/superbills/referral.html", form=form, client=get_client(client_id), names=user_names(),
            papers=[(row, read_referral(row)) for row in referrals_of(client_id)],
            superbills=superbills_of(client_id)), 422 if form.errors or form.form_errors else 200


def save(form: ReferralForm, client_id: int):
    """None when it was refused, with the reason at the field."""
    first = day_of(form, "from_on")
    last = day_of(form, "until_on") if form.until_on.data else None
    if first is None or form.until_on.errors:
        return None
    return attempt(form, lambda: add_referral(
        current_actor(), client_id, referrer=form.referrer.data, npi=form.npi.data or "",
        codes=form.codes.data.replace(",", " ").split(), member_number=form.member_number.data or "", from_on=first,
        until_on=last, request_key=key_of(form)).id)
