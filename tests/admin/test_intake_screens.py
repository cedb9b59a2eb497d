"""The staff's pages of forms in a browser: read by everybody, on each size."""
from datetime import date

from playwright.sync_api import expect

from practice.access import guard
from practice.core.db import transaction
from practice.intake.services import submissions
from tests.factories import intake
from tests.personas import open_house
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, TABLET, sign_in, violations

DRAWN = {"by": "self", "strokes": [[[100, 500], [400, 300], [700, 700]], [[900, 500], [1200, 400], [1500, 600]]]}


def wrong(page) -> list[str]:
    return [f"{page.url}: {found['id']}" for found in violations(page)]


@ON_ONE_DATABASE
def test_the_desk_hands_it_out_and_the_therapist_reads_it(live_server, new_page):
    people = open_house()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21), phone="+353855550138")
    actor, _secret = intake.address(people, client_id)
    with guard.acting(actor), transaction():
        sent = submissions.send(actor, intake.healthy(pain_where={"lower_back:left": 6}, pain_acute="no"), DRAWN).id

    desk = new_page(size=PHONE)
    sign_in(desk, "rae")
    desk.goto(f"/clients/{client_id}/form-link/")
    desk.get_by_role("button", name="Make a link").click()
    desk.wait_for_selector(".fresh-code")
    assert desk.locator(".fresh-code").evaluate("image => image.complete && image.naturalWidth > 100")
    address = desk.input_value("#address")
    assert wrong(desk) == []
    desk.get_by_role("button", name="Copy").click()
    expect(desk.get_by_role("button", name="Copied")).to_be_visible()

    reader = new_page(size=TABLET, dark=True)
    sign_in(reader, "theo")
    reader.goto(f"/forms-in/{sent}")
    expect(reader.get_by_role("img", name="Drawn signature")).to_be_visible()
    expect(reader.locator("body")).to_contain_text("Lower back, left: 6 of 10")
    assert wrong(reader) == []

    visitor = new_page(size=PHONE)
    assert visitor.goto(address).status == 200
    assert visitor.locator(".nav, [href='/']").count() == 0


def test_a_check_of_the_day_names_no_day_until_which_it_holds(people, as_person):
    client_id = intake.client_of(people, "theo")
    actor, _secret = intake.address(people, client_id, form_key="visit")
    with guard.acting(actor), transaction():
        sent = submissions.send(actor, intake.CHECK, intake.TYPED).id
    theo = as_person("theo")
    page = theo.get(f"/forms-in/{sent}").get_data(as_text=True)
    assert "Before each visit" in page and "Came in on 17 Nov 2026" in page and "holds until" not in page
    assert "17 Nov 2027" not in theo.get("/lists/submissions/").get_data(as_text=True)
