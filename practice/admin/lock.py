"""The lock: over the page when it is left alone, on a page of its own where another one is asked for.

Behind it nothing answers but the PIN, signing in as somebody else, and signing out.
"""
from flask import Flask, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.accounts.services import pins, signing_in
from practice.admin import auth, proof
from practice.admin.base import show_error
from practice.core.db import transaction
from practice.core.errors import DomainError
from practice.core.text import _


class UnlockForm(FlaskForm):
    pin = PasswordField(_("PIN"), [InputRequired(_("Enter your PIN")), Length(max=20)])


def lock():
    """Lock this sign-in now; without a PIN or a passkey to open it, it ends."""
    if current_user.row.has_pin or current_user.row.has_passkey:
        with guard.acting(system("locked")), transaction():
            pins.lock(auth.current_actor(), current_user.row.id)
    else:
        auth.leave()
    if auth.is_by_script():
        return "", 204
    return redirect(url_for("unlock" if current_user.is_authenticated else "sign_in"))


def unlock():
    """Whose lock it is, and the PIN. `who` picks a colleague who waits on this device."""
    here, by_script = auth.on_this_device(), auth.is_by_script()
    if not here:
        return ("", 401) if by_script else redirect(url_for("sign_in", next=request.args.get("next")))
    if request.form.get("sign_in", str(here[0].row.id)) != str(here[0].row.id):
        return "", 409  # meanwhile somebody else works on this device: what is under that cover is not theirs
    if not here[0].row.is_locked:
        return ("", 204) if by_script else redirect(auth.safe_next(request.args.get("next")))
    chosen = here[picked(len(here))]
    form, is_passkey = UnlockForm(), bool(request.form.get("credential"))
    if is_passkey or form.validate_on_submit():
        error = refused_passkey(chosen) if is_passkey else refused(chosen, form.pin.data)
        if error is None:
            is_same = chosen is here[0] and current_user.is_authenticated
            if not is_same:
                auth.enter(chosen.secret)
            return ("", 204) if by_script else redirect(
                auth.safe_next(request.args.get("next") if is_same else None))
        if by_script:
            return {"message": gettext(error.message), "is_over": isinstance(error, pins.PinUsedUp)}, 422
        show_error(form, error)
    return render_template("auth/unlock.html", form=form, chosen=chosen.row, index=here.index(chosen),
                           others=[(number, one.row) for number, one in enumerate(here) if one is not chosen],
                           next=request.args.get("next")), (422 if form.errors else 200)


def picked(count: int) -> int:
    """Which of those who wait here; the first where nobody was picked."""
    number = request.args.get("who", "0")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 3 and int(number) < count else 0


def refused(chosen: auth.SignedIn, pin: str) -> DomainError | None:
    """Open the sign-in with its PIN, or say why not; each try is counted before it is checked."""
    actor, house = auth.actor_of(chosen.row), system("unlocking", address=request.remote_addr or "")
    try:
        with guard.acting(house), transaction():
            tries = pins.begin_try(actor, chosen.row.id)
    except DomainError as error:
        return error
    if not pins.is_right(chosen.row, pin, tries):
        with guard.acting(house), transaction():
            return pins.refuse(actor, chosen.row.id, tries)
    with guard.acting(house), transaction():
        pins.unlock(actor, chosen.row.id, by_pin=True)
    return None


def refused_passkey(chosen: auth.SignedIn) -> DomainError | None:
    """Open the sign-in with a passkey of its person, who has shown with it who they are; or say why not."""
    try:
        proof.by_passkey(chosen.row.user_id)
    except DomainError as error:
        return error
    actor = auth.actor_of(chosen.row)
    with guard.acting(system("unlocking", address=request.remote_addr or "")), transaction():
        pins.unlock(actor, chosen.row.id, by_pin=False)
        signing_in.prove(actor, chosen.row.id)
    return None


def idle_seconds() -> int:
    """After how long without a touch or a key the page is covered."""
    return int(current_app.config["IDLE_TIMEOUT"].total_seconds())


def init_app(app: Flask) -> None:
    app.add_url_rule("/lock", "lock", lock, methods=["POST"])
    app.add_url_rule("/unlock", "unlock", unlock, methods=["GET", "POST"])
    app.jinja_env.globals["idle_seconds"] = idle_seconds
