"""Signing in and out."""
from flask import Flask, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.accounts import queries
from practice.accounts.services import signing_in
from practice.admin import auth
from practice.admin.base import show_error
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.text import _


class SignInForm(FlaskForm):
    email = EmailField(_("E-mail"), [InputRequired(_("Enter your e-mail address")), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password")), Length(max=200)])


def sign_in():
    if current_user.is_authenticated:
        return redirect(auth.safe_next(request.args.get("next")))
    if queries.is_empty():
        return redirect(url_for("first_run"))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return redirect_in(check(form))
        except DomainError as error:
            show_error(form, error)
    return render_template("auth/sign_in.html", form=form), (422 if form.errors else 200)


def check(form) -> str:
    """The secret of a new sign-in. Raises SignInRefused, TooManyTries."""
    address = request.remote_addr or ""
    try:
        user_id = signing_in.check_sign_in(form.email.data, form.password.data, address)
    except signing_in.SignInRefused:
        with guard.acting(system("sign-in", address=address)), transaction():
            signing_in.count_failure(form.email.data, address)
        raise
    return open_for(user_id)


def open_for(user_id: int) -> str:
    """Open a sign-in for a user who has proved who they are; gives its secret."""
    address = request.remote_addr or ""
    with guard.acting(system("sign-in", address=address)), transaction():
        return signing_in.start(user_id, queries.roles_of(user_id), "", address=address,
                                device=request.user_agent.string)


def redirect_in(secret: str):
    auth.enter(secret)
    return redirect(auth.safe_next(request.args.get("next")))


def sign_out():
    auth.leave()
    return redirect(url_for("sign_in"))


def health():
    """For whoever watches the server: that it answers, and nothing else."""
    return {"status": "ok", "at": clock.now().isoformat(timespec="seconds")}


def init_app(app: Flask) -> None:
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/health", "health", health, methods=["GET"])
