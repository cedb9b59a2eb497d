"""On a tablet: the whole form and a note, once by touch and once by keyboard alone; what the hands did is counted.

The browser counts: real taps (pointerdown) and real keys (keydown), whatever the test believes it did.
"""
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.core.db import db
from practice.intake.models import Submission
from practice.intake.queries import answers_of
from practice.sessions.models import NoteState
from tests.admin.test_notes_browser import MOST_TOUCHES, session_with_a_last_note, stored
from tests.factories import intake
from tests.kiosk.steps import HEALTHY, TOUCH, choose, next_part, sign
from tests.personas import open_house
from tests.plugins.browsers import ON_ONE_DATABASE, TABLET, sign_in, violations

pytestmark = ON_ONE_DATABASE

MOST_QUESTIONS = 45
MOST_TABS = 200
# How long the form takes. Reading: 238 words a minute, as adults read to themselves (Brysbaert 2019), all that is seen.
# A touch: 1.35 s to think, 1.1 s to point, 0.2 s to press (the keystroke-level model of Card, Moran and Newell).
# Typing on glass: 24 words of five letters a minute, two thirds of what was measured (Palin 2019).
MOST_MINUTES = 8
WORDS_A_MINUTE, SLOW_WORDS_A_MINUTE = 238, 180
A_TOUCH, A_LETTER, A_PAGE, A_SIGNATURE = 2.65, 0.5, 1, 10  # seconds
COUNT = """
for (const [kind, name] of [["pointerdown", "taps"], ["keydown", "keys"]]) {
  addEventListener(kind, (event) => {
    if (event.isTrusted) sessionStorage.setItem(name, Number(sessionStorage.getItem(name)) + 1);
  }, true);
}
"""
HERE = """() => {
  const one = document.activeElement;
  return {id: one.id || "", name: one.name || "", type: one.type || "", value: one.value || "", checked: !!one.checked,
          words: (one.closest("label") || one).innerText?.trim() || "", place: one.dataset?.place || ""};
}"""
# Words of two letters and more in what the page is about: not those of closed lists, nor those for screen readers
# alone. An answer that stands under question after question is read once a page.
WORDS_SHOWN = """() => {
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const answers = new Set();
  let words = 0;
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement;
    if (one.closest("option, script, style, .hidden, svg")) continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    const text = walk.currentNode.data.trim();
    if (one.closest(".choice") && answers.has(text)) continue;
    answers.add(text);
    words += (text.match(/[\\p{L}’'-]{2,}/gu) || []).length;
  }
  return words;
}"""
TEXTS = (("full_name", "Ann Doyle"), ("birth_date", "21 February 1988"), ("phone", "085 555 0138"))


@pytest.fixture
def tablet(new_page, capsys, pictures):
    """A tablet whose browser counts; what it counted is printed at the end."""
    page = new_page(size=TABLET, **{**TOUCH, "is_mobile": False})
    page.add_init_script(COUNT)
    page.faults = []

    def counted(name: str) -> int:
        return int(page.evaluate(f"Number(sessionStorage.getItem('{name}'))"))

    def look(name: str) -> None:
        page.faults += [f"{name}: {one['id']} {one['nodes'][0]['html'][:160]}"
                        for one in violations(page)]
        page.screenshot(path=pictures / f"tablet-{name}.png")

    def tell(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}: {counted('taps')} touches, {counted('keys')} keys")

    page.counted, page.look, page.tell = counted, look, tell
    return page


@pytest.fixture
def form(live_server):
    people = open_house()
    _actor, secret = intake.address(people, intake.client_of(people, "theo", born_on=date(1988, 2, 21)))
    return f"/f/{secret}"


def sent_answers() -> dict:
    db.session.rollback()
    with guard.acting(system("looking at what was sent")):
        return answers_of(db.session.scalars(select(Submission)).one())


def tab_to(page, is_it) -> dict:
    """Press Tab until what has the focus is the one; it is given as the page says it."""
    for _press in range(MOST_TABS):
        here = page.evaluate(HERE)
        if is_it(here):
            return here
        page.keyboard.press("Tab")
    pytest.fail(f"no way by Tab on {page.url}: the focus is on {page.evaluate(HERE)}")


def choose_by_key(page, name: str, word: str) -> None:
    """A radio by arrows, a tick by Tab; Space takes it."""
    here = tab_to(page, lambda one: one["name"] == name)
    for _press in range(20):
        if here["words"].startswith(word):
            break
        page.keyboard.press("ArrowDown" if here["type"] == "radio" else "Tab")
        here = page.evaluate(HERE)
    assert here["name"] == name and here["words"].startswith(word), here
    if not here["checked"]:
        page.keyboard.press("Space")


def press_button(page, word: str) -> None:
    tab_to(page, lambda one: one["type"] == "submit" and one["words"] == word)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_form_by_touch(form, tablet):
    page, met = tablet, []
    words = letters = pages = 0

    def read() -> int:
        return page.evaluate(WORDS_SHOWN)

    page.goto(form)
    words, pages = words + read(), pages + 1
    page.look("welcome")
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/part/*")
    while "/part/" in page.url:
        key = page.url.rpartition("/")[2]
        if page.locator('[data-group="none"]').count():
            page.locator(".choice-whole", has_text="None of these").tap()
        for question, typed in TEXTS if key == "about_you" else ():
            page.tap(f"#q-{question}")
            page.fill(f"#q-{question}", typed)
            letters += len(typed)
        for question, word in HEALTHY.get(key, ()):
            choose(page, question, word)
        for tick in page.locator('[data-question="agreements"] .choice').all():
            tick.tap()
        met += page.locator("[data-question]:visible").all()
        page.look(key)
        words, pages = words + read(), pages + 1
        next_part(page)
    words, pages = words + read(), pages + 1
    sign(page)
    page.look("signed")
    page.get_by_role("button", name="Sign and send").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.tell(f"the whole form of a healthy client, {len(met) + 1} questions, by touch")
    hands = (page.counted("taps") * A_TOUCH + letters * A_LETTER + pages * A_PAGE + A_SIGNATURE) / 60
    minutes, slowly = (words / speed + hands for speed in (WORDS_A_MINUTE, SLOW_WORDS_A_MINUTE))
    page.tell(f"{words} words on {pages} pages, {letters} letters typed: {minutes:.1f} minutes, {slowly:.1f} at "
              f"{SLOW_WORDS_A_MINUTE} words a minute")
    assert minutes < slowly < MOST_MINUTES
    assert len(met) + 1 <= MOST_QUESTIONS
    assert page.faults == []
    assert sent_answers()["full_name"] == "Ann Doyle"


def test_the_form_by_keyboard(form, tablet):
    page = tablet
    page.goto(form)
    press_button(page, "Start")
    while "/part/" in page.url:
        key = page.url.rpartition("/")[2]
        page.wait_for_selector('[name="js"]', state="attached")
        for question, words in TEXTS if key == "about_you" else ():
            tab_to(page, lambda one, question=question: one["id"] == f"q-{question}")
            page.keyboard.type(words)
        if page.locator('[data-group="none"]').count():
            choose_by_key(page, f"group-{key}", "None of these")
        for question, word in HEALTHY.get(key, ()):
            choose_by_key(page, f"q-{question}", word)
        for tick in page.locator('[name="q-agreements"]').all():
            value = tick.get_attribute("value")
            tab_to(page, lambda one, value=value: one["name"] == "q-agreements" and one["value"] == value)
            page.keyboard.press("Space")
        press_button(page, "Next")
    tab_to(page, lambda one: one["id"] == "typed")
    page.keyboard.type("Ann Doyle")
    press_button(page, "Sign and send")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.tell("the same by keyboard")
    assert page.counted("taps") == 0
    answers = sent_answers()
    assert answers["birth_date"] == "1988-02-21" and answers["group:heart"] == "none" and answers["told_not"] == "no"


def open_note(page) -> int:
    appointment = session_with_a_last_note()
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.evaluate("sessionStorage.clear()")
    return appointment


def test_a_note_by_touch(live_server, tablet):
    page, appointment = tablet, open_note(tablet)
    page.tap("button[value=same]")
    page.wait_for_selector(".work-table tbody tr >> nth=1")
    page.tap("button[value=copy-plan]")
    page.tap("#subjective")
    page.evaluate("document.execCommand('insertText', false, 'Neck easier since last time')")  # spoken, say
    for choice, value in (("#pain_before", "4"), ("#pain_after", "2"), ("#back_in_days", "14")):
        page.tap(choice)
        page.keyboard.press("Escape")
        page.select_option(choice, value)  # the list is the tablet's own: opening it is counted, choosing is not
    page.look("note")
    page.wait_for_selector(".autosave[data-state=saved]")
    page.tap(".note-sign")
    page.tap("text=It does: sign")
    page.wait_for_selector("text=Text as signed")
    page.tell("a usual note by touch, and three more in the tablet's own lists")
    state, content = stored(appointment)
    assert state is NoteState.SIGNED and len(content.rows) == 2 and content.subjective.startswith("Neck easier")
    assert page.counted("taps") + 3 <= MOST_TOUCHES
    assert page.faults == []


def test_a_note_by_keyboard(live_server, tablet):
    page, appointment = tablet, open_note(tablet)
    tab_to(page, lambda one: one["place"])
    for key in ("ArrowDown", "ArrowDown", "Enter", "2"):
        page.keyboard.press(key)
    tab_to(page, lambda one: one["name"] == "minutes")
    page.keyboard.press("Enter")
    page.wait_for_selector(".work-table tbody tr")
    tab_to(page, lambda one: one["id"] == "subjective")
    page.keyboard.type("By keyboard")
    page.wait_for_selector(".autosave[data-state=saved]")
    press_button(page, "Sign")
    page.wait_for_selector("text=Signed by Theo Marsh")
    page.tell("a note by keyboard")
    assert page.counted("taps") == 0
    state, content = stored(appointment)
    assert state is NoteState.SIGNED and content.rows[0].pressure == 2 and content.subjective == "By keyboard"
