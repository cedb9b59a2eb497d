"""Saving a note while somebody else saves it: what differs is shown, nothing typed is lost; autosave."""
import re

import pytest
from markupsafe import escape

from practice.sessions.content import NoteContent
from tests.admin.test_notes import fields, note_of, opened, press
from tests.factories.schedule import at
from tests.factories.sessions import draft, signed, visit, words


@pytest.fixture
def session(people) -> int:
    return visit(people, at(9, 0), first_name="Eleanor", last_name="Marsh")


@pytest.fixture
def theo(as_person):
    return as_person("theo")


@pytest.mark.requirement("lost-update")
def test_a_stale_save_keeps_what_was_typed_and_shows_both(people, theo, session):
    draft(people.theo, session, words("Mine"))
    sent = opened(theo, session)
    draft(people.theo, session, words("Theirs"))
    answer = press(theo, session, "save", sent, subjective="Typed long")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Typed long" in page and "Theirs" in page and "Compare" in page
    assert "Not saved yet." in page and "Save mine over it" in page and "Saved 09:00" not in page
    assert press(theo, session, "save", fields(page), subjective="Typed long").status_code == 302
    assert note_of(people, session)[1].subjective == "Typed long"


# What a form sends -> how the comparison names it: the field, and what is typed here.
DIFFERING = [
    ({"rows": "neck_posterior:middle petrissage 2 15"}, "What was done", "Back of neck: Kneading, light (2), 15 min"),
    ({"pain_place": "calf:left"}, "Pain", "Lower leg, left"), ({"pain_before": "0"}, "Pain before", "0"),
    ({"pain_after": "7"}, "Pain after", "7"), ({"travels_to": "hand:left"}, "Travels to", "Hand, left"),
    ({"how_taken": "sore"}, "How it was taken", "Was sore"), ({"back_in_days": "14"}, "Back in", "2 weeks"),
    ({"products": "Arnica rub"}, "Oil and products", "Arnica rub"), ({"with_heat": "y"}, "Worked with heat", "yes"),
    ({"setting": "face up"}, "Position, music, light, scent, warmth, quiet", "face up"),
    ({"after_24": "sore"}, "24 hours after the last visit", "Sore"), ({"after_48": "worse"}, "48 hours after", "Worse"),
    ({"adverse": "Dizzy on sitting up"}, "Something went wrong", "Dizzy on sitting up"),
    ({"score_name": "Stress", "score_before": "7", "score_after": ""}, "Scores", "Stress: before 7, after –"),
    ({"said": "firmer", "said_words": "there"}, "Pressure asked on the way", "Firmer, please: there"),
    ({"care_key": "ball", "care_dose": "twice"}, "Home care", "Tennis or massage ball: twice"),
    ({"reasons": '{"x": "Asked for it"}'}, "Go ahead anyway: why?", "Asked for it")]


@pytest.mark.requirement("lost-update")
@pytest.mark.parametrize(("typed", "name", "said"), DIFFERING, ids=[name for _typed, name, _said in DIFFERING])
def test_everything_that_differs_is_named_in_words_on_both_sides(people, theo, session, typed, name, said):
    draft(people.theo, session, NoteContent(subjective="Same"))
    sent = opened(theo, session)
    draft(people.theo, session, NoteContent(subjective="Same"))
    stale = theo.post(f"/notes/{session}/save", data={**sent, **typed})
    assert stale.status_code == 409 and stale.json["differences"] == [[name, said, ""]]
    page = press(theo, session, "sign", {**sent, **typed}).text
    both = re.search(r'<div class="stale-both".*?<div class="actions">', page, re.S).group(0)
    assert re.findall(r"<strong>(.*?)</strong>", both) == [
        f"{escape(name)}, yours", f"{escape(name)}, saved by the other"]
    assert re.findall(r'"stale-text">(.*?)</div>', both) == [str(escape(said)), "–"]


def test_autosave(people, theo, session):
    sent = opened(theo, session)
    assert sent["version"] == "0"
    answer = theo.post(f"/notes/{session}/save", data={**sent, "subjective": "Half a sen"})
    assert answer.status_code == 200 and answer.json["saved_at"] == "09:00"
    version = answer.json["version"]
    again = theo.post(f"/notes/{session}/save", data={**sent, "subjective": "Half a sentence", "version": version})
    assert again.json["version"] == version + 1
    for old in ("0", str(version), "abc", "", "9" * 40):
        stale = theo.post(f"/notes/{session}/save", data={**sent, "subjective": "Other", "version": old})
        assert stale.status_code == 409 and stale.json["version"] == version + 1
        assert stale.json["differences"] == [["What the client says", "Other", "Half a sentence"]]
    assert note_of(people, session)[1].subjective == "Half a sentence"


def test_autosave_after_the_signature_offers_no_way_over_it(people, theo, session):
    sent = opened(theo, session)
    note_id = signed(people.theo, session, words("Signed words"))
    answer = theo.post(f"/notes/{session}/save", data={**sent, "version": "3"})
    assert answer.status_code == 409 and "version" not in answer.json
    assert answer.json["newer_url"] == f"/notes/{note_id}/"
    assert ["What the client says", "", "Signed words"] in answer.json["differences"]
    page = press(theo, session, "save", sent, version="3", subjective="Too late, still here")
    assert page.status_code == 409 and "Too late, still here" in page.get_data(as_text=True)
    assert note_of(people, session)[1].subjective == "Signed words"


def test_what_was_typed_while_the_note_was_signed_elsewhere_goes_into_an_addendum(people, theo, session):
    """Without scripts: the refused page offers it, the addendum's box holds it, and nothing is written before Add."""
    draft(people.theo, session, words("Said here"))
    sent = opened(theo, session)
    note_id = signed(people.theo, session, words("Signed words"))
    page = press(theo, session, "save", sent, subjective="Reacted badly, dizzy").get_data(as_text=True)
    assert "This was signed after you opened it" in page and "Save mine over it" not in visible(page)
    where = re.search(r'formaction="([^"]+)" data-autosave-left>', page).group(1)
    box = theo.post(where, data=fields(page)).get_data(as_text=True)
    typed = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', box, re.S).group(1).strip()
    assert typed == "What the client says: Reacted badly, dizzy" and 'name="left_over"' in box
    assert "Nothing added." in box, "it is written when the person says so"
    answer = theo.post(f"/notes/{note_id}/addenda", data={"text": typed, "left_over": "yes"}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert typed in page and f'data-arrived="/notes/{session}/save"' in page


def test_what_is_left_over_of_a_draft_or_stands_in_the_note_needs_no_addendum(people, theo, session):
    note_id, _version = draft(people.theo, session, words("Here"))
    sent = opened(theo, session)
    assert theo.post(f"/notes/{note_id}/left-over", data=sent).headers["Location"].endswith(f"/notes/{session}/edit")
    signed(people.theo, session, words("Here"))
    answer = theo.post(f"/notes/{note_id}/left-over", data=sent, follow_redirects=True)
    assert "All that was typed stands in the note." in answer.get_data(as_text=True)


def visible(page: str) -> str:
    return re.sub(r"<button[^>]* hidden>.*?</button>", "", page)
