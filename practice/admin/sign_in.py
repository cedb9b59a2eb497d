"""Signing in and out."""
from flask import Flask, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.accounts import queries
from practice.accounts.services import signing_in
from practice.admin import auth
from practice.admin.base import show_error
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError
from practice.core.text import _

ANYTHING = select(1)


class SignInForm(FlaskForm):
    email = EmailField(_("E-mail"), [InputRequired(_("Enter your e-mail address")), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password")), Length(max=200)])


def sign_in():
    if current_user.is_authenticated and not current_user.row.is_locked:
        return redirect(auth.safe_next(request.args.get("next")))
    if queries.is_empty():
        return redirect(url_for("first_run"))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user_id = check(form.email.data, form.password.data)
        except DomainError as error:
            show_error(form, error)
        else:
            auth.enter(auth.open_for(user_id))
            return redirect(auth.safe_next(request.args.get("next")))
    minutes = int(current_app.config["IDLE_TIMEOUT"].total_seconds() // 60)
    return render_template("auth/sign_in.html", form=form, idle_minutes=minutes), (422 if form.errors else 200)


def check(email: str, password: str) -> int:
    """The user with these credentials; a wrong try is counted. Raises SignInRefused, TooManyTries."""
    address = request.remote_addr or ""
    try:
        return signing_in.check_sign_in(email, password, address)
    except signing_in.SignInRefused:
        with guard.acting(system("sign-in", address=address)), transaction():
            signing_in.count_failure(email, address)
        raise


def sign_out():
    auth.leave()
    return redirect(url_for("unlock" if auth.on_this_device() else "sign_in"))


def health():
    """For whoever watches the server: that it and its database answer, and nothing else."""
    try:
        db.session.connection().execute(ANYTHING)
    except DBAPIError:
        return {"status": "no database", "at": clock.now().isoformat(timespec="seconds")}, 503
    return {"status": "ok", "at": clock.now().isoformat(timespec="seconds")}


def init_app(app: Flask) -> None:
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/health", "health", health, methods=["GET"])
