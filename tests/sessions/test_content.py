"""What a note holds, and what is made of it."""
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.catalog.techniques import catalogue
from practice.core.body import Place, all_places
from practice.sessions.content import SOAP, NoteContent, Override, WorkRow, read_rows, work_row, write_rows

KEYS = sorted(catalogue())
rows = st.builds(WorkRow, st.sampled_from(all_places()), st.sampled_from(KEYS), st.integers(1, 5), st.integers(1, 480))
texts = st.text(max_size=40)
contents = st.builds(
    NoteContent, subjective=texts, objective=texts, assessment=texts, plan=texts, rows=st.lists(rows).map(tuple),
    planned=st.lists(rows, max_size=3).map(tuple), copied_rows=st.lists(rows, max_size=3).map(tuple),
    pain_place=st.none() | st.sampled_from(all_places()), pain_before=st.none() | st.integers(0, 10),
    pain_after=st.none() | st.integers(0, 10), reasons=st.dictionaries(texts, texts, max_size=3),
    back_in_days=st.none() | st.integers(1, 90), home_care=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    how_taken=texts, setting=texts, copied=st.lists(st.sampled_from(SOAP), unique=True).map(tuple),
    overrides=st.lists(st.builds(Override, texts, texts, st.tuples(texts), st.tuples(st.sampled_from(all_places())),
                                 st.none() | st.integers(0, 5), texts), max_size=2).map(tuple))


@given(contents)
def test_to_json_and_back(content):
    assert NoteContent.from_json(content.to_json()) == content


@given(st.lists(rows, max_size=60))
def test_rows_as_a_form_carries_them(found):
    assert read_rows(write_rows(found), KEYS) == tuple(found)


@given(st.text(max_size=60))
def test_junk_is_no_row(text):
    try:
        read_rows(text, KEYS)
    except ValueError:
        pass


@pytest.mark.parametrize("text", [
    "calf:left petrissage 3", "calf petrissage 3 10", "calf:left nothing 3 10", "calf:left petrissage 6 10",
    "calf:left petrissage 0 10", "calf:left petrissage 3 0", "calf:left petrissage 3 481",
    "calf:left petrissage ³ 10", "; ".join(["calf:left petrissage 3 1"] * 61)])
def test_what_is_no_row(text):
    with pytest.raises(ValueError):
        read_rows(text, KEYS)


def test_minutes_and_the_deepest_level_of_each_place():
    calf = Place("calf", "left")
    content = NoteContent(rows=(WorkRow(calf, "petrissage", 2, 5), WorkRow(calf, "friction", 4, 10)))
    assert content.minutes == 15
    assert content.worked() == {"calf:left": 4}


def test_the_same_work_is_marked():
    last = NoteContent(subjective="old", rows=(work_row(Place("calf", "left"), "petrissage", 2, 5, KEYS),))
    new = NoteContent(subjective="new").same_work_as(last)
    assert (new.subjective, new.rows, new.copied) == ("new", last.rows, ("rows",))


def test_rows_already_there_stay_and_are_not_doubled():
    calf, neck = Place("calf", "left"), Place("neck_posterior", "middle")
    own = (WorkRow(calf, "petrissage", 4, 25), WorkRow(calf, "friction", 2, 5))
    last = NoteContent(rows=(WorkRow(calf, "petrissage", 2, 5), WorkRow(neck, "petrissage", 3, 10)))
    new = NoteContent(rows=own).same_work_as(last)
    assert new.rows == (*own, last.rows[1]) and new.copied == ("rows",)
    assert new.same_work_as(last) == new
    assert NoteContent(rows=own).as_planned(last.rows).rows == new.rows
    assert NoteContent(rows=own).as_planned(last.rows).copied == ()
    assert NoteContent(rows=last.rows).same_work_as(last).copied == (), "they were entered, not taken over"


def test_copying_goes_under_what_stands_there_and_is_marked_once():
    last = NoteContent(plan="Two weeks")
    new = NoteContent(plan="Stretch").copy_of("plan", last)
    assert (new.plan, new.copied) == ("Stretch\nTwo weeks", ("plan",))
    assert new.copy_of("plan", last) == new
    with pytest.raises(KeyError):
        new.copy_of("rows", last)


def test_unchanged_is_only_what_was_copied_and_left_alone():
    last = NoteContent(plan="Two weeks", objective="Tight")
    copied = NoteContent(assessment="x").copy_of("plan", last).copy_of("objective", last)
    assert copied.unchanged_copies(last) == ("objective", "plan")
    assert copied.unchanged_copies(None) == ()
    assert NoteContent(plan="Two weeks").unchanged_copies(last) == ()


def test_rows_taken_over_are_known_until_they_are_changed():
    calf, neck = Place("calf", "left"), Place("neck_posterior", "middle")
    last = NoteContent(rows=(WorkRow(calf, "petrissage", 2, 5), WorkRow(neck, "petrissage", 3, 10)))
    own = WorkRow(neck, "petrissage", 1, 10)
    new = NoteContent(rows=(own,)).same_work_as(last)
    assert new.rows_as_copied == last.rows[:1] and new.unchanged_copies(last) == ("rows",)
    assert new.unchanged_copies(None) == ()
    changed = replace(new, rows=(own, replace(last.rows[0], pressure=1)))
    assert changed.rows_as_copied == () and changed.unchanged_copies(last) == ()


@pytest.mark.parametrize(("before", "after", "change"), [(4, 2, 2), (2, 4, -2), (3, 3, 0), (None, 3, None),
                                                         (3, None, None)])
def test_pain_change(before, after, change):
    assert NoteContent(pain_before=before, pain_after=after).pain_change == change
