"""What the engine keeps whatever the facts are: nothing softens, order and side do not matter, all has its reason."""

import itertools
import random
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
from practice.safety.rules_verdict import OUTCOME_ORDER, Status
from tests.factories.rules import ALL_CONSENTS, BOOK, CURRENT, TODAY, judge

KEYS = sorted(BOOK.rules)
PLACES = st.sampled_from(all_places())
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
        never_more_than=some(st.builds(Limit, st.integers(0, 5), st.none() | PLACES)),
        therapist_limits=some(st.builds(Limit, st.integers(0, 5), PLACES)),
        consents=draw(st.sampled_from([(), ALL_CONSENTS])),
        clearances=some(
            st.builds(ClearanceFact, st.sampled_from(KEYS), st.none() | st.integers(0, 5), until=st.none() | DAYS)
        ),
        intake=draw(st.sampled_from([IntakeFact(), CURRENT])),
        requested=Request(
            places=some(PLACES), products=(ProductFact("Almond oil"), ProductFact("Rosemary", ("limonene",)))
        ),
    )


def _depth(level: int | None) -> int:
    return 5 if level is None else level


@given(any_facts(), conditions())
def test_adding_a_condition_never_raises_a_ceiling_or_softens_anything(base, extra):
    before = assess(base, BOOK)
    after = assess(Facts(**{**_as_dict(base), "conditions": (*base.conditions, extra)}), BOOK)
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


def _as_dict(base: Facts) -> dict:
    return {name: getattr(base, name) for name in base.__slots__}


@given(any_facts(), st.randoms(use_true_random=False))
def test_the_order_of_facts_never_matters(base, chance: random.Random):
    shuffled = {}
    for name, value in _as_dict(base).items():
        shuffled[name] = tuple(chance.sample(value, len(value))) if isinstance(value, tuple) else value
    assert assess(Facts(**shuffled), BOOK) == assess(base, BOOK)


MIRROR = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.MIDDLE: Side.MIDDLE}


@given(st.sampled_from(KEYS), st.sampled_from([place for place in all_places() if place.side == Side.LEFT]))
def test_left_and_right_stay_apart(key, place):
    """A regional rule on the left leaves the right as it was, and mirrored facts give the mirrored verdict."""
    rule = BOOK.rules[key]
    left = judge(ConditionFact(key, places=(place,), side=Side.LEFT))
    right = judge(ConditionFact(key, places=(Place(place.region, Side.RIGHT),), side=Side.RIGHT))
    for other in all_places():
        mirrored = Place(other.region, MIRROR[other.side])
        assert left.ceilings[other].level == right.ceilings[mirrored].level
        if not rule.is_whole_body and other.side == Side.RIGHT:
            assert left.ceilings[other].level is None
            assert explain(left, other) == (left.no_rule,)


@given(any_facts(), st.sampled_from(sorted(catalogue())), PLACES)
def test_low_pressure_never_lifts_a_refusal(base, technique, place):
    verdict = assess(base, BOOK)
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
