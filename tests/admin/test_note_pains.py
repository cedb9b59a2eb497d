"""Pain at several places in the editor of a note, without a script."""
import re

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.core import clock
from practice.core.db import db
from practice.schedule.models import Appointment
from practice.sessions.content import Score
from tests.admin.test_notes import fields, note_of, opened, press
from tests.factories.schedule import at
from tests.factories.sessions import LOWER_BACK, row, signed, visit, words


@pytest.fixture
def session(people) -> int:
    return visit(people, at(9, 0), first_name="Eleanor", last_name="Marsh")


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def test_pain_is_scored_at_as_many_places_as_it_hurts(people, theo, session):
    with guard.acting(people.system):
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == session))
    with clock.frozen(at(9, day=at(9).date().replace(day=3))):
        signed(people.theo, visit(people, clock.now(), client_id=client_id), words(
            rows=(row(LOWER_BACK),), scores=(Score("pain:foot:left", 5, 4), Score("stress", 5))))
    sent = opened(theo, session) | {
        "rows": "neck_posterior:middle petrissage 2 10", "pain_place": "neck_posterior:middle", "pain_before": "7",
        "pain_at": ["calf:left", "", "foot:left"], "pain_at_before": ["6", "", "4"], "pain_at_after": ["2", "", ""],
        "score_name": ["Pain: Hand, right", "Stress", "pain"], "score_before": ["3", "7", "1"],
        "score_after": ["", "", ""]}
    press(theo, session, "save", sent)
    _state, content, _id = note_of(people, session)
    assert content.scores == (Score("pain:calf:left", 6, 2), Score("pain:foot:left", 4), Score("pain:hand:right", 3),
                              Score("stress", 7), Score("pain", 1))
    assert str(content.pain_place) == "neck_posterior:middle" and content.pain_before == 7, "its own line stays"
    page = theo.get(f"/notes/{session}/edit").text
    lines = re.findall(r'<select[^>]*name="pain_at".*?</select>', page, re.S)
    offered = re.findall(r'value="([^"]+)"', re.search(r"data-pain-first>(.*?)</optgroup>", lines[0], re.S).group(1))
    assert offered == ["foot:left", "neck_posterior:middle"], "where it hurt last time, then where was worked"
    assert [re.findall(r'value="([^"]*)" selected', line) for line in lines] == [
        ["calf:left"], ["foot:left"], ["hand:right"], []]
    assert 'name="score_name" value="Stress"' in page and 'name="score_name" value="Pain: all over"' in page
    assert 'value="pain:' not in page
    answer = press(theo, session, "sign", sent, version=fields(page)["version"], **{
        name: content for name, content in sent.items() if name.startswith(("pain", "score", "rows"))})
    read = theo.get(answer.headers["Location"]).text
    for said in ("<h3>Pain: Lower leg, left</h3><p>before 6, after 2", "<h3>Pain: Foot, left</h3><p>before 4, after –",
                 "<h3>Pain: all over</h3>", "<h3>Stress</h3>"):
        assert said in read, said


@pytest.mark.parametrize(("place", "before", "box", "said"), [
    ("", "3", "pain_at-1", "Say where it hurts."), ("nowhere:left", "3", "pain_at-1", "Say where it hurts."),
    ("foot:left", "11", "pain_at_before-1", "from 0 to 10")])
def test_pain_without_a_place_is_said_at_its_line_and_keeps_the_others(people, theo, session, place, before, box, said):
    sent = opened(theo, session) | {"subjective": "Typed long", "pain_at": ["calf:left", place],
                                    "pain_at_before": ["6", before], "pain_at_after": ["", ""]}
    answer = theo.post(f"/notes/{session}/save", data=sent)
    assert answer.status_code == 422 and said in answer.json["errors"][box][0]
    page = press(theo, session, "sign", sent).text
    assert f'aria-describedby="{box}-error"' in page and said in page and note_of(people, session) is None
    assert "Typed long" in page and 'value="calf:left" selected' in page and "<option selected>6" in page
