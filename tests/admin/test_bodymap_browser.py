"""The body map under real keys, pointers and fingers."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from practice.admin.brief.cards import Limit
from practice.core import body, figure
from tests.plugins.browsers import PHONE, violations

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "practice" / "static"
NAMES = "bodymap, bodymap_defs, legend, limit_list, region_select, pain_sheet, pain_list"
PICK = """{{ bodymap({'calf:left': 0}, 'pick', rest='none', selected='upper_back:left') }}
{{ region_select('place', map='bodymap', value='upper_back:left') }}"""
PAIN = """{{ bodymap({}, 'pain', marks={'jaw:middle': 4}, name='pain') }}{{ pain_list('pain', {'jaw:middle': 4}) }}
{{ pain_sheet('pain') }}"""
READ = """<section>{{ bodymap({'calf:left': 0}, rest='none') }}{{ legend() }}
{{ limit_list(limits) }}</section>"""
LIMITS = [Limit("why-1", 0, "Bruised", ["calf:left"], label="Lower leg, left", is_new=True)]
LISTEN = """window.heard = [];
for (const what of ["select", "level", "pain"]) document.addEventListener(`bodymap:${what}`, (event) =>
  heard.push([what, event.detail.region, event.detail.side, event.detail.level ?? event.detail.pain ?? null]));"""


@pytest.fixture
def open_map(browser):
    """`open_map(template, **context options)`: a page with styles, script and a list of what the map has said."""
    contexts, errors = [], []
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)
    env.globals.update(body=body, figure=figure, say=str)

    def open_page(template, *, script=True, **options):
        context = browser.new_context(**({"viewport": {"width": 820, "height": 1180}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        start = f"{{% from 'macros/bodymap.html' import {NAMES} %}}<h1>Map</h1>{{{{ bodymap_defs() }}}}"
        drawn = env.from_string(start + template).render(limits=LIMITS)
        meta = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        page.set_content(f'<!doctype html><html lang="en"><title>Map</title>{meta}<main>{drawn}</main></html>')
        for style in ("app.css", "components.css", "bodymap.css"):
            page.add_style_tag(content=(STATIC / style).read_text(encoding="utf-8"))
        page.evaluate(LISTEN)
        if script:
            for name in ("bodymap_sides.js", "bodymap.js"):
                page.add_script_tag(content=(STATIC / name).read_text(encoding="utf-8"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def heard(page):
    return page.evaluate("heard")


def focused(page):
    return page.evaluate("document.activeElement.dataset.place || document.activeElement.tagName")


def region(page, figure_key, place):
    return page.locator(f'[data-figure="{figure_key}"] .bm-region[data-place="{place}"]')


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("template", [READ, PICK, PAIN], ids=["read", "pick", "pain"])
def test_nothing_stands_in_the_way_of_anyone(open_map, template, dark):
    page = open_map(template, color_scheme="dark" if dark else "light")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert violations(page) == []
    page.click("[data-pair^=left]")
    assert page.locator('[data-figure="right"]').is_visible() and page.locator('[data-figure="back"]').is_hidden()
    assert violations(page) == []


def test_tab_enters_once_arrows_move_enter_selects_digits_set(open_map):
    page = open_map(PICK)
    for _stop in ("Front and back", "Sides", "the map"):
        page.keyboard.press("Tab")
    assert focused(page) == "upper_back:left"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "mid_back:left"
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    said = heard(page)
    assert said[0] == ["select", "mid_back", "left", None]
    assert said[-1] == ["level", "mid_back", "left", 3]
    assert region(page, "back", "mid_back:left").get_attribute("aria-pressed") == "true"
    assert page.locator("select").input_value() == "mid_back:left"
    page.keyboard.press("Tab")
    assert focused(page) == "SELECT"


@pytest.mark.parametrize("side", ["front", "left"])
def test_arrows_reach_every_region_from_every_other(open_map, side):
    page = open_map(PICK)
    page.click(f"[data-pair^={side}]")
    lost = page.evaluate("""() => {
      const map = BodyMap.of(document.querySelector("[data-bodymap]"));
      const ways = [[-1, 0], [1, 0], [0, -1], [0, 1]];
      const shown = map.regions.filter((one) => map.isSeen(one));
      return shown.filter((start) => {
        const seen = new Set([start]);
        for (const one of seen) ways.map((way) => map.nearest(one, way)).forEach((next) => next && seen.add(next));
        return seen.size !== shown.length;
      }).map((one) => one.dataset.place);
    }""")
    assert lost == []


def test_a_place_is_the_same_on_both_figures_and_in_the_list(open_map):
    page = open_map(PICK)
    page.select_option("select", "calf:left")
    assert heard(page) == [["select", "calf", "left", None]]
    page.evaluate("""() => {
      const map = BodyMap.of(document.querySelector("[data-bodymap]"));
      map.setLevel("calf:left", 2);
      map.setWorked("calf:left", 3);
    }""")
    for side in ("front", "back"):
        drawn = region(page, side, "calf:left")
        assert drawn.get_attribute("aria-pressed") == "true"
        assert drawn.get_attribute("aria-label") == "Lower leg left, no deeper than 2, worked at 3"
        assert drawn.locator(".bm-area").first.get_attribute("fill") == "url(#bm-2)"
    assert page.locator('.bm-badge.is-worked[data-badge="calf:left"]').all_text_contents() == ["3", "3", "3"]


def test_the_sides_show_what_is_seen_from_there_under_the_same_names(open_map):
    page = open_map(READ)
    for side in ("left", "right"):
        regions = page.locator(f'[data-figure="{side}"] .bm-region')
        found = regions.evaluate_all("all => all.map((one) => one.dataset.place)")
        unseen = {"spine", "thigh_medial"}
        assert sorted(found) == sorted(
            str(place) for place in body.all_places() if place.side in (side, "middle") and place.region not in unseen
        )


def test_a_place_seen_from_the_side_is_the_one_on_front_and_back(open_map):
    page = open_map(PICK)
    page.click("[data-pair^=left]")
    assert region(page, "left", "calf:left").get_attribute("aria-label") == "Lower leg left, closed"
    assert page.locator('[data-figure="left"] [data-badge="calf:left"]').text_content() == "0"
    page.keyboard.press("Tab")
    assert focused(page) == "chest:left"
    region(page, "left", "thigh_anterior:left").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "knee:left"
    page.keyboard.press("4")
    assert heard(page)[-1] == ["level", "knee", "left", 4]
    for side in ("front", "back", "left"):
        assert region(page, side, "knee:left").get_attribute("aria-pressed") == "true"
    page.locator('[data-figure="right"] [data-place="forearm_wrist:right"] .bm-area').click()
    assert heard(page)[-1] == ["select", "forearm_wrist", "right", None]
    page.evaluate("""() => BodyMap.of(document.querySelector("[data-bodymap]")).setWorked("hip:right", 3)""")
    assert page.locator('.bm-badge.is-worked[data-badge="hip:right"]').all_text_contents() == ["3", "3", "3"]
    page.select_option("select", "spine:middle")  # not seen from the side: the map turns to where it is
    assert page.locator('[data-figure="back"]').is_visible()


def test_pain_goes_into_what_is_posted(open_map):
    page = open_map(PAIN, viewport=PHONE)
    choice = page.locator('[name="pain-gluteal:right"]')
    page.click('[data-show="back"]')
    region(page, "back", "gluteal:right").focus()
    page.keyboard.press("7")
    assert choice.input_value() == "7"
    page.click('[data-pain="10"][aria-pressed]')
    assert choice.input_value() == "10"
    assert heard(page)[-1] == ["pain", "gluteal", "right", 10]
    assert page.locator("[data-sheet-place]").inner_text() == "Buttock, right"
    page.click("[data-remove]")
    assert choice.input_value() == ""
    assert page.locator("[data-pain-sheet]").is_hidden()
    assert focused(page) == "gluteal:right"


def test_the_list_marks_the_map(open_map):
    page = open_map(PAIN)
    page.click("summary")
    page.select_option('[name="pain-hand:left"]', "5")
    assert page.locator('.bm-badge.is-pain[data-badge="hand:left"]').all_text_contents() == ["5", "5", "5"]


def test_a_phone_shows_one_side_and_says_what_is_on_the_other(open_map):
    page = open_map(READ, viewport=PHONE)
    assert page.locator('[data-figure="front"]').is_visible()
    assert page.locator('[data-figure="back"]').is_hidden()
    assert page.locator('[data-show="back"]').inner_text() == "Back (1)"
    page.click('[data-show="back"]')
    assert page.locator('[data-figure="back"]').is_visible()
    assert page.locator('[data-show="left"]').inner_text() == "Left side (1)"
    page.click('[data-show="left"]')
    assert page.locator('[data-figure="left"]').is_visible() and page.locator('[data-figure="right"]').is_hidden()


def test_without_the_script_both_sides_are_shown(open_map):
    page = open_map(PAIN, viewport=PHONE, script=False)
    assert page.locator('[data-figure="front"]').is_visible()
    assert page.locator('[data-figure="back"]').is_visible()
    assert page.locator("[data-switch]").is_hidden() and page.locator("[data-turn]").is_hidden()


def test_a_tap_on_the_neck_comes_closer_first(open_map):
    page = open_map(PAIN, viewport=PHONE, has_touch=True, is_mobile=True)
    neck = page.locator('[data-figure="front"] [data-badge="jaw:middle"] circle')

    def tap():
        box = neck.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    tap()
    page.wait_for_selector("[data-zoomed]", state="attached")
    assert heard(page) == []
    tap()
    page.wait_for_function("heard.length")
    assert heard(page) == [["select", "jaw", "middle", None]]
    page.tap("button[data-whole]")
    page.wait_for_selector("[data-zoomed]", state="detached")


def test_a_tap_on_a_read_only_map_points_at_the_reason(open_map):
    page = open_map(READ)
    page.locator('[data-figure="back"] [data-place="calf:left"] .bm-area').click(force=True)
    assert "Bruised" in page.locator(".bm-limit.is-current").inner_text()
