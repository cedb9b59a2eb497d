"""From answers to proposals, and on to a verdict."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from practice.core.body import Place, Side, Spot
from practice.intake.answers import completeness
from practice.intake.definition import SHIPPED, shipped
from practice.safety import rulebook
from practice.safety.proposals import (
    allergies_named,
    intake_fact,
    never_more_named,
    pain_marks,
    proposals,
    were_allergies_asked,
    wishes_named,
)
from practice.safety.rules import Facts, Outcome, assess, levels
from practice.safety.services.receiving import content_of

BOOK = rulebook.shipped()
ON = date(2026, 6, 1)
FULL = shipped("full")
CALF = Place("calf", "left")


def as_stored(item):
    """The proposal as the rules meet it once it is stored, and nobody has decided yet."""
    return content_of(item).fact(is_proposed=True, ref="")


def propose(answers, form="full"):
    return proposals(shipped(form), {"birth_date": "1980-01-01"} | answers, BOOK, ON)


def test_every_condition_can_be_proposed_by_a_form():
    keys = set()
    for key in SHIPPED:
        for question in shipped(key).questions():
            keys |= {question.proposes} | {option.proposes for option in question.options}
    assert set(BOOK.rules) - keys == {"product_allergy"}  # named allergies are facts of their own
    assert keys - {""} <= set(BOOK.rules)


def test_every_severity_a_form_names_exists():
    for key in SHIPPED:
        for question in shipped(key).questions():
            for option in question.options:
                assert not option.variant or option.variant in BOOK.rules[option.proposes].versions


def test_a_place_a_rule_needs_is_asked_for():
    """Where a condition counts everywhere until its place is known, the form asks for the place."""
    for key in SHIPPED:
        for question in shipped(key).questions():
            opened = {answer: item.question for item in question.follow_ups for answer in item.when
                      if item.question.gives in ("places", "side")}  # fmt: skip
            for option in question.options:
                rule = BOOK.rules.get(option.proposes)
                if rule and rule.place == "required" and not question.decides:
                    assert option.key in opened, (key, question.key, option.key)
            if question.proposes and BOOK.rules[question.proposes].place == "required":
                assert "yes" in opened


def test_a_yes_brings_place_side_date_and_words():
    (clot,) = propose({"clot": "yes", "clot_state": "past", "clot_when": "2019-05", "clot_where": ["calf:left"]})
    assert (clot.condition_key, clot.since, clot.places) == ("dvt_history", date(2019, 5, 1), (CALF,))
    (thinner,) = propose({"thinners": "yes", "thinners_which": "Aspirin 75 mg"})
    assert (thinner.condition_key, thinner.words) == ("anticoagulants", "Aspirin 75 mg")
    (leg,) = propose({"leg_now": "yes", "leg_side": "right"})
    assert (leg.condition_key, leg.side) == ("dvt_current", Side.RIGHT)
    (nodes,) = propose({"veins": ["nodes"], "nodes_where": ["axilla:left"]})
    assert nodes.spots == (Spot("axilla", "left"),)


def test_without_the_deciding_answer_the_stricter_thought_stands():
    assert [item.condition_key for item in propose({"clot": "yes"})] == ["dvt_current"]
    assert [item.condition_key for item in propose({"heart": ["weak"]})] == ["heart_failure_decompensated"]
    assert [item.variant for item in propose({"organs": ["lungs"]})] == [None]
    assert [item.variant for item in propose({"organs": ["lungs"], "lungs_now": "usual"})] == ["usual"]


def test_no_and_dont_know_propose_nothing():
    assert propose({"clot": "no", "thinners": "unknown", "heart": ["no"], "veins": ["unknown"]}) == []


def test_medicines_are_recognised():
    found = propose({"medicines": [{"name": "Eliquis 5 mg"}, {"name": "Vitamin C"}, {"file": "x"}]})
    assert [(item.condition_key, item.words) for item in found] == [("anticoagulants", "Eliquis 5 mg")]


def test_new_pain_is_proposed_and_old_pain_is_not():
    marked = {"pain_where": {"calf:left": 6, "shoulder:right": 3}}
    assert propose(marked) == [] and [mark.is_acute for mark in pain_marks(FULL, marked, ON)] == [None, None]
    some = marked | {"pain_acute": "some", "pain_acute_where": ["calf:left"]}
    (acute,) = propose(some)
    assert (acute.condition_key, acute.places) == ("acute_pain", (CALF,))
    assert [mark.is_acute for mark in pain_marks(FULL, some, ON)] == [True, False]
    assert propose(marked | {"pain_acute": "no"}) == []


def test_new_pain_counts_where_it_was_named_and_not_marked():
    (acute,) = propose({"pain_where": {"lower_back:left": 5}, "pain_acute": "some",
                        "pain_acute_where": ["shoulder:left", "popliteal:right"]})  # fmt: skip
    assert acute.places == (Place("shoulder", "left"),) and acute.spots == (Spot("popliteal", "right"),)


def test_allergies_wishes_and_limits_are_read():
    answers = {
        "allergies": ["nut", "other"], "allergy_other": "arnica", "allergy_reaction": "rash", "allergy_severe": "yes",
        "pressure": "4", "never_more": ["abdomen:left"], "never_more_level": "2", "avoid": ["foot:left"],
    }  # fmt: skip
    named = [(item.substance, item.severity) for item in allergies_named(FULL, answers, ON)]
    assert named == [("Nuts or almond oil", "severe"), ("arnica", "severe")]
    assert were_allergies_asked(FULL, answers, ON) and not were_allergies_asked(FULL, {"allergies": ["unknown"]}, ON)
    assert were_allergies_asked(FULL, {"allergies": ["no"]}, ON)
    assert [item.level for item in wishes_named(FULL, answers, ON)] == [4]
    assert [(str(item.place), item.level) for item in never_more_named(FULL, answers, ON)] == [
        ("abdomen:left", 2), ("foot:left", 0),
    ]  # fmt: skip
    answers |= {"never_more": ["popliteal:left"], "avoid": ["groin:right"]}
    assert [(str(item.place), item.level) for item in never_more_named(FULL, answers, ON)] == [
        ("popliteal:left", 2), ("groin:right", 0),
    ]  # fmt: skip


def test_from_answers_to_a_verdict():
    answers = {
        "birth_date": "1980-01-01",
        "veins": ["varicose"],
        "varicose_where": ["calf:left"],
        "varicose_how": "severe",
    }
    state = completeness(FULL, answers, on=ON)
    facts = Facts(
        on=ON,
        conditions=tuple(as_stored(item) for item in proposals(FULL, answers, BOOK, ON)),
        intake=intake_fact(FULL, state, date(2027, 6, 1)),
    )
    verdict = assess(facts, BOOK)
    assert verdict.outcome == Outcome.PROCEED_WITH_LIMITS and not verdict.is_complete
    assert verdict.ceilings[CALF].level == 0 and verdict.ceilings[Place("foot", "left")].level == 0
    assert verdict.ceilings[Place("calf", "right")].level is None


def test_the_visit_check_proposes_what_is_new_today():
    found = propose({"ill_now": ["fever"], "alcohol": "yes", "meal": "yes"}, "visit")
    assert [item.condition_key for item in found] == ["fever", "intoxication", "heavy_meal"]
    (wound,) = propose({"skin_now": "yes", "skin_now_where": ["calf:left"], "skin_now_what": "wound"}, "visit")
    assert (wound.condition_key, wound.places) == ("open_wound", (CALF,))


JUNK = st.none() | st.integers() | st.text(max_size=6) | st.lists(st.text(max_size=6), max_size=3) | st.just({"a": 1})


@given(st.dictionaries(st.sampled_from([question.key for question in FULL.questions()]), JUNK, max_size=8))
def test_no_answers_break_the_reading(answers):
    for item in proposals(FULL, answers, BOOK, ON):
        as_stored(item)
    pain_marks(FULL, answers, ON)
    allergies_named(FULL, answers, ON)
    never_more_named(FULL, answers, ON)
    wishes_named(FULL, answers, ON)


def test_an_open_question_about_allergies_opens_no_place():
    def shown(**more) -> set:
        answers = {"birth_date": "1980-01-01", "allergies": ["nut"], **more}
        for section in FULL.sections:
            answers |= {f"group:{section.key}": "none"} if section.none_of_these else {}
        fact = intake_fact(FULL, completeness(FULL, answers, on=ON), date(2027, 6, 1))
        verdict = assess(Facts(on=ON, intake=replace(fact, missing=())), BOOK)
        return {gap.words for gap in verdict.not_assessed}, levels(verdict)["calf:left"]

    told = {"told_not": "no", "strong_medicine": ["no"]}
    words, calf = shown(**told)
    assert "Was it ever an emergency?" in words and calf is None
    words, calf = shown(**told | {"told_not": "unknown"})
    assert calf == "unassessed"
