"""What a change of pain means."""
import pytest

from practice.sessions.outcomes import chance_band, pain_change


@pytest.mark.parametrize(("start", "now", "points", "beyond", "enough"), [
    (7, 4, 3, True, True), (7, 5, 2, True, True), (9, 7, 2, True, False), (9, 6, 3, True, True),
    (4, 3, 1, False, False), (4, 2, 2, True, True), (5, 5, 0, False, False), (3, 6, -3, True, True)])
def test_points_chance_and_enough(start, now, points, beyond, enough):
    change = pain_change(start, now)
    assert (change.points, change.is_beyond_chance, change.is_enough) == (points, beyond, enough)


def test_the_band_of_chance_stays_on_the_scale():
    assert chance_band(7) == (5, 7) and chance_band(1) == (0, 1)
