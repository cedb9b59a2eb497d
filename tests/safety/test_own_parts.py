"""Techniques, standing rules and settings of the practice's own count everywhere, and say whose they are."""
from dataclasses import replace

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.catalog.techniques import Category, catalogue, order_hints, technique_from_data, technique_to_data
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, NotFound, Stale
from practice.safety.content import ConditionContent
from practice.safety.models import OwnRule
from practice.safety.queries import book, known
from practice.safety.queries.desk import consequences_of
from practice.safety.rulebook import to_data
from practice.safety.rulebook_check_parts import problems_of
from practice.safety.rulebook_own import with_own
from practice.safety.rules import BloodPressure, ConditionFact, assess, check_row
from practice.safety.rules_loosened import loosened
from practice.safety.rules_verdict import Consequence, Outcome, ProblemKind, Status
from practice.safety.services import conditions, own_rules, profile
from practice.safety.standing import standing_from_data, standing_to_data
from tests.factories import intake
from tests.factories.rules import (
    BOOK,
    OWN_AROMA,
    OWN_BOOK,
    OWN_HANDS,
    OWN_PRESSURE,
    OWN_SENSITIVE,
    OWN_SPINE,
    OWN_SUCTION,
    THAI,
    facts,
)
from tests.personas import NOW
from tests.safety.conftest import do

CALF, SPINE, NECK = Place("calf", "left"), Place("spine", "middle"), Place("neck_anterior", "middle")
ALL = (THAI, OWN_SPINE, OWN_HANDS, OWN_SUCTION, OWN_SENSITIVE, OWN_PRESSURE, OWN_AROMA)


def judged(*found, book=OWN_BOOK, **more):
    return assess(facts(conditions=tuple(ConditionFact(key) for key in found), **more), book)


def test_shapes_go_there_and_back():
    for technique in BOOK.techniques.values():
        assert technique_from_data(technique_to_data(technique)) == technique
    for rule in BOOK.standing.values():
        assert standing_from_data(standing_to_data(rule)) == rule
    assert [problems_of(row, BOOK) for row in ALL] == [[]] * len(ALL)


def test_a_technique_of_its_own_is_judged_like_any_other():
    verdict = judged()
    (problem,) = check_row(verdict, CALF, "thai_stretch", 4)
    assert problem.kind is ProblemKind.TOO_DEEP and problem.level == 3 and problem.reasons[0].is_own
    assert problem.reasons[0].sources[0].title == "Course in Chiang Mai"
    assert check_row(verdict, CALF, "thai_stretch", 3) == []
    (problem,) = check_row(verdict, Place("head", "middle"), "thai_stretch", 2)
    assert problem.kind is ProblemKind.TECHNIQUE and problem.reasons[0].why == "The teacher says so."
    assert judged("osteoporosis").techniques["thai_stretch"].status is Status.REFUSED
    assert judged("fever").techniques["thai_stretch"].status is Status.REFUSED, "every technique is every technique"
    assert "thai_stretch" not in judged(book=BOOK).techniques
    assert order_hints([("thai_stretch", 2)], OWN_BOOK.techniques) == order_hints([("effleurage", 3)])[:1]


def test_a_changed_technique_a_standing_rule_and_settings_count_and_are_marked():
    assert judged("hypertension_controlled", book=BOOK).techniques["aromatherapy"].status is Status.WARNED
    assert judged("hypertension_controlled").techniques["aromatherapy"].status is Status.ALLOWED
    verdict = judged()
    assert verdict.ceilings[SPINE].level == 2 and verdict.ceilings[SPINE].set_by[0].is_own
    assert verdict.ceilings[Place("hand", "left")].level == 3
    assert NECK not in verdict.techniques["cupping"].refused_at
    assert NECK in verdict.techniques["fire_cupping"].refused_at
    closed = judged(consents=()).ceilings
    assert closed[Place("abdomen", "left")].level == 0 and closed[Place("abdomen", "left")].set_by[0].is_own
    assert closed[Place("gluteal", "left")].level is None
    asked, stopped = Outcome.NEEDS_CLEARANCE, Outcome.DO_NOT_TREAT
    for upper, lower, outcome in ((155, 80, asked), (185, 112, asked), (190, 90, stopped)):
        assert judged(blood_pressure=BloodPressure(upper, lower)).outcome is outcome
    assert judged(blood_pressure=BloodPressure(155, 80)).why[0].is_own


def test_a_technique_taken_out_is_known_by_its_name_only():
    later = with_own(BOOK, [OWN_SPINE], [THAI, OWN_AROMA])
    assert later.techniques["thai_stretch"].is_retired and not later.techniques["aromatherapy"].is_own
    assert with_own(BOOK, [], [THAI]).version == BOOK.version
    newer = with_own(replace(BOOK, version="2027.1"), ALL)
    assert newer.version.startswith("2027.1+own.") and newer.techniques == OWN_BOOK.techniques


@pytest.mark.parametrize("row, change, word", [
    (THAI, {"label": ""}, "label"), (THAI, {"category": "dance"}, "kind"), (THAI, {"cap": 9}, "level"),
    (THAI, {"lowest": 5}, "lightest"), (THAI, {"never_at": ["tail"]}, "region"), (THAI, {"why": ""}, "why"),
    (THAI, {"refused_for": ["boredom"]}, "condition"), (THAI, {"sources": []}, "source"),
    (THAI, {"phases": ["encore"]}, "opens"), (OWN_HANDS, {"regions": []}, "where"), (OWN_HANDS, {"cap": -1}, "level"),
    (OWN_HANDS, {"points": ["nose"]}, "body"), (OWN_HANDS, {"techniques": ["shouting"]}, "technique"),
    (OWN_HANDS, {"grade": "sure"}, "grade"), (OWN_SENSITIVE, {"regions": ["tail"]}, "region"),
    (OWN_PRESSURE, {"ask_doctor": [200, 95]}, "lower ones"), (OWN_PRESSURE, {"do_not_treat": [190]}, "two figures"),
    (THAI, {"label": " petrissage (KNEADING)"}, "with this name"), (OWN_HANDS, {"label": "Throat"}, "with this name"),
    (OWN_HANDS, {"key": "fever"}, "condition has this name"), (OWN_HANDS, {"cap": None}, "how deep"),
    (OWN_HANDS, {"techniques": ["cupping"]}, "two rules"), (OWN_SUCTION, {"points": ["eyes"]}, "whole regions"),
    (OWN_PRESSURE, {"key": "moon"}, "part"), (OWN_PRESSURE, {"part": "moon"}, "part"), (THAI, {"key": ""}, "key"),
])
def test_the_owner_is_told_what_is_wrong(row, change, word):
    assert any(word in problem for problem in problems_of({**row, **change}, BOOK))


def test_care_that_is_taken_no_more_a_depth_that_holds_no_more_and_what_is_not_asked_again_are_said():
    found = facts(conditions=(ConditionFact("anticoagulants"), ConditionFact("skin_inflamed", places=(CALF,))))
    before, shipped = assess(found, BOOK), BOOK.rules["skin_inflamed"]

    def softer(row):
        return {(one.label, one.own) for one in loosened(before, assess(found, with_own(BOOK, [row])))}

    free, still = before.techniques["stripping"], {"part": "technique"}
    assert free.warned_at and free.status is Status.WARNED
    stripping, deep = (technique_to_data(BOOK.techniques[key]) | still for key in ("stripping", "deep_tissue"))
    assert softer(stripping) == softer(deep) == set()
    assert softer(stripping | {"warns_for": []}) == {(stripping["label"], "allowed")}
    assert softer(deep | {"is_placed": False}) == {(deep["label"], "at any depth")}
    assert [one.rule for one in before.ask_again] == ["skin_inflamed"]
    assert softer(to_data(shipped) | {"each_visit": False}) == {(shipped.label, "not asked for")}


def test_what_reception_is_told_no_more_is_said():
    found = facts(conditions=(ConditionFact("frail_elderly"),))
    before, rule = assess(found, BOOK), to_data(BOOK.rules["frail_elderly"])
    assert Consequence.LONGER in before.consequences
    silent = assess(found, with_own(BOOK, [rule | {"consequences": []}]))
    assert [(one.label, one.book, one.own) for one in loosened(before, silent)] == [
        ("15 minutes longer", "told to reception", "not told")]


@pytest.fixture
def ann(people, ann) -> int:
    """With a condition."""
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="osteoporosis"))
    return ann


def look(people, client_id):
    db.session.rollback()
    with guard.acting(people.theo):
        found = known.known(client_id, NOW.date())
        return found.verdict, found.loosened(), book.techniques()


def test_saved_it_counts_at_once_and_can_be_put_back(people, ann):
    before, softer, known = look(people, ann)
    assert softer == () and "thai_stretch" not in known
    versions = {row["key"]: do(people, own_rules.save_rule, row, version=0) for row in (THAI, OWN_SPINE, OWN_PRESSURE)}
    verdict, softer, known = look(people, ann)
    assert known["thai_stretch"].category is Category.MODALITY
    assert verdict.techniques["thai_stretch"].status is Status.REFUSED and verdict.ceilings[SPINE].level == 2
    assert verdict.rulebook_version.startswith(f"{before.rulebook_version}+own.")
    assert [(one.places, one.book, one.own) for one in softer] == [((SPINE,), 0, 2)]
    do(people, own_rules.take_back, "standing:spine", version=versions["spine"])
    do(people, own_rules.take_back, "technique:thai_stretch", version=versions["thai_stretch"])
    verdict, softer, known = look(people, ann)
    assert verdict.ceilings[SPINE].level == 0 and softer == () and "thai_stretch" not in known
    assert verdict.catalogue["thai_stretch"].label == "Thai stretching", "notes go on naming it"
    with guard.acting(people.olive):
        kept = {row.key: row.is_active for row in db.session.scalars(select(OwnRule))}
    assert kept == {"technique:thai_stretch": False, "standing:spine": False, "setting:blood_pressure": True}


def test_versions_who_may_and_what_is_refused(people):
    version = do(people, own_rules.save_rule, THAI, version=0)
    with pytest.raises(Stale):
        do(people, own_rules.save_rule, THAI, version=version + 1)
    for name in ("theo", "rae"):
        with pytest.raises(Forbidden):
            do(people, own_rules.save_rule, THAI, version=version, who=name)
    with pytest.raises(own_rules.RuleRefused):
        do(people, own_rules.save_rule, OWN_SENSITIVE | {"sources": []}, version=0)
    with pytest.raises(NotFound):
        do(people, own_rules.take_back, "technique:petrissage", version=1)
    assert len(catalogue()) == 47, "what is shipped stays as it is"


def test_the_desk_is_told_of_a_new_threshold_too(people):
    client_id = intake.client_of(people, "theo")
    with guard.acting(people.theo), transaction():
        profile.set_remarks(people.theo, client_id, blood_pressure=BloodPressure(155, 80, NOW.date()))

    def told():
        db.session.rollback()
        with guard.acting(people.rae):
            return consequences_of([client_id]).get(client_id, ())

    assert Consequence.LETTER_OUTSTANDING not in told()
    do(people, own_rules.save_rule, OWN_PRESSURE, version=0)
    while True:
        with guard.acting(people.olive), transaction():
            if not own_rules.tell_next(people.olive):
                break
    assert Consequence.LETTER_OUTSTANDING in told()
