"""The rows and lanes of the day view."""
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from practice.schedule.grid import DayColumn, Item, ItemKind, PlacedKind, layout
from practice.schedule.overlaps import Span, WeeklyShift, expand_range

DUBLIN = "Europe/Dublin"
TUESDAY = date(2026, 11, 17)
MIDNIGHT = datetime(2026, 11, 17, tzinfo=UTC)
A, B, OFF, BREAK, GAP = (
    PlacedKind.APPOINTMENT,
    PlacedKind.BLOCK,
    PlacedKind.OFF,
    PlacedKind.BREAK,
    PlacedKind.GAP,
)


def at(hour, minute=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def item(start, end, ref=None, **more):
    return Item(at(*start), at(*end), ref=ref, **more)


def boxes(*items, work=((9, 12),), now=None, **more):
    """The boxes of one column as (kind, row, span, lane, lanes)."""
    column = DayColumn(1, [Span(at(a), at(b)) for a, b in work], items)
    grid = layout([column], TUESDAY, DUBLIN, now=now, **more)
    return [(box.kind, box.row, box.span, box.lane, box.lanes) for box in grid.columns[0].placed]


def test_a_morning():
    made = boxes(item((9,), (10,)), item((10, 30), (11,), kind=ItemKind.BLOCK))
    assert made == [(A, 0, 4, 0, 1), (GAP, 4, 2, 0, 1), (B, 6, 2, 0, 1), (GAP, 8, 4, 0, 1)]


def test_short_free_time_is_no_gap():
    assert boxes(item((9, 15), (11, 30))) == [(A, 1, 9, 0, 1), (GAP, 10, 2, 0, 1)]


def test_gaps_start_on_a_quarter_and_never_in_the_past():
    column = DayColumn(1, [Span(at(9), at(12))], [item((9,), (9, 50))])

    def gap_starts(now):
        placed = layout([column], TUESDAY, DUBLIN, now=now).columns[0].placed
        return [box.start for box in placed if box.kind == GAP]

    assert gap_starts(None) == [at(10)]
    assert gap_starts(at(10, 50)) == [at(11)]
    assert gap_starts(at(11, 40)) == []


def test_overlapping_items_stand_side_by_side():
    made = boxes(item((9,), (10,), "a"), item((9, 30), (11,), "b"), item((10,), (10, 30), "c"), item((11,), (12,)))
    assert made == [(A, 0, 4, 0, 2), (A, 2, 6, 1, 2), (A, 4, 2, 0, 2), (A, 8, 4, 0, 1)]


def test_a_cancelled_one_stays_and_its_time_is_offered_again():
    made = boxes(item((9,), (10,), holds=False), item((10,), (12,)))
    assert made == [(A, 0, 4, 0, 2), (GAP, 0, 4, 1, 2), (A, 4, 8, 0, 1)]
    column = DayColumn(1, [Span(at(9), at(12))], [item((9,), (10,), holds=False), item((10,), (12,))])
    assert layout([column], TUESDAY, DUBLIN).columns[0].booked == 1


def test_off_time_and_breaks():
    made = boxes(item((9,), (12,)), item((13,), (14,)), work=((9, 12), (13, 14)))
    assert made == [(A, 0, 12, 0, 1), (BREAK, 12, 4, 0, 1), (A, 16, 4, 0, 1)]
    assert [box[0] for box in boxes(work=((9, 10), (13, 14)))] == [GAP, OFF, GAP]


def test_an_appointment_outside_working_hours_cuts_the_off_time():
    assert boxes(item((13,), (14,)), item((9,), (12,)), work=((9, 12),)) == [
        (A, 0, 12, 0, 1),
        (OFF, 12, 4, 0, 1),
        (A, 16, 4, 0, 1),
    ]


def test_columns_share_one_page_on_full_hours():
    early = DayColumn(1, [Span(at(8, 20), at(10))], [])
    late = DayColumn(2, [Span(at(12), at(15, 40))], [])
    grid = layout([early, late], TUESDAY, DUBLIN)
    assert (grid.first, grid.last, grid.rows) == (at(8), at(16), 32)
    assert [(mark.row, mark.label) for mark in grid.hours][:2] == [(0, "08:00"), (4, "09:00")]
    assert grid.columns[1].placed[0].kind == OFF


def test_an_empty_day_shows_the_usual_hours():
    grid = layout([DayColumn(1, [], [])], TUESDAY, DUBLIN, hours=(7, 24))
    assert (grid.first, grid.last) == (at(7), at(24))
    assert [box.kind for box in grid.columns[0].placed] == [OFF]


def test_the_now_line():
    column = DayColumn(1, [Span(at(8), at(16))], [])

    def line(now):
        grid = layout([column], TUESDAY, DUBLIN, now=now)
        return grid.now_row, grid.now_minute

    assert line(at(11, 8)) == (12, 8)
    assert line(at(8)) == (0, 0)
    assert line(at(16)) == line(at(7, 59)) == line(at(35)) == (None, None)


def test_short_and_crooked_items_keep_a_row():
    assert boxes(item((9,), (9, 5)), item((9, 5), (9, 10)), item((9, 10), (12,))) == [
        (A, 0, 1, 0, 2),
        (A, 0, 1, 1, 2),
        (A, 1, 11, 0, 1),
    ]
    assert boxes(item((9,), (9, 50)), item((9, 50), (12,))) == [(A, 0, 3, 0, 1), (A, 3, 9, 0, 1)]


def test_what_began_yesterday_is_cut_at_midnight():
    grid = layout([DayColumn(1, [Span(at(-2), at(2))], [item((-1,), (1,))])], TUESDAY, DUBLIN)
    assert (grid.first, grid.last) == (at(0), at(2))
    assert [(box.kind, box.row, box.span) for box in grid.columns[0].placed] == [(A, 0, 4), (GAP, 4, 4)]


def test_days_of_23_and_25_hours():
    shifts = [WeeklyShift(1, 6, 0, 1440)]
    for day, rows, one_o_clocks in ((date(2026, 3, 29), 92, 0), (date(2026, 10, 25), 100, 2)):
        grid = layout([DayColumn(1, expand_range(shifts, day, day, DUBLIN), [])], day, DUBLIN)
        assert grid.rows == rows
        assert [mark.label for mark in grid.hours].count("01:00") == one_o_clocks
        assert [mark.row for mark in grid.hours] == list(range(0, rows, 4))


minute_pairs = st.tuples(st.integers(0, 1400), st.integers(1, 300)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(minute_pairs, max_size=8), st.lists(minute_pairs, max_size=3), st.none() | st.integers(0, 1440))
def test_boxes_stay_on_the_page_and_never_cover_each_other(items, work, now):
    def spans(pairs, kind):
        return [kind(MIDNIGHT + timedelta(minutes=a), MIDNIGHT + timedelta(minutes=b)) for a, b in pairs]

    moment = None if now is None else MIDNIGHT + timedelta(minutes=now)
    grid = layout([DayColumn(1, spans(work, Span), spans(items, Item))], TUESDAY, DUBLIN, now=moment)
    taken = set()
    for box in grid.columns[0].placed:
        assert 0 <= box.row and 1 <= box.span and box.row + box.span <= grid.rows
        assert 0 <= box.lane < box.lanes
        cells = {(row, box.lane) for row in range(box.row, box.row + box.span)}
        assert not cells & taken
        taken |= cells
    shown = [box for box in grid.columns[0].placed if box.kind == A]
    assert len(shown) == len([pair for pair in items if pair[0] < 1440])
