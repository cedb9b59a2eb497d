"""Passkeys in a real browser, with an authenticator made of software: added, shown at the lock and at the door."""
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.accounts.models import Passkey, SignIn
from practice.core.db import db
from tests import personas
from tests.admin.test_notes_browser import session_with_a_last_note
from tests.plugins.browsers import TABLET, faults, sign_in

DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}


def device_of(page):
    """Gives the page's browser an authenticator; `turn(verified)` says whether the finger on it is the right one."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    number = wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    return lambda verified: wire.send("WebAuthn.setUserVerified", {"authenticatorId": number,
                                                                   "isUserVerified": verified})


def rows(model) -> list:
    db.session.rollback()
    with guard.acting(system("looking")):
        return list(db.session.scalars(select(model).order_by(model.id)))


@pytest.mark.requirement("passkeys")
def test_a_passkey_from_its_first_day(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    turn = device_of(page)
    sign_in(page, "theo")
    page.goto("/account/passkeys/")
    assert faults(page) == []
    page.fill("#name", "The tablet")
    page.click("text=Add a passkey")
    expect(page.get_by_text("This passkey signs you in from now on")).to_be_visible()
    assert "The tablet" in page.text_content(".lines")

    # a note left alone comes back as it was
    page.goto(f"/notes/{appointment}/edit")
    page.fill("#subjective", "Neck easier")
    with page.expect_response("**/lock"):
        page.click(".btn-lock")
    cover = page.locator("#lock")
    expect(cover).to_be_visible()
    assert faults(page) == []
    assert page.request.get("/notes/").url.endswith("/unlock?next=/notes/"), "the server has locked it too"
    turn(False)
    page.click("#lock >> text=Show a passkey")
    expect(page.get_by_text("No passkey was shown.")).to_be_visible()
    turn(True)
    page.click("#lock >> text=Show a passkey")
    expect(cover).not_to_be_visible()
    assert page.input_value("#subjective") == "Neck easier"

    # the door, without a word typed; nothing but the passkey
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in")
    assert faults(page) == []
    page.click("text=Sign in with a passkey")
    page.wait_for_selector(".nav")
    expect(page.locator(".who-name")).to_have_text("Theo Marsh")
    (passkey,) = rows(Passkey)
    assert passkey.used_at and passkey.sign_count > 1 and len([row for row in rows(SignIn) if not row.ended_at]) == 1

    # taken out it opens nothing
    page.goto("/account/passkeys/")
    page.click("text=Take out")
    page.locator("dialog[open] >> text=Take out").last.click()
    page.wait_for_load_state()
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in")
    page.click("text=Sign in with a passkey")
    expect(page.get_by_text("This passkey does not open anything here.").first).to_be_visible()
    assert personas.PASSWORD not in page.content() and rows(Passkey) == []
