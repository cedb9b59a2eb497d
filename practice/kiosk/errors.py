"""What a client sees when something is refused or goes wrong."""
import logging
import secrets

from flask import render_template, request
from flask_babel import gettext
from sqlalchemy.exc import DataError

from practice.core.db import db
from practice.core.errors import Forbidden, NotFound
from practice.kiosk import auth
from practice.kiosk.auth import here

log = logging.getLogger("practice")


def refused(code: int, title: str, text: str):
    return render_template("kiosk/error.html", title=title, text=text, back=here("welcome")), code


def too_old(error):
    return refused(400, gettext("Please try again"),
                   gettext("This page was open too long or came from elsewhere. Go back, reload it, and try again."))


def domain_error(error):
    db.session.rollback()
    if isinstance(error, NotFound):
        return auth.closed()
    return refused(403 if isinstance(error, Forbidden) else 400, gettext("Please try again"),
                   gettext(error.message, **error.params))


def http_error(error):
    if error.code == 404:
        return auth.closed()
    text = gettext("That is too big for this form.") if error.code == 413 else gettext("That did not work.")
    return refused(error.code or 400, gettext("Please try again"), text)


def bad_value(error):
    if isinstance(error, DataError) or isinstance(getattr(error, "orig", error), OverflowError | UnicodeEncodeError):
        db.session.rollback()
        return refused(400, gettext("Please try again"), gettext("That did not work."))
    return server_error(error)


def server_error(error):
    db.session.rollback()
    number = secrets.token_hex(4)
    log.exception("error %s at %s %s", number, request.method, request.endpoint,
                  exc_info=getattr(error, "original_exception", None) or error)
    return refused(500, gettext("Something went wrong"),
                   gettext("It is not your fault. Please try again, or call us and give the number %(number)s.",
                           number=number))
