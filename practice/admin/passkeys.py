"""One's own passkeys."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.permissions import Permission as P
from practice.accounts.queries import passkeys_of
from practice.accounts.services import passkeys
from practice.admin import proof
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, show_error
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.queries import the_practice


class PasskeyForm(FlaskForm):
    name = StringField(_("Name"), [InputRequired(_("Enter a name")), Length(max=60)],
                       description=_("So that you know it again: this phone, the stick on your keys"))
    credential = HiddenField()


class PasskeyPage(Page):
    permissions = dict.fromkeys(("index", "options", "out"), P.USER_READ)
    asks_again = ("index", "options", "out")

    @expose("/", methods=("GET", "POST"))
    def index(self):
        form, actor = PasskeyForm(), current_actor()
        if form.validate_on_submit():
            try:
                with guard.acting(proof.house()), transaction():
                    passkeys.add(actor, form.credential.data or "", form.name.data, proof.place())
                flash(gettext("This passkey signs you in from now on"), "success")
                return redirect(url_for("passkeys.index"))
            except DomainError as error:
                show_error(form, error)
        return render_template("admin/account/passkeys.html", form=form, passkeys=passkeys_of(actor.user_id)), (
            422 if form.errors else 200)

    @expose("/options", methods=("POST",))
    def options(self):
        """What the browser needs to make one."""
        actor, practice = current_actor(), the_practice().name
        with guard.acting(proof.house()), transaction():
            return passkeys.begin_adding(actor, proof.place(), practice), proof.JSON

    @expose("/<int:passkey_id>/out", methods=("POST",))
    def out(self, passkey_id):
        return act(lambda: passkeys.take_out(current_actor(), passkey_id), url_for("passkeys.index"),
                   gettext("The passkey is gone"))
