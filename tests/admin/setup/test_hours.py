"""Working hours on the screen, and who shall no longer treat."""
import re
from datetime import date

import pytest

from practice.access import guard
from practice.accounts.queries import get_user
from practice.core.db import db, transaction
from practice.schedule.models import Appointment
from practice.schedule.services.shifts import hours_of
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests.admin.setup.pages import THEO, as_system, hidden, page_of
from tests.factories import clients, schedule


def week(**values) -> dict:
    return {"starts-0": ["09:00", "13:30"], "ends-0": ["12:30", "18:00"], "seen": ""} | values


def test_hours_in_several_stretches_for_a_time(olive, people):
    url = f"/setup/hours/{people.theo.user_id}"
    data = week(**{"starts-6": ["22"], "ends-6": ["00:00"], "from-6": ["2026-05-01"], "until-6": [""]})
    assert olive.post(url, data=data).status_code == 302
    found = as_system(people, lambda: [(h.weekday, h.starts_minute, h.ends_minute, str(h.from_on))
                                       for h in hours_of(people.theo.user_id)])
    assert found == [(0, 540, 750, "None"), (0, 810, 1080, "None"), (6, 1320, 1440, "2026-05-01")]
    page = page_of(olive.get(url))
    assert 'value="13:30"' in page and 'value="2026-05-01"' in page and 'value="00:00"' in page


@pytest.mark.parametrize(("values", "words"), [
    ({"ends-0": ["08:00", "18:00"]}, "The end comes after the start"), ({"ends-0": ["12:30"]}, "Write both times"),
    ({"starts-0": ["noon", "13:30"]}, "Write both times"), ({"starts-0": ["25:00", "13:30"]}, "Write both times"),
    ({"from-0": ["2026-02-31"]}, "Write a day"), ({"ends-0": ["14:00", "18:00"]}, "Two stretches of one day overlap"),
    ({"from-0": ["2026-03-02"], "until-0": ["2026-03-01"]}, "not before the first")])
def test_hours_that_do_not_fit_are_told_at_their_line_and_kept(olive, people, values, words):
    answer = olive.post(f"/setup/hours/{people.theo.user_id}", data=week(**values))
    page = page_of(answer)
    assert answer.status_code == 422 and words in page and "to put right" in page and 'value="13:30"' in page
    assert as_system(people, lambda: hours_of(people.theo.user_id)) == []


@pytest.mark.requirement("lost-update")
def test_hours_changed_meanwhile(olive, people):
    url = f"/setup/hours/{people.theo.user_id}"
    olive.post(url, data=week())
    answer = olive.post(url, data={"starts-1": ["10:00"], "ends-1": ["11:00"], "seen": ""})
    page = page_of(answer)
    assert answer.status_code == 422 and "Monday: 09:00–12:30" in page and 'value="10:00"' in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert olive.post(url, data={"starts-1": ["10:00"], "ends-1": ["11:00"], "seen": seen}).status_code == 302
    assert olive.post(url, data=week(seen="junk;1,2")).status_code == 422


def test_only_therapists_have_hours(olive, people):
    assert olive.get(f"/setup/hours/{people.rae.user_id}").status_code == 404
    assert olive.get("/setup/hours/999999").status_code == 404


def test_who_shall_no_longer_treat_keeps_what_is_booked_and_it_is_said_first(olive, people, treatment):
    theo = people.theo.user_id
    with guard.acting(people.system), transaction():
        schedule.hours(theo)
        ann = clients.client("Ann", "Doyle").id
        for day in (18, 19, 20):
            schedule.appointment(ann, theo, treatment, schedule.at(10, day=date(2026, 11, day)))
        gone = schedule.appointment(ann, theo, treatment, schedule.at(10, day=date(2026, 11, 23))).id
        set_state(people.system, gone, S.CANCELLED_EARLY)
    url = f"/setup/staff/{theo}"
    versions = {name: hidden(olive, url, name) for name in ("version", "profile_version")}
    off = {name: value for name, value in THEO.items() if name != "is_active"} | versions
    desk = {**THEO, **versions, "roles": ["reception"]}

    def is_active():
        return as_system(people, lambda: get_user(theo).is_active)

    for data in (off, desk, off | {"seen_coming": "2"}, off | {"seen_coming": "x"}):
        answer = olive.post(url, data=data)
        page = page_of(answer)
        assert answer.status_code == 422 and "still has 3 appointments, the next on Wednesday 18 November" in page
        assert 'name="seen_coming" value="3"' in page and "day=2026-11-18" in page and is_active()
    assert olive.post(url, data=off | {"seen_coming": "3"}).status_code == 302
    assert not is_active()
    with guard.acting(people.system):
        states = [row.state for row in db.session.query(Appointment).order_by(Appointment.starts_at)]
    assert states == [S.BOOKED] * 3 + [S.CANCELLED_EARLY]
    versions = {name: hidden(olive, url, name) for name in ("version", "profile_version")}
    assert olive.post(url, data=THEO | versions).status_code == 302, "coming back is not asked about"
