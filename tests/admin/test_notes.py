"""The note's pages: editor, autosave, signing, reading, the own list, the hand-over. Without a script."""
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.body import all_places
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.models import BriefReview
from practice.safety.rules import AllergyFact
from practice.safety.services.conditions import add_condition
from practice.safety.services.profile import set_allergies
from practice.safety.services.reviews import mark_reviewed
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.content import MOST_ROWS, Score
from practice.sessions.models import AddendumKind, NoteState, SessionNote
from practice.sessions.queries import notes as reading
from tests.factories.schedule import at
from tests.factories.sessions import LOWER_BACK, NECK, draft, limit, row, signed, visit, words

CANARY = "quokkaword"


@pytest.fixture
def session(people) -> int:
    return visit(people, at(9, 0), first_name="Eleanor", last_name="Marsh")


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def fields(page: str) -> dict:
    """What a browser would send of the editor, without its buttons."""
    found = dict(re.findall(r'<input[^>]*?type="hidden"[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', page))
    found |= dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?type="hidden"[^>]*?value="([^"]*)"', page))
    found = {name: value.replace("&#34;", '"') for name, value in found.items() if name != "csrf_token"}
    for name in ("subjective", "objective", "assessment", "plan"):
        text = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\s*(.*?)</textarea>', page, re.S)
        found[name] = text.group(1).strip() if text else ""
    return found | {"pain_place": "", "pain_before": "", "pain_after": "", "back_in_days": "", "how_taken": "",
                    "setting": ""}


def opened(browser, appointment_id: int) -> dict:
    answer = browser.get(f"/notes/{appointment_id}/edit")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    return fields(answer.get_data(as_text=True))


def press(browser, appointment_id: int, do: str, sent: dict, **values):
    return browser.post(f"/notes/{appointment_id}/edit", data={**sent, **values, "do": do})


def note_of(people, appointment_id: int):
    """(state, content, id) of the note as it is stored."""
    with guard.acting(people.system):
        note = db.session.scalars(select(SessionNote).where(SessionNote.appointment_id == appointment_id)).first()
        return note and (note.state, reading.content_of(note), note.id)


@pytest.mark.requirement("get-changes-nothing")
def test_looking_makes_no_note(people, theo, session):
    opened(theo, session)
    assert note_of(people, session) is None


def test_a_note_from_the_first_row_to_the_signature(people, theo, session):
    sent = opened(theo, session)
    answer = press(theo, session, "add", sent, place="neck_posterior:middle", technique="petrissage", depth="3",
                   minutes="15", subjective="Stiff on the left")
    assert answer.status_code == 302
    sent = opened(theo, session)
    assert sent["rows"] == "neck_posterior:middle petrissage 3 15" and sent["subjective"] == "Stiff on the left"
    answer = press(theo, session, "sign", sent, plan="Two weeks", back_in_days="14", pain_before="5", pain_after="2",
                   pain_place="neck_posterior:middle", how_taken="well", setting="Grapeseed")
    state, content, note_id = note_of(people, session)
    assert answer.headers["Location"].endswith(f"/notes/{note_id}/") and state is NoteState.SIGNED
    assert (content.back_in_days, content.pain_change, content.setting) == (14, 3, "Grapeseed")
    page = theo.get(f"/notes/{note_id}/").get_data(as_text=True)
    for text in ("Stiff on the left", "Two weeks", "3 better", "Text as signed", "SHA-256", "back in 2 weeks"):
        assert text in page
    assert theo.get(f"/notes/{session}/edit").status_code == 302


@pytest.mark.parametrize("values", [{"depth": "6"}, {"depth": ""}, {"minutes": "0"}, {"minutes": "ten"},
                                    {"place": ""}, {"place": "moon:left"}, {"technique": "magic"}])
def test_a_row_that_makes_no_sense_is_said_at_the_rows_and_loses_no_text(people, theo, session, values):
    row_values = {"place": "calf:left", "technique": "petrissage", "depth": "3", "minutes": "15"} | values
    answer = press(theo, session, "add", opened(theo, session), subjective="Typed so far", **row_values)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Choose a place" in page and "Typed so far" in page
    assert note_of(people, session)[1].subjective == "Typed so far"


def test_rows_are_taken_out_and_the_last_ones_taken_over(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    with clock.frozen(at(9) - 14 * (at(9) - at(9, day=at(9).date().replace(day=16)))):
        signed(people.theo, visit(people, clock.now(), client_id=client_id),
               words("Old words", rows=(row(NECK), row(LOWER_BACK, "effleurage", 1, 5))))
    press(theo, session, "same", opened(theo, session))
    assert len(note_of(people, session)[1].rows) == 2
    press(theo, session, "remove-0", opened(theo, session))
    assert note_of(people, session)[1].rows == (row(LOWER_BACK, "effleurage", 1, 5),)
    page = theo.get(f"/notes/{session}/edit").text
    assert 'Lower back, left <span class="note-copied">copied' in re.sub(r"<svg.*?</svg>|\s+(?=<span)", " ", page)
    asked = press(theo, session, "sign", opened(theo, session), subjective="Today's words").text
    assert "Copied from the last note" in asked and "What was done (Lower back, left, Gliding)" in asked
    assert note_of(people, session)[0] is NoteState.DRAFT
    press(theo, session, "copy-subjective", opened(theo, session) | {"subjective": ""})
    content = note_of(people, session)[1]
    assert content.subjective == "Old words" and set(content.copied) == {"rows", "subjective"}
    answer = press(theo, session, "sign", opened(theo, session))
    assert answer.status_code == 200 and "Copied from the last note" in answer.get_data(as_text=True)
    assert note_of(people, session)[0] is NoteState.DRAFT
    assert press(theo, session, "sign-copied", opened(theo, session)).status_code == 302
    state, _content, note_id = note_of(people, session)
    assert state is NoteState.SIGNED
    assert theo.get(f"/notes/{note_id}/").text.count('"note-copied">copied') == 2, "the row and the text"


def test_above_the_limit_asks_why_and_offers_the_way_back(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    limit(people.theo, client_id, LOWER_BACK, 2)
    press(theo, session, "add", opened(theo, session), place=str(LOWER_BACK), technique="petrissage", depth="4",
          minutes="10", subjective="Kept")
    page = theo.get(f"/notes/{session}/edit").get_data(as_text=True)
    assert "Go ahead anyway: why?" in page and "Back to light (2)" in page and "strong (4)" in page
    cause = re.search(r'data-reason="([^"]+)"', page).group(1)
    answer = press(theo, session, "sign", fields(page), **{f"reason:{cause}": ""})
    refused = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "1 reason is missing" in refused and "Kept" in refused
    with_reason = fields(theo.get(f"/notes/{session}/edit").get_data(as_text=True))
    answer = press(theo, session, "sign", with_reason, **{f"reason:{cause}": "Asked for firmer today"})
    assert answer.status_code == 302
    state, content, note_id = note_of(people, session)
    assert state is NoteState.SIGNED and content.overrides[0].words == "Asked for firmer today"
    assert "Asked for firmer today" in theo.get(f"/notes/{note_id}/").get_data(as_text=True)


def test_what_is_closed_stands_in_a_word_where_it_is_all(people, theo, session):
    """Places closed stand above the note by name; the whole body in one word, not in thirty."""
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    limit(people.theo, client_id, NECK, 0, "Wound")
    assert "Back of neck closed" in theo.get(f"/notes/{session}/edit").text
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, client_id, ConditionContent(words="Rash", places=all_places(), own_limit=0))
    assert "Everywhere closed" in theo.get(f"/notes/{session}/edit").text


def test_back_to_the_limit(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    limit(people.theo, client_id, LOWER_BACK, 2)
    limit(people.theo, client_id, NECK, 0, "Wound")
    draft(people.theo, session, words(rows=(row(LOWER_BACK, pressure=4), row(NECK, pressure=1))))
    page = theo.get(f"/notes/{session}/edit").get_data(as_text=True)
    for cause in re.findall(r'data-reason="([^"]+)"', page):
        press(theo, session, f"lower-{cause}", opened(theo, session))
    assert note_of(people, session)[1].rows == (row(LOWER_BACK, pressure=2),)  # a closed place is taken out


@pytest.mark.parametrize("address", ["save", "rows", "edit"])
def test_nothing_is_taken_without_a_token(people, theo, session, address):
    answer = theo.post(f"/notes/{session}/{address}", data={"subjective": CANARY, "version": "0"}, csrf=False)
    assert answer.status_code == 400 and note_of(people, session) is None


@pytest.mark.requirement("no-5xx")
@pytest.mark.parametrize("junk", ["", "abc", "-1", "9" * 40, "1e400", "[" * 5000, "x" * 70_000, "\u202e'\"<script>",
                                  '{"a": 1}', '["a"]', "calf:left petrissage 3"])
def test_junk_is_refused_and_never_a_server_error(people, theo, session, junk):
    names = [*opened(theo, session), "place", "depth", "technique", "minutes", "care_key", "care_dose", "reason:x"]
    for do in ("save", "add", "sign", "lower-x", "remove-9999", f"remove-{junk[:50]}", "copy-rows", junk[:100]):
        for address in ("edit", "save", "rows"):
            answer = theo.post(f"/notes/{session}/{address}", data={**dict.fromkeys(names, junk), "do": do})
            assert answer.status_code < 500
    for form in ({}, {"kind": junk}, {"text": junk, "kind": junk}):
        assert theo.post(f"/notes/{session}/addenda", data=form).status_code < 500


def test_the_rows_alone_save_nothing(people, theo, session):
    sent = opened(theo, session)
    answer = theo.post(f"/notes/{session}/rows", data={**sent, "do": "add", "place": "calf:left", "depth": "2",
                                                       "technique": "petrissage", "minutes": "5"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and 'data-worked=\'{"calf:left": 2}\'' in page and "5 of 60 min" in page
    assert note_of(people, session) is None


def test_who_may_not(people, as_person, session):
    note_id = signed(people.theo, session, words(CANARY))
    pages = (f"/notes/{session}/edit", f"/notes/{note_id}/", f"/notes/{session}/to-reception")
    for name, codes in (("rae", (403, 403, 403)), ("bo", (403, 403, 403)), ("tara", (404, 404, 404)),
                        ("olive", (403, 404, 403)), ("sol", (404, 404, 200))):
        browser = as_person(name)
        for address, code in zip(pages, codes, strict=True):
            answer = browser.get(address)
            assert answer.status_code == code, (name, address)
            assert CANARY not in answer.get_data(as_text=True)
        for address in (f"/notes/{session}/edit", f"/notes/{session}/save", f"/notes/{note_id}/addenda"):
            assert browser.post(address, data={"text": "more words"}).status_code in (403, 404), (name, address)
        for address in ("/notes/", "/lists/notes/"):
            assert CANARY not in browser.get(address).get_data(as_text=True)
        assert "Eleanor" not in browser.get("/lists/notes/").get_data(as_text=True)


def test_the_owner_reads_after_breaking_the_glass(people, as_person, session):
    from tests.factories import clients
    note_id = signed(people.theo, session, words(CANARY))
    with guard.acting(people.system):
        client_id = db.session.scalar(select(SessionNote.client_id).where(SessionNote.id == note_id))
        from practice.core.db import transaction
        with transaction():
            clients.care(client_id, people.olive.user_id)
    browser = as_person("olive")
    page = browser.get(f"/notes/{note_id}/").get_data(as_text=True)
    assert CANARY in page and "Add to the note" not in page
    assert browser.post(f"/notes/{note_id}/addenda", data={"text": "words"}).status_code == 403


def test_a_draft_of_somebody_else_is_read_not_written(people, as_person, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    draft(people.theo, session, words("Theo's"))
    visit(people, at(15), client_id=client_id, therapist=people.tara)
    browser = as_person("tara")
    answer = browser.get(f"/notes/{session}/edit")
    assert answer.status_code == 302
    assert "Draft, not signed" in browser.get(answer.headers["Location"]).get_data(as_text=True)
    refused = browser.post(f"/notes/{session}/edit", data={**opened_as_sent(), "version": "2", "subjective": "Mine"})
    assert refused.status_code in (403, 422) and note_of(people, session)[1].subjective == "Theo's"


def opened_as_sent() -> dict:
    return dict.fromkeys(("subjective", "objective", "assessment", "plan", "rows", "reasons", "copied", "pain_place",
                          "pain_before", "pain_after", "back_in_days", "how_taken", "setting"), "")


@pytest.mark.requirement("audit-complete")
def test_reading_is_recorded_first(people, theo, session):
    note_id = signed(people.theo, session)
    for address in (f"/notes/{note_id}/", "/lists/notes/", f"/lists/notes/details/?id={note_id}"):
        assert theo.get(address).status_code == 200
    draft_of = visit(people, at(11))
    theo.get(f"/notes/{draft_of}/edit")
    with guard.acting(people.system):
        actions = set(db.session.scalars(select(AuditRow.action).where(AuditRow.actor_id == people.theo.user_id)))
    assert {"note.read", "note.edit", "session_note.list", "session_note.read"} <= actions


def test_without_a_record_there_is_no_page(people, theo, session, monkeypatch):
    note_id = signed(people.theo, session, words(CANARY))
    other = visit(people, at(11))

    def broken(*arguments, **values):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("practice.admin.base.audit.record", broken)
    for address in (f"/notes/{note_id}/", f"/notes/{other}/edit", "/lists/notes/"):
        with pytest.raises(RuntimeError, match="the trail"):
            theo.get(address)


def test_everything_a_session_can_tell_is_kept_and_read(people, theo, session):
    values = {
        "products": "Grapeseed, Arnica rub", "setting": "face up, quiet", "with_heat": "y", "travels_to": "hand:left",
        "pain_place": "neck_posterior:middle", "adverse": "Dizzy on sitting up", "score_name": ["Stress", "Jaw", ""],
        "score_before": ["7", "", ""], "score_after": ["3", "2", ""], "said": ["firmer", ""],
        "said_words": ["a bit more there", ""], "rows": "neck_posterior:middle petrissage 2 10"}
    answer = press(theo, session, "sign", opened(theo, session), **values)
    assert answer.status_code == 302
    _state, content, note_id = note_of(people, session)
    assert content.scores == (Score("stress", 7, 3), Score("Jaw", None, 2)) and content.with_heat
    assert content.said == (("firmer", "a bit more there"),) and str(content.travels_to) == "hand:left"
    page = theo.get(f"/notes/{note_id}/").get_data(as_text=True)
    for text in ("Grapeseed, Arnica rub", "face up, quiet", "Dizzy on sitting up", "a bit more there", "Stress",
                 "before 7, after 3", "Travels to", "brief not reviewed"):
        assert text in page, text


def test_a_note_says_when_its_author_reviewed_the_brief(people, theo, session):
    with clock.frozen(at(9, 5)):
        review(theo, session)
    with clock.frozen(at(9, 10)), guard.acting(people.system), transaction():  # a colleague's is not the author's
        client_id = db.session.scalars(select(BriefReview.client_id)).one()
        mark_reviewed(people.tara, client_id, appointment_id=session, seen={})
    with clock.frozen(at(9, 15)):
        press(theo, session, "sign", opened(theo, session), rows="neck_posterior:middle petrissage 2 10")
    _state, content, note_id = note_of(people, session)
    assert datetime.fromisoformat(content.reviewed_at) == at(9, 5)
    page = theo.get(f"/notes/{note_id}/").get_data(as_text=True)
    assert "brief reviewed on 17 Nov 2026 at 09:05" in page and "brief not reviewed" not in page


def test_what_is_reviewed_after_the_signature_does_not_count(people, theo, session):
    press(theo, session, "sign", opened(theo, session), rows="neck_posterior:middle petrissage 2 10")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        review(theo, session)
    assert "brief not reviewed" in theo.get(f"/notes/{note_of(people, session)[2]}/").get_data(as_text=True)


def review(browser, appointment_id: int) -> None:
    """Press *Reviewed* in the brief."""
    page = browser.get(f"/brief/{appointment_id}").get_data(as_text=True)
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', page).group(1))
    assert browser.post(f"/brief/{appointment_id}/reviewed", data={"seen": seen}).status_code == 302


@pytest.mark.parametrize(("name", "before", "after", "box", "said"), [
    ("Mood", "11", "", "score_before-1", "from 0 to 10"), ("Mood", "3", "x", "score_after-1", "from 0 to 10"),
    ("", "3", "", "score_name-1", "what the figures are about")])
def test_a_wrong_figure_is_said_at_its_box_and_nothing_is_saved_as_if_all_were_well(people, theo, session, name,
                                                                                  before, after, box, said):
    sent = opened(theo, session) | {
        "subjective": "Typed long", "score_name": ["Stress", name], "score_before": ["7", before],
        "score_after": ["3", after], "said": ["firmer"], "said_words": ["there"], "care_key": ["ball"],
        "care_dose": ["twice"]}
    answer = theo.post(f"/notes/{session}/save", data=sent)
    assert answer.status_code == 422 and list(answer.json["errors"]) == [box] and said in answer.json["errors"][box][0]
    assert theo.post(f"/notes/{session}/rows", data={**sent, "do": ""}).status_code == 200, "rows are judged meanwhile"
    answer = press(theo, session, "sign", sent)
    assert answer.status_code == 422 and note_of(people, session) is None
    page = answer.text
    assert f'aria-describedby="{box}-error"' in page and said in page and "Not saved yet." in page
    for typed in ("Typed long", 'value="Stress"', f'value="{name}"', f'value="{before}"', f'value="{after}"',
                  'value="there"', 'value="twice"'):
        assert typed in page


def test_half_a_line_is_kept_as_it_stands(people, theo, session):
    sent = opened(theo, session) | {
        "subjective": "Typed", "said": ["", "magic", "good"], "said_words": ["my left", "there", ""],
        "score_name": ["Mood", ""], "score_before": ["", ""], "score_after": [" ", ""], "pain_at": ["hand:left"],
        "pain_at_before": [""], "pain_at_after": [""]}
    assert theo.post(f"/notes/{session}/save", data=sent).status_code == 200
    content = note_of(people, session)[1]
    assert content.said == (("", "my left"), ("", "there"), ("good", ""))
    assert {(one.name, one.before, one.after) for one in content.scores} == {
        ("mood", None, None), ("pain:hand:left", None, None)}
    page = theo.get(f"/notes/{session}/edit").text
    assert 'value="my left"' in page and 'value="Mood"' in page and 'value="hand:left" selected' in page
    press(theo, session, "sign", opened(theo, session) | sent, version=fields(page)["version"])
    state, _content, note_id = note_of(people, session)
    page = theo.get(f"/notes/{note_id}/").text
    assert state is NoteState.SIGNED and "<li>“my left”</li>" in page and "<li>Just right</li>" in page


def test_what_rarely_changes_is_remembered_and_the_days_after_are_asked(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    with clock.frozen(at(9, day=at(9).date().replace(day=3))):
        signed(people.theo, visit(people, clock.now(), client_id=client_id), words(
            "Old words", products="Grapeseed", setting="radio off", rows=(row(NECK, "deep_tissue", 4, 10),)))
    sent = opened(theo, session)
    page = theo.get(f"/notes/{session}/edit").get_data(as_text=True)
    assert 'value="Grapeseed"' in page and 'value="radio off"' in page and "24 hours after the last visit" in page
    assert note_of(people, session) is None, "remembered on the page, not kept before anything is typed"
    press(theo, session, "save", sent, after_24="sore", after_48="same", subjective="x")
    assert note_of(people, session)[1].after_last == ("sore", "same")
    assert "the deepest was 4. Perhaps one lighter today." in theo.get(f"/notes/{session}/edit").get_data(as_text=True)


def test_a_product_the_client_does_not_tolerate_asks_why(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    with guard.acting(people.theo), transaction():
        set_allergies(people.theo, client_id, (AllergyFact("Almond oil"),))
    sent = opened(theo, session) | {"rows": "calf:left effleurage 2 10", "products": "Almond oil"}
    answer = press(theo, session, "sign", sent)
    assert answer.status_code == 422 and "This product is not for this client" in answer.get_data(as_text=True)
    answer = press(theo, session, "sign", opened(theo, session) | sent | {"version": "2", "products": "Grapeseed"})
    assert note_of(people, session)[0] is NoteState.SIGNED


def test_addenda(people, theo, session):
    note_id = signed(people.theo, session)
    answer = theo.post(f"/notes/{note_id}/addenda", data={"text": " "})
    assert answer.status_code == 422 and "Say what is to be added" in answer.get_data(as_text=True)
    theo.post(f"/notes/{note_id}/addenda", data={"text": "Slept well after"})
    theo.post(f"/notes/{note_id}/addenda", data={"text": "Belongs to Ben", "kind": AddendumKind.ENTERED_IN_ERROR})
    page = theo.get(f"/notes/{note_id}/").get_data(as_text=True)
    assert "Slept well after" in page and page.count("Belongs to Ben") == 2 and "Text as signed" in page


def test_the_own_list_has_what_is_to_sign_first(people, theo, session):
    signed(people.theo, visit(people, at(8), first_name="Sam", last_name="Signed", state=S.DONE))
    draft(people.theo, session)
    visit(people, at(11), first_name="Una", last_name="Unwritten", state=S.DONE)
    page = theo.get("/notes/").get_data(as_text=True)
    order = [page.index(name) for name in ("Eleanor Marsh", "Una Unwritten", "Sam Signed")]
    assert order == sorted(order) and "No note yet" in page
    for junk in ("x", "2026-11-03_x", "_", "2026-11-03_" + "9" * 40, "2026-13-45_1"):
        assert theo.get(f"/notes/?after={junk}").status_code == 200


def test_the_hand_over(people, theo, session, as_person):
    draft(people.theo, session, words(CANARY, back_in_days=14))
    sent = opened(theo, session)
    answer = press(theo, session, "handover", sent, back_in_days="14")
    page = theo.get(answer.headers["Location"]).get_data(as_text=True)
    assert "reception reads this" in page and 'value="14"' in page and CANARY not in page
    treatment_id = re.search(r'<option selected value="(\d+)"', page).group(1)
    bad = theo.post(f"/notes/{session}/to-reception", data={"treatment": treatment_id, "minutes": "many",
                                                            "message": "Card on the desk", "version": "0"})
    assert bad.status_code == 422 and "Card on the desk" in bad.get_data(as_text=True)
    good = {"treatment": treatment_id, "minutes": "60", "back_in_days": "14", "message": "Card on the desk",
            "version": "0"}
    assert theo.post(f"/notes/{session}/to-reception", data=good).headers["Location"].endswith(f"{session}/edit")
    stale = theo.post(f"/notes/{session}/to-reception", data={**good, "message": "Second thoughts"})
    assert stale.status_code == 409 and "Second thoughts" in stale.get_data(as_text=True)
    with guard.acting(people.rae):
        given = reading.handover_of(session)
        assert (given.minutes, given.back_in_days, given.message) == (60, 14, "Card on the desk")
        assert db.session.scalar(select(Appointment.state).where(Appointment.id == session)) is S.DONE


def test_what_to_charge_is_asked_no_more_once_the_care_has_ended(as_person, session):
    clock.set_to(clock.now() + timedelta(days=60))
    theo = as_person("theo")
    for answer in (theo.get(f"/notes/{session}/to-reception"),
                   theo.post(f"/notes/{session}/to-reception", data={"minutes": "60"})):
        assert answer.status_code == 404


def test_a_note_that_is_full_of_rows_says_so_and_can_be_saved(people, theo, session):
    full = "; ".join(["neck_posterior:middle petrissage 2 5"] * MOST_ROWS)
    sent = opened(theo, session) | {"rows": full}
    answer = press(theo, session, "add", sent, place="calf:left", technique="petrissage", depth="2", minutes="5")
    assert answer.status_code == 422 and "A note holds at most 60 rows." in answer.get_data(as_text=True)
    assert len(note_of(people, session)[1].rows) == MOST_ROWS
    assert press(theo, session, "save", opened(theo, session)).status_code == 302


@pytest.mark.parametrize("junk", ["", "abc", "-1", "9" * 40, "1e400", "x" * 70_000])
def test_junk_in_the_hand_over(people, theo, session, junk):
    names = ("treatment", "minutes", "back_in_days", "message", "product", "pieces", "version")
    for sent in (dict.fromkeys(names, junk), {}, {"treatment": "1", "minutes": "60", "product": junk, "pieces": junk}):
        assert theo.post(f"/notes/{session}/to-reception", data=sent).status_code < 500
