"""What people see when something is refused or goes wrong: plain words, and a number the log has too."""
import logging
import secrets

from flask import Flask, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, StatementError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from practice.access import guard
from practice.access.actor import NOBODY
from practice.admin.auth import current_actor
from practice.admin.base import words
from practice.audit import services as audit
from practice.core.db import db, is_out_of_order, transaction
from practice.core.errors import DomainError, Forbidden, NotFound
from practice.core.text import _

log = logging.getLogger("practice")

TITLES = {
    400: _("That could not be understood"),
    403: _("Not for your role"),
    404: _("There is nothing here"),
    405: _("That is not how this page works"),
    413: _("That is too big"),
    500: _("Something went wrong"),
    503: _("The database cannot be used just now"),
}
SENTENCES = {
    500: _("It is not your fault. Nothing of this step was saved."),
    503: _("Nothing of this step was saved. Try again in a moment; if it stays like this, tell whoever looks after the "
           "server: it does not answer, its disk is full, or it may not be written to."),
}


def show(code: int, text: str, error_id: str | None = None):
    title = TITLES.get(code, TITLES[400 if code < 500 else 500])
    if isinstance(request.routing_exception, SecurityError):
        # A host name that is not ours: no address can be built, so there is no page either.
        return f"{gettext(title)}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("errors/error.html", code=code, title=gettext(title), text=text, error_id=error_id), code


def http_error(error: HTTPException):
    code = error.code or 500
    if code < 400:
        return error
    if code == 403:
        record_denied()
    if code >= 500:
        return server_error(error)
    messages = {
        403: gettext("Your role does not open this page."),
        404: gettext("The page does not exist, or it is not yours to see."),
        413: gettext("The file or text is larger than this page takes."),
    }
    return show(code, messages.get(code, gettext("Go back and try again.")))


def domain_error(error: DomainError):
    if isinstance(error, NotFound):
        return show(404, gettext("The page does not exist, or it is not yours to see."))
    if isinstance(error, Forbidden):
        record_denied()
        return show(403, gettext("Your role does not open this page."))
    return show(400, words(error))


def csrf_error(error: CSRFError):
    return show(400, gettext("This page was open too long or came from elsewhere. Go back, reload it, and try again."))


def bad_value(error: StatementError | OverflowError | UnicodeEncodeError):
    """A value the database cannot hold: the sender's mistake, not the server's. SQLite's driver says so in Python's own
    words: a number too large, half a sign."""
    if isinstance(error, DataError) or isinstance(getattr(error, "orig", error), (OverflowError, UnicodeEncodeError)):
        return show(400, gettext("Go back and try again."))
    return server_error(error, 503 if is_out_of_order(error) else 500)


def server_error(error, code: int = 500):
    error_id = secrets.token_hex(4)
    log.exception("error %s at %s %s", error_id, request.method, request.endpoint,
                  exc_info=getattr(error, "original_exception", None) or error)
    try:
        db.session.rollback()  # a connection that was lost is given back before the page asks who is looking
        return show(code, gettext(SENTENCES[code]), error_id)
    except Exception:  # the page itself needs the database, which may be what is missing
        log.exception("the page of error %s", error_id)
        return f"{TITLES[code]}. {SENTENCES[code]} Number of this error: {error_id}", code


def record_denied() -> None:
    actor = current_actor()
    if actor is not NOBODY:
        guard.bind(actor)
        with transaction():
            audit.record(actor, "access.denied", endpoint=request.endpoint or "")


def logged_with_its_number(exc_info) -> None:
    """Nothing more: `server_error` writes it down, without the path, which may hold the secret of a form."""


def init_app(app: Flask) -> None:
    app.log_exception = logged_with_its_number
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(DomainError, domain_error)
    for kind in (StatementError, OverflowError, UnicodeEncodeError):
        app.register_error_handler(kind, bad_value)
    app.register_error_handler(InternalServerError, server_error)
