"""Clashes and free slots, on ordinary days and on the two that are not 24 hours long."""
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.schedule.overlaps import (
    ClashReason,
    Diary,
    Room,
    Span,
    Taken,
    TakenKind,
    Wanted,
    WeeklyShift,
    Work,
    clashes,
    expand_range,
    free_slots,
    is_working,
    merge,
    open_slots,
    subtract,
)

DUBLIN = "Europe/Dublin"
TUESDAY = date(2026, 11, 17)
SPRING = date(2026, 3, 29)  # 23 hours in Dublin
AUTUMN = date(2026, 10, 25)  # 25 hours
MIDNIGHT = datetime(2026, 11, 17, tzinfo=UTC)
THEO, TARA = 1, 2
ROOM_1, ROOM_2 = Room(11), Room(12)


def at(hour, minute=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def span(start, end):
    return Span(at(*start), at(*end))


def starts(slots, zone=UTC):
    return [slot.start.astimezone(zone).strftime("%H:%M") for slot in slots]


def booked(start, end, therapist_id=THEO, room_id=None, **more):
    return Taken(at(*start), at(*end), therapist_id, room_id, **more)


# Spans


def test_touching_spans_do_not_overlap():
    assert not span((9,), (10,)).overlaps(span((10,), (11,)))
    assert span((9,), (10, 1)).overlaps(span((10,), (11,)))


@pytest.mark.parametrize("start, end", [(at(9), at(9)), (at(9), at(8)), (datetime(2026, 1, 1), datetime(2026, 1, 2))])
def test_empty_and_naive_spans_are_refused(start, end):
    with pytest.raises(ValueError):
        Span(start, end)


@pytest.mark.requirement("time")
def test_a_span_across_the_change_of_clocks_has_the_minutes_that_pass():
    zone = ZoneInfo(DUBLIN)
    spring = Span(datetime.combine(SPRING, time(0), zone), datetime.combine(SPRING, time(4), zone))
    autumn = Span(datetime.combine(AUTUMN, time(0), zone), datetime.combine(AUTUMN, time(4), zone))
    assert (spring.minutes, autumn.minutes) == (180, 300)


# Shifts


def test_a_shift_is_local_time_all_year():
    shifts = [WeeklyShift(THEO, day, 9 * 60, 17 * 60) for day in range(7)]
    for day in (SPRING, date(2026, 7, 1), AUTUMN, TUESDAY):
        (work,) = expand_range(shifts, day, day, DUBLIN)
        wall = [moment.astimezone(ZoneInfo(DUBLIN)) for moment in (work.start, work.end)]
        assert [moment.strftime("%d %H:%M") for moment in wall] == [f"{day:%d} 09:00", f"{day:%d} 17:00"]


@pytest.mark.requirement("time")
def test_whole_days_of_23_24_and_25_hours():
    shifts = [WeeklyShift(THEO, day, 0, 24 * 60) for day in range(7)]
    hours = [expand_range(shifts, day, day, DUBLIN)[0].minutes / 60 for day in (SPRING, TUESDAY, AUTUMN)]
    assert hours == [23, 24, 25]


def test_a_shift_may_run_past_midnight():
    (work,) = expand_range([WeeklyShift(THEO, 1, 18 * 60, 25 * 60)], TUESDAY, TUESDAY, DUBLIN)
    assert (work.start, work.end) == (at(18), at(25))


def test_a_shift_inside_the_skipped_hour_moves_or_goes():
    def minutes(first, last):
        return [work.minutes for work in expand_range([WeeklyShift(THEO, 6, first, last)], SPRING, SPRING, DUBLIN)]

    assert minutes(60, 90) == [30]
    assert minutes(90, 120) == []


def test_shifts_end_and_begin_with_their_dates():
    shift = WeeklyShift(THEO, 1, 540, 600, valid_from=TUESDAY, valid_until=TUESDAY)
    week = timedelta(days=7)
    assert [work.start for work in expand_range([shift], TUESDAY - week, TUESDAY + week, DUBLIN)] == [at(9)]


def test_touching_shifts_are_joined_but_not_across_therapists_or_locations():
    shifts = [
        WeeklyShift(THEO, 1, 540, 720, location_id=1),
        WeeklyShift(THEO, 1, 720, 900, location_id=1),
        WeeklyShift(THEO, 1, 900, 960, location_id=2),
        WeeklyShift(TARA, 1, 720, 900, location_id=1),
    ]
    assert expand_range(shifts, TUESDAY, TUESDAY, DUBLIN) == [
        Work(at(9), at(15), THEO, 1),
        Work(at(12), at(15), TARA, 1),
        Work(at(15), at(16), THEO, 2),
    ]


# Clashes


def test_each_clash_has_its_reason():
    busy = [
        booked((9,), (10,), THEO, 11, ref=1),
        booked((9, 30), (10, 30), TARA, 12, ref=2),
        booked((9,), (12,), TARA, None, kind=TakenKind.BLOCK, ref=1),
        Taken(at(9), at(12), room_id=13, kind=TakenKind.BLOCK),
        booked((10,), (11,), THEO, 11, ref=3),
    ]

    def reasons(**new):
        return [(clash.reason, clash.other.ref) for clash in clashes(booked((9, 30), (10,), **new), busy)]

    assert reasons(therapist_id=THEO, room_id=12) == [
        (ClashReason.THERAPIST_BOOKED, 1),
        (ClashReason.ROOM_BOOKED, 2),
    ]
    assert reasons(therapist_id=TARA, room_id=13) == [
        (ClashReason.THERAPIST_BLOCKED, 1),
        (ClashReason.ROOM_BLOCKED, None),
        (ClashReason.THERAPIST_BOOKED, 2),
    ]
    assert reasons(therapist_id=THEO, room_id=11, ref=1) == []
    assert reasons(therapist_id=3, room_id=14) == []
    assert all(clash.message for clash in clashes(booked((9,), (12,), TARA, 13), busy))


def test_buffers_keep_appointments_apart_but_a_break_may_follow_at_once():
    before = booked((9,), (10,), buffer=15)
    assert [clash.other for clash in clashes(booked((10,), (11,)), [before])] == [before]
    assert clashes(booked((10, 15), (11,)), [before]) == []
    assert clashes(booked((8,), (9,), buffer=15), [before]) != []
    assert clashes(booked((10,), (10, 30), kind=TakenKind.BLOCK), [before]) == []


def test_taken_time_is_somebodys():
    with pytest.raises(ValueError):
        Taken(at(9), at(10))


# Free slots


def test_slots_lie_on_the_quarters_inside_the_gaps():
    slots = free_slots([span((9,), (12,))], [span((9, 50), (10, 20))], [span((11, 30), (12,))], 30)
    assert starts(slots) == ["09:00", "09:15", "10:30", "10:45", "11:00"]


def test_a_gap_that_fits_no_quarter_is_offered_from_its_first_minute():
    slots = free_slots([span((9,), (12,))], [span((9,), (9, 50)), span((10, 50), (12,))], [], 60)
    assert starts(slots) == ["09:50"]


def test_the_buffer_stays_free_before_the_next_appointment_only():
    shift, next_one, pause = span((9,), (12,)), span((10,), (11,)), span((12,), (13,))
    assert starts(free_slots([shift], [next_one], [pause], 45, 15)) == ["09:00", "11:00", "11:15"]
    assert starts(free_slots([shift], [next_one], [pause], 45, 20)) == ["11:00", "11:15"]


def test_earliest_rounds_up_and_latest_bounds_the_end():
    slots = free_slots([span((9,), (12,))], [], [], 60, earliest=at(10, 7) + timedelta(seconds=9), latest=at(11, 30))
    assert starts(slots) == ["10:15", "10:30"]
    late = free_slots([span((9,), (12,))], [], [], 50, earliest=at(11, 2) + timedelta(seconds=9))
    assert [slot.start for slot in late] == [at(11, 3)]


@pytest.mark.parametrize("minutes, buffer, step", [(0, 0, 15), (30, -1, 15), (30, 0, 0)])
def test_lengths_must_make_sense(minutes, buffer, step):
    with pytest.raises(ValueError):
        free_slots([], [], [], minutes, buffer, step)


@pytest.mark.requirement("time")
def test_slots_on_the_day_the_clocks_go_back_show_the_hour_twice():
    work = expand_range([WeeklyShift(THEO, 6, 0, 180)], AUTUMN, AUTUMN, DUBLIN)
    assert starts(free_slots(work, [], [], 60, step=60), ZoneInfo(DUBLIN)) == ["00:00", "01:00", "01:00", "02:00"]


# First free, nearest free


def diary(*taken, **hours):
    hours = hours or {"theo": (9, 17), "tara": (9, 17)}
    people = {"theo": THEO, "tara": TARA}
    return Diary([Work(at(a), at(b), people[who]) for who, (a, b) in hours.items()], taken)


def wanted(**more):
    return Wanted(**({"minutes": 60, "therapists": (THEO, TARA), "rooms": (ROOM_1, ROOM_2), "earliest": at(9)} | more))


def test_the_first_is_chosen_by_time_then_therapist_then_room():
    slot = open_slots(diary(), wanted(therapists=(TARA, THEO), rooms=(ROOM_2, ROOM_1)))[0]
    assert (slot.start, slot.therapist_id, slot.room_id) == (at(9), TARA, 12)
    slot = open_slots(diary(booked((9,), (10,), TARA, 12)), wanted(therapists=(TARA, THEO), rooms=(ROOM_2, ROOM_1)))[0]
    assert (slot.start, slot.therapist_id, slot.room_id) == (at(9), THEO, 11)


def test_a_room_may_be_what_is_missing():
    taken = [booked((9,), (11,), 3, 11), booked((9,), (10,), 4, 12)]
    slot = open_slots(diary(*taken), wanted())[0]
    assert (slot.start, slot.room_id) == (at(10), 12)
    slot = open_slots(diary(*taken), wanted(rooms=None))[0]
    assert (slot.start, slot.room_id) == (at(9), None)
    assert open_slots(diary(*taken), wanted(rooms=())) == []


def test_a_shift_uses_the_rooms_of_its_own_location():
    book = Diary([Work(at(9), at(12), THEO, 1), Work(at(13), at(17), THEO, 2)], [])
    slot = open_slots(book, wanted(rooms=(Room(21, 2),)))[0]
    assert (slot.start, slot.room_id) == (at(13), 21)


def test_without_a_room_a_slot_still_lies_at_one_location():
    book = Diary([Work(at(9), at(10), THEO, 1), Work(at(10), at(11), THEO, 2)], [])
    assert starts(open_slots(book, wanted(rooms=None))) == ["09:00", "10:00"]


def test_nothing_free_is_an_empty_answer():
    assert open_slots(diary(theo=(9, 10)), wanted(minutes=90)) == []


# Properties, over the days on which the clocks change


minutes_of_day = st.integers(0, 27 * 60)
days = st.sampled_from([SPRING, AUTUMN, TUESDAY])


@st.composite
def stretches(draw, longest=240):
    start = draw(minutes_of_day)
    return start, start + draw(st.integers(5, longest))


@st.composite
def books(draw):
    """A local day with shifts of two therapists, taken time of therapists and rooms, and something wanted."""
    day = draw(days)
    midnight = datetime.combine(day, time(0), ZoneInfo(DUBLIN)).astimezone(UTC)
    shifts = [
        WeeklyShift(draw(st.sampled_from([THEO, TARA])), day.weekday(), first, min(last, 1440))
        for first, last in draw(st.lists(stretches(600), max_size=4))
        if first < 1440
    ]
    taken = [
        Taken(
            midnight + timedelta(minutes=first),
            midnight + timedelta(minutes=last),
            draw(st.sampled_from([THEO, TARA])),
            draw(st.sampled_from([None, 11, 12])),
            draw(st.sampled_from(list(TakenKind))),
            buffer=draw(st.sampled_from([0, 10, 15])),
        )
        for first, last in draw(st.lists(stretches(), max_size=6))
    ]
    want = Wanted(
        minutes=draw(st.integers(10, 120)),
        therapists=(THEO, TARA),
        rooms=draw(st.sampled_from([None, (ROOM_1,), (ROOM_1, ROOM_2)])),
        earliest=midnight + timedelta(minutes=draw(minutes_of_day)),
        buffer=draw(st.sampled_from([0, 10, 15])),
        step=draw(st.sampled_from([5, 15, 30])),
    )
    return Diary(expand_range(shifts, day, day, DUBLIN), taken), want


def as_taken(slot, want):
    return Taken(slot.start, slot.end, slot.therapist_id, slot.room_id, buffer=want.buffer)


def is_free(start, therapist_id, room, book, want):
    """The plain definition, asked of one start: nothing to do with gaps."""
    slot = Span(start, start + timedelta(minutes=want.minutes))
    new = Taken(slot.start, slot.end, therapist_id, room and room.id, buffer=want.buffer)
    hours = [work for work in book.work if work.therapist_id == therapist_id]
    return start >= want.earliest and is_working(slot, hours) and not clashes(new, book.taken)


@given(books())
def test_a_found_slot_never_clashes_and_lies_in_working_time(made):
    book, want = made
    for slot in open_slots(book, want):
        assert slot.minutes == want.minutes
        assert slot.start >= want.earliest
        assert clashes(as_taken(slot, want), book.taken) == []
        assert is_working(slot, [work for work in book.work if work.therapist_id == slot.therapist_id])
        assert (slot.room_id is None) == (want.rooms is None)


@given(books())
def test_no_free_round_time_is_left_out_and_the_first_is_the_first(made):
    book, want = made
    found = {(slot.start, slot.therapist_id) for slot in open_slots(book, want)}
    round_starts = set()
    for work in book.work:
        moment = work.start.replace(minute=0)
        while moment < work.end:
            round_starts.add((moment, work.therapist_id))
            moment += timedelta(minutes=want.step)
    rooms = want.rooms or (None,)
    free = {one for one in round_starts if any(is_free(*one, room, book, want) for room in rooms)}
    assert free <= found
    first = open_slots(book, want)[:1]
    assert bool(first) == bool(found)
    if free:
        assert first[0].start <= min(free)[0]


@given(st.lists(stretches()), st.lists(stretches()))
def test_subtract_leaves_each_minute_that_is_only_in_the_first(some, others):
    def spans(pairs):
        return [Span(MIDNIGHT + timedelta(minutes=a), MIDNIGHT + timedelta(minutes=b)) for a, b in pairs]

    def minutes(pairs):
        return {minute for first, last in pairs for minute in range(first, last)}

    left = subtract(spans(some), spans(others))
    assert sum(one.minutes for one in left) == len(minutes(some) - minutes(others))
    assert merge(left) == left
    assert not any(one.overlaps(other) for one in left for other in spans(others))
