"""Tax rates as people type them."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.errors import Invalid
from practice.premises.rates import HUNDRED, parse_rate, show_rate


@pytest.mark.parametrize(("typed", "rate"), [("20", 200000), ("13,5", 135000), ("9.975 %", 99750), ("0", 0),
                                             (" 8.1", 81000), ("100", 1000000), ("0.0001", 1)])
def test_typed(typed, rate):
    assert parse_rate(typed) == rate


@pytest.mark.parametrize("typed", ["", "-5", "abc", "1e3", "100.1", "1,2,3", "20.12345", "NaN", "9" * 100,
                                   "20 per cent"])
def test_not_a_rate(typed):
    with pytest.raises(Invalid):
        parse_rate(typed)


@given(st.integers(0, HUNDRED))
def test_what_is_shown_can_be_typed(rate):
    assert parse_rate(show_rate(rate)) == rate
