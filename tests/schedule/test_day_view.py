"""The day as data: what each person sees in it, free times, and the days on which the clocks change."""
from datetime import date, datetime, timedelta

import pytest

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core import clock
from practice.core.db import db, transaction
from practice.safety.models import ConsequenceRow
from practice.safety.rules_verdict import Consequence
from practice.schedule.grid import PlacedKind
from practice.schedule.queries import diary
from practice.schedule.queries.day_view import day_view
from practice.schedule.services.blocks import block_time
from practice.schedule.services.states import set_state
from tests import personas
from tests.factories.schedule import at
from tests.plugins.statements import counted

TUESDAY = date(2026, 11, 17)


def boxes(view, therapist, kind=PlacedKind.APPOINTMENT):
    column = next(one for one in view.grid.columns if one.therapist_id == therapist.user_id)
    return [box for box in column.placed if box.kind is kind]


def test_the_desk_sees_everybody_by_name(people, book, day, acting):
    first, second = book(at(14)), book(at(14), therapist=people.tara, client=day.ben)
    acting(people.rae)
    view = day_view(TUESDAY)
    assert [one.name for one in view.therapists] == ["Theo Marsh", "Tara Lindqvist"]
    assert {view.appointments[box.ref].client_name for who in (people.theo, people.tara)
            for box in boxes(view, who)} == {"Ann Doyle", "Ben Okafor"}
    assert set(view.appointments) == {first, second}


def test_a_therapist_sees_a_colleague_as_busy_without_a_name(people, book, day, acting):
    own, other = book(at(14)), book(at(14), therapist=people.tara, client=day.ben)
    acting(people.theo)
    view = day_view(TUESDAY)
    assert set(view.appointments) == {own}
    assert [box.ref for box in boxes(view, people.tara)] == [other]
    assert other not in view.appointments and day.ben not in view.consequences
    with guard.acting(people.rae), transaction():
        set_state(people.rae, other, "cancelled_early")
    assert boxes(day_view(TUESDAY), people.tara) == []
    acting(people.bo)
    with pytest.raises(NoReadGrant):
        day_view(TUESDAY)


def test_consequences_come_in_order_of_urgency(people, book, day, acting):
    book(at(14))
    with guard.acting(people.system), transaction():
        from practice.audit import services as audit
        db.session.add_all(ConsequenceRow(client_id=day.ann, kind=kind) for kind in ("longer", "must_call"))
        audit.record(people.system, "consequence.rewrite", client_id=day.ann)
    acting(people.rae)
    view = day_view(TUESDAY)
    assert view.consequences == {day.ann: (Consequence.MUST_CALL, Consequence.LONGER)}
    assert not view.form_of(day.ann).is_current(TUESDAY)


def test_gaps_breaks_and_time_given_back(people, book, day, acting):
    booked = book(at(14))
    acting(people.rae)
    with transaction():
        block_time(people.rae, therapist_id=people.theo.user_id, starts_at=at(12), ends_at=at(13))
    view = day_view(TUESDAY)
    assert [box.start for box in boxes(view, people.theo, PlacedKind.GAP)] == [at(9), at(13), at(15)]
    assert [box.ref in view.blocks for box in boxes(view, people.theo, PlacedKind.BLOCK)] == [True]
    with transaction():
        set_state(people.rae, booked, "cancelled_early")
    view = day_view(TUESDAY)
    assert [box.start for box in boxes(view, people.theo, PlacedKind.GAP)] == [at(9), at(13)]
    assert {box.lanes for box in boxes(view, people.theo)} == {2}


def test_a_longer_day_asks_the_database_no_more_often(people, book, day, acting):
    def statements():
        acting(None)
        acting(people.rae)
        with counted() as asked:
            view = day_view(TUESDAY)
            assert all(row.client_name and row.treatment_name and row.room_name for row in view.appointments.values())
        return len(asked)

    book(at(9))
    first = statements()
    for hour in (10, 11, 12):
        book(at(hour), client=day.ben)
        book(at(hour), therapist=people.tara)
    assert statements() == first


def test_first_free_looks_past_a_full_week(people, book, day, acting):
    acting(people.rae)
    with transaction():
        for who in (people.theo, people.tara):
            block_time(people.rae, therapist_id=who.user_id, starts_at=at(9), ends_at=at(18) + timedelta(days=20))
    [slot] = diary.first_free(day.classic, therapist_id=people.tara.user_id, count=1)
    assert (slot.start, slot.therapist_id) == (at(8, day=date(2026, 12, 8)), people.tara.user_id)
    assert diary.first_free(day.classic, earliest=at(8) - timedelta(days=9), count=1)[0].start > personas.NOW


@pytest.mark.parametrize(("on", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_the_clocks_change(people, day, acting, on, hours):
    """Sundays: Theo is booked outside his hours at nine and at half past eleven at night, on the wall."""
    from tests.factories import schedule
    clock.set_to(clock.to_utc(datetime(on.year, on.month, on.day, 0, 5), "Europe/Dublin"))
    with guard.acting(people.system), transaction():
        morning = schedule.appointment(day.ann, people.theo.user_id, day.classic, schedule.at(9, day=on)).id
        late = schedule.appointment(day.ben, people.theo.user_id, day.classic, schedule.at(0, 30, day=on)).id
    acting(people.rae)
    view = day_view(on)
    assert {morning, late} == set(view.appointments)
    assert [(mark.label, mark.row) for mark in view.grid.hours if mark.label == "09:00"][0][1] == (hours - 15) * 4
    first, last = clock.day_bounds(on, "Europe/Dublin")
    assert (last - first) == timedelta(hours=hours)
