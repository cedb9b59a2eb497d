"""The rulebook's data: complete, sound, worded for its readers, and the owner's rules over it."""

import json
from datetime import date

import pytest

from practice.catalog.techniques import catalogue
from practice.core.body import REGIONS
from practice.safety import rulebook
from practice.safety.rulebook import HARDNESS, Kind, rule_from_data, shipped, to_data
from practice.safety.rulebook_check import problems_of
from practice.safety.rulebook_own import with_own
from practice.safety.rulebook_texts import texts
from practice.safety.rules import ConditionFact, Facts, assess

BOOK = shipped()
CLINICAL = ("phlebitis", "tia", "petrissage", "contraindication", "anticoagul", "oedema", "edema", "thrombo")
OWN = {
    "key": "migraine", "label": "Migraine", "client": "migraine", "kind": "caution",
    "why": "Light and smell can bring it on.",
    "sources": ["Olive's twenty years"], "grade": "low", "basis": "editor", "cap": 3, "warn": ["aromatherapy"],
}  # fmt: skip


def test_eighty_three_conditions_sixteen_of_them_less_certain():
    assert len(BOOK.conditions) == 83
    assert sum(rule.extended for rule in BOOK.conditions.values()) == 16
    assert len(catalogue()) == 47


@pytest.mark.parametrize("key", sorted(BOOK.rules))
def test_every_rule_is_sound_sourced_and_survives_a_round_trip(key):
    rule = BOOK.rules[key]
    data = json.loads(json.dumps(to_data(rule)))
    assert problems_of(data, BOOK) == []
    assert rule_from_data(data) == rule
    assert all(source in BOOK.sources for source in rule.sources)
    assert rule.ask and rule.label != rule.client
    assert not any(word in f" {rule.client.casefold()}" for word in CLINICAL)
    for version in rule.versions.values():
        assert HARDNESS[version.kind] <= HARDNESS[rule.strictest.kind]
        if version.cap is not None:
            assert rule.strictest.cap <= version.cap


def test_every_region_a_rule_names_exists():
    for rule in BOOK.rules.values():
        for where in (*rule.caps, *rule.regions, *rule.possible):
            assert where in REGIONS or where.startswith("@")
        if rule.kind == Kind.ABSOLUTE:
            assert rule.cap == 0 and rule.avoid == ("*",)


def test_own_rules_are_marked_and_survive_a_new_shipped_version():
    mine = with_own(BOOK, [OWN])
    assert mine.rules["migraine"].is_own and mine.version.startswith(f"{BOOK.version}+own.")
    newer = rulebook.Rulebook("2027.1", BOOK.rules, BOOK.standing, BOOK.settings, BOOK.sources)
    assert with_own(newer, [OWN]).rules["migraine"] == mine.rules["migraine"]
    assert with_own(BOOK, []) is BOOK
    verdict = assess(Facts(on=date(2026, 6, 1), conditions=(ConditionFact("migraine"),)), mine)
    assert verdict.why[0].is_own and verdict.why[0].sources[0].title == "Olive's twenty years"


def test_an_own_rule_may_replace_a_shipped_one():
    stricter = to_data(BOOK.rules["diabetes"]) | {"cap": 2}
    mine = with_own(BOOK, [stricter])
    assert mine.rules["diabetes"].cap == 2 and mine.rules["diabetes"].is_own and BOOK.rules["diabetes"].cap is None


@pytest.mark.parametrize(
    "change, word",
    [
        ({"cap": 7}, "level"),
        ({"kind": "absolute"}, "stops everything"),
        ({"caps": {"tail": 1}}, "region"),
        ({"caps": {"@marked": 1}}, "place"),
        ({"avoid": ["shouting"]}, "technique"),
        ({"label": " "}, "label"),
        ({"grade": "sure"}, "grade"),
        ({"sources": []}, "source"),
        ({"heat": "boil"}, "Heat"),
        ({"colour": "red"}, "colour"),
        ({"review_days": 0}, "Days"),
        ({"consequences": ["shout"]}, "reception"),
    ],
)
def test_the_editor_is_told_what_is_wrong(change, word):
    assert problems_of(OWN, BOOK) == []
    assert any(word in problem for problem in problems_of({**OWN, **change}, BOOK))


def test_the_scale_is_credited():
    assert "Tracy Walton" in rulebook.WALTON_CREDIT and "Walton" in (rulebook.__doc__ or "")


def test_every_text_can_be_translated():
    assert {BOOK.rules["fever"].why, BOOK.standing["spine"].label} <= texts()
