"""The words for the body, and the drawing that uses them."""

import re

import pytest

from practice.core import body, figure
from practice.core.body import Place, Side, Spot

RULEBOOK_REGIONS = set(
    "head face jaw neck_anterior neck_posterior shoulder upper_arm forearm_wrist hand chest breast abdomen upper_back "
    "mid_back lower_back spine pelvis gluteal hip thigh_anterior thigh_medial thigh_posterior knee calf foot".split()
)
RULEBOOK_POINTS = {
    "popliteal": ("knee",),
    "axilla": ("shoulder", "upper_arm"),
    "antecubital": ("upper_arm", "forearm_wrist"),
    "groin": ("pelvis", "thigh_medial"),
    "kidney_area": ("mid_back", "lower_back"),
    "xiphoid": ("chest", "abdomen"),
    "eyes": ("face",),
    "throat": ("neck_anterior",),
    "trunk_quadrant": ("chest", "breast", "abdomen", "upper_back", "mid_back", "lower_back"),
}


def upper(text):
    return text.upper()


def test_the_vocabulary_is_that_of_the_rulebook():
    assert set(body.REGIONS) == RULEBOOK_REGIONS
    assert {key: point.regions for key, point in body.POINTS.items()} == RULEBOOK_POINTS


def test_every_place_once_and_its_key_comes_back():
    places = body.all_places()
    assert len(places) == len(set(places)) == 6 + 2 * 19
    assert [Place.parse(str(place)) for place in places] == list(places)


@pytest.mark.parametrize("key", ["calf", "calf:middle", "spine:left", "tail:left", "calf:", "", "calf:left:x", ":left"])
def test_unknown_places_are_refused(key):
    with pytest.raises(ValueError):
        Place.parse(key)


def test_labels_are_translated_in_both_parts():
    assert Place("lower_back", "left").label() == "Lower back, left"
    assert Place.parse("spine:middle").label() == "Spine"
    assert Place("calf", Side.RIGHT).label(lambda text: text.replace("right", "rechts")) == "Lower leg, rechts"
    assert Spot.parse("axilla:left").label() == "Armpit, left"
    with pytest.raises(ValueError):
        Spot.parse("throat:left")


def test_a_side_given_as_text_equals_the_side():
    assert Place("calf", "left") == Place("calf", Side.LEFT)
    assert isinstance(Place("calf", "left").side, Side)


def test_places_of_a_region():
    assert [str(place) for place in body.places_of("knee")] == ["knee:left", "knee:right"]
    assert [str(place) for place in body.places_of("jaw")] == ["jaw:middle"]
    with pytest.raises(ValueError):
        body.places_of("tail")


@pytest.mark.parametrize(
    ("given", "limit", "words"),
    [
        (0, 0, "closed"),
        (2, 2, "light (2)"),
        (4, 4, "strong (4)"),
        (5, "none", "no limit"),
        (None, "none", "no limit"),
        ("none", "none", "no limit"),
        ("unassessed", "unassessed", "not assessed"),
    ],
)
def test_limits_and_their_words(given, limit, words):
    assert body.ceiling(given) == limit
    assert body.level_words(given) == words


@pytest.mark.parametrize("wrong", [6, -1, "2", True, False, 2.0, "free"])
def test_unknown_limits_are_refused(wrong):
    with pytest.raises(ValueError):
        body.ceiling(wrong)


def test_strictest_first():
    assert sorted(["none", "unassessed", 4, 0, 2], key=body.strictness) == [0, 2, 4, "unassessed", "none"]


def test_what_is_not_named_is_not_assessed_unless_the_caller_says_so():
    silent = dict(body.by_level({"calf:left": 0}))
    assert silent[0] == [Place("calf", "left")]
    assert len(silent["unassessed"]) == len(body.all_places()) - 1
    assert "none" in dict(body.by_level({}, rest="none"))
    with pytest.raises(ValueError):
        body.by_level({"tail:left": 0})


def test_groups_come_strictest_first():
    groups = body.by_level({"jaw:middle": 3, "spine:middle": 0, "hand:left": "unassessed", "knee:left": 5}, rest="none")
    assert [level for level, _places in groups] == [0, 3, "unassessed", "none"]


def test_both_sides_join_to_their_region():
    joined = body.join_sides(
        [Place("calf", "right"), Place("calf", "left"), Place("hand", "left"), Place("jaw", "middle")]
    )
    assert joined == [body.REGIONS["jaw"], Place("hand", "left"), body.REGIONS["calf"]]


def test_every_region_is_drawn_exactly_where_it_says():
    for side, drawn in (("front", figure.FIGURES["front"]), ("back", figure.FIGURES["back"])):
        wanted = {key for key, region in body.REGIONS.items() if getattr(region, f"on_{side}")}
        regions = [shape.region for shape in drawn.shapes]
        assert set(regions) == wanted and len(regions) == len(wanted)


def test_every_place_is_drawn_on_some_figure():
    drawn = {piece.place for one in figure.FIGURES.values() for piece in one.pieces()}
    assert drawn == set(body.all_places())


def test_left_is_the_persons_left():
    """From the front the person faces us: their left is at the right of the picture. From behind it is at the left."""
    x = {(side, str(piece.place)): piece.x for side, one in figure.FIGURES.items() for piece in one.pieces()}
    assert x["front", "calf:left"] > 100 > x["front", "calf:right"]
    assert x["back", "calf:right"] > 100 > x["back", "calf:left"]
    assert figure.FIGURES["front"].left_x > 100 > figure.FIGURES["back"].left_x


def test_points_are_marked_where_they_can_be_seen():
    front, back = figure.FIGURES["front"], figure.FIGURES["back"]
    assert front.spots("axilla:left") == [(140, 122)] and back.spots("axilla:left") == [(60, 122)]
    assert front.spots("popliteal:left") == [] and back.spots("popliteal:right") == [(121, 312)]
    assert front.spots("throat:middle") == [(100, 74)]
    assert front.spots("eyes:middle") == [(91, 36), (109, 36)]
    marked = {mark.point for one in (front, back) for mark in one.marks}
    assert marked == set(body.POINTS) - {"trunk_quadrant"}


def test_paths_hold_only_drawing_commands():
    for one in figure.FIGURES.values():
        for shape in one.shapes:
            assert re.fullmatch(r"[MLCZ0-9., -]+", shape.path) and shape.path.endswith("Z")
