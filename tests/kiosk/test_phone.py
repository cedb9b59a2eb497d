"""The whole form on a phone, by tapping, as a healthy client; and how it looks and reads on each page."""
import json
import os
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.access import guard
from practice.core.db import db
from practice.intake.definition import shipped
from practice.intake.models import IntakeArrival, IntakeDraft, Submission
from practice.intake.queries import answers_of
from practice.intake.services.submissions import is_untouched
from tests.factories import intake
from tests.factories.pictures import jpeg
from tests.kiosk.steps import TOUCH, choose, fill_part, next_part, sign
from tests.personas import open_house
from tests.plugins.browsers import ON_ONE_DATABASE, PHONE, violations

pytestmark = ON_ONE_DATABASE

MOST_QUESTIONS = 45
CLINICAL = ("phlebitis", "tia", "petrissage", "contraindication", "effleurage", "oedema", "edema", "hypertension",
            "thrombosis", "embolism", "contraindicated", "systemic", "sedative", "anticoagula")
TAP = TOUCH | {"device_scale_factor": 2}


@pytest.fixture
def form(live_server):
    """A fresh address for Ann's full form on the running server."""
    people = open_house()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    _actor, secret = intake.address(people, client_id)
    return people, client_id, f"/f/{secret}"


def shot(page, name: str) -> None:
    """A picture of the page, for who sets SHOTS to a folder."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=f"{folder}/{name}.png")
        page.screenshot(path=f"{folder}/{name}-full.png", full_page=True)


def axe(page) -> list[str]:
    where = page.url.rpartition("/")[2]
    return [f"{where}: {found['id']} {[node['target'] for node in found['nodes']][:3]}"
            for found in violations(page)]


def words_of(page) -> list[str]:
    text = f" {page.inner_text('body').lower()} "
    return [word for word in CLINICAL if word in text and f" {word}" in text]


def start(page, address: str) -> None:
    """Open the address, begin, and wait for the scripts of the first part."""
    page.goto(address)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/part/*")
    page.wait_for_selector('[name="js"]', state="attached")


def test_a_healthy_client_fills_the_whole_form(form, new_page):
    people, client_id, address = form
    page = new_page(size=PHONE, **TAP)
    problems, clinical, small, met = [], [], [], []

    def look(name):
        problems.extend(axe(page))
        clinical.extend(f"{name}: {word}" for word in words_of(page))
        small.extend(f"{name}: {one}" for one in page.evaluate(SMALL))
        shot(page, name)

    page.goto(address)
    look("welcome")
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/part/*")
    parts = []
    while "/part/" in page.url:
        key = page.url.rpartition("/")[2]
        parts.append(key)
        assert len(parts) < 12, parts
        expect(page.locator(".kiosk-progress")).to_contain_text(f"Part {len(parts)} of 9")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), key
        fill_part(page, key)
        met += [one.get_attribute("data-question") for one in page.locator("[data-question]:visible").all()]
        look(key)
        next_part(page)
    assert page.url.endswith("/review")
    look("review")
    page.get_by_role("button", name="Sign and send").tap()
    expect(page.locator(".error-summary")).to_contain_text("Your signature")
    look("unsigned")
    sign(page)
    page.set_viewport_size({"width": 844, "height": 390})  # turned, and back
    page.set_viewport_size(PHONE)
    assert json.loads(page.input_value('[name="strokes"]'))
    look("signed")
    page.get_by_role("button", name="Sign and send").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    look("thanks")

    assert problems == []
    assert clinical == []
    assert small == []
    assert len(met) + 1 <= MOST_QUESTIONS, f"{len(met) + 1} questions: {met}"
    guard.bind(people.system)
    row = db.session.scalars(select(Submission)).one()
    answers = answers_of(row)
    assert answers["birth_date"] == "1988-02-21" and is_untouched(row)
    assert answers["group:heart"] == "none" and answers["clot"] == "no"
    assert db.session.scalars(select(IntakeArrival.client_id)).all() == [client_id]
    assert page.goto(address).status == 404
    guard.bind(None)


def test_it_saves_itself_and_opens_where_it_was_left(form, new_page):
    people, _client_id, address = form
    page = new_page(size=PHONE, **TAP)
    start(page, address)
    page.fill("#q-full_name", "Ann Doyle")
    expect(page.locator(".autosave-words")).to_contain_text("Saved")
    page.goto(f"{address}/part/heart")
    choose(page, "thinners", "Yes")
    expect(page.locator("#q-thinners_which")).to_be_visible()
    with page.expect_response(lambda answer: "/save/" in answer.url and "Aspirin" in answer.request.post_data):
        page.fill("#q-thinners_which", "Aspirin 75 mg")
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()
    guard.bind(people.system)
    draft = db.session.scalars(select(IntakeDraft)).one()
    assert answers_of(draft) == {"full_name": "Ann Doyle", "thinners": "yes", "thinners_which": "Aspirin 75 mg"}
    guard.bind(None)
    db.session.rollback()
    page.goto(address)
    assert page.url.endswith("/part/heart")
    expect(page.locator("#q-thinners_which")).to_have_value("Aspirin 75 mg")
    # The button takes back what it contradicts, and the other way round.
    page.locator(".choice-whole", has_text="None of these").tap()
    expect(page.locator("#q-thinners_which")).to_be_hidden()
    expect(page.locator('[name="q-clot"][value="no"]')).to_be_checked()
    choose(page, "clot", "Yes")
    expect(page.locator('[data-group="none"]')).not_to_be_checked()
    places = page.locator('[data-places="clot_where"]')
    places.locator(".bm-switch-side", has_text="Back").tap()
    places.locator('[data-side="back"] [data-place="calf:left"]').tap()
    expect(places.locator("[data-picked]")).to_have_text("Lower leg, left")
    expect(places.locator('[value="calf:left"]')).to_be_checked()
    assert axe(page) == []
    next_part(page)  # "Is it over?" is needed
    expect(page.locator(".error-summary")).to_contain_text("Is it over?")
    expect(page.locator('[data-places="clot_where"] [data-picked]')).to_have_text("Lower leg, left")
    assert axe(page) == []
    expect(page.locator("#q-clot_state")).to_be_visible()


def test_pain_is_tapped_on_the_map_or_picked_from_the_list(form, new_page):
    _people, _client_id, address = form
    page = new_page(size=PHONE, **TAP)
    start(page, address)
    page.goto(f"{address}/part/visit")
    expect(page.locator('[data-question="pain_acute"]')).to_be_hidden()
    page.locator("#q-pain_where .bm-switch-side", has_text="Back").tap()
    page.locator('#q-pain_where [data-side="back"] [data-place="lower_back:left"]').tap()
    page.locator('[data-pain-sheet="q-pain_where"] [data-pain="6"]').tap()
    shot(page, "pain")
    page.locator("#q-pain_where .bm-switch-side", has_text="Right side").tap()
    page.locator('#q-pain_where [data-side="right"] [data-place="calf:right"]').tap()
    page.locator('[data-pain-sheet="q-pain_where"] [data-pain="3"]').tap()
    choose(page, "pain_acute", "No, I have known it")
    page.locator('[data-pain-list="q-pain_where"] summary').tap()
    page.locator('[data-pain-list="q-pain_where"] [data-pain-select="neck_posterior:middle"]').select_option("4")
    assert axe(page) == []
    next_part(page)
    page.goto(f"{address}/review")
    expect(page.locator("body")).to_contain_text("Lower back, left: 6 of 10")
    expect(page.locator("body")).to_contain_text("Lower leg, right: 3 of 10")
    expect(page.locator("body")).to_contain_text("Back of neck: 4 of 10")


def test_without_a_server_the_text_stays_on_the_device(form, new_page):
    _people, _client_id, address = form
    page = new_page(size=PHONE, **TAP)
    start(page, address)
    page.context.set_offline(True)
    page.fill("#q-full_name", "Ann Doyle")
    expect(page.locator(".autosave[data-state=failed]")).to_contain_text("Kept on this device")
    page.context.set_offline(False)
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()
    fill_part(page, "about_you")
    page.route("**/about_you", lambda route: route.fulfill(status=503, body="down") if route.request.method == "POST"
               else route.continue_())
    with page.expect_navigation():
        page.locator("[name=go][value=next].btn").tap()
    page.goto(f"{address}/part/visit")
    assert page.evaluate("Object.keys(localStorage).some((key) => key.endsWith('-about_you'))"), "it did not arrive"
    page.unroute("**/about_you")
    page.goto(f"{address}/part/about_you")
    next_part(page)  # at once: no autosave in between has said yes
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


def test_dark_and_tablet_read_as_well(form, new_page):
    _people, _client_id, address = form
    page = new_page(size={"width": 820, "height": 1180}, dark=True)
    start(page, address)
    for key in ("about_you", "visit", "heart"):
        page.goto(f"{address}/part/{key}")
        assert axe(page) == []
    page.goto(f"{address}/review")
    assert axe(page) == []


# Every element that shows words of its own and is smaller than the smallest type of these pages. Inside the drawing of
# the body letters are as large as there is room.
SMALL = """() => [...document.querySelectorAll("body *")].filter((one) =>
  !one.closest("svg, script, template, .hidden, .skip") && one.checkVisibility()
  && (one.matches("input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select")
    || [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  && parseFloat(getComputedStyle(one).fontSize) < 18)
  .map((one) => `${one.className || one.tagName}: ${one.innerText}, ${getComputedStyle(one).fontSize}`)"""


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_is_smaller_than_18_px_and_nothing_sticks_out(form, new_page, width):
    """The form of a minor, with every yes and every list of places open, and with what is missing named on top."""
    _people, _client_id, address = form
    page = new_page(size={"width": width, "height": 844}, **(TAP if width == 390 else {}))
    found = []

    def look(name):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found.extend(f"{name}: {one}" for one in page.evaluate(SMALL))
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{name} is too wide")
        shot(page, f"type-{width}-{name}")

    start(page, address)
    page.fill("#q-birth_date", "4 May 2012")
    with page.expect_response("**/save/*"):
        page.fill("#q-full_name", "Kim Doyle")
    for section in shipped("full").sections:
        page.goto(f"{address}/part/{section.key}")
        page.wait_for_selector('[name="js"]', state="attached")
        page.evaluate("""() => document.querySelectorAll('[data-question] > .choices').forEach((one) => {
          (one.querySelector('[value=yes]') || one.querySelector('input')).click(); })""")
        if section.key == "visit":
            page.locator(".bm-switch-side:visible, .bm-turn button:visible").last.click()
            page.locator("[data-bodymap] .bm-region:visible").last.click(force=True)
        look(section.key)
        page.locator(".kiosk-foot .btn-primary").click()
        page.wait_for_load_state()
        look(f"after-{section.key}")
    page.goto(f"{address}/review")
    page.locator("#sign .choice", has_text="I sign for myself").click()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator(".error-summary")).to_contain_text("A parent or guardian has to sign")
    look("review")
    assert found == []


def test_medicines_are_photographed_instead_of_typed(form, new_page):
    _people, _client_id, address = form
    page = new_page(size=PHONE, **TAP)
    start(page, address)
    page.goto(f"{address}/part/medicine")
    page.wait_for_selector('[name="js"]', state="attached")
    page.fill('[name="q-medicines-name"] >> nth=0', "Iron")
    photo = {"name": "list.jpg", "mimeType": "image/jpeg", "buffer": jpeg(b"packages " * 900)}
    with page.expect_navigation():
        page.set_input_files("#q-medicines-photo", photo)
    expect(page.locator(".medicine-photos")).to_contain_text("Photo 1 is in")
    expect(page.locator('[name="q-medicines-name"]').first).to_have_value("Iron")
    assert axe(page) == []
    with page.expect_navigation():
        page.set_input_files("#q-medicines-photo", photo | {"buffer": b"no picture at all" * 9})
    expect(page.locator("body")).to_contain_text("choose a picture")
    page.goto(f"{address}/review")
    expect(page.locator("body")).to_contain_text("a photo")
