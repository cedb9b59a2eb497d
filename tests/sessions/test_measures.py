"""Scores, directions and what a change means."""
import pytest

from practice.sessions.measures import MEASURES, Scoring, change, read_answers, score


@pytest.mark.parametrize(("key", "answers", "figure"), [
    ("psfs", (4, 6, 5), 5.0), ("psfs", (4, None, 5), 4.5), ("psfs", (), None), ("roland_morris", (14,), 14.0),
    ("ndi", (2,) * 10, 40.0), ("ndi", (2,) * 8 + (None, None), 40.0), ("ndi", (2,) * 7 + (None,) * 3, None),
    ("odi", (5,) * 10, 100.0), ("pss10", (0,) * 10, 16.0), ("pss10", (4,) * 10, 24.0),
    ("pss10", (4,) * 9 + (None,), None), ("who5", (3,) * 5, 60.0), ("lefs", (4,) * 20, 80.0), ("medicine", (7,), 7.0)])
def test_scores(key, answers, figure):
    assert score(MEASURES[key], answers) == figure


@pytest.mark.parametrize(("key", "answers"), [("psfs", (11,)), ("roland_morris", (25,)), ("who5", (1,) * 6)])
def test_out_of_range_is_no_answer(key, answers):
    with pytest.raises(ValueError, match=key):
        score(MEASURES[key], answers)


@pytest.mark.parametrize(("key", "first", "now", "points", "beyond", "enough"), [
    ("psfs", 4, 7, 3, True, True), ("psfs", 4, 6.1, 2.1, True, False), ("psfs", 6, 5, -1, False, False),
    ("roland_morris", 14, 8, 6, True, True), ("roland_morris", 10, 7, 3, False, False),
    ("who5", 40, 60, 20, True, True), ("ndi", 40, 30, 10, True, False), ("global_change", 3, 2, 1, None, None)])
def test_a_change_goes_in_the_measures_direction(key, first, now, points, beyond, enough):
    found = change(MEASURES[key], first, now)
    assert (found.points, found.is_beyond_chance, found.is_enough) == (points, beyond, enough)


def test_answers_by_number():
    assert read_answers(MEASURES["ndi"], "2, 3 - 0;1") == (2, 3, None, 0, 1)
    for junk in ("two", "2.5", "99999", "1 2"):
        with pytest.raises(ValueError):
            read_answers(MEASURES["roland_morris"], junk)


def test_every_measure_says_its_direction_and_its_range():
    for one in MEASURES.values():
        assert one.lowest < one.highest <= one.score_highest or one.scoring is not Scoring.SINGLE
        best = score(one, (one.highest,) * one.items)
        assert best is not None and best <= one.score_highest
        assert one.least_answered <= one.items
