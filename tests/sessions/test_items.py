"""The 0–10 items of a session: names, directions, and the course of each over the visits."""
from datetime import date

import pytest

from practice.core.body import Place
from practice.sessions.content import NoteContent, Score
from practice.sessions.items import item_courses, item_name, more_is_better, pain_at, place_of_pain
from practice.sessions.measures import SESSION_ITEMS, Change
from practice.sessions.outcomes import pain_change

CALF = Place("calf", "left")


def course_of(*notes: NoteContent):
    (one,) = item_courses((date(2026, 11, day), content) for day, content in enumerate(notes, start=1))
    return one


def asked(name: str, *before: int | None) -> list[NoteContent]:
    return [NoteContent(scores=(Score(name, figure, 0),)) for figure in before]


@pytest.mark.parametrize(("name", "said", "way"), [
    ("stress", "Stress", False), ("mood", "Mood", True), ("sleep", "Sleep last night", True),
    ("stiffness", "Stiffness", False), ("relaxation", "Relaxation", True), ("posture", "Posture", True),
    ("pain:calf:left", "Pain: Lower leg, left", False), ("pain", "Pain: all over", False),
    ("Jaw", "Jaw", None), ("pain:nowhere:left", "pain:nowhere:left", None), ("pain:", "pain:", None)])
def test_what_an_item_is_called_and_which_way_is_better(name, said, way):
    assert item_name(name) == said and more_is_better(name) is way


def test_every_item_known_has_a_name_and_a_direction():
    assert all(item_name(key) == label and more_is_better(key) is way for key, (label, way) in SESSION_ITEMS.items())
    assert place_of_pain(pain_at(CALF)) == CALF and pain_at(None) == "pain" and place_of_pain("stress") is None


@pytest.mark.parametrize(("name", "before", "change"), [
    ("stress", (7, 4), Change(3, None, None)), ("stress", (4, 5), Change(-1, None, None)),
    ("mood", (4, 5), Change(1, None, None)), ("mood", (5, None, 2), Change(-3, None, None)),
    ("Jaw", (2, 6), Change(4, None, None)), ("Jaw", (6, 2), Change(-4, None, None)), ("stress", (7,), None),
    ("stress", (None, 7, None), None), ("pain:calf:left", (7, 6), pain_change(7, 6)),
    ("pain:calf:left", (3, 1, 8), pain_change(3, 8))])
def test_what_the_client_came_with_is_compared_and_never_what_was_said_after(name, before, change):
    assert course_of(*asked(name, *before)).change == change


def test_pain_of_its_own_line_and_of_a_score_are_one_course():
    own = NoteContent(pain_place=CALF, pain_before=6, pain_after=4, scores=(Score("pain:calf:left", 1),))
    more = NoteContent(pain_place=Place("foot", "left"), scores=(Score("pain:calf:left", 3),))
    one = course_of(own, more)
    assert [(day.day, figure) for day, figure in one.came_with] == [(1, 6), (2, 3)], "its own line counts first"
    assert course_of(NoteContent(pain_before=5), NoteContent(pain_after=2)).name == "pain"


def test_courses_stand_in_one_order_and_letter_case_makes_no_other_item():
    notes = [NoteContent(scores=(Score("Jaw open", 2), Score("mood", 4), Score("stress", 6))),
             NoteContent(scores=(Score("jaw  open", None, 3), Score("pain:calf:left", 5), Score("gone")))]
    found = item_courses((date(2026, 11, day), content) for day, content in enumerate(notes, start=1))
    assert [one.name for one in found] == ["pain:calf:left", "stress", "mood", "jaw  open"]
    assert len(found[-1].visits) == 2 and found[-1].change is None
