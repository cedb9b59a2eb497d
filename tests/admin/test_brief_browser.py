"""The brief and a therapist's Today in a real browser: one screen, reasons by a tap, and what axe says."""
import pytest

from practice.access import guard
from practice.core import clock
from practice.core.db import transaction
from practice.intake.queries import latest_submission
from practice.safety.services.profile import mark_read
from tests import personas
from tests.factories import clients, safety
from tests.plugins.browsers import ON_ONE_DATABASE, TABLET, looks, sign_in

pytestmark = ON_ONE_DATABASE

FIRST_SCREEN = "[...document.querySelectorAll('.brief-grid > .card')].map(card => card.getBoundingClientRect().bottom)"


@pytest.fixture
def priya(cloned_database) -> tuple[int, int]:
    """Priya with everything decided and read, as on most days."""
    people = personas.open_house()
    with clock.frozen(personas.NOW):
        client_id, appointment_id = safety.with_history(people)
        safety.accept_all(people, client_id)
        with guard.acting(people.theo), transaction():
            number = latest_submission(client_id).id
            mark_read(people.theo, client_id, number, frozenset({"medicines", "allergy_reaction"}))
    with guard.acting(people.system), transaction():
        clients.care(client_id, people.theo.user_id)  # the server's own clock runs: today she is in care as well
    return client_id, appointment_id


def test_the_brief_in_the_browser(priya, live_server, new_page):
    client_id, appointment_id = priya
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/brief/{appointment_id}")
    assert page.locator(".brief-open").count() == 0
    assert max(page.evaluate(FIRST_SCREEN)) <= TABLET["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    dialog = page.locator("#why-dialog")
    page.locator(".bm-limit a").first.click()
    assert dialog.is_visible() and "How sure:" in dialog.inner_text() and "Source:" in dialog.inner_text()
    page.keyboard.press("Escape")
    page.locator('[data-side="back"] .bm-region[data-place="calf:left"] path').first.click(force=True)
    assert dialog.is_visible() and "Bruise" in dialog.inner_text()
    page.locator("#why-dialog [data-close]").click()
    page.locator(".brief-where [data-pair^=left]").tap()
    assert max(page.evaluate(FIRST_SCREEN)) <= TABLET["height"]
    page.locator('[data-side="left"] .bm-region[data-place="calf:left"] path').first.tap()
    assert dialog.is_visible() and "Bruise" in dialog.inner_text()
    page.locator("#why-dialog [data-close]").click()
    for address in (f"/conditions/client/{client_id}/new", "/conditions/", f"/brief/{appointment_id}",
                    f"/conditions/client/{client_id}", "/"):
        page.goto(address)
        for where, found in looks(page):
            assert found == [], f"{address} {where}"


def test_the_body_map_is_walked_and_asked_by_keyboard(priya, live_server, new_page):
    """One stop for Tab, arrows from region to region, Enter for the reason; a region without a limit says so."""
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    page.goto(f"/brief/{priya[1]}")
    picture = page.locator(".brief-where .bm-figures")
    assert picture.get_attribute("role") == "group" and "not assessed" not in picture.get_attribute("aria-label")
    stops = []
    page.locator(".brief-where [data-pair^=left]").focus()
    for _press in range(4):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.closest('.bm-region')?.getAttribute('aria-label') || ''"))
    assert [bool(one) for one in stops] == [True, False, False, False]
    now = "document.activeElement.dataset.place"
    page.locator('[data-side="front"] .bm-region[tabindex="0"]').focus()
    first = page.evaluate(now)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(now) not in (None, first)
    dialog, title = page.locator("#why-dialog"), page.locator("#why-title")
    for place, key in (("calf:left", "Enter"), ("calf:right", " ")):
        region = page.locator(f'[data-side="back"] .bm-region[data-place="{place}"]')
        region.focus()
        page.keyboard.press(key)
        assert dialog.is_visible()
        if place == "calf:left":
            assert region.get_attribute("aria-label") == "Lower leg left, closed" and "Bruise" in dialog.inner_text()
        else:
            assert title.inner_text() == "Lower leg right, no limit"
            assert "For everybody, with care:" in dialog.inner_text()
        page.keyboard.press("Escape")
        assert page.evaluate(now) == place
    assert page.locator('.bm-region[tabindex="0"]').count() == 1
    page.locator(".brief-where [data-pair^=left]").click()
    assert page.locator('.bm-region[tabindex="0"]:visible').count() == 1
    page.locator('[data-side="right"] .bm-region[data-place="calf:right"] path').first.click(force=True)
    assert title.inner_text() == "Lower leg right, no limit"
