"""Signing in and out."""
from flask import Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.accounts import queries
from practice.accounts.services import second_step
from practice.admin import auth, proof, show
from practice.admin.base import show_error
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import DomainError
from practice.core.text import _

ANYTHING = select(1)
STEP = "step"  # in the cookie: the secret of a sign-in whose password was right


class SignInForm(FlaskForm):
    email = EmailField(_("E-mail"), [InputRequired(_("Enter your e-mail address")), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password")), Length(max=200)])


class CodeForm(FlaskForm):
    code = StringField(_("Code"), [InputRequired(_("Enter the code")), Length(max=40)],
                       description=_("Six figures from the app on your phone, or one of your recovery codes."))


def sign_in():
    if current_user.is_authenticated and not current_user.row.is_locked:
        return redirect(auth.safe_next(request.args.get("next")))
    if queries.is_empty():
        return redirect(url_for("first_run"))
    form = SignInForm()
    if request.form.get("credential"):
        try:
            return let_in(proof.by_passkey(), "passkey")
        except DomainError as error:
            show_error(form, error)
    elif form.validate_on_submit():
        try:
            user_id = proof.check_password(form.email.data, form.password.data)
            return ask_code(user_id) if queries.has_second_step(user_id) else let_in(user_id, "password")
        except DomainError as error:
            show_error(form, error)
    minutes = int(current_app.config["IDLE_TIMEOUT"].total_seconds() // 60)
    return render_template("auth/sign_in.html", form=form, idle_minutes=minutes,
                           has_mail=bool(current_app.config["MAIL_SERVER"])), 422 if form.errors else 200


def let_in(user_id: int, how: str):
    """Somebody has shown who they are: their sign-in, and the page they wanted."""
    auth.enter(auth.open_for(user_id, how))
    row = current_user.row
    if not row.has_second_step and auth.needs_second_step(row):
        flash(gettext("By %(day)s your sign-in needs a second step: set it up in your account.",
                      day=show.day(auth.second_step_by(row))), "warning")
    return redirect(auth.safe_next(request.args.get("next")))


def ask_code(user_id: int):
    """The password was right: the code comes next, on a page of its own."""
    with guard.acting(system("sign-in", address=request.remote_addr or "")), transaction():
        session[STEP] = second_step.ask(user_id)
    return redirect(url_for("sign_in_code", next=request.args.get("next")))


def sign_in_code():
    """The second step: a code of the app, or a recovery code."""
    form, secret, address = CodeForm(), session.get(STEP, ""), request.remote_addr or ""
    house = system("sign-in", address=address)
    try:
        with guard.acting(house), transaction():
            user_id = second_step.whose(secret)
        if form.validate_on_submit():
            with guard.acting(house), transaction():
                second_step.begin_try(secret, address)
            with guard.acting(house), transaction():
                how = second_step.take(secret, form.code.data, address)
            return let_in(user_id, f"password, {how}")
    except second_step.StepOver as error:
        session.pop(STEP, None)
        flash(gettext(error.message), "error")
        return redirect(url_for("sign_in", next=request.args.get("next")))
    except DomainError as error:
        if isinstance(error, second_step.CodeWrong):
            with guard.acting(house), transaction():
                second_step.record_wrong(user_id, address)
        show_error(form, error)
    return render_template("auth/code.html", form=form), 422 if form.errors else 200


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
    app.add_url_rule("/sign-in/code", "sign_in_code", sign_in_code, methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/health", "health", health, methods=["GET"])
