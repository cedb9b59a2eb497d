"""Working hours: what holds together, and that nobody overwrites somebody else's change."""
from datetime import date

import pytest

from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.schedule.queries.diary import weekly_shifts
from practice.schedule.services.shifts import Hours, hours_of, set_hours

MORNING, AFTERNOON = Hours(0, 540, 750), Hours(0, 810, 1080)


@pytest.fixture
def olive(people, acting):
    acting(people.olive)
    return people.olive


def put(actor, user_id, *rows, **options):
    with transaction():
        set_hours(actor, user_id, rows, **options)


def test_several_stretches_a_day_replace_what_was_there(people, olive):
    put(olive, people.theo.user_id, AFTERNOON, MORNING, Hours(6, 0, 1440))
    put(olive, people.tara.user_id, Hours(1, 600, 700))
    assert hours_of(people.theo.user_id) == [MORNING, AFTERNOON, Hours(6, 0, 1440)]
    put(olive, people.theo.user_id)
    assert hours_of(people.theo.user_id) == [] and len(hours_of(people.tara.user_id)) == 1


@pytest.mark.parametrize("rows", [
    [Hours(0, 600, 600)], [Hours(0, 700, 600)], [Hours(7, 1, 2)], [Hours(-1, 1, 2)], [Hours(0, 0, 1441)],
    [Hours(0, 540, 720), Hours(0, 700, 800)], [Hours(0, 540, 1000), Hours(0, 550, 560), Hours(0, 900, 950)],
    [Hours(0, 1, 2, date(2026, 5, 2), date(2026, 5, 1))],
    [Hours(0, 540, 720, until_on=date(2026, 5, 1)), Hours(0, 540, 720, from_on=date(2026, 5, 1))]])
def test_hours_that_cannot_be(people, olive, rows):
    with pytest.raises(Invalid):
        put(olive, people.theo.user_id, *rows)


def test_the_same_hours_may_follow_each_other_in_time(people, olive):
    put(olive, people.theo.user_id, Hours(0, 540, 720, until_on=date(2026, 5, 1)),
        Hours(0, 540, 800, from_on=date(2026, 5, 2)), Hours(0, 720, 800, until_on=date(2026, 5, 1)))
    assert len(hours_of(people.theo.user_id)) == 3


def test_a_change_made_from_older_hours_is_refused(people, olive):
    put(olive, people.theo.user_id, MORNING, seen=[])
    with pytest.raises(Stale):
        put(olive, people.theo.user_id, AFTERNOON, seen=[])
    put(olive, people.theo.user_id, AFTERNOON, seen=[MORNING])
    assert hours_of(people.theo.user_id) == [AFTERNOON]


def test_who_read_the_hours_before_reads_the_new_ones_after(people, olive):
    put(olive, people.theo.user_id, MORNING)
    starts = {one.starts_minute for one in weekly_shifts()}
    put(olive, people.theo.user_id, AFTERNOON)
    assert (starts, {one.starts_minute for one in weekly_shifts()}) == ({540}, {810})


def test_whose_hours_and_who_sets_them(people, olive, acting):
    with pytest.raises(NotFound):
        put(olive, people.rae.user_id, MORNING)
    acting(people.theo)
    with pytest.raises(Forbidden):
        put(people.theo, people.theo.user_id, MORNING)
