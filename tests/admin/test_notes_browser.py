"""The note in a real browser: a usual one in a few touches, by keyboard, through a lost connection; axe."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.core import clock
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.models import Appointment
from practice.sessions.models import NoteState, SessionNote
from practice.sessions.queries import notes as reading
from tests import personas
from tests.factories import sessions
from tests.factories.sessions import CALF, LOWER_BACK, NECK, row, signed, visit, words
from tests.plugins.browsers import DESKTOP, ON_ONE_DATABASE, PHONE, TABLET, faults, sign_in

pytestmark = ON_ONE_DATABASE

MOST_TOUCHES = 12
HOUSE = system("looking at what was written")


def session_with_a_last_note(*, condition: str = "") -> int:
    """Eleanor's session of this hour with Theo, two weeks after a signed one; a limit and a closed region.

    `condition` is something she has got since.
    """
    people = personas.open_house()
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.frozen(now - timedelta(days=14)):
        first = visit(people, clock.now(), first_name="Eleanor", last_name="Marsh")
        with guard.acting(people.system):
            client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == first))
        sessions.limit(people.theo, client_id, LOWER_BACK, 2)
        sessions.limit(people.theo, client_id, CALF, 0, "Swollen calf")
        signed(people.theo, first, words("Stiff", rows=(row(NECK, "effleurage", 2, 20), row(NECK, pressure=3))))
    if condition:
        with guard.acting(people.theo), transaction():
            add_condition(people.theo, client_id, ConditionContent(key=condition))
    with guard.acting(people.system):
        db.session.rollback()
    return visit(people, now - timedelta(hours=1), client_id=client_id)


def stored(appointment_id: int):
    """(state, content) as another process has written it."""
    db.session.rollback()
    with guard.acting(HOUSE):
        note = db.session.scalars(select(SessionNote).where(SessionNote.appointment_id == appointment_id)).first()
        return (note.state, reading.content_of(note)) if note else None


def test_a_usual_note_takes_few_touches(live_server, new_page, tmp_path, capsys):
    appointment = session_with_a_last_note()
    page, touches = new_page(size=TABLET, has_touch=True), 0
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    for what in ("button[value=same]", "button[value=copy-plan]"):
        page.tap(what)
        touches += 1
    page.wait_for_selector(".work-table tbody tr >> nth=1")
    page.tap("#subjective")
    page.keyboard.type("Neck easier since")
    touches += 1
    for choice, value in (("#pain_before", "4"), ("#pain_after", "2"), ("#back_in_days", "14")):
        page.select_option(choice, value)
        touches += 2
    page.wait_for_selector(".autosave[data-state=saved]")
    page.screenshot(path=tmp_path / "note.png", full_page=True)
    assert "2 better" in page.inner_text("[data-pain-change]")
    assert "back in 2 weeks" in page.inner_text(".note-hand")
    page.tap(".note-sign")
    page.wait_for_selector("text=It does: sign")
    page.fill("#subjective", "Neck easier since last time")  # right before: no autosave has said yes in between
    page.route("**/notes/*/*", lambda route: route.fulfill(status=503, body="down") if route.request.method == "POST"
               else route.continue_())
    with page.expect_navigation():
        page.tap("text=It does: sign")
    page.goto("/")
    page.wait_for_selector(".nav")
    page.unroute("**/notes/*/*")
    page.goto(f"/notes/{appointment}/edit")
    assert page.input_value("#subjective") == "Neck easier since last time", "what did not arrive is still there"
    page.tap(".note-sign")
    page.wait_for_selector("text=It does: sign")
    page.tap("text=It does: sign")
    touches += 2
    page.wait_for_selector("text=Text as signed")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    state, content = stored(appointment)
    assert state is NoteState.SIGNED and len(content.rows) == 2 and content.back_in_days == 14
    assert touches <= MOST_TOUCHES
    assert content.subjective == "Neck easier since last time"
    with capsys.disabled():
        print(f"\na usual note: {touches} touches")


def test_above_the_limit_by_touch(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.locator("[data-figure=back] [data-place='lower_back:left']").tap()
    assert "No deeper than: light (2)" in page.inner_text(".editor-now")
    assert page.locator(".depth.is-over").count() == 3
    page.tap("label[data-depth='4']")
    page.tap("button[value=add]")
    page.wait_for_selector(".over-limit")
    assert page.locator("[data-figure=back] .bm-badge.is-worked").count() == 1
    assert faults(page) == []
    page.fill("[data-reason]", "Asked for firmer today")
    page.locator("[data-figure=back] [data-place='calf:left']").tap()
    page.tap("button[value=add]")
    page.wait_for_selector(".over-limit >> nth=1")
    assert page.input_value("[data-reason] >> nth=0") == "Asked for firmer today"
    page.tap(".over-limit >> nth=1 >> button")
    page.wait_for_selector(".over-limit >> nth=1", state="detached")
    page.wait_for_selector(".autosave[data-state=saved]")
    page.tap(".note-sign")
    page.wait_for_selector("text=Why it went ahead")
    _state, content = stored(appointment)
    assert content.overrides[0].words == "Asked for firmer today" and len(content.rows) == 1


def test_by_keyboard_only(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page()
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.focus("#bodymap .bm-region[tabindex='0']")
    for key in ("ArrowDown", "ArrowDown", "Enter", "2"):
        page.keyboard.press(key)
    page.focus("[name=minutes]")
    page.keyboard.press("Enter")  # in the box for minutes: adds the row, does not sign
    page.wait_for_selector(".work-table")
    page.focus("#subjective")
    page.keyboard.type("By keyboard")
    page.wait_for_selector(".autosave[data-state=saved]")
    page.wait_for_timeout(2000)
    page.focus(".note-sign")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Signed by Theo Marsh")
    state, content = stored(appointment)
    assert state is NoteState.SIGNED and content.rows[0].pressure == 2


def chosen(page) -> tuple[str, str, str]:
    """Depth, technique and minutes as the editor stands."""
    return tuple(page.evaluate("""[...document.querySelectorAll('[name=depth]:checked, [name=technique]:checked')]
        .map(one => one.value).concat(document.querySelector('[name=minutes]').value)"""))


def test_technique_and_minutes_stand_once_for_the_visit(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    for tap in ("label.tech-chip:has([value=petrissage])", "[data-step='5']", "[data-step='5']"):
        page.tap(tap)
    for place, depth in (("lower_back:left", "2"), ("lower_back:right", "3")):
        page.locator(f"[data-figure=back] [data-place='{place}']").tap()
        assert chosen(page) == (depth, "petrissage", "20")
        page.tap("button[value=add]")
        page.wait_for_selector(f".work-table tbody tr >> nth={int(place.endswith('right'))}")
    page.select_option("[name=place]", str(NECK))
    assert chosen(page) == ("2", "effleurage", "20"), "the last note has a row of its own there"
    page.select_option("[name=place]", "hand:left")
    assert chosen(page) == ("3", "petrissage", "20")


def test_enter_keeps_the_depth_chosen_by_key(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page()
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.focus("#bodymap .bm-region[tabindex='0']")
    for key in ("ArrowDown", "ArrowDown", "2", "Enter"):
        page.keyboard.press(key)
    assert chosen(page)[0] == "2"
    for key in ("ArrowDown", "Enter", "4"):
        page.keyboard.press(key)
    assert chosen(page)[0] == "4"


def test_a_sore_day_after_suggests_at_once(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.click("text=Scores, check-ins, after last time")
    for choice, shown in (("sore", True), ("better", False), ("worse", True)):
        page.select_option("#after_24", choice)
        assert page.is_visible("text=the deepest was 3. Perhaps one lighter today.") is shown
    page.fill("[name=score_name] >> nth=0", "Mood")
    page.fill("[name=score_before] >> nth=0", "11")
    page.wait_for_selector("text=A figure from 0 to 10, please.")
    assert page.get_attribute(".autosave", "data-state") == "failed" and stored(appointment) is None
    page.fill("[name=score_before] >> nth=0", "7")
    page.wait_for_selector(".autosave[data-state=saved]")
    assert not page.is_visible("text=A figure from 0 to 10, please.") and stored(appointment)[1].scores[0].before == 7


def test_pain_at_a_place_just_worked_is_offered_first(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.click("text=Scores, check-ins, after last time")
    page.select_option("[name=pain_at]", "hand:left")
    page.locator("[data-figure=back] [data-place='lower_back:right']").tap()
    page.tap("button[value=add]")
    page.wait_for_selector(".work-table tbody tr")
    first = page.locator("[name=pain_at] >> nth=1").locator("[data-pain-first] option")
    assert first.evaluate_all("found => found.map((one) => one.value)") == ["lower_back:right"]
    assert page.input_value("[name=pain_at] >> nth=0") == "hand:left", "what was chosen stays"
    for box, value in (("pain_at", "lower_back:right"), ("pain_at_before", "6"), ("pain_at_after", "2")):
        page.select_option(f"[name={box}] >> nth=1", value)
    assert page.locator("[name=pain_at]").count() == 3, "and there is a line for one more"
    assert faults(page) == []
    page.wait_for_selector(".autosave[data-state=saved]")
    found = [(one.name, one.before, one.after) for one in stored(appointment)[1].scores]
    assert found == [("pain:hand:left", None, None), ("pain:lower_back:right", 6, 2)], "half a line is kept too"


def test_the_last_line_filled_brings_a_fresh_one(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.route("**/save", lambda route: route.abort())
    page.click("text=Scores, check-ins, after last time")
    for number in range(8):
        page.fill(f"[name=score_name] >> nth={number}", f"Item {number}")
        page.fill(f"[name=score_after] >> nth={number}", str(number))
    for number in range(3):
        page.select_option(f"[name=said] >> nth={number}", "firmer")
    assert page.locator("[name=score_name]").count() == 8 and page.locator("[name=said]").count() == 4
    page.on("dialog", lambda dialog: dialog.accept())
    page.wait_for_selector(".autosave[data-state=failed]")
    page.unroute("**/save")
    page.reload()
    page.wait_for_selector(".autosave[data-state=saved]")
    content = stored(appointment)[1]
    assert [one.after for one in content.scores] == list(range(8)) and len(content.said) == 3


def test_what_was_typed_without_a_connection_comes_back(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.route("**/save", lambda route: route.abort())
    page.click("button[value=same]")
    page.wait_for_selector(".work-table")
    page.fill("#subjective", "Typed while the line was down")
    page.wait_for_selector(".autosave[data-state=failed]")
    assert "Kept on this device" in page.inner_text(".autosave")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector(".work-table tbody tr >> nth=1")
    assert page.input_value("#subjective") == "Typed while the line was down"
    page.unroute("**/save")
    page.click("[data-autosave-retry]") if page.is_visible("[data-autosave-retry]") else page.press("#plan", "a")
    page.wait_for_selector(".autosave[data-state=saved]")
    _state, content = stored(appointment)
    assert content.subjective == "Typed while the line was down" and len(content.rows) == 2


def drafts(page) -> list[str]:
    """What is kept on this device of notes that did not arrive."""
    return page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('draft:')).map(one => one[1])")


def refused(page, other, appointment: int) -> None:
    """Two windows on one note: the other one saves, then this one is typed in and its signature is refused."""
    for window in (page, other):
        window.goto(f"/notes/{appointment}/edit")
    other.fill("#plan", "Theirs")
    other.wait_for_selector(".autosave[data-state=saved]")
    page.fill("#subjective", "Mine, typed late")
    page.wait_for_selector(".autosave[data-state=failed]")
    with page.expect_navigation():
        page.click(".note-sign")
    page.wait_for_selector(".autosave[data-state=failed]")


@pytest.mark.requirement("lost-update")
def test_a_page_that_was_refused_is_unsaved_until_somebody_has_chosen(live_server, new_page, tmp_path):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    other, asked = page.context.new_page(), []
    refused(page, other, appointment)
    assert "Not saved" in page.inner_text(".autosave-words") and "Kept on this device" in page.inner_text(".autosave")
    assert page.inner_text(".stale-both").count("Mine, typed late") == 1 and "Theirs" in page.inner_text(".stale-both")
    assert "Mine, typed late" in drafts(page)[0], "the copy on the device is still there"
    assert faults(page) == []
    page.screenshot(path=tmp_path / "note-refused.png")
    page.press("#subjective", "End")
    page.keyboard.type(", and more")
    page.wait_for_timeout(2500)
    assert stored(appointment)[1].subjective == "", "nothing goes over the other's words before somebody has chosen"
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/")
    assert asked == ["beforeunload"]
    page.goto(f"/notes/{appointment}/edit")
    page.wait_for_selector("[data-autosave-stale]:visible")
    assert page.input_value("#subjective") == "Mine, typed late, and more"
    assert page.inner_text("[data-autosave-both]").count("What the client says") == 2
    page.click("[data-autosave-over]")
    page.wait_for_selector(".autosave[data-state=saved]")
    content = stored(appointment)[1]
    assert (content.subjective, content.plan) == ("Mine, typed late, and more", "") and drafts(page) == []


@pytest.mark.requirement("lost-update")
def test_a_refused_signature_is_settled_on_its_own_page(live_server, new_page):
    appointment = session_with_a_last_note()
    page = new_page(size=TABLET)
    sign_in(page, "theo")
    refused(page, page.context.new_page(), appointment)
    with page.expect_navigation():
        page.click(".note-sign")  # again, without having chosen
    assert page.is_visible("[data-autosave-over]") and stored(appointment)[0] is NoteState.DRAFT
    page.click("[data-autosave-over]")
    page.wait_for_selector(".autosave[data-state=saved]")
    assert not page.is_visible("[data-autosave-stale]") and drafts(page) == []
    page.fill("#objective", "Turns left")
    page.wait_for_selector(".autosave[data-state=saved]")
    page.click(".note-sign")
    page.wait_for_selector("text=Signed by Theo Marsh")
    assert stored(appointment)[1].subjective == "Mine, typed late"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_of_a_note_has_a_fault(live_server, new_page, dark):
    appointment = session_with_a_last_note()
    with guard.acting(HOUSE):
        note_id = db.session.scalar(select(SessionNote.id))
    pages = (f"/notes/{appointment}/edit", f"/notes/{note_id}/", "/notes/", f"/notes/{appointment}/to-reception",
             "/lists/notes/")
    for size in (DESKTOP, TABLET, PHONE):
        page = new_page(size=size, dark=dark)
        sign_in(page, "theo")
        for address in pages:
            assert page.goto(address).ok
            if address.endswith("edit"):
                page.click(".note-more > summary")
            assert faults(page) == [], (address, size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (address, size)


@pytest.mark.parametrize(("condition", "told"), [("", "#work-care >> text=Massage gun. Not on:"),
                                                 ("fever", ".over-limit >> text=Not for this client at home")])
def test_home_care_is_judged_as_it_is_chosen_and_taken_out(live_server, new_page, condition, told):
    appointment = session_with_a_last_note(condition=condition)
    page = new_page(size=TABLET, has_touch=True)
    sign_in(page, "theo")
    page.goto(f"/notes/{appointment}/edit")
    page.get_by_text("Home care, oil and room").tap()
    page.select_option("[data-care] >> nth=0", "massage_gun")
    page.wait_for_selector(told)
    assert faults(page) == []
    if condition:
        page.locator(".over-limit button").tap()
        page.wait_for_selector(".over-limit", state="detached")
        assert page.input_value("[data-care] >> nth=0") == page.input_value("[name=care_dose] >> nth=0") == ""
    else:
        assert "Lower leg, left" in page.inner_text("#work-care") and page.locator(".over-limit").count() == 0
    page.wait_for_selector(".autosave[data-state=saved]")
    page.wait_for_timeout(2000)
    assert [key for key, _dose in stored(appointment)[1].home_care] == ([] if condition else ["massage_gun"])


def test_what_one_device_typed_while_another_signed_is_offered_as_an_addendum(live_server, new_page):
    appointment = session_with_a_last_note()
    page, second = new_page(size=TABLET), new_page(size=PHONE)
    for one in (page, second):
        sign_in(one, "theo")
        one.goto(f"/notes/{appointment}/edit")
    page.fill("#subjective", "Neck easier")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")
    second.reload()
    second.fill("#objective", "Reacted badly, dizzy")
    page.click("[name=do][value=sign]")
    page.wait_for_selector("text=Text as signed")
    second.wait_for_selector("text=This was signed after you opened it")
    second.goto(page.url)
    second.wait_for_selector("text=This device still keeps words that were never saved.")
    second.click("text=Put them into an addendum")
    box = second.locator("#addendum-text")
    assert box.input_value() == "What I found: Reacted badly, dizzy"
    second.click("text=Add to the note")
    second.wait_for_selector(".addendum >> text=Reacted badly, dizzy")
    assert not second.is_visible("text=This device still keeps words")
