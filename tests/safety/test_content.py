"""What conditions and profiles keep: there and back, and when two answers are one."""
from dataclasses import replace
from datetime import date

from practice.core.body import Place, Side, Spot
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.letters import Letter
from practice.safety.rules import AllergyFact, BloodPressure, ClearanceFact, ConsentFact, Limit, Wish

WHOLE = ConditionContent(
    key="lymph_node_removal", words="her words", places=(Place("hand", "left"),), spots=(Spot("axilla", "left"),),
    side=Side.LEFT, since=date(2019, 1, 1), variant="usual", due_on=date(2027, 2, 1), review_on=date(2026, 12, 1),
    own_limit=2, note="never the bad arm", told="left side", question_key="veins", reason="asked", origin="abc")


def test_a_condition_there_and_back():
    assert ConditionContent.from_json(WHOLE.to_json()) == WHOLE
    assert ConditionContent.from_json(ConditionContent().to_json()) == ConditionContent()


def test_a_profile_there_and_back():
    profile = ProfileContent(
        allergies=(AllergyFact("Wool wax", "severe", "rash", "grapeseed"),), allergies_refused=("Latex",),
        allergies_asked_on=date(2026, 11, 17), allergies_form=7, wishes=(Wish(4, Place("calf", "left"), "firm"),),
        never_more_than=(Limit(2, None, "ticklish"),),
        therapist_limits=(Limit(3, Place("calf", "right"), "weak", "x"),),
        consents=(ConsentFact(("gluteal",), ("intraoral_tmj",), date(2027, 1, 1), True, date(2026, 1, 1),
                              date(2026, 3, 1), "2026-11"),),
        letters=(Letter(1, "anticoagulants", date(2026, 1, 1), "Dr. B", ("How deep?",), ("Medium",), True, 3,
                        (Place("calf", "left"),), False, "Dr. B", date(2026, 1, 2), date(2027, 1, 2)),
                 Letter(2, "diabetes", date(2026, 1, 1))),
        place_notes=((Place("foot", "left"), "ticklish"),), blood_pressure=BloodPressure(120, 80, date(2026, 5, 1)),
        pinned=("Calls the stool Bob",), read=((3, ("a", "b")),))
    assert ProfileContent.from_json(profile.to_json()) == profile
    assert ProfileContent.from_json(None) == ProfileContent()
    assert profile.clearances == (ClearanceFact("anticoagulants", 3, (Place("calf", "left"),), False, "Dr. B",
                                                date(2026, 1, 2), date(2027, 1, 2)),)


def test_what_was_read_is_kept_by_form():
    profile = ProfileContent().with_read(3, frozenset("b")).with_read(4, frozenset("x")).with_read(3, frozenset("a"))
    assert profile.read_keys(3) == {"a", "b"} and profile.read_keys(4) == {"x"} and profile.read_keys(5) == frozenset()
    for number in range(10, 30):
        profile = profile.with_read(number, frozenset("q"))
    assert len(profile.read) < 20 and profile.read_keys(29) == {"q"}


def test_the_same_answer_is_known_again_after_the_therapist_has_changed_it():
    asked = ConditionContent(key="bruise_hematoma", places=(Place("calf", "left"),), since=date(2026, 11, 15))
    asked = replace(asked, origin=asked.fingerprint())
    held = replace(asked, places=(Place("calf", "right"),), note="it was the other one")
    assert asked.adds_nothing_to(held)
    assert not replace(asked, since=date(2026, 11, 20), origin="another").adds_nothing_to(held)


def test_a_bare_answer_adds_nothing_to_what_the_therapist_wrote_down():
    held = ConditionContent(key="anticoagulants", told="", since=date(2024, 1, 1))
    assert ConditionContent(key="anticoagulants").adds_nothing_to(held)
    assert not ConditionContent(key="anticoagulants", told="apixaban").adds_nothing_to(held)
    assert not ConditionContent(key="anticoagulants", side=Side.LEFT).adds_nothing_to(held)
    assert not ConditionContent(key="diabetes").adds_nothing_to(held)


def test_a_new_pregnancy_is_another_one():
    held = ConditionContent(key="pregnancy", due_on=date(2026, 3, 1))
    assert not ConditionContent(key="pregnancy", due_on=date(2027, 9, 1)).adds_nothing_to(held)
