"""Where the parts of a chart stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.admin import charts
from practice.admin.charts import Bar, HBar, Step, Visit


def whole(minor):
    return f"{minor // 100:,}"


def invoiced_to_received(received=1865400):
    return [
        Step("Invoiced in October", "18,460", 1846000, is_total=True),
        Step("Not yet paid of it", "− 1,284", -128400),
        Step("Paid for earlier months", "+ 962", 96200),
        Step("Paid with voucher or credit", "− 1,140", -114000),
        Step("Packages, vouchers, deposits", "+ 1,520", 152000),
        Step("Tips", "+ 214", 21400),
        Step("Refunds", "− 78", -7800),
        Step("Received in October", "18,654", received, is_total=True),
    ]


@pytest.mark.parametrize(
    ("span", "step"), [(0, 1), (4, 1), (5, 2), (372200, 100000), (40, 10), (41, 20), (10**9, 5 * 10**8)]
)
def test_steps_are_round(span, step):
    assert charts.nice_step(span) == step


def test_bars_stand_on_zero_and_keep_their_proportion():
    chart = charts.bars([Bar("a", "1,000", 100000), Bar("b", "2,000", 200000)], tick_text=whole)
    one, two = chart.bars
    assert one.y + one.height == two.y + two.height == chart.base_y
    assert two.height == pytest.approx(2 * one.height)
    assert [tick.text for tick in chart.ticks] == ["0", "500", "1,000", "1,500", "2,000"]
    assert not chart.has_last and not chart.is_crowded


def test_last_year_is_a_dash_at_its_own_height():
    chart = charts.bars([Bar("a", "1,000", 100000, 200000), Bar("b", "2,000", 200000)], tick_text=whole)
    assert chart.has_last
    assert chart.bars[0].last_y == chart.bars[1].y
    assert chart.bars[1].last_y is None


def test_a_value_is_never_written_across_the_dash():
    for last in range(0, 300001, 1000):
        bar = charts.bars([Bar("a", "1,500", 150000, last)], tick_text=whole).bars[0]
        assert not bar.text_y - 10 < bar.last_y < bar.text_y + 3


def test_less_than_nothing_hangs_below_zero():
    chart = charts.bars([Bar("a", "100", 10000), Bar("b", "−50", -5000)], tick_text=whole)
    assert chart.bars[1].y == chart.base_y
    assert chart.bars[1].height > 0


def test_a_chart_of_nothing_can_be_drawn():
    assert charts.bars([], tick_text=whole).bars == ()
    assert charts.bars([Bar("a", "0", 0)], tick_text=whole).bars[0].height == 0
    assert charts.hbars([]) == ()
    assert charts.bridge([], tick_text=whole).steps == ()
    assert charts.outcome([], scale=(0, 10)).last is None


def test_many_bars_lose_labels_but_never_the_newest():
    chart = charts.bars([Bar(str(day), "1", 100) for day in range(31)], tick_text=whole)
    assert chart.is_crowded
    assert chart.bars[-1].has_label
    assert sum(bar.has_label for bar in chart.bars) <= charts.MOST_LABELS


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=31))
def test_every_bar_lies_inside_the_drawing(amounts):
    chart = charts.bars([Bar("", "", amount) for amount in amounts], tick_text=whole)
    for bar in chart.bars:
        assert 0 <= bar.x and bar.x + bar.width <= 100.01
        assert charts.TOP - 0.01 <= bar.y and bar.y + bar.height <= charts.TOP + charts.PLOT + 0.01
    assert len(chart.ticks) <= 7


def test_lying_bars_are_measured_against_the_longest():
    rows = charts.hbars([HBar("a", "", 400), HBar("b", "", 100), HBar("c", "", 0), HBar("d", "", -100)])
    assert [row.width for row in rows] == [100, 25, 0, 0]
    assert [row.width for row in charts.hbars([HBar("a", "", 0)])] == [0]


def test_the_bridge_closes_and_says_where_its_axis_starts():
    way = charts.bridge(invoiced_to_received(), tick_text=whole)
    assert way.adds_up
    assert way.starts_at_text == "16,000"
    assert [step.kind for step in way.steps] == ["total", "minus", "plus", "minus", "plus", "plus", "minus", "total"]


def test_a_bridge_that_is_one_cent_off_says_so():
    assert not charts.bridge(invoiced_to_received(1865401), tick_text=whole).adds_up


def test_each_step_begins_where_the_one_before_ended():
    way = charts.bridge(invoiced_to_received(), tick_text=whole)
    for one, two in zip(way.steps[:-1], way.steps[1:], strict=True):
        edges = (two.y, pytest.approx(two.y + two.height, abs=0.02))
        assert one.join_y in edges
    assert way.steps[-1].join_y is None


def test_an_axis_is_not_cut_without_need_nor_through_zero():
    small = [Step("a", "", 100, is_total=True), Step("b", "", -90), Step("c", "", 10, is_total=True)]
    below = [Step("a", "", 100, is_total=True), Step("b", "", -140), Step("c", "", -40, is_total=True)]
    assert charts.bridge(small, tick_text=whole).starts_at_text == ""
    assert charts.bridge(below, tick_text=whole).starts_at_text == ""
    assert charts.bridge(below, tick_text=whole).adds_up
    same = [Step("a", "", 500, is_total=True), Step("b", "", 500, is_total=True)]
    assert charts.bridge(same, tick_text=whole).starts_at_text == ""


@given(st.integers(0, 10**8), st.lists(st.integers(-(10**7), 10**7), max_size=8))
def test_every_step_lies_inside_the_drawing(first, changes):
    end = first + sum(changes)
    data = [Step("", "", first, is_total=True), *(Step("", "", change) for change in changes)]
    way = charts.bridge([*data, Step("", "", end, is_total=True)], tick_text=str)
    assert way.adds_up
    for step in way.steps:
        assert charts.TOP - 0.02 <= step.y and step.y + step.height <= charts.TOP + charts.PLOT + 0.02
        assert -0.01 <= step.row_x and step.row_x + step.row_width <= 100.02


def test_long_words_are_broken_into_lines():
    way = charts.bridge(invoiced_to_received(), tick_text=whole)
    assert way.steps[3].lines == ("Paid with voucher", "or credit")
    assert way.height == charts.TOP + charts.PLOT + 8 + charts.LINE_OF_TEXT * 2


def test_a_visit_without_an_answer_leaves_a_gap():
    visits = [Visit("1", 7, 5), Visit("2", None, 4), Visit("3", 6, None), Visit("4", 5, 3)]
    chart = charts.outcome(visits, scale=(0, 10))
    assert [dot.value for dot in chart.before] == [7, 6, 5]
    assert [(one.value, two.value) for one, two in chart.before_lines] == [(6, 5)]
    assert [(one.value, two.value) for one, two in chart.after_lines] == [(5, 4)]
    assert chart.last.value == 5


def test_the_band_of_chance_lies_between_its_values():
    chart = charts.outcome([Visit("1", 7, 5)], scale=(0, 10), band=(5, 7))
    top, height = chart.band
    assert top == chart.before[0].y
    assert top + height == pytest.approx(chart.after[0].y)


def test_labels_of_many_visits_thin_out_but_keep_today():
    chart = charts.outcome([Visit(str(n), n % 10, None) for n in range(40)], scale=(0, 10))
    assert len(chart.labels) <= 6
    assert chart.labels[-1][1] == "39"
