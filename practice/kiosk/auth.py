"""The door of a client's own form: whose address it is, on which device, and who has tried too often.

Unknown, spent, expired and revoked addresses all get the same page and the same status, 404: whoever tries one learns
nothing from the answer. Opening an address changes nothing; mail scanners and previews may do it as often as they like.
"""
from datetime import timedelta

from flask import current_app, g, render_template, request, url_for

from practice.access import guard
from practice.access.actor import NOBODY, Actor, Kind, link, system
from practice.access.permissions import Permission
from practice.clients.policy import is_chart_open
from practice.core.db import transaction
from practice.intake.models import Way
from practice.intake.services import links
from practice.intake.services.links import Found
from practice.intake.states import LinkState
from practice.premises.queries import settings

COOKIE = "form_device"
COOKIE_PATH = "/f/"
REMEMBERED = timedelta(days=400)  # the phone that sent this year's form is known when it opens next year's
CLOSED_STATUS, DESK_STATUS = 404, 403


def take_secret(endpoint: str, values: dict) -> None:
    """The secret is part of every address here; the pages themselves need not take it."""
    g.form_secret = values.pop("secret")


def secret() -> str:
    return g.form_secret


def here(endpoint: str, **values) -> str:
    """The address of a page of this form."""
    return url_for(f"kiosk.{endpoint}", secret=secret(), **values)


def enter():
    """Before each request: find what the address stands for, and act as its client from here on.

    Not where somebody is signed in who may not read charts: the desk makes the address and knows the birth date, and
    would read here what the client has typed, and said last time. What is typed in from paper stays shut as well where
    the therapist has left: the browser is the practice's, and remembers the address.
    """
    if is_the_desk(g.get("actor")):
        return render_template("kiosk/desk.html"), DESK_STATUS
    address = request.remote_addr or ""
    found = links.find(secret(), device())
    # A tablet the desk has just handed over shares its address with whoever tries links in the waiting room.
    is_expected = found is not None and (found.is_known_device or found.way is Way.TABLET)
    if not is_expected and links.is_guessing(address):
        return render_template("kiosk/closed.html", too_many=True), 429
    if found is None:
        house = system("an unknown form's address", address=address)
        with guard.acting(house), transaction():
            links.count_guess(address)
    if found is None or not may_enter(found):
        return closed()
    if found.way is Way.PAPER and not is_chart_open(g.get("actor", NOBODY), found.client_id):
        return render_template("kiosk/paper.html"), DESK_STATUS
    g.found, g.actor = found, link(found.link_id, found.client_id, address=address)
    guard.bind(g.actor)
    return None


def is_the_desk(who: Actor | None) -> bool:
    """Whether this browser is that of staff without a grant for charts."""
    return who is not None and who.kind is Kind.STAFF and not who.may(Permission.CHART_READ)


def may_enter(found: Found) -> bool:
    """An open address; and the thanks after sending, on the device that sent."""
    is_thanks = request.endpoint == "kiosk.thanks"
    return found.state is LinkState.OPEN or (is_thanks and found.state is LinkState.SPENT and found.is_known_device)


def closed():
    """The one page for every address that is not open."""
    return render_template("kiosk/closed.html", too_many=False), CLOSED_STATUS


def current_actor() -> Actor:
    return g.actor


def current_link() -> Found:
    return g.found


def is_proven() -> bool:
    """Whether this device may see what was typed."""
    return g.found.is_known_device


def device() -> str | None:
    """The secret this device has from this form, or from an earlier one."""
    return request.cookies.get(COOKIE)


def remember(response, device_secret: str):
    """Give the device its cookie: for the form's pages only, out of reach of scripts."""
    response.set_cookie(COOKIE, device_secret, max_age=int(REMEMBERED.total_seconds()), path=COOKIE_PATH, httponly=True,
                        samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"] or request.is_secure)
    return response


def practice_frame() -> dict:
    """What the frame of every page shows: the practice and its phone."""
    practice = settings()
    return {"practice_phone": practice.phone if practice else "", "country": practice.country if practice else ""}
