"""Between two turning days nothing of a verdict changes by itself."""
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from practice.safety.ageing import consequences_ahead, turning_days
from practice.safety.rules import ConditionFact, Facts, assess
from practice.safety.rules_verdict import Consequence
from tests.factories.rules import BOOK, TODAY
from tests.safety.test_rules_properties import any_facts


@given(any_facts(), st.integers(0, 900))
def test_nothing_changes_between_two_turning_days(facts, later):
    day = TODAY + timedelta(days=later)
    held = max((turn for turn in turning_days(facts, BOOK) if turn <= day), default=TODAY)
    then, now = (assess(replace(facts, on=on), BOOK) for on in (held, day))
    assert {place: one.level for place, one in then.ceilings.items()} == {
        place: one.level for place, one in now.ceilings.items()}
    assert (then.outcome, then.is_complete, then.consequences) == (now.outcome, now.is_complete, now.consequences)
    assert [(item.because, item.rule) for item in then.ask_again] == [
        (item.because, item.rule) for item in now.ask_again]
    assert [item.code for item in then.positioning] == [item.code for item in now.positioning]


@given(any_facts(), st.integers(0, 900))
def test_what_is_written_ahead_is_what_the_day_says(facts, later):
    day = TODAY + timedelta(days=later)
    ahead = {span.kind for span in consequences_ahead(facts, BOOK)
             if (span.starts_on is None or span.starts_on <= day) and (span.ends_on is None or span.ends_on >= day)}
    assert ahead == set(assess(replace(facts, on=day), BOOK).consequences)


def test_a_pregnancy_asks_for_the_side_lying_table_from_its_week_on():
    facts = Facts(on=TODAY, conditions=(ConditionFact("pregnancy", due_on=TODAY + timedelta(weeks=30)),))
    (span,) = [one for one in consequences_ahead(facts, BOOK) if one.kind is Consequence.SIDE_LYING]
    assert (span.starts_on, span.ends_on) == (TODAY + timedelta(weeks=3), None)
