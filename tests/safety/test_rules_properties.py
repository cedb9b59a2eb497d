"""What the engine keeps whatever the facts are: nothing softens, order and side do not matter, all has its reason."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from practice.catalog.techniques import catalogue
from practice.core.body import Place, Side, Spot, all_places
from practice.safety.rules import (
    AllergyFact,
    ClearanceFact,
    ConditionFact,
    ConditionStatus,
    Facts,
    IntakeFact,
    Limit,
    PainMark,
    ProductFact,
    Request,
    Wish,
    assess,
    check_row,
    explain,
)
from practice.safety.rules_loosened import loosened
from practice.safety.rules_verdict import OUTCOME_ORDER, Status
from tests.factories.rules import ALL_CONSENTS, BOOK, CURRENT, OWN_BOOK, TODAY, facts, judge

KEYS = sorted(BOOK.rules)
BOOKS = st.sampled_from([BOOK, OWN_BOOK])
PLACES = st.sampled_from(all_places())
SPOTS = st.sampled_from([Spot("axilla", "left"), Spot("groin", "right")])
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))


def _variant(key: str) -> st.SearchStrategy:
    return st.sampled_from([None, "usual", *(variant.key for variant in BOOK.rules[key].variants)])


@st.composite
def conditions(draw) -> ConditionFact:
    key = draw(st.sampled_from([*KEYS, None]))
    return ConditionFact(
        key=key,
        words=draw(st.sampled_from(["", "since the fall"])),
        places=tuple(draw(st.lists(PLACES, max_size=2, unique=True))),
        spots=tuple(draw(st.lists(st.sampled_from([Spot("axilla", "left"), Spot("groin", "right")]), max_size=1))),
        side=draw(st.sampled_from([None, Side.LEFT, Side.RIGHT])),
        since=draw(st.none() | DAYS),
        status=draw(st.sampled_from(list(ConditionStatus))),
        review_on=draw(st.none() | DAYS),
        variant=draw(_variant(key)) if key else None,
        own_limit=draw(st.none() | st.integers(0, 5)),
        due_on=draw(st.none() | DAYS),
    )


@st.composite
def any_facts(draw) -> Facts:
    def some(strategy, most=2):
        return tuple(draw(st.lists(strategy, max_size=most)))

    return Facts(
        on=TODAY,
        conditions=some(conditions(), 4),
        pains=some(st.builds(PainMark, PLACES, st.integers(0, 10), st.sampled_from([None, True, False]))),
        allergies=some(st.builds(AllergyFact, st.sampled_from(["nuts", "latex", "x"]))),
        wishes=some(st.builds(Wish, st.integers(1, 5), st.none() | PLACES)),
        never_more_than=some(st.builds(Limit, st.integers(0, 5), st.none() | PLACES | SPOTS)),
        therapist_limits=some(st.builds(Limit, st.integers(0, 5), PLACES)),
        consents=draw(st.sampled_from([(), ALL_CONSENTS])),
        clearances=some(
            st.builds(ClearanceFact, st.sampled_from(KEYS), st.none() | st.integers(0, 5), given_on=st.none() | DAYS,
                      until=st.none() | DAYS, is_refused=st.booleans(), is_withdrawn=st.booleans())
        ),
        intake=draw(st.sampled_from([IntakeFact(), CURRENT])),
        requested=Request(
            places=some(PLACES), products=(ProductFact("Almond oil"), ProductFact("Rosemary", ("limonene",)))
        ),
    )


@given(any_facts())
def test_whatever_own_rules_allow_beyond_the_book_is_said(base):
    """Nobody finds a place deeper, or a technique freer, than the book has it without being told so."""
    book, own = assess(base, BOOK), assess(base, OWN_BOOK)
    said = loosened(book, own)
    deeper = {place for place in all_places() if _depth(own.ceilings[place].level) > _depth(book.ceilings[place].level)}
    assert deeper == {place for one in said if one.is_depth for place in one.places}
    freer = {book.catalogue[key].label for key, one in book.techniques.items()
             if set(one.refused_at) - set(own.techniques[key].refused_at)}
    assert freer <= {one.label for one in said}
    is_softer = OUTCOME_ORDER[own.outcome] < OUTCOME_ORDER[book.outcome]
    assert is_softer == any(one.label == "On the whole" for one in said)
    assert loosened(book, book) == ()


def _depth(level: int | None) -> int:
    return 5 if level is None else level


@given(BOOKS, any_facts(), conditions())
def test_adding_a_condition_never_raises_a_ceiling_or_softens_anything(book, base, extra):
    before = assess(base, book)
    after = assess(Facts(**{**_as_dict(base), "conditions": (*base.conditions, extra)}), book)
    assert OUTCOME_ORDER[after.outcome] >= OUTCOME_ORDER[before.outcome]
    for place in all_places():
        assert _depth(after.ceilings[place].level) <= _depth(before.ceilings[place].level)
    order = list(Status)
    for key, technique in after.techniques.items():
        assert order.index(technique.status) >= order.index(before.techniques[key].status)
        assert set(before.techniques[key].refused_at) <= set(technique.refused_at)
    assert set(before.heat.refused_at) <= set(after.heat.refused_at)
    assert after.is_complete <= before.is_complete
    assert {gap.kind for gap in before.not_assessed} <= {gap.kind for gap in after.not_assessed}


@given(st.sampled_from(KEYS), conditions(), st.none() | DAYS, st.none() | st.integers(0, 5))
def test_no_ok_softens_what_nobody_has_decided_or_what_began_after_it(key, fact, given_on, level):
    fact = replace(fact, key=key, variant=None)
    ok = ClearanceFact(key, level, given_on=given_on)
    begun_later = replace(fact, status=ConditionStatus.ACCEPTED, since=TODAY)
    for one, clearance in ((replace(fact, status=ConditionStatus.PROPOSED), ok),
                           (begun_later, replace(ok, given_on=TODAY - timedelta(days=1)))):
        before, after = judge(one), judge(one, clearances=(clearance,))
        assert OUTCOME_ORDER[after.outcome] >= OUTCOME_ORDER[before.outcome]
        for place in all_places():
            assert _depth(after.ceilings[place].level) <= _depth(before.ceilings[place].level)


def test_what_is_asked_for_with_care_stays_so_where_a_place_is_closed():
    calf = (Place("calf", "left"),)
    veins = ConditionFact("varicose_veins", places=calf, variant="mild")
    device = ConditionFact("medical_device", places=calf)
    assert judge(veins).techniques["friction"].status is Status.WARNED
    assert judge(veins, device).techniques["friction"].status is Status.WARNED


def _as_dict(base: Facts) -> dict:
    return {name: getattr(base, name) for name in base.__slots__}


@given(BOOKS, any_facts(), st.randoms(use_true_random=False))
def test_the_order_of_facts_never_matters(book, base, chance: random.Random):
    shuffled = {}
    for name, value in _as_dict(base).items():
        shuffled[name] = tuple(chance.sample(value, len(value))) if isinstance(value, tuple) else value
    assert assess(Facts(**shuffled), book) == assess(base, book)


MIRROR = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.MIDDLE: Side.MIDDLE}


@given(BOOKS, st.sampled_from(KEYS), st.sampled_from([one for one in all_places() if one.side == Side.LEFT]))
def test_left_and_right_stay_apart(book, key, place):
    """A regional rule on the left leaves the right as it was, and mirrored facts give the mirrored verdict."""
    rule = BOOK.rules[key]
    left, right = (assess(facts(conditions=(ConditionFact(key, places=(Place(place.region, side),), side=side),)), book)
                   for side in (Side.LEFT, Side.RIGHT))
    nothing = assess(facts(), book)
    for other in all_places():
        mirrored = Place(other.region, MIRROR[other.side])
        assert left.ceilings[other].level == right.ceilings[mirrored].level
        if not rule.is_whole_body and other.side == Side.RIGHT:
            assert left.ceilings[other] == nothing.ceilings[other]
            assert explain(left, other) == explain(nothing, other)


@given(any_facts(), st.sampled_from(sorted(OWN_BOOK.techniques)), PLACES)
def test_low_pressure_never_lifts_a_refusal(base, technique, place):
    verdict = assess(base, OWN_BOOK)
    if place in verdict.techniques[technique].refused_at:
        for pressure in range(6):
            assert any(problem.needs_reason for problem in check_row(verdict, place, technique, pressure))


def test_every_condition_technique_region_and_side_has_an_answer_with_reason_and_source():
    """83 conditions (and the two standing ones), decided and undecided, at every place × 47 techniques there and on
    the other side."""
    rows = 0
    for key, place in itertools.product(KEYS, all_places()):
        for status in ConditionStatus:
            fact = ConditionFact(key, places=(place,), side=place.side, status=status, due_on=TODAY)
            verdict = judge(fact)
            assert verdict.why and all(reason.sources for reason in verdict.why)
            for here, technique in itertools.product({place, Place(place.region, MIRROR[place.side])}, catalogue()):
                rows += 1
                for problem in check_row(verdict, here, technique, catalogue()[technique].highest):
                    assert problem.reasons and all(reason.sources and reason.why for reason in problem.reasons)
                answer = explain(verdict, here, technique)
                assert answer and all(reason.sources and reason.label and reason.why for reason in answer)
    sides = sum(1 if place.side == Side.MIDDLE else 2 for place in all_places())
    assert rows == len(KEYS) * len(ConditionStatus) * sides * len(catalogue())
