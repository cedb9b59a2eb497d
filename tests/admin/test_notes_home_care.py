"""Home care in the note: held against what is known of the client, its reason asked, kept and shown."""
from datetime import date

import pytest

from practice.access import guard
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.models import Appointment
from practice.sessions.models import NoteState
from tests.admin.test_notes import note_of, opened, press
from tests.factories.schedule import at
from tests.factories.sessions import LOWER_BACK, limit, visit

NEXT_WEEK = date(2026, 11, 24)
ALONG = {"subjective": "Stiff", "care_key": ["massage_gun", "breathing"], "care_dose": ["once a day", ""]}


@pytest.fixture
def session(people) -> int:
    return visit(people, at(9, 0), first_name="Eleanor", last_name="Marsh")


@pytest.fixture
def theo(as_person):
    return as_person("theo")


def client_of(people, session: int) -> int:
    with guard.acting(people.system):
        return db.session.get_one(Appointment, session).client_id


def feverish(people, session: int) -> None:
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, client_of(people, session), ConditionContent(key="fever"))


def test_home_care_against_the_whole_body_is_asked_for_kept_and_shown(people, theo, session):
    feverish(people, session)
    answer = press(theo, session, "sign", opened(theo, session), **ALONG)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "1 reason is missing" in page
    assert note_of(people, session)[0] is NoteState.DRAFT
    assert "Massage gun: Not for this client at home" in page and 'name="reason:home_care:' in page
    key = page.partition('name="reason:')[2].partition('"')[0]
    press(theo, session, "sign", opened(theo, session) | ALONG, **{f"reason:{key}": "Starts when the fever is over"})
    state, content, note_id = note_of(people, session)
    assert state is NoteState.SIGNED and content.overrides[0].home_care == ("massage_gun",)
    page = theo.get(f"/notes/{note_id}/").get_data(as_text=True)
    assert "Home care: Massage gun" in page and "Starts when the fever is over" in page
    later = visit(people, at(9, 0, day=NEXT_WEEK), client_id=client_of(people, session))
    page = theo.get(f"/brief/{later}").get_data(as_text=True)
    assert "Went ahead anyway, Massage gun" in page and "Starts when the fever is over" in page


def test_it_is_taken_out_by_its_button(people, theo, session):
    feverish(people, session)
    press(theo, session, "save", opened(theo, session), **ALONG)
    page = theo.get(f"/notes/{session}/edit").get_data(as_text=True)
    do = page.partition('value="lower-home_care:')[2].partition('"')[0]
    press(theo, session, f"lower-home_care:{do}", opened(theo, session), **ALONG)
    assert [key for key, _dose in note_of(people, session)[1].home_care] == ["breathing"]


def test_where_it_must_not_be_used_stands_beside_it(people, theo, session):
    limit(people.theo, client_of(people, session), LOWER_BACK, 0)
    sent = opened(theo, session) | ALONG
    for page in (theo.post(f"/notes/{session}/rows", data=sent | {"do": "judge"}),
                 press(theo, session, "save", sent) and theo.get(f"/notes/{session}/edit")):
        words = " ".join(page.get_data(as_text=True).split())
        assert "Massage gun. Not on: " in words and "Lower back, left" in words.partition("Not on: ")[2][:300]
        assert "Breathing exercise. Not on" not in words and "reason:home_care" not in words
    answer = press(theo, session, "sign", opened(theo, session) | ALONG)
    assert answer.status_code == 302 and note_of(people, session)[0] is NoteState.SIGNED
