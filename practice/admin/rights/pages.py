"""What a client may ask for: a copy of everything, to be erased; and the hold that keeps it all."""
from pathlib import Path

from flask import current_app, flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt
from practice.admin.rights.archive import archive
from practice.admin.sending import attachment
from practice.clients.queries import get_client
from practice.core.text import _
from practice.transfer.models import ErasureKind
from practice.transfer.queries.copy import everything_about
from practice.transfer.queries.keeping import kept
from practice.transfer.queries.trail import ever_done_to
from practice.transfer.sentences import sentence
from practice.transfer.services.copying import allow_copy
from practice.transfer.services.erasing import erase, press_out
from practice.transfer.services.holds import lift_hold, set_hold, standing_hold
from practice.transfer.services.register import write_register


class CopyForm(FlaskForm):
    why = StringField(lazy_gettext(_("Who asked, and how do you know that it is them?")),
                      [InputRequired(lazy_gettext(_("Say in a sentence who asked."))), Length(max=300)])


class HoldForm(FlaskForm):
    reason = StringField(lazy_gettext(_("Why may nothing go?")),
                         [InputRequired(lazy_gettext(_("Say why: a claim, a complaint, an order."))), Length(max=200)])


class RightsPage(Page):
    permissions = dict.fromkeys(("index", "copy", "erase", "hold", "lift"), P.CLIENT_RIGHTS)
    asks_again = ("copy", "erase", "lift")

    @expose("/")
    def index(self, client_id):
        return show_page(client_id)

    @expose("/copy", methods=("POST",))
    def copy(self, client_id):
        """Everything in one archive; that it was made, by whom and for whom, is written down before it is read."""
        form, actor = CopyForm(), current_actor()
        name = get_client(client_id).name
        if not form.validate_on_submit() or not attempt(
                form, lambda: allow_copy(actor, client_id, why=form.why.data)):
            return show_page(client_id, copy=form)
        with guard.acting(system("a copy for the client")) as house:
            packed = archive(name, everything_about(client_id), told_of(house, client_id), str(get_locale()))
        return attachment(packed, "application/zip", f"copy-{client_id}-{show.today().isoformat()}.zip")

    @expose("/erase", methods=("POST",))
    def erase(self, client_id):
        """What may go today; then the files of the database and the register beside the backups are brought up."""
        done = []
        answer = act(lambda: done.append(erase(current_actor(), client_id)),
                     url_for("rights.index", client_id=client_id))
        if done:
            press_out()
            write_register(Path(current_app.config["BACKUPS"]))
            flash(gettext("This client is erased. Invoices stand, without a name.") if done[0].until is None else
                  gettext("Phone, e-mail, address and mail are gone. The rest may go from %(day)s.",
                          day=show.day(done[0].until)), "success")
        return answer

    @expose("/hold", methods=("POST",))
    def hold(self, client_id):
        form = HoldForm()
        if form.validate_on_submit() and attempt(
                form, lambda: set_hold(current_actor(), client_id, reason=form.reason.data).id):
            flash(gettext("Nothing of this client may go until the hold is lifted."), "success")
            return redirect(url_for("rights.index", client_id=client_id))
        return show_page(client_id, hold=form)

    @expose("/lift", methods=("POST",))
    def lift(self, client_id):
        get_client(client_id)
        return act(lambda: lift_hold(current_actor(), client_id), url_for("rights.index", client_id=client_id),
                   gettext("The hold is lifted"))


def told_of(house, client_id: int) -> list[dict]:
    """What was done with the record and by whom; other clients that stand in the same entries are left out."""
    names, who = user_names(), {"link": gettext("The client"), "system": gettext("The program")}
    return [{"when": f"{show.day(row.at)}, {show.time(row.at)}",
             "what": gettext(sentence(row.action, row.facts), who=names.get(row.actor_id) or who.get(
                 row.actor_kind, gettext("Somebody who was not signed in")), action=row.action)}
            for row in ever_done_to(house, client_id)]


def show_page(client_id: int, **forms):
    """The page with every form; the one that was refused keeps what was typed."""
    get_client(client_id)
    with guard.acting(system("how long a record is kept")) as house:
        dates = kept(house, [client_id])[0]
    found = {"copy": CopyForm(formdata=None), "hold": HoldForm(formdata=None)} | forms
    code = 422 if any(form.errors or form.form_errors for form in forms.values()) else 200
    return render_template("admin/rights/index.html", client=get_client(client_id), dates=dates,
                           standing=standing_hold(client_id), whole=ErasureKind.WHOLE,
                           may_go=dates.may_go(show.today()), is_over=dates.is_over(show.today()),
                           **{f"{name}_form": form for name, form in found.items()}), code
