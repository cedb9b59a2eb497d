"""A new password by a link: chosen behind it, asked for by mail at the door."""
from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.accounts.services import reset as service
from practice.admin.base import show_error
from practice.admin.switches import need
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.queries import the_practice


class ForgotForm(FlaskForm):
    email = EmailField(_("E-mail"), [InputRequired(_("Enter your e-mail address")), Length(max=254)])


class NewPasswordForm(FlaskForm):
    password = PasswordField(_("New password"), [InputRequired(_("Enter a new password")), Length(max=200)],
                             description=_("At least 12 characters. A short sentence is easy to keep in mind."))


def forgot():
    """The same words whether somebody signs in with that address or not."""
    need("mail")
    form, address = ForgotForm(), request.remote_addr or ""
    if form.validate_on_submit():
        with guard.acting(system("forgot the password", address=address)), transaction():
            service.ask_by_mail(form.email.data, address, letter)
        flash(gettext("If somebody signs in with this address, a link is on its way to it. It works for an hour."),
              "success")
        return redirect(url_for("sign_in"))
    return render_template("auth/forgot.html", form=form), 422 if form.errors else 200


def reset(secret):
    """Choose a new password with a link that works once."""
    form, address = NewPasswordForm(), request.remote_addr or ""
    with guard.acting(system("a link to a new password", address=address)):
        try:
            with transaction():
                email = service.whose(secret).email
            if form.validate_on_submit():
                with transaction():
                    service.choose(secret, form.password.data, address, practice=the_practice().name)
                flash(gettext("Your password is changed. Sign in with it."), "success")
                return redirect(url_for("sign_in"))
        except service.LinkOver as error:
            return render_template("auth/link_over.html", words=gettext(error.message)), 404
        except DomainError as error:
            show_error(form, error)
    return render_template("auth/new_password.html", form=form, email=email), 422 if form.errors else 200


def address_of(secret: str) -> str:
    """The whole address of a link."""
    return url_for("reset", secret=secret, _external=True)


def letter(secret: str) -> tuple[str, str, str]:
    """Sender's name, subject and text of the mail with a link."""
    practice = the_practice().name
    return practice, gettext("New password for %(practice)s", practice=practice), gettext(
        "Hello,\n\nChoose a new password for %(practice)s here. The link works once, and not for long:\n\n"
        "%(address)s\n\nIf you did not ask for it, nothing has changed and there is nothing to do.", practice=practice,
        address=address_of(secret))


def init_app(app: Flask) -> None:
    app.add_url_rule("/forgot", "forgot", forgot, methods=["GET", "POST"])
    app.add_url_rule("/reset/<secret>", "reset", reset, methods=["GET", "POST"])
