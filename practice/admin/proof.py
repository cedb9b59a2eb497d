"""Before an export, a grant or an erasure a person shows once more who they are, unless they did so just now."""
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import Actor, system
from practice.accounts.services import passkeys, signing_in
from practice.admin import auth
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.text import _

LASTS = timedelta(minutes=10)
JSON = {"Content-Type": "application/json"}


class ProofForm(FlaskForm):
    proof = PasswordField(_("Your password"), [InputRequired(_("Enter your password")), Length(max=200)])


def is_fresh() -> bool:
    """Whether this person showed who they are within the last minutes."""
    shown_at = current_user.row.proved_at
    return shown_at is not None and clock.now() - shown_at < LASTS


def need() -> None:
    """Return where they have just shown it; otherwise the question is the answer to this request.

    A form that was sent asks on a page that sends it once more, with the password: nothing typed is lost. A page that
    takes forms asks only when one is sent.
    """
    is_sent = request.method == "POST"
    if is_fresh() or (not is_sent and "POST" in request.url_rule.methods):
        return
    if not is_sent:
        back = auth.safe_next(urlsplit(request.referrer or "").path)
        abort(redirect(url_for("prove", next=request.full_path.rstrip("?"), back=back)))
    form = ProofForm()
    if {"proof", "credential"} & request.form.keys() and is_shown(form):
        return
    sent = [(name, value) for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", "proof", "credential")]
    abort(make_response(render_template("auth/prove.html", form=form, row=current_user.row, sent=sent,
                                        back=request.path), 403))


def is_shown(form: ProofForm) -> bool:
    """Whether the password in the form is theirs, or the passkey; if so, it holds for the next minutes."""
    row, has_passkey = current_user.row, bool(request.form.get("credential"))
    if not has_passkey and not form.validate():
        return False
    try:
        if has_passkey:
            by_passkey(row.user_id)
        else:
            check_password(row.email, form.proof.data)
    except signing_in.SignInRefused:
        form.proof.errors = [gettext("This is not your password.")]
        return False
    except DomainError as error:
        form.proof.errors = [gettext(error.message)]
        return False
    note(row)
    return True


def house() -> Actor:
    """The house, showing somebody in."""
    return system("a passkey", address=request.remote_addr or "")


def place() -> passkeys.Place:
    """Where this page is, as passkeys see it."""
    address = urlsplit(request.host_url)
    return passkeys.Place(address.hostname or "", f"{address.scheme}://{address.netloc}")


def by_passkey(user_id: int | None = None) -> int:
    """Whose passkey was shown; with `user_id` it must be theirs. Raises PasskeyRefused."""
    try:
        with guard.acting(house()), transaction():
            return passkeys.check(request.form["credential"], place(), request.remote_addr or "", user_id)
    except passkeys.PasskeyRefused:
        with guard.acting(house()), transaction():
            passkeys.record_refused(house(), request.form["credential"])
        raise


def passkey_options():
    """What the browser needs to show a passkey: with `mine` of the person of this page, else of whoever comes."""
    mine = current_user.row.user_id if "mine" in request.args and current_user.is_authenticated else None
    try:
        with guard.acting(house()), transaction():
            return passkeys.begin(place(), request.remote_addr or "", mine), JSON
    except DomainError as error:
        return {"message": gettext(error.message)}, 422


def note(row) -> None:
    """Write down that the person of this sign-in has shown who they are."""
    with guard.acting(system("shown again", address=request.remote_addr or "")), transaction():
        signing_in.prove(auth.actor_of(row), row.id)


def check_password(email: str, password: str) -> int:
    """The user with these credentials; a wrong try is counted. Raises SignInRefused, TooManyTries."""
    address = request.remote_addr or ""
    try:
        return signing_in.check_sign_in(email, password, address)
    except signing_in.SignInRefused:
        with guard.acting(system("sign-in", address=address)), transaction():
            signing_in.count_failure(email, address)
        raise


def prove():
    """The question before a file, and after it the way to the file and back to where one was."""
    form, back = ProofForm(), auth.safe_next(request.args.get("back"))
    if form.is_submitted() and is_shown(form):
        return render_template("auth/proved.html", file=auth.safe_next(request.args.get("next")), back=back)
    return render_template("auth/prove.html", form=form, row=current_user.row, sent=(), back=back), (
        422 if form.errors else 200)


def init_app(app: Flask) -> None:
    app.add_url_rule("/passkey", "passkey_options", passkey_options, methods=["POST"])
    app.add_url_rule("/prove", "prove", prove, methods=["GET", "POST"])
