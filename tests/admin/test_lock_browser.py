"""The lock over the page in a real browser: a note left alone, covered, and back as it was; the next person."""
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import staff
from practice.access.roles import Role
from practice.accounts.models import User
from practice.accounts.services import pins
from practice.core.db import db, transaction
from tests.admin.test_lock import PIN
from tests.admin.test_notes_browser import HOUSE, session_with_a_last_note, stored
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, TABLET, faults, sign_in

pytestmark = ON_ONE_DATABASE

TEXT = "Neck easier, sleeps well"
LEFT_ALONE = """() => {
  const later = Date.now() + 16 * 60 * 1000;
  Date.now = () => later;
}"""


def give_pin() -> None:
    with guard.acting(HOUSE):
        number = db.session.scalar(select(User.id).where(User.email == "theo@example.com"))
        db.session.rollback()
    actor = staff(number, {Role.THERAPIST})
    with guard.acting(actor), transaction():
        pins.set_pin(actor, PIN)


@pytest.fixture
def note(live_server, new_page):
    """Theo's note on a tablet, a sentence typed."""
    appointment = session_with_a_last_note()
    give_pin()
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    return page, appointment


def test_a_note_that_was_left_alone(note, pictures_of_lock):
    page, appointment = note
    page.tap("#subjective")
    page.keyboard.type(TEXT)
    page.evaluate(LEFT_ALONE)
    cover = page.locator("#lock")
    expect(cover).to_be_visible()
    expect(page.locator("#subjective")).not_to_be_visible()
    pictures_of_lock(page, "cover")
    assert faults(page) == []
    for key in ("Escape", "Escape", "Tab", "Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#lock')")
    expect(cover).to_be_visible()
    assert page.request.get("/notes/").url.endswith("/unlock?next=/notes/"), "the server has locked it too"
    assert page.request.post(f"/notes/{appointment}/save", headers={"Accept": "application/json"}).status == 423
    page.fill("#lock-pin", "9999")
    page.keyboard.press("Enter")
    expect(page.locator("#lock-wrong")).to_have_text("That is not your PIN.")
    page.fill("#lock-pin", PIN)
    page.keyboard.press("Enter")
    expect(cover).not_to_be_visible()
    assert page.input_value("#subjective") == TEXT
    with page.expect_response(lambda answer: answer.url.endswith("/save") and answer.ok
                              and "weeks" in (answer.request.post_data or "")):
        page.fill("#plan", "Two weeks")
    _state, content = stored(appointment)
    assert (content.subjective, content.plan) == (TEXT, "Two weeks")


def test_the_next_person_and_back(note, pictures_of_lock):
    page, appointment = note
    page.tap("#subjective")
    page.keyboard.type(TEXT)
    page.wait_for_selector(".autosave[data-state=saved]")
    page.tap(".btn-lock")
    page.tap("#lock >> text=Switch person")
    page.wait_for_url("**/unlock*")
    assert faults(page) == []
    pictures_of_lock(page, "switch")
    page.tap("text=Sign in as somebody else")
    page.fill("[name=email]", "tara@example.com")
    page.fill("[name=password]", "seven calm otters swim")
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".nav")
    expect(page.locator(".who-name")).to_have_text("Tara Lindqvist")
    assert page.request.get(f"/notes/{appointment}/edit").status == 404
    page.goto("/unlock")
    assert "/unlock" not in page.url, "Tara has not locked hers"


def test_a_page_asked_for_with_the_lock_on(note):
    page, appointment = note
    with page.expect_response("**/lock"):
        page.tap(".btn-lock")
    expect(page.locator("#lock")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert faults(page) == []
    page.fill("#pin", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/notes/{appointment}/edit")


@pytest.fixture
def pictures_of_lock(tmp_path):
    return lambda page, name: page.screenshot(path=tmp_path / f"{name}.png")
