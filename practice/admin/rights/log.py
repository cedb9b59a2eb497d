"""To whom a client's record was given, what they asked to have put right, and who alone may open the chart."""
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists, user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.fields import row_number
from practice.clients.queries import get_client, named_for
from practice.clients.services import limit_chart
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.transfer.models import CORRECTION_LABELS, CorrectionState
from practice.transfer.queries.rights import corrections_of, disclosures_of
from practice.transfer.services.logs import ask_correction, decide_correction, record_disclosure


def words(label: str, name: str) -> StringField:
    return StringField(lazy_gettext(label), [InputRequired(lazy_gettext(name)), Length(max=300)])


class DisclosureForm(FlaskForm):
    to_whom = words(_("Given to"), _("Enter who got it"))
    what = words(_("What was given"), _("Enter what was given"))
    why = words(_("Why"), _("Enter why"))
    given_on = StringField(lazy_gettext(_("Day")))


class AskForm(FlaskForm):
    asked = TextAreaField(lazy_gettext(_("What is to be put right?")),
                          [InputRequired(lazy_gettext(_("Enter what is to be put right"))), Length(max=300)])
    asked_on = StringField(lazy_gettext(_("Asked on")))


class DecideForm(FlaskForm):
    decision = RadioField(lazy_gettext(_("Decision")), [InputRequired(lazy_gettext(_("Choose one")))], choices=[
        SelectChoice("granted", lazy_gettext(_("Granted"))), SelectChoice("refused", lazy_gettext(_("Refused")))])
    answer = TextAreaField(lazy_gettext(_("What the client is told")),
                           [InputRequired(lazy_gettext(_("Enter the answer"))), Length(max=300)])
    note = StringField(lazy_gettext(_("Number of the note it is about")), [Length(max=12)])
    version = HiddenField()


class RightsLogPage(Page):
    permissions = dict.fromkeys(("index", "disclose", "ask", "decide", "limit"), P.CLIENT_RIGHTS)
    asks_again = ("limit",)

    @expose("/")
    def index(self, client_id):
        return show_page(client_id)

    @expose("/disclosures", methods=("POST",))
    def disclose(self, client_id):
        form, actor = DisclosureForm(), current_actor()
        if form.validate_on_submit() and attempt(form, lambda: record_disclosure(
                actor, client_id, to_whom=form.to_whom.data, what=form.what.data, why=form.why.data,
                given_on=day_of(form.given_on)).id):
            return back(client_id, gettext("Written down"))
        return show_page(client_id, disclosure=form)

    @expose("/corrections", methods=("POST",))
    def ask(self, client_id):
        form, actor = AskForm(), current_actor()
        if form.validate_on_submit() and attempt(form, lambda: ask_correction(
                actor, client_id, what=form.asked.data, asked_on=day_of(form.asked_on)).id):
            return back(client_id, gettext("Written down"))
        return show_page(client_id, ask=form)

    @expose("/corrections/<int:correction_id>", methods=("POST",))
    def decide(self, client_id, correction_id):
        form, actor = DecideForm(), current_actor()
        get_client(client_id)
        if form.validate_on_submit() and attempt(form, lambda: decide_correction(
                actor, client_id, correction_id, granted=form.decision.data == "granted", answer=form.answer.data,
                version=row_number(form.version.data), note_id=note_of(form.note)).id):
            return back(client_id, gettext("Decided"))
        return show_page(client_id, decide=form)

    @expose("/people", methods=("POST",))
    def limit(self, client_id):
        """Who alone may open the chart; nobody ticked opens it to all who have the client in care."""
        chosen = {row_number(value) for value in request.form.getlist("person")}
        if not chosen <= {person.id for person in therapists()}:
            raise NotFound()  # were they left out, the chart might be open to everybody
        return act(lambda: limit_chart(current_actor(), client_id, chosen),
                   url_for("rights_log.index", client_id=client_id), gettext("Saved"))


def day_of(field) -> date | None:
    """The day in a field, None for an empty one. Raises Invalid for what is no day: it is not today by that."""
    if not field.data:
        return None
    try:
        return date.fromisoformat(field.data)
    except ValueError:
        raise Invalid(_("Choose a day"), field.name) from None


def note_of(field) -> int | None:
    """The number of a note, None for an empty field; 0, which no note has, for what is no number."""
    return (row_number(field.data.strip()) or 0) if field.data else None


def back(client_id: int, done: str):
    flash(done, "success")
    return redirect(url_for("rights_log.index", client_id=client_id))


def show_page(client_id: int, **forms):
    client = get_client(client_id)
    today = show.today().isoformat()
    found = {"disclosure": DisclosureForm(formdata=None, given_on=today),
             "ask": AskForm(formdata=None, asked_on=today), "decide": DecideForm(formdata=None)} | forms
    code = 422 if forms else 200
    corrections = corrections_of(client_id)
    to_decide = [row.id for row in corrections if row.state is CorrectionState.ASKED]
    return render_template(
        "admin/rights/log.html", client=client, disclosures=disclosures_of(client_id), names=user_names(),
        corrections=corrections, labels=CORRECTION_LABELS, asked=CorrectionState.ASKED,
        decide_id=to_decide[-1] if to_decide else None,  # the oldest: it has waited longest
        people=therapists(), named=named_for(client_id), **{f"{name}_form": form for name, form in found.items()}), code
