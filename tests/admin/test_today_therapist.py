"""A therapist's Today: the next client, what waits, the day with verdicts, messages from reception."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.schedule.models import BlockKind
from practice.schedule.services.blocks import block_time
from practice.schedule.states import AppointmentState as S
from tests.factories import clients, intake, safety, schedule, sessions
from tests.personas import NOW


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.fixture
def day(people) -> dict[str, tuple[int, int]]:
    """Priya has arrived; Tom is done, Hugo has no form, Amara takes blood thinners and has a clot, Ben is healthy."""
    made = {"Priya": safety.with_history(people)}
    with guard.acting(people.system), transaction():
        treatment_id = schedule.treatment("Deep tissue 60").id
        for name, hour, state in (("Tom", 8, S.DONE), ("Hugo", 13, S.BOOKED), ("Amara", 14, S.BOOKED),
                                  ("Ben", 16, S.BOOKED)):
            client_id = clients.client(name, "Example").id
            made[name] = client_id, schedule.appointment(client_id, people.theo.user_id, treatment_id,
                                                         schedule.at(hour), state=state).id
        made["Eve"] = clients.client("Eve", "Other").id, None
        schedule.hours(people.tara.user_id)
        schedule.appointment(made["Eve"][0], people.tara.user_id, treatment_id, schedule.at(15))
        block_time(people.system, therapist_id=people.theo.user_id, starts_at=schedule.at(12, 15),
                   ends_at=schedule.at(13), kind=BlockKind.BREAK)
    safety.send(people, made["Ben"][0])
    safety.send(people, made["Amara"][0], clot="yes", clot_state="now")
    sessions.draft(people.theo, made["Tom"][1])
    return made


def test_the_day_at_a_glance(as_person, people, day):
    safety.tell(people, day["Priya"][1], "She slipped on the stairs.")
    page = words(as_person("theo").get("/"))
    for text in ("Tuesday 17 November", "5 sessions, 1 done", "Next, at 11:15", "Priya Raman 34, she/her",
                 "11:15 to 12:15 · Classic 60", "visit 6", "Arrived 09:00", "Form in 08:30", "Go ahead with limits",
                 "1 Note to sign", "1 Message", "2 To decide answers from 2 forms", "Working 08:00 to 18:00",
                 "Draft, not signed", "12:15 Break, 45 min", "Not assessed: no form yet", "Do not massage today",
                 "first visit", "Open brief", "“She slipped on the stairs.”", "Rae Adeyemi, 09:00", "Got it"):
        assert text in page, text
    assert "Eve" not in page


def test_today_and_the_notes_page_count_the_same(as_person, people, day):
    sessions.visit(people, schedule.at(9) - timedelta(days=4), client_id=day["Ben"][0], state=S.DONE)
    theo = as_person("theo")
    page = words(theo.get("/"))
    assert "2 Notes to sign 1 late, since 13 Nov" in page
    assert "To sign 2" in words(theo.get("/notes/"))


@pytest.mark.parametrize(("minutes", "said"), [(7, "Next, in 7 minutes"), (1, "Next, in 1 minute"),
                                               (-5, "Next, since 11:15"), (120, "Next, at 11:15")])
def test_how_long_until_the_next_client(as_person, day, minutes, said):
    with clock.frozen(schedule.at(11, 15) - timedelta(minutes=minutes)):
        assert said in words(as_person("theo").get("/"))


def test_the_brief_is_two_clicks_from_the_sign_in(app, day):
    browser = app.test_client()
    browser.get("/sign-in")
    from tests.personas import PASSWORD
    answer = browser.post("/sign-in", data={"email": "theo@example.com", "password": PASSWORD}, follow_redirects=True)
    link = re.search(r'<a class="btn btn-primary btn-big" href="([^"]+)"', answer.get_data(as_text=True)).group(1)
    assert link == f"/brief/{day['Priya'][1]}" and browser.get(link).status_code == 200


def test_the_reading_of_the_day_is_recorded_once(as_person, people, day):
    as_person("theo").get("/")
    db.session.rollback()
    with guard.acting(people.system):
        facts = db.session.scalars(select(AuditRow.facts).where(AuditRow.action == "day.read")).all()
    assert len(facts) == 1
    assert sorted(facts[0]["clients"]) == sorted(day[name][0] for name in ("Priya", "Tom", "Hugo", "Amara", "Ben"))


def test_a_message_read_is_gone(as_person, people, day):
    number = safety.tell(people, day["Priya"][1], "Her calf is sore.")
    theo = as_person("theo")
    assert theo.post(f"/brief/messages/{number}/got-it", data={"back": "/"}).headers["Location"] == "/"
    page = words(theo.get("/"))
    assert "Her calf is sore" not in page and "0 Messages" in page


def test_drafts_of_days_ago_are_late(as_person, people, day):
    early = NOW.date() - timedelta(days=4)
    with clock.frozen(schedule.at(12, day=early)):
        number = sessions.visit(people, schedule.at(9, day=early), client_id=day["Priya"][0], treatment_id=None)
        sessions.draft(people.theo, number)
    assert "1 late, since 13 Nov" in words(as_person("theo").get("/"))


def test_a_free_day_says_so(as_person, people):
    page = words(as_person("theo").get("/"))
    assert "Nothing booked today" in page and "Open brief" not in page and "every answer decided" in page


def test_who_fell_out_has_no_verdict(as_person, people, day):
    from practice.schedule.services.states import set_state
    with guard.acting(people.system), transaction():
        set_state(people.system, day["Amara"][1], S.CANCELLED_EARLY)
    page = words(as_person("theo").get("/"))
    assert "Do not massage today" not in page and "Cancelled early" in page and "4 sessions" in page


@pytest.mark.parametrize("is_retired", [False, True])
def test_the_next_client_has_the_check_to_fill_in_until_it_came_in(as_person, people, is_retired):
    client_id = intake.client_of(people, "theo")
    with clock.frozen(NOW - timedelta(days=5)):
        safety.send(people, client_id)
    with guard.acting(people.system), transaction():
        schedule.appointment(client_id, people.theo.user_id, schedule.treatment().id, schedule.at(15))
    if is_retired:
        intake.retire(people, "visit")
    link = f'href="/clients/{client_id}/form-link/?form=visit"'
    assert (link in as_person("theo").get("/").text) is not is_retired
    if not is_retired:
        safety.send(people, client_id, form_key="visit", answers=intake.CHECK)
        assert link not in as_person("theo").get("/").text
