"""The ten stories once in a browser with scripts: tapped on the client's address, read on the therapist's tablet."""
import pytest
from playwright.sync_api import expect

from practice.core import clock
from practice.intake.kinds import QuestionKind
from tests import personas
from tests.factories import intake
from tests.journeys.conftest import serving_here
from tests.kiosk.steps import TOUCH, next_part
from tests.kiosk.test_stories import DEFINITION, STORIES, Story
from tests.personas import NOW
from tests.plugins.browsers import PATIENCE, PHONE, TABLET, sign_in, watch
from tests.plugins.databases import clone

pytestmark = pytest.mark.only_on("sqlite", "the stories are told on both databases without a browser")

BANNERS = {"go_ahead": "Go ahead", "limits": "Go ahead with limits", "doctors_ok": "Doctor's OK needed",
           "do_not": "Do not massage today", "not_assessed": "Not assessed"}
KINDS = {question.key: question.kind for question in DEFINITION.questions()}


@pytest.fixture(scope="module")
def told(database_worker):
    """One server for all stories: its address, and for each story the client and the secret."""
    with clone(database_worker, "sqlite") as database:
        with clock.frozen(NOW):
            people, clients = personas.open_house(), {}
            for name in STORIES:
                client_id = intake.client_of(people, "theo")
                clients[name] = (client_id, intake.address(people, client_id)[1])
        with serving_here(database.app) as url:
            yield url, clients


@pytest.fixture
def open_page(browser, told):
    contexts, pages = [], []

    def open_one(size, **options):
        context = browser.new_context(base_url=told[0], viewport=size, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        pages.append(context.new_page())
        pages[-1].problems = watch(pages[-1], told[0])
        return pages[-1]

    yield open_one
    for context in contexts:
        context.close()
    assert [problem for page in pages for problem in page.problems] == []


def put(page, key: str, value) -> None:
    """Answer one question of the part that is open, as its kind is answered."""
    if key.startswith("group:"):
        page.locator(f'[data-group="{value}"]').locator("xpath=..").tap()
    elif KINDS[key] is QuestionKind.REGIONS:
        box = page.locator(f'[data-places="{key}"]')
        if not box.locator("[data-place-list]").get_attribute("open"):
            box.locator("[data-place-list] > summary").tap()
        for place in value:
            box.locator(f'[value="{place}"]').tap()
    elif KINDS[key] is QuestionKind.PAIN_MAP:
        page.locator(f'[data-pain-list="q-{key}"] summary').tap()
        for place, score in value.items():
            page.locator(f'[data-pain-list="q-{key}"] [data-pain-select="{place}"]').select_option(str(score))
    elif page.locator(f'[name="q-{key}"]').first.get_attribute("type") in ("radio", "checkbox"):
        for one in value if isinstance(value, list) else [value]:
            page.locator(f'[name="q-{key}"][value="{one}"]').locator("xpath=..").tap()
    else:
        page.fill(f"#q-{key}", value)


def fill_in(page, secret: str, answers: dict) -> None:
    """From the address to the signature, question by question, as they open."""
    page.goto(f"/f/{secret}")
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/part/*")
    parts = {section.key: [f"group:{section.key}", *(one.key for one in DEFINITION.questions()
                                                      if one.key in section_keys(section))]
             for section in DEFINITION.sections}
    while "/part/" in page.url:
        page.wait_for_selector('[name="js"]', state="attached")
        for key in parts[page.url.rpartition("/")[2]]:
            if key in answers:
                put(page, key, answers[key])
        next_part(page)
    page.fill("#typed", "Ann Doyle")
    page.get_by_role("button", name="Sign and send").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def section_keys(section) -> set[str]:
    """The keys of the questions of a part, those that open on an answer among them."""
    found, left = set(), list(section.questions)
    while left:
        question = left.pop()
        found.add(question.key)
        left += [follow.question for follow in question.follow_ups]
    return found


def check_brief(page, story: Story, client_id: int) -> None:
    """The verdict, what the body map shows at each place, and the words of the brief."""
    page.goto(f"/brief/client/{client_id}")
    expect(page.locator(".verdict")).to_contain_text(BANNERS[story.shown])
    for place, level in story.levels.items():
        shown = page.locator(f'[data-place="{place}"][data-level]').first.get_attribute("data-level")
        assert shown == ("none" if level is None else str(level)), place
    text = " ".join(page.evaluate("document.body.textContent").split())
    for said in story.says:
        assert said in text, said


@pytest.mark.parametrize("name", STORIES)
def test_a_story(database_kind, told, open_page, pictures, name):
    story, (client_id, secret) = STORIES[name], told[1][name]
    with clock.frozen(NOW):
        fill_in(open_page(PHONE, **TOUCH), secret, story.all_answers())
        page = open_page(TABLET, has_touch=True)
        sign_in(page, "theo")
        check_brief(page, story, client_id)
        page.screenshot(path=pictures / f"story-{name.replace(' ', '-').replace(',', '')}.png")
