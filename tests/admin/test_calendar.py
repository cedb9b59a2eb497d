"""The calendar: any day, a week, blocked time, the day on paper, the lists."""
from datetime import date

import pytest

from practice.access import guard
from practice.core.db import transaction
from practice.schedule.services.blocks import block_time
from tests.factories import clients, schedule
from tests.factories.schedule import at

WEDNESDAY = date(2026, 11, 18)


@pytest.fixture
def stage(people):
    with guard.acting(people.system), transaction():
        for who in (people.theo, people.tara):
            schedule.hours(who.user_id, 8, 18)
        treatment = schedule.treatment().id
        ann, ben = clients.client("Ann", "Doyle").id, clients.client("Ben", "Okafor").id
        return {
            "ann": schedule.appointment(ann, people.theo.user_id, treatment, at(10, day=WEDNESDAY)).id,
            "ben": schedule.appointment(ben, people.tara.user_id, treatment, at(11, day=WEDNESDAY)).id,
            "block": block_time(people.system, therapist_id=people.theo.user_id, starts_at=at(12, day=WEDNESDAY),
                                ends_at=at(13, day=WEDNESDAY), words="Supervision").id,
        }


def test_the_desk_sees_names_and_a_therapist_only_their_own(as_person, stage):
    desk = as_person("rae").get("/calendar/day?day=2026-11-18").get_data(as_text=True)
    assert "Ann Doyle" in desk and "Ben Okafor" in desk and "Supervision" in desk and "Book 08:00" in desk
    theo = as_person("theo").get("/calendar/day?day=2026-11-18").get_data(as_text=True)
    assert "Ann Doyle" in theo and "Okafor" not in theo and "Busy" in theo
    assert "Book 08:00" not in theo
    assert as_person("bo").get("/calendar/day").status_code == 403


@pytest.mark.parametrize("day", ["x", "2026-13-01", "9999-12-31", "0001-01-01", "1' or 1=1", "2026-11-18T10:00"])
def test_a_day_that_is_none(as_person, stage, day):
    for name in ("day", "week", "sheet"):
        assert as_person("rae").get(f"/calendar/{name}?day={day}").status_code == 404


def test_a_week_belongs_to_a_therapist(as_person, people, stage):
    theo, tara = people.theo.user_id, people.tara.user_id
    page = as_person("rae").get(f"/calendar/week?day=2026-11-18&therapist_id={tara}").get_data(as_text=True)
    assert "Ben Okafor" in page and "Ann Doyle" not in page
    own = as_person("theo").get("/calendar/week?day=2026-11-18").get_data(as_text=True)
    assert "Ann Doyle" in own and "Okafor" not in own and "Supervision" in own
    assert as_person("theo").get(f"/calendar/week?therapist_id={tara}").status_code == 404
    assert as_person("rae").get("/calendar/week?therapist_id=abc").status_code == 404
    assert as_person("theo").get(f"/calendar/week?therapist_id={theo}").status_code == 200


@pytest.mark.requirement("time")
def test_days_of_23_and_25_hours_are_drawn(as_person, people, stage):
    for day in ("2027-03-28", "2026-10-25"):
        assert as_person("rae").get(f"/calendar/day?day={day}").status_code == 200


def test_blocking_and_freeing_time(as_person, people, stage):
    desk = as_person("rae")
    data = {"therapist": people.tara.user_id, "kind": "away", "time": "18/11 14:00", "ends": "16:00",
            "words": "Dentist"}
    answer = desk.post("/calendar/block", data=data, follow_redirects=True)
    assert answer.status_code == 200 and "Dentist" in answer.get_data(as_text=True)
    again = desk.post("/calendar/block", data=data)
    assert again.status_code == 422 and "blocked already" in again.get_data(as_text=True)
    booked = desk.post("/calendar/block", data=data | {"time": "18/11 10:30", "ends": "12:00"})
    assert booked.status_code == 422 and "Something is booked" in booked.get_data(as_text=True)
    assert 'value="18/11 10:30"' in booked.get_data(as_text=True)
    whole = desk.post("/calendar/block", data=data | {"time": "20/11", "ends": "22/11"})
    assert whole.status_code == 302
    for wrong in ({"time": ""}, {"time": "rubbish"}, {"ends": "13:00"}, {"kind": "x"}, {"therapist": "99999"},
                  {"ends": "1/1/2029"}):
        assert desk.post("/calendar/block", data=data | {"time": "19/11 14:00"} | wrong).status_code == 422, wrong
    freed = desk.post(f"/calendar/block/{stage['block']}/remove", data={"back": "/calendar/day"}, follow_redirects=True)
    assert "free again" in freed.get_data(as_text=True)
    assert desk.post(f"/calendar/block/{stage['block']}/remove").status_code == 404


def test_a_therapist_blocks_and_frees_their_own_time_only(as_person, people, stage):
    data = {"therapist": people.theo.user_id, "kind": "break", "time": "18/11 15:00", "ends": "16:00"}
    assert as_person("tara").post("/calendar/block", data=data).status_code == 422
    assert as_person("theo").post("/calendar/block", data=data).status_code == 302
    assert as_person("tara").post(f"/calendar/block/{stage['block']}/remove").status_code == 403
    assert as_person("theo").post(f"/calendar/block/{stage['block']}/remove").status_code == 302


def test_the_day_on_paper(as_person, stage):
    answer = as_person("rae").get("/calendar/sheet?day=2026-11-18")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert "2026-11-18" in answer.headers["Content-Disposition"]
    assert as_person("theo").get("/calendar/sheet?day=2026-11-18").status_code == 200


def test_the_lists(as_person, stage):
    desk = as_person("rae")
    page = desk.get("/lists/appointments/").get_data(as_text=True)
    assert "Ann Doyle" in page and "Theo Marsh" in page and f"/booking/{stage['ann']}" in page
    assert "Ann Doyle" in desk.get(f"/lists/appointments/details/?id={stage['ann']}").get_data(as_text=True)
    assert "Ann Doyle" in desk.get("/lists/appointments/export/csv/").get_data(as_text=True)
    assert "Supervision" in desk.get("/lists/blocks/").get_data(as_text=True)
    for name in ("theo", "bo"):
        assert as_person(name).get("/lists/appointments/").status_code == 403
