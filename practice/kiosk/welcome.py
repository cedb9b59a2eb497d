"""The first page of a client's own form: what this is, and the birth date on a second device."""
from flask import redirect, render_template, request
from flask_babel import gettext
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.clients.models import Client
from practice.core.db import db, transaction
from practice.core.errors import DomainError
from practice.intake.models import Way
from practice.intake.queries import definition_of, get_form
from practice.intake.services import links
from practice.intake.services.seen import goes_on_elsewhere
from practice.kiosk import auth
from practice.kiosk.auth import here
from practice.kiosk.sheet import load, locale


def welcome():
    """Shows what this is, and changes nothing. A device that is known goes on where it was left."""
    if auth.is_proven():
        sheet = load()
        return redirect(here("part", key=sheet.open_part().key), 303)
    if auth.current_link().is_begun and auth.current_link().way is Way.TABLET:
        return auth.closed()
    return show_welcome()


def show_welcome(error: str = "", typed: str = "", status: int = 200):
    is_begun, goes_on = auth.current_link().is_begun, goes_on_elsewhere(auth.current_link().link_id)
    form = get_form(auth.current_link().form_version_id)
    # The first name helps a household tell its links apart; once begun, nothing is said before the birth date is.
    first_name = None if is_begun else db.session.scalar(select(Client.first_name))
    return render_template("kiosk/welcome.html", is_begun=is_begun, goes_on=goes_on,
                           first_name=first_name, error=error, typed=typed, title=form.title,
                           intro=definition_of(form).intro, action=here("start")), status


def start():
    """The first device begins; another one gives the birth date first."""
    if auth.is_proven():
        return redirect(here("welcome"), 303)
    actor, typed = auth.current_actor(), request.form.get("birth_date", "")
    try:
        with transaction():
            if auth.current_link().is_begun:
                device = links.continue_elsewhere(actor, typed[:80], device=auth.device(), locale=locale())
            else:
                device = links.begin(actor, auth.device())
    except links.FormClosed:
        return auth.closed()
    except links.BirthDateWrong as error:
        if auth.current_link().is_begun:
            with guard.acting(system("a wrong birth date", address=actor.address)), transaction():
                links.count_failure(actor.link_id)
            return show_welcome(gettext(error.message), typed, 422)
        return redirect(here("welcome"), 303)  # another device was quicker
    except DomainError as error:
        return show_welcome(gettext(error.message, **error.params), typed,
                            429 if isinstance(error, links.TooManyTries) else 422)
    return auth.remember(redirect(here("welcome"), 303), device)
