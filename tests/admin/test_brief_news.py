"""What the brief tells of the time since: what has changed, what was done and how it was taken, what to ask today."""
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.earlier import Earlier
from practice.safety.queries.known import known
from practice.safety.rules import AllergyFact, BloodPressure, Limit, Wish
from practice.safety.services import conditions
from practice.safety.services.consents import give_consent, revoke_consent
from practice.safety.services.letters import ask_doctor, take_answer
from practice.safety.services.profile import set_allergies, set_limits, set_remarks
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.checking import causes_of, problems_of
from practice.sessions.content import NoteContent, Score, WorkRow
from practice.sessions.queries.notes import last_notes
from practice.sessions.services.measurements import take_measure
from practice.sessions.services.notes import add_addendum
from tests.admin.test_brief import text_of
from tests.factories import clients, intake, safety, schedule, sessions
from tests.personas import NOW


@pytest.fixture
def priya(people) -> tuple[int, int]:
    return safety.with_history(people)


def changed_in(browser, appointment_id) -> str:
    """What the card of changes says."""
    page = browser.get(f"/brief/{appointment_id}").get_data(as_text=True)
    card = re.search(r"<h2[^>]*>Changed since.*?</section>", page, flags=re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", card).split())


def test_whatever_was_written_since_the_last_session_stands_as_changed(as_person, people):
    """What a form never said: entered at the visit, after a session that had its own entries."""
    with clock.frozen(NOW - timedelta(days=10)), guard.acting(people.system), transaction():
        client_id = clients.client("Hugo", "Laurent").id
        clients.care(client_id, people.theo.user_id, days=120)
        schedule.hours(people.theo.user_id)
        treatment_id = schedule.treatment().id
    before, last = NOW - timedelta(days=9), NOW - timedelta(days=7)
    calf, theo = Place("calf", "left"), people.theo

    def write(verb, *args, at, **more):
        with clock.frozen(at), guard.acting(theo), transaction():
            return verb(theo, client_id, *args, **more)

    with clock.frozen(before), guard.acting(theo), transaction():
        held = conditions.add_condition(theo, client_id, ConditionContent(words="Stiff hip", own_limit=4)).id
    write(set_allergies, (AllergyFact("Wool wax", reaction="itches"), AllergyFact("Mint")), at=before)
    write(set_limits, (Limit(3, calf),), at=before)
    write(set_remarks, wishes=(Wish(3),), never_more_than=(Limit(4, calf),), at=before)
    write(give_consent, ("gluteal",), at=before)
    write(ask_doctor, "anticoagulants", whom="Dr Hale", questions=["How deep at the most?"], at=before)
    write(take_measure, "floor", [16], at=before)
    with clock.frozen(last):
        number = sessions.visit(people, last - timedelta(hours=2), client_id=client_id, treatment_id=treatment_id,
                                state=S.DONE)
        sessions.signed(theo, number)
    with guard.acting(people.system), transaction():
        today = schedule.appointment(client_id, theo.user_id, treatment_id, schedule.at(13)).id
    assert "Nothing new is known." in changed_in(as_person("theo"), today)

    with clock.frozen(NOW - timedelta(hours=1)), guard.acting(theo), transaction():
        conditions.change(theo, held, ConditionContent(words="Stiff hip", own_limit=2), version=1)
    at = NOW - timedelta(hours=1)
    write(set_allergies, (AllergyFact("Wool wax", reaction="swells"), AllergyFact("Latex")), at=at)
    write(set_limits, (Limit(2, calf, "bruised easily"),), at=at)
    write(set_remarks, wishes=(Wish(2),), never_more_than=(Limit(3, calf), Limit(1, Place("foot", "left"))),
          pinned=("Hearing aid out first",), place_notes=((calf, "ticklish"),),
          blood_pressure=BloodPressure(140, 90), at=at)
    write(revoke_consent, "gluteal", at=at)
    write(give_consent, ("chest",), at=at)
    write(take_answer, 1, answers=["medium"], is_ok=True, max_pressure=3, by_whom="Dr Hale", at=at)
    write(take_measure, "floor", [3], at=at)
    said = changed_in(as_person("theo"), today)
    for words in (
            "changed Stiff hip, no deeper than light (2), was strong (4)",
            "changed Allergy: Wool wax: swells, was itches",
            "new Allergy: Latex", "ended Allergy: Mint",
            "changed Own limit: light (2) at Lower leg, left, was medium (3) “bruised easily”",
            "changed Never more than medium (3) at Lower leg, left, was strong (4)",
            "new Never more than skin only (1) at Foot, left", "ended Consent taken back: Buttock",
            "new Consent given: Chest", ": OK given", "new Blood pressure 140/90",
            "changed Finger to floor: 3 cm, was 16 cm",
            "changed Wish: light (2), was medium (3)", "new Hearing aid out first", "new Lower leg, left: ticklish"):
        assert words in said, (words, said)
    assert "Nothing new" not in said and said.index("Stiff hip") < said.index("Latex") < said.index("Wish")


def test_what_was_written_before_earlier_states_were_kept_is_never_called_unchanged(
        as_person, people, priya, monkeypatch):
    client_id, appointment_id = priya
    theo = as_person("theo")
    assert "were written since" not in changed_in(theo, appointment_id)
    with monkeypatch.context() as patch, guard.acting(people.theo), transaction():
        patch.setattr(ProfileContent, "written_over", lambda content, *_was: replace(content, earlier=Earlier()))
        set_limits(people.theo, client_id, (Limit(2, Place("foot", "left")),))
    assert "Allergies, limits, wishes or consents were written since" in changed_in(theo, appointment_id)


def test_each_reason_of_a_technique_is_said_once(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.theo), transaction():
        for side in ("left", "right"):
            conditions.add_condition(people.theo, client_id, ConditionContent(
                key="disc_radiculopathy_acute", places=(Place("lower_back", side),)))
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    assert "Slipped disc or acute sciatica" in page and "sciatica, Slipped disc or acute sciatica" not in page
    assert "Lie on the side" in page and "pregnant" not in page


def test_what_was_added_to_a_note_stands_in_the_brief(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.theo):
        last, older = (note.id for note in last_notes(client_id, 2))
    for note_id, said in ((last, "Rang: a bruise the size of a hand"), (older, "Slept badly after")):
        with clock.frozen(NOW - timedelta(days=1)), guard.acting(people.theo), transaction():
            add_addendum(people.theo, note_id, said)
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    first = page[page.index("Last session, 3 Nov"):page.index("Goals and plan")]
    assert "Added later, 16 Nov: “Rang: a bruise the size of a hand”" in first
    assert "Added later, 16 Nov: “Slept badly after”" in page[page.index("The last notes"):]


def test_what_was_asked_of_a_session_without_a_note_is_said_of_no_other(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.system):
        treatment_id = db.session.get(Appointment, appointment_id).treatment_id
    for days, content in ((5, None), (2, NoteContent(subjective="x", after_last=("sore", "worse")))):
        at = schedule.at(10, day=NOW.date() - timedelta(days=days))
        with clock.frozen(at + timedelta(hours=2)):
            number = sessions.visit(people, at, client_id=client_id, treatment_id=treatment_id, state=S.DONE)
            if content:
                sessions.signed(people.theo, number, content)
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    notes = page[page.index("The last notes"):]
    mine, _sep, others = notes.partition("3 Nov 2026")
    assert "after the session of 12 Nov, the day after: Sore" in mine and "the day after: Sore" not in others


def test_the_last_notes_say_what_was_done_and_how_it_was_taken(as_person, people, priya):
    client_id, appointment_id = priya
    with guard.acting(people.system):
        treatment_id = db.session.get(Appointment, appointment_id).treatment_id
    first = NoteContent(
        subjective="x", rows=(WorkRow(Place("foot", "left"), "petrissage", 4, 15),), how_taken="lighter",
        said=(("lighter", "bit lighter please"),), scores=(Score("stress", 6, 3), Score("pain:foot:left", 5)))
    second = NoteContent(
        subjective="x", rows=(WorkRow(Place("hand", "right"), "effleurage", 5, 20),), how_taken="well",
        said=(("stop", "there, yes"), ("good", "")), scores=(Score("sleep", None, 8),), after_last=("sore", "same"))
    for days, content in ((5, first), (2, second)):
        at = schedule.at(10, day=NOW.date() - timedelta(days=days))
        with clock.frozen(at + timedelta(hours=2)):
            number = sessions.visit(people, at, client_id=client_id, treatment_id=treatment_id, state=S.DONE)
            with guard.acting(people.theo):
                causes = causes_of(problems_of(content, known(client_id, at.date()).verdict), {})
            sessions.signed(people.theo, number, replace(content, reasons={one.key: "asked for" for one in causes}))
    page = text_of(as_person("theo").get(f"/brief/{appointment_id}"))
    last, notes = page[page.index("Last session, 15 Nov"):], page[page.index("The last notes"):]
    for words in ("On the way: Stop there “there, yes” · Just right · Sleep last night – → 8",
                  "Said then of the session before: the day after: Sore, two days after: As before"):
        assert words in last[:last.index("Goals and plan")], words
    for words in (
            "15 Nov 2026 : Hand, right, Gliding, deep (5), 20 min How it was taken: Took it well · Stop there",
            "12 Nov 2026 : Foot, left, Kneading, strong (4), 15 min How it was taken: Asked for lighter · "
            "Lighter, please “bit lighter please” · Stress 6 → 3 · Pain: Foot, left 5 · the day after: Sore · two days",
            "3 Nov 2026 : Back of neck, Trigger point work, medium (3), 10 min; "):
        assert words in notes, (words, notes[:1500])
    assert notes.count("How it was taken:") == 6


def visit_with_an_older_form(people) -> tuple[int, int]:
    """(client, appointment in an hour) of somebody whose health form came in days ago."""
    client_id = intake.client_of(people, "theo")
    with clock.frozen(NOW - timedelta(days=5)):
        safety.send(people, client_id)
    with guard.acting(people.system), transaction():
        visit = schedule.appointment(client_id, people.theo.user_id, schedule.treatment().id,
                                     NOW + timedelta(hours=1)).id
    return client_id, visit


def test_what_is_asked_at_each_visit_and_was_not_is_asked_first(as_person, people):
    client_id, visit = visit_with_an_older_form(people)
    said = "Ask today The questions before each visit: not answered for today"
    page = as_person("theo").get(f"/brief/{visit}")
    assert said in text_of(page) and f'<a href="/clients/{client_id}/form-link/?form=visit">The questions' in page.text
    assert "Not assessed" not in text_of(page), "it is asked, not a gap of the verdict"
    safety.send(people, client_id, form_key="visit", answers=intake.CHECK)
    assert said not in text_of(as_person("theo").get(f"/brief/{visit}"))


def test_a_history_of_the_day_asks_as_much_as_the_check(as_person, people):
    fresh, older = (intake.client_of(people, "theo") for _number in range(2))
    safety.send(people, fresh)
    with clock.frozen(NOW - timedelta(days=5)):
        safety.send(people, older)
    with guard.acting(people.system), transaction():
        treatment_id = schedule.treatment().id
        visits = [schedule.appointment(client_id, people.theo.user_id, treatment_id,
                                       NOW + timedelta(hours=hour)).id for hour, client_id in ((1, fresh), (3, older))]
    assert "before each visit" not in text_of(as_person("theo").get(f"/brief/{visits[0]}"))
    assert "before each visit" in text_of(as_person("theo").get(f"/brief/{visits[1]}"))


def test_a_practice_that_asks_nothing_before_each_visit_is_told_nothing(as_person, people):
    client_id, visit = visit_with_an_older_form(people)
    assert "before each visit" in text_of(as_person("theo").get(f"/brief/{visit}"))
    intake.retire(people, "visit")
    assert "before each visit" not in text_of(as_person("theo").get(f"/brief/{visit}"))
