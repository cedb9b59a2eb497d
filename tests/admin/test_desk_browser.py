"""The desk in a real browser: a slot's dialog, one click with its undo, picking a client, free times that follow."""
from datetime import timedelta

from practice.access import guard
from practice.core import clock
from practice.core.db import transaction
from practice.schedule.services.shifts import Hours, set_hours
from tests import personas
from tests.factories import clients, schedule
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, faults, sign_in

pytestmark = ON_ONE_DATABASE


def day_at_the_desk() -> dict:
    """A day that lasts round the clock, so that the test may run at any hour; the clock of the server runs."""
    people = personas.open_house()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with guard.acting(people.system), transaction():
        set_hours(people.system, people.theo.user_id, [Hours(day, 0, 24 * 60) for day in range(7)])
        treatment = schedule.treatment(minutes=30).id
        ann, ben = clients.client("Ann", "Doyle").id, clients.client("Ben", "Okafor").id
        local = clock.local(hour, "Europe/Dublin")
        start = hour if local.hour < 23 else hour - timedelta(hours=1)
        return {"ann": schedule.appointment(ann, people.theo.user_id, treatment, start).id, "ben": ben,
                "at": clock.local(start, "Europe/Dublin").strftime("%H:%M")}


def test_the_desk_by_clicking(live_server, new_page):
    made = day_at_the_desk()
    page = new_page()
    sign_in(page, "rae")
    slot = f"#slot-{made['ann']}"
    page.click(f"{slot} .slot-link")
    page.wait_for_selector("dialog#slot-panel[open]")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.click(f"{slot} .slot-step")
    page.wait_for_selector(".toast")
    assert "Ann Doyle: arrived" in page.inner_text(".toast")
    page.click(".toast-undo")
    page.wait_for_selector(f"{slot}.slot-booked")
    assert faults(page) == []

    page.goto(f"/booking/new?time=today+{made['at']}")
    page.fill("#client", "okaf")
    page.wait_for_selector("#client-list:not([hidden])")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[type=hidden][name=client_id]", state="attached")
    page.select_option("#therapist", label="Theo Marsh")
    page.wait_for_selector("[data-offers] >> text=Theo is booked")
    assert faults(page) == []
    page.click(".offer >> nth=0")
    assert page.input_value("#time") == ""
    page.click(".form-buttons .btn-primary")
    page.wait_for_selector(".note-ok")
    assert "Booked: Ben Okafor" in page.inner_text(".note-ok")


def test_the_desk_on_a_phone(live_server, new_page):
    day_at_the_desk()
    page = new_page(size=PHONE, dark=True, has_touch=True)
    sign_in(page, "rae")
    for address in ("/", "/calendar/day", "/calendar/week", "/booking/new", "/booking/first-free", "/calendar/block"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        assert faults(page) == [], address
