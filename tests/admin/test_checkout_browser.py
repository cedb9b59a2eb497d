"""The pay panel in a real browser: keys for the methods, the change as one types, Enter, the paper on the screen."""
from datetime import timedelta

from practice.access import guard
from practice.core import clock
from practice.core.db import transaction
from practice.schedule.services.shifts import Hours, set_hours
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, schedule
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, faults, sign_in

pytestmark = ON_ONE_DATABASE


def done_session() -> int:
    """A session that ended an hour ago; the clock of the server runs."""
    people = personas.open_house()
    with guard.acting(people.system), transaction():
        set_hours(people.system, people.theo.user_id, [Hours(day, 0, 24 * 60) for day in range(7)])
        ann, treatment = clients.client("Ann", "Doyle").id, schedule.treatment("Deep tissue 60").id
        start = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
        return schedule.appointment(ann, people.theo.user_id, treatment, start, state=S.DONE).id


def notes(page) -> list[str]:
    return [note.inner_text() for note in page.query_selector_all("[data-pay-note]") if note.is_visible()]


def test_keys_change_and_enter(live_server, new_page):
    session = done_session()
    page = new_page()
    sign_in(page, "rae")
    page.goto(f"/checkout/{session}")
    page.wait_for_function("document.activeElement.classList.contains('btn-pay')")
    assert page.inner_text("[data-pay-words]") == "Take €78.00 by card" and notes(page) == []
    page.keyboard.press("4")
    assert page.inner_text("[data-pay-words]") == "Leave it open"
    assert notes(page) == ["€78.00 stays open on the invoice."]
    page.keyboard.press("2")
    page.fill("#amount", "100")
    assert notes(page) == ["Change to give back: €22.00"]
    assert page.inner_text("[data-pay-words]") == "Take €100.00 in cash"
    page.check("[name=method][value=card]", force=True)
    assert notes(page) == ["€22.00 more than to pay: kept as credit."]
    assert not page.is_visible("label:has([name=over][value=change])")  # change is given for cash alone
    page.fill("#amount", "50")
    page.click(".pay-more summary")
    page.check("[name=second_method][value=cash]")
    assert notes(page) == ["The other €28.00 the second way."]
    assert faults(page) == []
    page.focus(".btn-pay")
    page.keyboard.press("Enter")
    page.wait_for_selector("iframe.paper")
    assert "€50.00" in page.inner_text("main") and "€28.00" in page.inner_text("main")
    assert faults(page) == []

    phone = new_page(size=PHONE, dark=True)
    sign_in(phone, "rae")
    for address in ("/money/", "/money/payments", "/money/packages", f"/checkout/{session}/receipt"):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults(phone) == [], address
