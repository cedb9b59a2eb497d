"""Who is asking, on the web: wraps an open sign-in for Flask-Login and binds the actor to the database session."""
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import true
from werkzeug.exceptions import MethodNotAllowed

from practice.access import guard
from practice.access.actor import NOBODY, Actor, staff, system
from practice.access.roles import ROLE_LABELS, Role
from practice.accounts import queries
from practice.accounts.queries import OPEN_SIGN_IN
from practice.accounts.services import pins, signing_in
from practice.core import clock
from practice.core.db import transaction
from practice.premises.models import Practice
from practice.premises.queries import SETTINGS, keep_settings, settings
from practice.safety.queries.book import HAS_OWN_RULES, keep_shipped

# What anybody may reach; everything else needs a sign-in.
PUBLIC = {"static", "sign_in", "sign_in_code", "passkey_options", "forgot", "reset", "unlock", "first_run", "health"}
PUBLIC_BLUEPRINTS = {"kiosk"}
# What a locked sign-in may reach beside that: the way out.
LOCK_DOORS = {"sign_out"}
# What somebody reaches who has to set up a second step first.
STEP_DOORS = {"second_step.index", "sign_out", "lock"}
LOCKED_STATUS = 423
PARKED = "parked"  # in the cookie: the secrets of colleagues whose locked sign-ins wait on this device
MOST_PARKED = 5
TOUCH_EVERY = timedelta(minutes=1)

login_manager = LoginManager()


class SignedIn(UserMixin):
    """An open sign-in as Flask-Login sees it; its id is the cookie's secret."""

    def __init__(self, secret: str, row: queries.OpenSignIn):
        self.secret, self.row = secret, row

    def get_id(self) -> str:
        return self.secret


# What every page asks first, in one statement: who has signed in, and beside it the practice's settings and whether it
# has rules of its own.
WHO_AND_WHERE = OPEN_SIGN_IN.add_columns(*SETTINGS.selected_columns, HAS_OWN_RULES).outerjoin(Practice, true())
WHO = len(OPEN_SIGN_IN.selected_columns)


@login_manager.user_loader
def load(secret: str) -> SignedIn | None:
    now, idle, longest = clock.now(), current_app.config["IDLE_TIMEOUT"], current_app.config["SESSION_LIFETIME"]
    with guard.system_session("who is signed in") as session:
        rows = session.execute(WHO_AND_WHERE, {"secret_hash": signing_in.hash_secret(secret), "seen_after": now - idle,
                                               "started_after": now - longest}).all()
    row = queries.open_sign_in([one[:WHO] for one in rows], now - idle)
    if row is None:
        return None
    if rows[0][WHO] is not None:
        keep_settings(rows[0][WHO:-1])
    if not rows[0][-1]:
        keep_shipped()
    return SignedIn(secret, row)


def current_actor() -> Actor:
    """Who is asking in this request; nobody, where it was refused before that was known."""
    return g.get("actor", NOBODY)


def identify() -> None:
    """Before each request: find out who asks, bind them to the session, refuse what needs a sign-in."""
    g.actor = NOBODY
    if request.endpoint == "static":
        return None
    guard.bind(NOBODY)
    is_public = request.endpoint in PUBLIC or request.blueprint in PUBLIC_BLUEPRINTS
    if not current_user.is_authenticated:
        is_unknown_method = isinstance(request.routing_exception, MethodNotAllowed)  # 405: the form has another one
        return None if is_public or is_unknown_method else redirect(_first_door())
    row = current_user.row
    if row.is_locked:
        return None if is_public or request.endpoint in LOCK_DOORS else _locked_door()
    g.actor = actor_of(row)
    if clock.now() - row.last_seen_at > TOUCH_EVERY and not request.headers.get("X-Background"):
        with guard.acting(system("sign-in in use")), transaction():
            signing_in.touch(row.id)
    guard.bind(g.actor)
    if row.must_change_password and request.endpoint not in ("account.password", "sign_out"):
        return redirect(url_for("account.password"))
    if owes_second_step(row, clock.now()) and request.endpoint not in STEP_DOORS and not row.must_change_password:
        return redirect(url_for("second_step.index"))
    return None


def second_step_by(row: queries.OpenSignIn) -> datetime | None:
    """By when this person's roles need a second step; None where the password alone is enough."""
    chosen = settings()
    if chosen is None:
        return None
    if Role.OWNER in row.roles:
        return chosen.second_step_from
    return chosen.second_step_all_from if chosen.has_second_step_for_all else None


def needs_second_step(row: queries.OpenSignIn) -> bool:
    """Whether the password alone is not enough for this person's roles."""
    return second_step_by(row) is not None


def owes_second_step(row: queries.OpenSignIn, now: datetime) -> bool:
    """Whether they have none, and the time to set it up is over."""
    return not row.has_second_step and needs_second_step(row) and second_step_by(row) <= now


def actor_of(row: queries.OpenSignIn) -> Actor:
    """The person of a sign-in, with the roles of this moment."""
    chosen = settings()
    return staff(row.user_id, row.roles, name=row.name, address=request.remote_addr or "",
                 has_shared_charts=bool(chosen and chosen.has_shared_charts))


def _wanted() -> str | None:
    """The page somebody wanted to go to; for a form that was sent, the page of that address, where it has one."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.endpoint else None
    if request.method == "POST" and request.url_rule and "GET" in request.url_rule.methods:
        wanted = request.path
    return wanted if wanted and wanted != "/" else None


def _first_door() -> str:
    return url_for("first_run") if queries.is_empty() else url_for("sign_in", next=_wanted())


def _locked_door():
    """Somebody who turns a page is led to the PIN; a script learns the status, and shows its lock over the page."""
    if is_by_script():
        return "", LOCKED_STATUS
    return redirect(url_for("unlock", next=_wanted() or safe_next(urlsplit(request.referrer or "").path)))


def is_by_script() -> bool:
    """Whether a script of a page asks, and not somebody who turns to another page."""
    headers = request.headers
    return (bool(headers.get("X-Background")) or headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
            or request.accept_mimetypes.best == "application/json")


def open_for(user_id: int, how: str = "password") -> str:
    """Open a sign-in for somebody who has proved who they are; gives its secret."""
    address = request.remote_addr or ""
    with guard.acting(system("sign-in", address=address)), transaction():
        return signing_in.start(user_id, queries.roles_of(user_id), "", address=address,
                                device=request.user_agent.string, how=how)


def enter(secret: str) -> None:
    """Put the sign-in's secret into a fresh cookie. Colleagues who are locked on this device stay parked in it."""
    waiting = [one.secret for one in on_this_device() if one.row.is_locked and one.secret != secret]
    session.clear()
    if waiting:
        session[PARKED] = waiting[:MOST_PARKED]
    login_user(load(secret))


def on_this_device() -> list[SignedIn]:
    """Who is signed in here, the present one first, then those who are parked and can come back with their PIN."""
    here = [current_user] if current_user.is_authenticated else []
    parked = (load(secret) for secret in session.get(PARKED, ()))
    return here + [one for one in parked if one and one.row.is_locked]


def leave(*, with_parked: bool = False) -> None:
    """End the sign-in on the server, and empty the cookie of it; `with_parked` of everybody's on this device."""
    parked = session.get(PARKED, [])
    with guard.acting(system("sign-out", address=request.remote_addr or "")) as house, transaction():
        if current_user.is_authenticated:
            signing_in.end(actor_of(current_user.row), current_user.row.id)
        if with_parked:
            pins.end_secrets(house, parked)
    logout_user()
    session.clear()
    if parked and not with_parked:
        session[PARKED] = parked


def safe_next(target: str | None) -> str:
    """`target` when it is a plain path of this site, else the home page."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or "\\" in target:
        return url_for("today.index")
    if any(ord(sign) <= 32 for sign in target) or urlsplit(target).netloc:
        return url_for("today.index")
    return target


def who() -> dict | None:
    """The signed-in person for the frame of every page: name, role in words, initials."""
    if not current_user.is_authenticated or current_user.row.is_locked:
        return None
    row = current_user.row
    words = row.name.split() or [row.email]
    roles = sorted(row.roles, key=list(ROLE_LABELS).index)
    return {"name": row.name, "initials": (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper(),
            "roles": roles, "has_pin": row.has_pin, "has_passkey": row.has_passkey,
            "has_second_step": row.has_second_step, "sign_in_id": row.id}


def init_app(app: Flask) -> None:
    login_manager.session_protection = None  # the sign-in is a row of ours, with its own end
    login_manager.init_app(app)
    app.before_request(identify)
