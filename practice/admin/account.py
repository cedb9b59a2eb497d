"""One's own account: the password, and the sign-ins that are open."""
from flask import current_app, flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.devices import describe
from practice.accounts.queries import get_user, open_sign_ins, recovery_codes_left
from practice.accounts.services import pins, signing_in, users
from practice.admin import auth, proof
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt, show_error
from practice.core import clock
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.transfer.queries.trail import glass_broken


class PasswordForm(FlaskForm):
    current = PasswordField(_("Current password"), [InputRequired(_("Enter your current password")), Length(max=200)])
    password = PasswordField(_("New password"), [InputRequired(_("Enter a new password")), Length(max=200)],
                             description=_("At least 12 characters. A short sentence is easy to keep in mind."))


class PinForm(FlaskForm):
    current = PasswordField(_("Current password"), [InputRequired(_("Enter your current password")), Length(max=200)])
    pin = PasswordField(_("New PIN"), [InputRequired(_("Enter a new PIN")), Length(max=20)],
                        description=_("4 to 8 digits. It opens this page when it has locked itself."))


class AccountPage(Page):
    # Everybody on the staff has a grant to read colleagues, and with it an account of their own.
    permissions = dict.fromkeys(("index", "password", "pin", "take_out_pin", "end", "end_others"), P.USER_READ)

    @expose("/")
    def index(self):
        actor, config = current_actor(), current_app.config
        rows = open_sign_ins(actor.user_id, clock.now(), config["IDLE_TIMEOUT"], config["SESSION_LIFETIME"])
        return render_template("admin/account/index.html", user=get_user(actor.user_id), here=current_user.row.id,
                               sign_ins=[(row, describe(row.device)) for row in rows],
                               glass=glass_broken(actor.user_id) if actor.may(P.CHART_READ) else [],
                               recovery_codes=recovery_codes_left(actor.user_id),
                               needs_second_step=auth.needs_second_step(current_user.row),
                               second_step_from=auth.second_step_by(current_user.row))

    @expose("/password", methods=("GET", "POST"))
    def password(self):
        """Changing it ends every sign-in and opens a new one here: a copied cookie is worth nothing any more."""
        form, must = PasswordForm(), current_user.row.must_change_password
        user_id = current_actor().user_id
        if form.validate_on_submit() and self._is_current(form) and attempt(form, lambda: users.change_password(
                current_actor(), current=form.current.data, new=form.password.data, practice=the_practice().name)):
            auth.enter(auth.open_for(user_id))
            flash(gettext("Your password is changed, and your other sign-ins have ended"), "success")
            return redirect(url_for("today.index" if must else "account.index"))
        page = "auth/choose_password.html" if must else "admin/account/password.html"
        return render_template(page, form=form, email=current_user.row.email), (422 if form.errors else 200)

    def _is_current(self, form: PasswordForm | PinForm) -> bool:
        """Whether the current password fits; wrong ones are counted like those at the door."""
        try:
            return bool(proof.check_password(current_user.row.email, form.current.data))
        except signing_in.SignInRefused:
            show_error(form, Invalid(_("This is not your current password."), "current"))
        except signing_in.TooManyTries as error:
            show_error(form, error)
        return False

    @expose("/pin", methods=("GET", "POST"))
    def pin(self):
        """A PIN that opens the lock over the page; setting it needs the password."""
        form = PinForm()
        if form.validate_on_submit() and self._is_current(form) and attempt(form, lambda: pins.set_pin(
                current_actor(), form.pin.data)):
            flash(gettext("Your PIN is set. Left alone, this page locks instead of signing you out."), "success")
            return redirect(url_for("account.index"))
        page = render_template("admin/account/pin.html", form=form, email=current_user.row.email)
        return page, 422 if form.errors else 200

    @expose("/pin/out", methods=("POST",))
    def take_out_pin(self):
        return act(lambda: pins.take_out_pin(current_actor()), url_for("account.index"), gettext("Your PIN is gone"))

    @expose("/sign-ins/<int:sign_in_id>/end", methods=("POST",))
    def end(self, sign_in_id):
        return act(lambda: signing_in.end_sign_in(current_actor(), current_actor().user_id, sign_in_id),
                   url_for("account.index"), gettext("The sign-in has ended"))

    @expose("/sign-ins/end", methods=("POST",))
    def end_others(self):
        here = current_user.row.id
        return act(lambda: signing_in.end_others(current_actor(), current_actor().user_id, but=here),
                   url_for("account.index"), gettext("All other sign-ins have ended"))
