"""Today at the front desk: the day, its queues, and what nobody may read there."""
import re
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.core import clock
from practice.core.db import db, transaction
from practice.intake.models import IntakeArrival
from practice.schedule.models import DeskMessage
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, intake, safety, schedule
from tests.factories.schedule import at
from tests.plugins.people import sign_in

SENT = select(DeskMessage).order_by(DeskMessage.id)


@pytest.fixture
def day(people):
    """Priya has arrived, Tom is done, Nora did not come, Karim is still to come; Ben is Tara's."""
    made = {}
    with guard.acting(people.system), transaction():
        for who in (people.theo, people.tara):
            schedule.hours(who.user_id, 8, 16 if who is people.theo else 14)
        treatment = schedule.treatment().id
        for name, hour, state in (("Tom", 8, S.DONE), ("Nora", 10, S.NO_SHOW), ("Priya", 11, S.ARRIVED),
                                  ("Karim", 13, S.BOOKED)):
            client_id = clients.client(name, "Example").id
            made[name] = schedule.appointment(client_id, people.theo.user_id, treatment, at(hour), state=state).id
        made["Ben"] = schedule.appointment(clients.client("Ben", "Other").id, people.tara.user_id, treatment,
                                           at(9)).id
    return made


def test_the_desk_has_everybody_and_the_queues(as_person, day):
    page = as_person("rae").get("/").get_data(as_text=True)
    assert "Tuesday 17 November" in page
    for words in ("Tom Example", "Nora Example", "Priya Example", "Karim Example", "Ben Other", "Book 14:00",
                  "To check out", "78.00", "Not charged yet", "No-show", "Form missing", "Tell the therapist",
                  "Not working"):
        assert words in page, words
    assert f"/checkout/{day['Tom']}" in page
    assert 'style="' not in page and "onclick" not in page


def test_an_arrived_form_is_told_to_the_desk(as_person, people, day):
    from practice.schedule.models import Appointment
    with guard.acting(people.system), transaction():
        client_id = db.session.scalar(select(Appointment.client_id).where(Appointment.id == day["Priya"]))
        arrive(client_id, people)
    page = as_person("rae").get("/").get_data(as_text=True)
    assert "Form in" in page and "Forms in today" in page and "Priya Example <span" in page


def arrive(client_id, people):
    from practice.audit import services as audit
    from practice.intake.models import FormState, FormVersion, Submission
    form = FormVersion(key="full", language="en", number=1, title="Full", state=FormState.PUBLISHED, content={})
    db.session.add(form)
    db.session.flush()
    sent = Submission(client_id=client_id, form_version_id=form.id, way="link", submitted_at=clock.now(), answers="{}",
                      signature="{}", content_hash="x", valid_until_on=date(2027, 11, 17))
    db.session.add(sent)
    db.session.flush()
    db.session.add(IntakeArrival(client_id=client_id, submission_id=sent.id, title="Full", arrived_at=clock.now(),
                                 arrived_on=date(2026, 11, 17), valid_until_on=date(2027, 11, 17)))
    audit.record(people.system, "form.send", client_id=client_id)


def test_the_owner_and_a_bookkeeper(as_person, day):
    assert "Priya Example" in as_person("olive").get("/").get_data(as_text=True)
    answer = as_person("bo").get("/", follow_redirects=True)
    assert answer.status_code == 200 and "Priya" not in answer.get_data(as_text=True)


def test_a_message_goes_one_way(as_person, people, day):
    desk = as_person("rae")
    answer = desk.post("/tell", data={"appointment_id": day["Karim"], "text": "velvet walrus"}, follow_redirects=True)
    assert "before the session" in answer.get_data(as_text=True)
    for address in ("/", f"/booking/{day['Karim']}", "/calendar/day", "/lists/appointments/"):
        assert "walrus" not in desk.get(address).get_data(as_text=True)
    with guard.acting(people.theo):
        assert db.session.scalars(select(DeskMessage)).one().text == "velvet walrus"


def test_a_double_click_sends_one_message(as_person, people, day):
    desk = as_person("rae")
    key = re.search(r'name="request_key" value="(\w+)"', desk.get("/").text)[1]
    for words in ("velvet walrus", "velvet walrus", "and a stick"):
        answer = desk.post("/tell", data={"appointment_id": day["Karim"], "text": words, "request_key": key})
        assert answer.status_code == 302
    assert key not in desk.get("/").text, "the next message is another one"
    with guard.acting(people.theo):
        assert [row.text for row in db.session.scalars(SENT)] == ["velvet walrus", "and a stick"]


def test_two_clicks_at_once_send_one_message(cloned_database):
    clock.set_to(personas.NOW)
    people, app, answers = personas.open_house(), cloned_database.app, []
    with guard.acting(people.system), transaction():
        visit = schedule.appointment(clients.client("Karim", "Example").id, people.theo.user_id,
                                     schedule.treatment().id, at(13)).id
    browsers = [sign_in(app.test_client(), "rae") for _time in range(2)]
    db.session.remove()
    together = threading.Barrier(2)

    def press(browser):
        together.wait()
        answers.append(browser.post("/tell", data={"appointment_id": visit, "text": "walrus", "request_key": "one"}))

    threads = [threading.Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [302, 302]
    for browser in browsers:
        assert "before the session" in browser.get("/").text
    with guard.acting(people.theo):
        assert [row.text for row in db.session.scalars(SENT)] == ["walrus"]


@pytest.mark.parametrize("data", [{}, {"appointment_id": "x", "text": "y"},
                                  {"appointment_id": str(2**40), "text": "y"}])
def test_a_message_about_nothing_is_refused_in_words(as_person, day, data):
    answer = as_person("rae").post("/tell", data=data, follow_redirects=True)
    assert answer.status_code == 200 and "note-stop" in answer.get_data(as_text=True)
    assert as_person("theo").post("/tell", data=data).status_code == 403


def test_a_therapist_has_the_next_client_and_the_own_day(as_person, day):
    page = as_person("theo").get("/").get_data(as_text=True)
    assert "11:00 to 12:00" in page and "Open brief" in page and "Karim Example" in page
    assert "Ben Other" not in page and "To check out" not in page and "Front desk" not in page
    assert "Nothing booked today" in as_person("sol").get("/?view=mine").get_data(as_text=True)


def test_who_is_both_has_the_desk_with_the_own_next_client_and_a_tab(as_person, people, day):
    with guard.acting(people.system), transaction():
        ann = clients.client("Ann", "Doyle").id
        schedule.appointment(ann, people.sol.user_id, schedule.treatment("Deep").id, at(15))
    page = as_person("sol").get("/").get_data(as_text=True)
    assert "Next: 15:00 to 16:00" in page and "To check out" in page and "My day" in page
    mine = as_person("sol").get("/?view=mine").get_data(as_text=True)
    assert "Ann Doyle" in mine and "Karim" not in mine and "Front desk" in mine


def test_a_practice_without_hours_is_led_to_its_set_up(as_person, people):
    page = as_person("olive").get("/").get_data(as_text=True)
    assert "Nobody has working hours yet" in page and "Set up your practice" in page and "Not working" not in page
    assert "Set up your practice" not in as_person("rae").get("/").get_data(as_text=True)
    with guard.acting(people.system), transaction():
        schedule.hours(people.theo.user_id, 8, 16)
    assert "Nobody has working hours yet" not in as_person("rae").get("/").get_data(as_text=True)


@pytest.fixture
def coming(people):
    """Cora, with a health history of last week: her visit of today, at which she has arrived; and a way to send."""
    client_id = clients_with_history(people, "Cora")
    return client_id, visit_of(people, client_id, S.ARRIVED)


def clients_with_history(people, name, ago=timedelta(days=7)):
    client_id = intake.client_of(people, first_name=name, last_name="Example")
    with clock.frozen(personas.NOW - ago):
        safety.send(people, client_id)
    return client_id


def visit_of(people, client_id, state=S.BOOKED, starts_at=None):
    with guard.acting(people.system), transaction():
        return schedule.appointment(client_id, people.theo.user_id, schedule.treatment().id, starts_at or at(15),
                                    state=state).id


def check(people, client_id, ago=timedelta(0)):
    with clock.frozen(personas.NOW - ago):
        safety.send(people, client_id, form_key="visit", answers=intake.CHECK)


def panel_of(browser, visit):
    return browser.get(f"/booking/{visit}?back=/").text


CHECK = "Check to fill in"


def test_a_check_not_filled_in_stands_at_who_has_arrived_and_is_handed_over_from_there(as_person, people, coming):
    client_id, visit = coming
    rae = as_person("rae")
    assert rae.get("/").text.count(CHECK) == 1
    panel = panel_of(rae, visit)
    form = re.search(r'action="(/clients/\d+/form-link/tablet)".*?name="form" value="(\w+)"', panel, re.DOTALL)
    assert f'href="/clients/{client_id}/form-link/?form=visit"' in panel
    handed = rae.post(form[1], data={"form": form[2]})
    assert "/f/" in handed.location and rae.get("/").status_code == 302, "nobody is signed in on that device any more"
    check(people, client_id)
    rae = as_person("rae")
    assert CHECK not in rae.get("/").text and CHECK not in panel_of(rae, visit)


@pytest.mark.parametrize(("days", "is_due"), [(1, False), (2, True)])
def test_the_check_of_the_evening_before_holds(as_person, people, coming, days, is_due):
    client_id, visit = coming
    check(people, client_id, timedelta(days=days))
    rae = as_person("rae")
    assert (CHECK in rae.get("/").text, CHECK in panel_of(rae, visit)) == (is_due, is_due)


def test_who_is_still_to_come_has_the_check_on_the_appointment_alone(as_person, people):
    visit = visit_of(people, clients_with_history(people, "Dan"))
    rae = as_person("rae")
    assert CHECK not in rae.get("/").text and CHECK in panel_of(rae, visit)


@pytest.mark.parametrize("case", ["retired", "another day", "a history of today", "no history", "in session"])
def test_nobody_is_told_of_a_check_that_is_not_asked(as_person, people, case):
    if case == "no history":
        client_id = intake.client_of(people, first_name="Eve", last_name="Example")
        with guard.acting(people.system), transaction():
            intake.publish(people)
    else:
        client_id = clients_with_history(people, "Eve", timedelta(hours=1) if "today" in case else timedelta(days=7))
    visit = visit_of(people, client_id, {"in session": S.IN_SESSION, "another day": S.BOOKED}.get(case, S.ARRIVED),
                     at(15) + timedelta(days=case == "another day"))
    if case == "retired":
        intake.retire(people, "visit")
    rae = as_person("rae")
    pages = rae.get("/").text + panel_of(rae, visit)
    assert CHECK not in pages and "form=visit" not in pages
    assert ("Form missing" in pages) == (case == "no history")
