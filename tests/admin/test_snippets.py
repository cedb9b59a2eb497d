"""Snippets: a therapist's own text, put into a note with one choice."""
import re

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.core.db import db
from practice.sessions.models import SessionNote, Snippet
from practice.sessions.queries import notes as reading
from tests.factories.schedule import at
from tests.factories.sessions import visit

NEW = {"version": "0", "field": "plan", "title": "Two weeks", "text": "Back in two weeks,\nwarmth in the evening"}


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def ids(people) -> list[int]:
    db.session.rollback()
    with guard.acting(people.theo):
        return [row.id for row in reading.snippets()]


def test_made_inserted_changed_and_taken_out(theo, people):
    assert theo.post("/notes/snippets/", data=NEW).status_code == 302
    (number,) = ids(people)
    session = visit(people, at(9, 0))
    page = theo.get(f"/notes/{session}/edit").get_data(as_text=True)
    assert "Two weeks" in page and 'value="insert-plan"' in page and 'value="insert-objective"' not in page
    sent = {"version": "0", "plan": "Neck first", "snippet_plan": str(number), "do": "insert-plan"}
    assert theo.post(f"/notes/{session}/edit", data=sent).status_code == 302
    with guard.acting(people.system):
        note = db.session.scalars(select(SessionNote).where(SessionNote.appointment_id == session)).one()
        assert reading.content_of(note).plan == "Neck first\nBack in two weeks,\nwarmth in the evening"
    theo.post(f"/notes/snippets/{number}", data=NEW | {"version": "1", "title": "Three weeks"})
    assert "Three weeks" in theo.get("/notes/snippets/").get_data(as_text=True)
    stale = theo.post(f"/notes/snippets/{number}", data=NEW | {"version": "1"})
    assert stale.status_code == 422
    theo.post(f"/notes/snippets/{number}/take-out")
    assert ids(people) == [] and theo.get(f"/notes/snippets/{number}").status_code == 404


@pytest.mark.parametrize("values", [{"title": ""}, {"text": " "}, {"field": "soap"}, {"text": "x" * 2001}])
def test_what_makes_no_sense_is_refused(theo, people, values):
    assert theo.post("/notes/snippets/", data=NEW | values).status_code == 422 and ids(people) == []


def test_they_are_ones_own_and_sealed(theo, people, as_person):
    theo.post("/notes/snippets/", data=NEW)
    (number,) = ids(people)
    tara = as_person("tara")
    assert "Two weeks" not in tara.get("/notes/snippets/").get_data(as_text=True)
    assert tara.get(f"/notes/snippets/{number}").status_code == 404
    session = visit(people, at(10, 0), therapist=people.tara)
    answer = tara.post(f"/notes/{session}/edit", data={"version": "0", "snippet_plan": str(number),
                                                       "do": "insert-plan"})
    assert answer.status_code == 404
    assert as_person("rae").get("/notes/snippets/").status_code == 403
    with guard.acting(people.system):
        raw = db.session.connection().execute(select(Snippet.__table__)).one()
    assert not re.search(r"warmth", str(raw))


def note_of(people, session):
    db.session.rollback()
    with guard.acting(people.system):
        note = db.session.scalars(select(SessionNote).where(SessionNote.appointment_id == session)).one()
        return reading.content_of(note)


def test_a_template_of_a_whole_note(theo, as_person, people):
    first = visit(people, at(9, 0))
    work = "neck_posterior:middle petrissage 3 20; calf:left effleurage 2 10"
    sent = {"version": "0", "subjective": "Her knee again", "rows": work, "back_in_days": "14", "do": "keep-template",
            "template_title": "Neck and calf"}
    where = theo.post(f"/notes/{first}/edit", data=sent).headers["Location"]
    page = theo.get(where).text
    assert "Petrissage" in page and "Her knee again" not in page, "what was said about a client stays in the chart"
    assert note_of(people, first).subjective == "Her knee again"
    assert theo.post(where, data={"version": "1", "title": "Neck and calf", "plan": "Stretch in the evening",
                                  "objective": "Tight on both sides"}).status_code == 302
    assert theo.post(where, data={"version": "1", "title": "x"}).status_code == 422, "somebody else was quicker"
    (number,) = ids(people)
    second = visit(people, at(11, 0))
    sent = {"version": "0", "plan": "Two weeks", "rows": "calf:left effleurage 2 10", "template": str(number),
            "do": "template"}
    assert theo.post(f"/notes/{second}/edit", data=sent).status_code == 302
    content = note_of(people, second)
    assert content.plan == "Two weeks\nStretch in the evening" and content.objective == "Tight on both sides"
    assert [str(row) for row in content.rows] == ["calf:left effleurage 2 10", "neck_posterior:middle petrissage 3 20"]
    assert content.back_in_days == 14 and "Whole note" in theo.get("/notes/snippets/").text
    sent = {"version": str(1), "plan": "Two weeks", "template": "999", "do": "template"}
    assert theo.post(f"/notes/{second}/edit", data=sent).status_code == 404
    assert as_person("tara").get(where).status_code == 404
    empty = {"version": "1", "do": "keep-template", "template_title": "Nothing"}
    third = visit(people, at(13, 0))
    theo.post(f"/notes/{third}/edit", data=empty | {"version": "0"})
    assert ids(people) == [number]
