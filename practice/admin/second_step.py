"""One's own second step: the app that shows codes, and the recovery codes, shown this once."""
import segno
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.services import second_step
from practice.admin import auth
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, attempt, show_error
from practice.core import clock
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.queries import the_practice


class SetUpForm(FlaskForm):
    offer = HiddenField()
    code = StringField(_("Code from the app"), [InputRequired(_("Enter the code")), Length(max=40)])


class SecondStepPage(Page):
    permissions = dict.fromkeys(("index", "codes", "out"), P.USER_READ)
    asks_again = ("index", "codes", "out")

    @expose("/", methods=("GET", "POST"))
    def index(self):
        """A fresh secret to take into the app; it counts once a code of it was typed."""
        actor, form = current_actor(), SetUpForm()
        secret = second_step.new_secret()
        if form.is_submitted():
            try:
                secret = second_step.offered(actor, form.offer.data or "")
            except DomainError as error:
                show_error(form, error)
        if form.validate_on_submit():
            codes = attempt(form, lambda: second_step.set_up(actor, secret, form.code.data))
            if codes:
                return shown_once(codes)
        form.offer.data = second_step.offer(actor, secret)
        address = second_step.app_address(secret, current_user.row.email, the_practice().name)
        picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
        page = "auth/second_step.html" if is_demanded() else "admin/account/second_step.html"
        return render_template(page, form=form, picture=picture, address=address, key=in_fours(secret)), (
            422 if form.errors else 200)

    @expose("/codes", methods=("POST",))
    def codes(self):
        form = FlaskForm()
        codes = attempt(form, lambda: second_step.renew_codes(current_actor()))
        if codes is None:
            flash(" ".join(form.form_errors), "error")
            return redirect(url_for("account.index"))
        return shown_once(codes)

    @expose("/out", methods=("POST",))
    def out(self):
        is_required = auth.needs_second_step(current_user.row)
        return act(lambda: second_step.take_out(current_actor(), is_required=is_required), url_for("account.index"),
                   gettext("Your password alone signs you in again"))


def is_demanded() -> bool:
    """Whether nothing else opens before it is set up."""
    return auth.owes_second_step(current_user.row, clock.now())


def in_fours(secret: str) -> str:
    """A secret to be typed by hand."""
    return " ".join(secret[place:place + 4] for place in range(0, len(secret), 4))


def shown_once(codes: list[str]):
    """The one page that shows recovery codes: nothing of it is kept."""
    return render_template("admin/account/recovery_codes.html", codes=codes)
