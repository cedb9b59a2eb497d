"""Booking and moving on the screen: nothing typed is lost, a clash shows what is free near it, clicks can be undone."""
import re

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.core.db import db, transaction
from practice.schedule.models import Appointment
from practice.schedule.services.booking import book
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests.factories import clients, schedule
from tests.factories.schedule import at


@pytest.fixture
def stage(people):
    with guard.acting(people.system), transaction():
        for who in (people.theo, people.tara):
            schedule.hours(who.user_id, 8, 18)
        return {"ann": clients.client("Ann", "Doyle", phone="+353855550138").id,
                "ben": clients.client("Ben", "Okafor").id, "classic": schedule.treatment().id,
                "theo": people.theo.user_id, "tara": people.tara.user_id}


@pytest.fixture
def booked(people, stage):
    with guard.acting(people.rae), transaction():
        return book(people.rae, client_id=stage["ann"], therapist_id=stage["theo"], treatment_id=stage["classic"],
                    starts_at=at(14)).id


def form(stage, **values):
    return {"client_id": stage["ann"], "treatment": stage["classic"], "therapist": stage["theo"], "room": 0,
            "time": "today 14:00", "minutes": "", "desk_note": ""} | values


def rows(people):
    with guard.acting(people.rae):
        return [(row.client_id, row.user_id, row.starts_at, row.state)
                for row in db.session.scalars(select(Appointment).order_by(Appointment.id))]


def test_booking_by_typing_a_time(as_person, people, stage):
    desk = as_person("rae")
    opened = desk.get(f"/booking/new?client_id={stage['ann']}&therapist_id={stage['theo']}&time=2026-11-17+14:00")
    page = opened.get_data(as_text=True)
    assert "Ann Doyle" in page and "Form missing" in page and "This time is free." in page
    answer = desk.post("/booking/new", data=form(stage), follow_redirects=True)
    assert "Booked: Ann Doyle, Tuesday 17 November 14:00 with Theo" in answer.get_data(as_text=True)
    assert rows(people) == [(stage["ann"], stage["theo"], at(14), S.BOOKED)]


def test_booking_by_choosing_a_free_time(as_person, people, stage):
    desk = as_person("rae")
    page = desk.get(f"/booking/new?client_id={stage['ann']}&from=2026-11-18").get_data(as_text=True)
    slot = re.search(r'name="slot" value="([^"]+)"', page)[1]
    assert slot.startswith("2026-11-18T08:00")
    desk.post("/booking/new", data=form(stage, time="", therapist=0, slot=slot))
    assert [row[2] for row in rows(people)] == [at(8, day=at(8).date().replace(day=18))]


def test_whoever_is_free_first_at_a_typed_time(as_person, people, stage, booked):
    desk = as_person("rae")
    desk.post("/booking/new", data=form(stage, client_id=stage["ben"], therapist=0))
    assert rows(people)[-1][:3] == (stage["ben"], stage["tara"], at(14))
    answer = desk.post("/booking/new", data=form(stage, client_id=stage["ben"], therapist=0))
    assert answer.status_code == 422 and "Nobody is free at this time" in answer.get_data(as_text=True)


def test_a_clash_shows_free_times_and_keeps_what_was_typed(as_person, people, stage, booked):
    answer = as_person("rae").post("/booking/new", data=form(stage, client_id=stage["ben"], time="today 14:30",
                                                             desk_note="By bus"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("is booked 14:00–15:00", "Free near it",
                  'value="today 14:30"', 'value="By bus"', "Ben Okafor",
                  "The therapist is already booked at that time"):
        assert words in page, words
    assert len(rows(people)) == 1


def test_the_clash_is_shown_before_saving(as_person, stage, booked):
    address = f"/booking/offers?treatment={stage['classic']}&therapist={stage['theo']}&time=today+14:30&room=0"
    page = as_person("rae").get(address).get_data(as_text=True)
    assert "is booked 14:00–15:00" in page and 'name="slot"' in page and "<html" not in page
    night = as_person("rae").get(address.replace("14:30", "21:00")).get_data(as_text=True)
    assert "outside the therapist" in night


def test_outside_working_hours_is_booked_with_a_warning(as_person, people, stage):
    answer = as_person("rae").post("/booking/new", data=form(stage, time="today 21:00"), follow_redirects=True)
    assert "outside the therapist" in answer.get_data(as_text=True) and len(rows(people)) == 1


@pytest.mark.parametrize(("values", "words"), [
    ({"time": ""}, "Choose one of the free times"), ({"time": "31/2 14:00"}, "does not exist"),
    ({"time": "today"}, "Which time on that day?"), ({"time": "rubbish"}, "Write a day such as"),
    ({"minutes": "abc"}, "Minutes"), ({"therapist": "99999"}, "Therapist"), ({"room": "99999"}, "Room"),
    ({"client_id": "", "client": ""}, "Choose the client."),
    ({"client_id": "", "client": "Zzz"}, "Nobody of this name."),
    ({"time": "", "slot": "junk"}, "Choose a time."), ({"time": "1/1/2035 10:00"}, "within two years"),
])
def test_what_cannot_be_booked_is_said_at_the_field(as_person, people, stage, values, words):
    answer = as_person("rae").post("/booking/new", data=form(stage, **values))
    assert answer.status_code == 422 and words in answer.get_data(as_text=True).replace("&#39;", "'")
    assert rows(people) == []


def test_the_words_typed_find_the_client_when_only_one_fits(as_person, people, stage):
    desk = as_person("rae")
    with guard.acting(people.system), transaction():
        clients.client("Anna", "Doyle")
    answer = desk.post("/booking/new", data=form(stage, client_id="", client="doyle"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Several clients fit" in page and "Anna Doyle" in page
    assert desk.post("/booking/new", data=form(stage, client_id="", client="0138")).status_code == 302
    assert [row[0] for row in rows(people)] == [stage["ann"]]


def test_first_free_leads_to_booking(as_person, stage, booked):
    page = as_person("rae").get(f"/booking/first-free?treatment={stage['classic']}&therapist={stage['theo']}"
                                "&time=today+13:30&room=0").get_data(as_text=True)
    assert f"therapist_id={stage['theo']}" in page and "15:00" in page and "14:15" not in page


def test_moving_and_taking_it_back(as_person, people, stage, booked):
    desk = as_person("rae")
    assert "Tue 17 Nov 2026 14:00" in desk.get(f"/booking/{booked}/move").get_data(as_text=True)
    data = {"therapist": stage["tara"], "room": 0, "time": "tomorrow 10:00", "minutes": 60, "version": 1}
    page = desk.post(f"/booking/{booked}/move", data=data, follow_redirects=True).get_data(as_text=True)
    assert "Ann Doyle: moved to Wednesday 18 November 10:00" in page
    assert rows(people)[0][1] == stage["tara"]
    undo = re.search(r'action="(/booking/\d+/undo[^"]+)"', page)[1].replace("&amp;", "&")
    assert "Taken back" in desk.post(undo, follow_redirects=True).get_data(as_text=True)
    assert rows(people)[0][1:3] == (stage["theo"], at(14))
    assert desk.post(f"/booking/{booked}/move", data=data).status_code == 422  # an old page
    assert "Somebody else" in desk.post(f"/booking/{booked}/move", data=data).get_data(as_text=True)


def test_a_click_and_its_undo(as_person, people, stage, booked):
    desk = as_person("rae")
    page = desk.post(f"/booking/{booked}/state", data={"state": "arrived", "version": 1},
                     follow_redirects=True).get_data(as_text=True)
    assert "Ann Doyle: arrived" in page and "Undo" in page
    undo = re.search(r'action="(/booking/\d+/undo[^"]+)"', page)[1].replace("&amp;", "&")
    desk.post(undo)
    assert rows(people)[0][3] is S.BOOKED
    again = desk.post(undo, follow_redirects=True).get_data(as_text=True)
    assert "note-stop" in again and rows(people)[0][3] is S.BOOKED


def test_who_may_click(as_person, people, stage, booked):
    for name, code in (("tara", 404), ("bo", 403)):
        assert as_person(name).post(f"/booking/{booked}/state", data={"state": "arrived"}).status_code == code
        assert as_person(name).get(f"/booking/{booked}").status_code == code
    assert as_person("theo").post(f"/booking/{booked}/state", data={"state": "in_session"}).status_code == 302
    assert rows(people)[0][3] is S.IN_SESSION
    for address in ("/booking/new", f"/booking/{booked}/move", "/booking/first-free", "/booking/offers"):
        assert as_person("theo").get(address).status_code == 403
    assert as_person("rae").post(f"/booking/{booked}/state", data={"state": "flying"}).status_code == 400
    assert as_person("rae").post(f"/booking/{2**40}/state", data={"state": "done"}).status_code == 404
    assert as_person("rae").post(f"/booking/{booked}/undo?starts=x").status_code == 400


@pytest.mark.requirement("no-open-redirect")
def test_a_way_back_leads_nowhere_else(as_person, booked):
    answer = as_person("rae").post(f"/booking/{booked}/state", data={"state": "arrived", "back": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_an_address_may_name_the_instant_and_what_was_last_booked(as_person, people, stage, booked):
    with guard.acting(people.rae), transaction():
        set_state(people.rae, booked, S.DONE)
    desk = as_person("rae")
    page = desk.get(f"/booking/new?client_id={stage['ann']}&at=2026-11-24T10:00:00%2B00:00").get_data(as_text=True)
    assert 'value="Tue 24 Nov 2026 10:00"' in page
    for junk in ("x", "2026-11-24", "9999-12-31T00:00:00%2B00:00"):
        assert desk.get(f"/booking/new?at={junk}").status_code == 200
    assert desk.get("/booking/new?client_id=99999").status_code == 404


def test_the_dialog_of_an_appointment_is_its_page_without_the_frame(as_person, booked):
    desk = as_person("rae")
    page, inside = (desk.get(f"/booking/{booked}{query}").get_data(as_text=True)
                    for query in ("", "?back=/calendar/day"))
    assert "<html" in page and "<html" not in inside and 'id="slot-panel-name"' in inside
    assert inside.count('name="state"') == page.count('name="state"') > 0 and 'value="/calendar/day"' in inside
    assert 'value="/"' in desk.get(f"/booking/{booked}?back=//evil.example.com").get_data(as_text=True)


def test_a_practice_without_treatments_is_led_to_its_set_up(as_person):
    words, way = "the practice has no treatments", '<a href="/setup/">Set it up</a>'
    owner, desk = (as_person(name).get("/booking/new").get_data(as_text=True) for name in ("olive", "rae"))
    assert words in owner and way in owner
    assert words in desk and way not in desk


def test_an_empty_price_list_is_said_where_something_is_looked_for_or_sold(as_person, people):
    with guard.acting(people.system), transaction():
        client_id = clients.client("Ann", "Doyle").id
    for address, words in (("/booking/first-free", "The practice has no treatments"),
                           (f"/money/clients/{client_id}/invoice", "nothing in the price list yet")):
        owner, desk = (as_person(name).get(address).get_data(as_text=True) for name in ("olive", "rae"))
        assert words in owner and words in desk
        assert 'href="/setup/">Set it up' in owner and "Set it up" not in desk
