"""The brief and a therapist's Today in a real browser: one screen, reasons by a tap, and what axe says."""
import pytest
from axe_playwright_python.sync_playwright import Axe

from practice.access import guard
from practice.core import clock
from practice.core.db import transaction
from practice.intake.queries import latest_submission
from practice.safety.services.profile import mark_read
from tests import personas
from tests.factories import clients, safety
from tests.plugins.browsers import DESKTOP, PHONE, TABLET, sign_in

FIRST_SCREEN = "[...document.querySelectorAll('.brief-grid > .card')].map(card => card.getBoundingClientRect().bottom)"


def violations(page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    return [f"{one['id']}: {node['html'][:120]}" for one in found.response["violations"] for node in one["nodes"]]


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
    problems = []
    for size in (DESKTOP, TABLET, PHONE):
        for dark in (False, True):
            shown = new_page(size=size, dark=dark)
            sign_in(shown, "theo")
            for address in ("/", f"/brief/{appointment_id}", f"/conditions/client/{client_id}",
                            f"/conditions/client/{client_id}/new", "/conditions/"):
                shown.goto(address)
                problems += [f"{address} {size['width']} {dark}: {one}" for one in violations(shown)]
                if shown.evaluate("document.documentElement.scrollWidth") > size["width"]:
                    problems.append(f"{address} {size['width']}: scrolls sideways")
    assert problems == []
