"""States one click at a time: arrival, who may, and a note that was begun."""
from datetime import timedelta

import pytest

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from practice.schedule.models import DeskMessage
from practice.schedule.queries import appointments
from practice.schedule.services.messages import mark_message_read, tell_therapist
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories.schedule import at


def click(actor, appointment_id, state, **values):
    with guard.acting(actor), transaction():
        row = set_state(actor, appointment_id, state, **values)
        return row.state, row.arrived_at, row.version


def test_arrival_is_kept_from_the_first_click_and_gone_with_the_last(people, book):
    booked = book(at(14))
    assert click(people.rae, booked, S.ARRIVED) == (S.ARRIVED, personas.NOW, 2)
    clock.set_to(personas.NOW + timedelta(minutes=10))
    assert click(people.theo, booked, S.IN_SESSION)[1] == personas.NOW
    assert click(people.theo, booked, S.BOOKED)[1] is None
    assert click(people.theo, booked, S.DONE)[1] == personas.NOW + timedelta(minutes=10)


@pytest.mark.requirement("lost-update")
def test_a_click_on_an_old_page_is_refused(people, book):
    booked = book(at(14))
    click(people.rae, booked, S.ARRIVED, version=1)
    with pytest.raises(Stale):
        click(people.rae, booked, S.NO_SHOW, version=1)


def test_a_therapist_carries_out_and_marks_no_show_of_their_own_only(people, book, day):
    own, tara_s = book(at(14)), book(at(14), therapist=people.tara, client=day.ben)
    both = book(at(15, 30), therapist=people.tara)  # Ann again: Theo sees her, but the session is Tara's
    click(people.theo, own, S.NO_SHOW)
    click(people.theo, own, S.BOOKED)
    with pytest.raises(Forbidden):
        click(people.theo, own, S.CANCELLED_EARLY)
    with pytest.raises(Forbidden):
        click(people.theo, both, S.DONE)
    with pytest.raises(NotFound):
        click(people.theo, tara_s, S.DONE)
    with pytest.raises(Forbidden):
        click(people.bo, own, S.DONE)


@pytest.mark.parametrize("state", [S.NO_SHOW, S.CANCELLED_EARLY, S.CANCELLED_LATE])
def test_what_is_done_does_not_fall_out_in_one_step(people, book, state):
    booked = book(at(14))
    click(people.rae, booked, S.DONE)
    with pytest.raises(IllegalMove):
        click(people.rae, booked, state)


def test_next_is_who_is_in_session_then_who_comes_first(people, book, day, acting):
    first, second = book(at(14)), book(at(16), client=day.ben)
    acting(people.theo)
    on = personas.NOW.date()
    assert appointments.next_for(people.theo.user_id, on).id == first
    click(people.theo, second, S.IN_SESSION)
    acting(people.theo)
    assert appointments.next_for(people.theo.user_id, on).id == second
    for one in (first, second):
        click(people.theo, one, S.DONE)
    acting(people.theo)
    assert appointments.next_for(people.theo.user_id, on) is None


def test_a_message_is_read_once_and_by_the_therapist(people, book, acting):
    booked = book(at(14))
    with guard.acting(people.rae), transaction():
        number = tell_therapist(people.rae, booked, "  New knee, walks with a stick ")
    with guard.acting(people.rae):
        with pytest.raises(NoReadGrant):
            appointments.messages_for([booked])
        with pytest.raises(Forbidden), transaction():
            mark_message_read(people.rae, number)
    with guard.acting(people.tara), pytest.raises(NotFound), transaction():
        mark_message_read(people.tara, number)
    acting(people.theo)
    with transaction():
        mark_message_read(people.theo, number)
    clock.set_to(personas.NOW + timedelta(hours=1))
    acting(people.theo)
    [row] = appointments.messages_for([booked])
    assert (row.text, row.read_at) == ("New knee, walks with a stick", personas.NOW)
    assert b"knee" not in bytes(db.session.connection().execute(DeskMessage.__table__.select()).one()._text)


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_an_empty_or_endless_message_is_not_sent(people, book, text):
    booked = book(at(14))
    with guard.acting(people.rae), pytest.raises(Invalid), transaction():
        tell_therapist(people.rae, booked, text)


def test_no_message_about_what_is_over_nor_from_who_may_not(people, book):
    booked = book(at(14))
    with guard.acting(people.theo), pytest.raises(Forbidden), transaction():
        tell_therapist(people.theo, booked, "hello")
    click(people.rae, booked, S.DONE)
    with guard.acting(people.rae), pytest.raises(Invalid), transaction():
        tell_therapist(people.rae, booked, "hello")
