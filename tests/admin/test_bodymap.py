"""The drawing of the body and the lists that say the same in words."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from practice.admin.brief.cards import Limit
from practice.core import body, figure

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture(scope="module")
def macros():
    """The macros alone, without an application."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    env.install_null_translations(newstyle=True)
    env.globals.update(body=body, figure=figure, say=str)
    return env.get_template("macros/bodymap.html").module


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def regions(self):
        return [attrs for _tag, attrs in self.found if attrs.get("class") == "bm-region"]

    def badge(self, place):
        return {attrs["class"] for _tag, attrs in self.found if attrs.get("data-badge") == place}


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def image_name(text):
    return next(attrs["aria-label"] for _tag, attrs in Tags(text).found if attrs.get("role") == "img")


def test_a_read_only_map_is_one_image_that_says_everything(macros):
    drawn = str(
        macros.bodymap(
            {"calf:left": 0, "lower_back:left": 2, "lower_back:right": 2, "hand:right": "unassessed"},
            rest="none",
            worked={"foot:left": 3},
            points=["axilla:left"],
            label="Limits",
        )
    )
    assert image_name(drawn) == (
        "Limits. Closed: Lower leg, left. Light (2): Lower back. Not assessed: Hand, right. Everywhere else: no limit. "
        "Foot, left, worked at 3. Marked point: Armpit, left."
    )
    assert 'role="button"' not in drawn and "tabindex" not in drawn


def test_a_map_that_names_every_place_says_the_commonest_limit_of_everywhere_else(macros):
    levels = {str(place): "none" for place in body.all_places()} | {"calf:left": 0, "foot:left": "unassessed"}
    assert image_name(str(macros.bodymap(levels))) == (
        "Body map. Closed: Lower leg, left. Not assessed: Foot, left. Everywhere else: no limit.")
    assert image_name(str(macros.bodymap(dict.fromkeys(levels, 3)))) == "Body map. Everywhere: medium (3)."


def test_silence_is_drawn_as_not_assessed(macros):
    drawn = str(macros.bodymap({}))
    assert image_name(drawn) == "Body map. Everywhere: not assessed."
    assert {attrs["data-level"] for attrs in Tags(drawn).regions()} == {"unassessed"}


def test_a_limit_for_the_whole_body_fills_every_other_place(macros):
    drawn = str(macros.bodymap({"spine:middle": 0}, rest=3))
    assert image_name(drawn) == "Body map. Closed: Spine. Everywhere else: medium (3)."
    assert {attrs["data-level"] for attrs in Tags(drawn).regions()} == {"0", "3"}


def test_buttons_say_place_and_limit_and_there_is_one_stop_for_tab(macros):
    drawn = Tags(
        str(
            macros.bodymap(
                {"upper_back:left": 4, "spine:middle": 0},
                "pick",
                rest="none",
                worked={"upper_back:left": 5},
                selected="spine:middle",
            )
        )
    )
    names = {attrs["data-place"]: attrs["aria-label"] for attrs in drawn.regions()}
    assert names["upper_back:left"] == "Upper back left, no deeper than 4, worked at 5"
    assert names["upper_back:right"] == "Upper back right, no limit"
    assert names["spine:middle"] == "Spine, closed"
    pressed = [attrs["data-place"] for attrs in drawn.regions() if attrs["aria-pressed"] == "true"]
    assert pressed == ["spine:middle"]
    for side in figure.FIGURES:
        assert side in {attrs.get("data-figure") for _tag, attrs in drawn.found}
    assert sum(attrs["tabindex"] == "0" for attrs in drawn.regions()) == 1


def test_limits_are_circles_and_work_is_a_square(macros):
    drawn = Tags(str(macros.bodymap({"calf:left": 0, "hand:left": 2}, rest="none", worked={"hand:left": 3})))
    assert drawn.badge("calf:left") == {"bm-badge is-limit"}
    assert drawn.badge("hand:left") == {"bm-badge is-worked"}
    assert drawn.badge("foot:left") == set()


def test_pain_shows_no_limits(macros):
    drawn = Tags(str(macros.bodymap({"calf:left": 0}, "pain", marks={"jaw:middle": 0}, name="pain")))
    assert drawn.badge("jaw:middle") == {"bm-badge is-pain"}
    assert drawn.badge("calf:left") == {"bm-badge is-empty"}
    names = {attrs["data-place"]: attrs["aria-label"] for attrs in drawn.regions()}
    assert names["jaw:middle"] == "Jaw, pain 0 of 10"
    assert names["calf:left"] == "Lower leg left"


def test_the_clients_marks_can_be_read_by_the_therapist(macros):
    assert image_name(str(macros.bodymap({}, marks={"calf:left": 7}))) == "Body map. Lower leg, left, pain 7 of 10."
    assert image_name(str(macros.bodymap({}, marks={}))) == "Body map. No pain marked."


def limit(level, place, reason="", **values):
    return Limit("why-1", level, reason, [place], **{"label": body.names([place]), **values})


def test_the_list_is_strictest_first_and_never_folds_what_is_not_assessed(macros):
    entries = [limit(4, f"{key}:left") for key in ("hand", "foot", "knee", "hip")]
    entries += [limit(2, f"{key}:left", "Sore") for key in ("calf", "chest", "shoulder")]
    entries += [limit("unassessed", "upper_arm:right"), limit(0, "spine:middle", "Standing rule", is_new=True)]
    drawn = str(macros.limit_list(entries))
    open_part, folded = drawn.split("<details")
    assert "Spine: closed Standing rule new" in words(open_part)
    assert open_part.index("Spine") < open_part.index("Lower leg") < open_part.index("Hand, left")
    assert "Upper arm, right: not assessed" in words(open_part)
    assert "2 more" in folded and folded.count("<li") == 2
    assert drawn.count("<li") == 9


def test_seven_entries_are_not_folded(macros):
    entries = [limit(3, "hand:left", label=f"Place {n}") for n in range(7)]
    assert "<details" not in str(macros.limit_list(entries))


@pytest.mark.requirement("escaped")
def test_what_people_wrote_is_escaped(macros):
    drawn = str(macros.limit_list([limit(1, "hand:left", "<script>1</script>", label="<b>x</b>")]))
    assert "<b>" not in drawn and "<script>" not in drawn


def test_both_sides_are_said_once(macros):
    assert str(macros.places_name(["calf:right", "calf:left", "hand:left"])) == "Hand, left; Lower leg"


def test_the_list_to_pick_from_holds_every_place(macros):
    drawn = Tags(str(macros.region_select("place", value="calf:left", levels={"spine:middle": 0}, rest="none")))
    options = [attrs for tag, attrs in drawn.found if tag == "option"]
    assert [option["value"] for option in options] == ["", *map(str, body.all_places())]
    assert [option["value"] for option in options if "selected" in option] == ["calf:left"]


def test_pain_is_posted_by_one_choice_per_place(macros):
    drawn = Tags(str(macros.pain_list("pain", {"jaw:middle": 0, "calf:left": 10})))
    names = [attrs["name"] for tag, attrs in drawn.found if tag == "select"]
    assert names == [f"pain-{place}" for place in body.all_places()]
    assert sum("selected" in attrs for tag, attrs in drawn.found if tag == "option") == 2


def test_nothing_is_styled_or_scripted_inline(macros):
    pages = [
        macros.bodymap_defs(),
        macros.bodymap({"calf:left": 0}, "pick"),
        macros.bodymap({}, "pain"),
        macros.pain_sheet("pain"),
        macros.pain_list("pain"),
        macros.legend(),
        macros.legend(worked=True),
        macros.swatch(2, say=True),
    ]
    for tag, attrs in Tags("".join(map(str, pages))).found:
        assert tag not in ("style", "script")
        assert not [name for name in attrs if name == "style" or name.startswith("on")]


def test_unknown_places_and_levels_are_refused(macros):
    with pytest.raises(ValueError):
        macros.bodymap({"tail:left": 1})
    with pytest.raises(ValueError):
        macros.bodymap({"calf:left": 7})
