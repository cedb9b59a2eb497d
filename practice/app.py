"""The application: settings in, Flask out."""
import secrets
from datetime import timedelta
from pathlib import Path

from flask import Flask, abort, g, request
from flask.templating import Environment
from flask_babel import Babel
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

import practice.models  # noqa: F401 - every table and every row rule
from practice.access import policy
from practice.admin import errors, site, words
from practice.core import body, figure, sealed
from practice.core.db import Base, db
from practice.kiosk import site as kiosk

ROOT = Path(__file__).resolve().parent.parent
LARGEST_ID = 2**53
LARGEST_BODY = 16 * 1024 * 1024  # bytes

csrf = CSRFProtect()


class RowId(IntegerConverter):
    """Numbers in addresses: one beyond every table is an unknown address, not a database error."""

    def __init__(self, url_map, *args, **options):
        super().__init__(url_map, *args, **{"max": LARGEST_ID, **options})


class Templates(Environment):
    """Jinja as Flask has it. No template here has globals of its own, so all share the environment's: laid over them
    one by one, they are compared name by name with every import of a macro."""

    def make_globals(self, d):
        return super().make_globals(d) if d else self.globals


class Practice(Flask):
    jinja_environment = Templates


def create_app(config) -> Flask:
    """The application for these settings (config.Config)."""
    app = Practice("practice", root_path=str(ROOT / "practice"), template_folder=str(ROOT / "templates"),
                static_folder="static", instance_path=str(ROOT / "instance"))
    app.config.update(flask_settings(config))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = RowId
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)
    sealed.use(sealed.Keyring(list(config.sealing_keys), config.changed_keys()))
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    policy.check_complete(Base)
    app.before_request(refuse_junk)
    Babel(app, locale_selector=language, timezone_selector=lambda: "UTC",
          default_translation_directories=str(ROOT / "practice" / "translations"))
    words.init_app(app)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, body=body, figure=figure)
    site.init_app(app, csp_nonce)
    csrf.init_app(app)  # after who is asking is known: the page that says so has the frame of a signed-in person
    kiosk.init_app(app)
    errors.init_app(app)
    app.after_request(send_headers)
    return app


def flask_settings(config) -> dict:
    """The settings in Flask's words."""
    is_sqlite = config.database_url.startswith("sqlite")
    # The connection used last is the one whose caches are warm.
    engine = {"hide_parameters": True, "pool_use_lifo": True}
    if is_sqlite:
        engine["connect_args"] = {"cached_statements": 512}
    else:
        # What a cursor streams is read to its end: it is not to be planned as if the first rows were enough.
        engine["connect_args"] = {"options": "-c timezone=utc -c lock_timeout=15000 -c cursor_tuple_fraction=1"}
    return {
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.former_secret_keys),
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "TRUSTED_HOSTS": list(config.trusted_hosts),
        "SESSION_COOKIE_NAME": "__Host-practice" if config.https else "practice",
        "SESSION_COOKIE_SECURE": config.https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "IDLE_TIMEOUT": timedelta(minutes=config.idle_minutes),
        "BACKUPS": config.backups,
        "PROXIES": config.proxies,
        "SESSION_LIFETIME": timedelta(hours=config.session_hours),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the sign-in: a long note must not meet a bare error
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAIL_SERVER": config.mail,
        "TESTING": config.testing,
        "DEBUG": False,  # whatever FLASK_DEBUG says
    }


SAME_EVERYWHERE = (
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"))


def csp_nonce() -> str:
    """The nonce of this response's scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def language() -> str:
    """The reader's own language, else the practice's."""
    from practice.premises.queries import settings

    own = current_user.row.language if current_user and current_user.is_authenticated else ""
    chosen = settings()
    return own or (chosen.language if chosen else "en")


def refuse_junk() -> None:
    """Bytes that no keyboard sends are a bad request, on both databases; and so is a name that is not ours."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    try:
        sent = [request.args] if request.method in ("GET", "HEAD") else [request.args, request.form]
        texts = (text for part in sent for name, values in part.lists() for text in (name, *values))
        for text in (request.path, *texts):
            text.encode()  # halves of signs, which stand for nothing
            if "\x00" in text or "\ufffd" in text:
                abort(400)
    except UnicodeError:
        abort(400)


def send_headers(response):
    nonce = csp_nonce()
    headers = response.headers
    headers.add("Content-Security-Policy", (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"))
    for name, value in SAME_EVERYWHERE:
        headers.add(name, value)
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
