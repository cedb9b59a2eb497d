"""The engine by examples: what stands in its docstring, its promises, and each way a fact can count."""

import doctest
from datetime import timedelta

import pytest

from practice.core.body import Place, Side, Spot, all_places
from practice.safety import rules
from practice.safety.rules import (
    AllergyFact,
    BloodPressure,
    ClearanceFact,
    ConditionFact,
    ConditionStatus,
    ConsentFact,
    DontKnow,
    Facts,
    IntakeFact,
    Limit,
    Outcome,
    PainMark,
    ProductFact,
    Request,
    Wish,
    assess,
    check_home_care,
    check_request,
    check_row,
    home_care_keeps_off,
    levels,
    limits,
)
from practice.safety.rules_verdict import AskBecause, Consequence, Gap, ProblemKind, Shown, Status
from tests.factories.rules import ALL_CONSENTS, BOOK, CURRENT, TODAY, judge

CALF_LEFT, CALF_RIGHT = Place("calf", "left"), Place("calf", "right")


def test_the_worked_example_holds():
    assert doctest.testmod(rules).failed == 0


def test_a_healthy_client_may_be_worked_and_only_the_standing_rules_close():
    verdict = judge()
    assert (verdict.outcome, verdict.is_complete, verdict.shown_as) == (Outcome.PROCEED, True, Shown.GO_AHEAD)
    closed = {str(place) for place, ceiling in verdict.ceilings.items() if ceiling.level is not None}
    assert closed == {"spine:middle", "neck_anterior:middle"}
    assert set(verdict.ceilings) == set(all_places())
    assert verdict.consequences == ()


def test_silence_is_not_safety():
    nothing = assess(Facts(on=TODAY), BOOK)
    assert nothing.shown_as == Shown.NOT_ASSESSED and not nothing.is_complete
    assert levels(nothing)["calf:left"] == "unassessed"
    assert {gap.kind for gap in nothing.not_assessed} == {Gap.NO_FORM, Gap.ALLERGIES}
    assert Consequence.FORM_MISSING in nothing.consequences
    for intake in (
        IntakeFact(current_until=TODAY - timedelta(days=1)),
        IntakeFact(current_until=CURRENT.current_until, unanswered=("Diabetes?",)),
        IntakeFact(current_until=CURRENT.current_until, unread=("Anything else?",)),
        IntakeFact(current_until=CURRENT.current_until, asked_at_visit=("Heart and blood",)),
    ):
        verdict = judge(intake=intake)
        assert verdict.shown_as == Shown.NOT_ASSESSED and verdict.outcome == Outcome.PROCEED
        assert set(levels(verdict).values()) == {"unassessed", 0}, "no place is shown as free"


def test_a_dont_know_with_a_place_is_open_on_the_map():
    arm = Place("upper_arm", "right")
    verdict = judge(intake=IntakeFact(current_until=CURRENT.current_until, dont_know=(DontKnow("Numb?", (arm,)),)))
    assert levels(verdict)["upper_arm:right"] == "unassessed" and levels(verdict)["upper_arm:left"] is None
    assert limits(verdict)[-1].places == (arm,) and not limits(verdict)[-1].is_assessed
    anywhere = judge(intake=IntakeFact(current_until=CURRENT.current_until, dont_know=(DontKnow("A clot?"),)))
    assert set(levels(anywhere).values()) == {"unassessed", 0}
    assert judge(allergies_asked_on=None).ceilings[arm].is_assessed


def test_a_wish_is_a_target_and_never_more_is_a_limit():
    verdict = judge(
        wishes=(Wish(5), Wish(2, CALF_LEFT)), never_more_than=(Limit(3, Place("abdomen", "left"), "never hard"),)
    )
    assert verdict.wishes[CALF_LEFT].level == 2 and verdict.wishes[CALF_RIGHT].level == 5
    assert verdict.ceilings[CALF_LEFT].level is None
    ceiling = verdict.ceilings[Place("abdomen", "left")]
    assert ceiling.level == 3 and ceiling.set_by[0].words == "never hard"
    assert verdict.outcome == Outcome.PROCEED_WITH_LIMITS


def test_only_acute_pain_closes_a_place():
    verdict = judge(pains=(PainMark(CALF_LEFT, 9, is_acute=False), PainMark(CALF_RIGHT, 2, is_acute=True)))
    assert verdict.ceilings[CALF_LEFT].level is None and verdict.ceilings[CALF_RIGHT].level == 0
    unasked = judge(pains=(PainMark(CALF_LEFT, 9),))
    assert unasked.ceilings[CALF_LEFT].level is None and unasked.not_assessed[0].kind == Gap.PAIN
    assert levels(unasked)[str(CALF_LEFT)] == "unassessed" and levels(unasked)[str(CALF_RIGHT)] is None


def test_an_undecided_proposal_counts_at_its_strictest():
    proposed = ConditionFact("osteoporosis", status=ConditionStatus.PROPOSED)
    verdict = judge(proposed)
    assert verdict.outcome == Outcome.NEEDS_CLEARANCE and verdict.ceilings[CALF_LEFT].level == 2
    assert not verdict.is_complete and verdict.ask_again[0].because == AskBecause.UNDECIDED
    assert judge(ConditionFact("osteoporosis")).ceilings[CALF_LEFT].level == 3
    assert judge(ConditionFact("osteoporosis", variant="osteopenia")).ceilings[CALF_LEFT].level == 4
    told = ConditionFact("osteoporosis", variant="osteopenia", status=ConditionStatus.PROPOSED)
    assert judge(told).ceilings[CALF_LEFT].level == 4


def test_an_aged_condition_keeps_its_limit_and_is_asked_again():
    sprain = ConditionFact("acute_injury", places=(CALF_LEFT,), since=TODAY - timedelta(days=300))
    verdict = judge(sprain)
    assert verdict.ceilings[CALF_LEFT].level == 0
    assert [(item.because, item.rule) for item in verdict.ask_again] == [(AskBecause.AGED, "acute_injury")]
    later = ConditionFact("anticoagulants", review_on=TODAY + timedelta(days=1))
    assert judge(later).ask_again == ()


def test_a_missing_place_counts_everywhere_it_could_be():
    verdict = judge(ConditionFact("varicose_veins"))
    assert verdict.ceilings[CALF_LEFT].level == 1 and verdict.ceilings[Place("hand", "left")].level is None
    assert verdict.not_assessed[0].kind == Gap.WHERE
    one_side = judge(ConditionFact("varicose_veins", side=Side.RIGHT))
    assert one_side.ceilings[CALF_LEFT].level is None and one_side.ceilings[CALF_RIGHT].level == 1


def test_a_marker_closes_its_spot_and_not_the_region_around_it():
    verdict = judge(ConditionFact("open_wound", spots=(Spot("popliteal", "left"),)))
    assert (
        verdict.points[Spot("popliteal", "left")].level == 0 and verdict.ceilings[Place("knee", "left")].level is None
    )
    assert verdict.points[Spot("popliteal", "right")].level == 2


def test_limits_spread_along_the_limb_and_over_the_quarter_on_one_side():
    verdict = judge(ConditionFact("lymph_node_removal", spots=(Spot("axilla", "right"),)))
    right = {place.region: ceiling.level for place, ceiling in verdict.ceilings.items() if place.side == Side.RIGHT}
    assert (right["hand"], right["forearm_wrist"], right["upper_arm"], right["upper_back"]) == (1, 1, 1, 2)
    assert right["foot"] is None
    left = {ceiling.level for place, ceiling in verdict.ceilings.items() if place.side == Side.LEFT}
    assert left == {None}
    severe = judge(ConditionFact("varicose_veins", places=(Place("knee", "left"),), variant="severe"))
    assert [severe.ceilings[Place(region, "left")].level for region in ("thigh_posterior", "knee", "calf", "foot")] == [
        None, 0, 0, 0,
    ]  # fmt: skip


def test_low_pressure_is_not_safety():
    verdict = judge(ConditionFact("heart_failure"), clearances=(ClearanceFact("heart_failure"),))
    problems = check_row(verdict, CALF_LEFT, "manual_lymphatic_drainage", 1)
    assert [problem.kind for problem in problems] == [ProblemKind.TECHNIQUE]
    assert problems[0].needs_reason and problems[0].reasons[0].sources


def test_a_doctors_ok_lets_go_ahead_narrows_and_lapses():
    heart = ConditionFact("heart_disease_stable")
    assert judge(heart).outcome == Outcome.NEEDS_CLEARANCE
    assert Consequence.LETTER_OUTSTANDING in judge(heart).consequences
    letter = ClearanceFact("heart_disease_stable", max_pressure=2, until=TODAY, heat_allowed=False)
    cleared = judge(heart, clearances=(letter,))
    assert cleared.outcome == Outcome.PROCEED_WITH_LIMITS and cleared.ceilings[CALF_LEFT].level == 2
    assert cleared.heat.status == Status.REFUSED
    lapsed = ClearanceFact("heart_disease_stable", max_pressure=2, until=TODAY - timedelta(days=1))
    verdict = judge(heart, clearances=(lapsed,))
    assert verdict.outcome == Outcome.NEEDS_CLEARANCE and verdict.ceilings[CALF_LEFT].level == 2
    assert AskBecause.LAPSED_CLEARANCE in {item.because for item in verdict.ask_again}
    attack = ConditionFact("heart_attack_recent")
    assert judge(attack).outcome == Outcome.DO_NOT_TREAT
    ok = judge(attack, clearances=(ClearanceFact("heart_attack_recent"),))
    assert ok.outcome == Outcome.PROCEED_WITH_LIMITS and ok.ceilings[CALF_LEFT].level == 2
    only_back = ClearanceFact("heart_disease_stable", places=(CALF_LEFT,))
    assert judge(heart, clearances=(only_back,)).ceilings[CALF_RIGHT].level == 0


def test_a_lump_stops_only_the_work_planned_on_it():
    lump = ConditionFact("undiagnosed_lump", places=(CALF_LEFT,))
    assert judge(lump).outcome == Outcome.PROCEED_WITH_LIMITS
    assert judge(lump, requested=Request(places=(CALF_LEFT,))).outcome == Outcome.NEEDS_CLEARANCE
    assert judge(lump, requested=Request(places=(CALF_RIGHT,))).outcome == Outcome.PROCEED_WITH_LIMITS


def lying(verdict) -> str:
    return next(position.words for position in verdict.positioning if position.code == "side_lying")


def test_pregnancy_is_counted_from_the_due_date():
    early = judge(ConditionFact("pregnancy", due_on=TODAY + timedelta(weeks=30)))
    assert early.pregnancy_week == 10 and Consequence.SIDE_LYING not in early.consequences
    late = judge(ConditionFact("pregnancy", due_on=TODAY + timedelta(weeks=10)))
    assert late.pregnancy_week == 30 and Consequence.SIDE_LYING in late.consequences
    assert {"side_lying", "not_face_down", "not_flat_on_back"} <= {position.code for position in late.positioning}
    disc = ConditionFact("disc_radiculopathy_acute")
    assert lying(judge(disc)) == "Lie on the side"
    for pregnant in (judge(disc, ConditionFact("pregnancy", due_on=TODAY + timedelta(weeks=30))), late,
                     judge(ConditionFact("pregnancy"))):
        assert lying(pregnant) == "Pregnant: lie on the left side"
    unknown = judge(ConditionFact("pregnancy"))
    assert unknown.not_assessed[0].kind == Gap.DUE_DATE and Consequence.SIDE_LYING in unknown.consequences
    over = judge(ConditionFact("pregnancy", due_on=TODAY - timedelta(days=20)))
    rules_at = {reason.rule for reason in over.ceilings[CALF_LEFT].reasons}
    assert {"pregnancy", "postpartum"} <= rules_at and over.ask_again[0].because == AskBecause.AGED
    assert over.pregnancy_week is None, "nobody is 43 weeks pregnant"
    typo = judge(ConditionFact("pregnancy", due_on=TODAY + timedelta(weeks=43)))
    assert typo.not_assessed[0].kind == Gap.DUE_DATE and Consequence.SIDE_LYING in typo.consequences
    assert typo.pregnancy_week is None


def test_a_condition_without_a_rule_is_for_the_therapist_to_decide():
    own = ConditionFact(None, words="Burning mouth")
    verdict = judge(own)
    assert verdict.you_decide == (own,) and verdict.outcome == Outcome.PROCEED_WITH_LIMITS
    limited = judge(ConditionFact("gone_from_the_book", places=(CALF_LEFT,), own_limit=1))
    assert limited.ceilings[CALF_LEFT].level == 1 and limited.ceilings[CALF_RIGHT].level is None


def test_a_sensitive_region_is_closed_without_a_consent_that_holds():
    breast = Place("breast", "left")
    assert judge().ceilings[breast].level is None
    for consents in (
        (),
        (ConsentFact(("breast",), is_revoked=True),),
        (ConsentFact(("breast",), until=TODAY - timedelta(days=1)),),
    ):
        verdict = judge(consents=consents)
        assert verdict.ceilings[breast].level == 0
        (problem,) = check_row(verdict, breast, "breast_massage", 1)[:1]
        assert (problem.kind, problem.cause) == (ProblemKind.CONSENT, "consent:consent:breast")
    mouth = check_row(judge(), Place("jaw", "middle"), "intraoral_tmj", 2)
    assert [problem.kind for problem in mouth] == [ProblemKind.CONSENT]
    given_ = judge(consents=(*ALL_CONSENTS, ConsentFact(techniques=("intraoral_tmj",))))
    assert check_row(given_, Place("jaw", "middle"), "intraoral_tmj", 2) == []


@pytest.mark.parametrize(
    "reading, outcome",
    [((159, 99), Outcome.PROCEED), ((160, 80), Outcome.NEEDS_CLEARANCE), ((120, 110), Outcome.DO_NOT_TREAT)],
)
def test_a_blood_pressure_reading(reading, outcome):
    assert judge(blood_pressure=BloodPressure(*reading)).outcome == outcome


def test_allergies_against_products():
    almond = AllergyFact("Almond oil", "severe", "rash", "grapeseed")
    products = (
        ProductFact("Almond oil"),
        ProductFact("Summer blend", ("walnut", "sunflower")),
        ProductFact("Grapeseed"),
    )
    verdict = judge(allergies=(almond,), requested=Request(products=products))
    assert {item.name: str(item.status) for item in verdict.products} == {
        "Almond oil": "refused", "Summer blend": "warned", "Grapeseed": "allowed",
    }  # fmt: skip
    nuts = judge(allergies=(AllergyFact("nuts"),), requested=Request(products=products))
    assert str(nuts.products[-1].status) == "refused"
    assert verdict.product_warnings[0].note == "grapeseed"
    (problem,) = check_row(verdict, CALF_LEFT, "effleurage", 2, products=["Almond oil"])
    assert problem.kind == ProblemKind.PRODUCT
    epilepsy = judge(ConditionFact("epilepsy"), requested=Request(products=(ProductFact("Rosemary rub"),)))
    assert str(epilepsy.products[0].status) == "refused"


def test_one_cause_asks_for_one_reason():
    ill = judge(ConditionFact("fever"))
    problems = check_row(ill, CALF_LEFT, "deep_tissue", 5)
    assert [problem.cause for problem in problems] == ["outcome:fever"]
    thinner = judge(ConditionFact("anticoagulants"))
    row_causes = {check_row(thinner, place, "effleurage", 5)[0].cause for place in (CALF_LEFT, CALF_RIGHT)}
    assert row_causes == {"too_deep:anticoagulants"}
    warning = check_row(thinner, CALF_LEFT, "petrissage", 3)
    assert [problem.needs_reason for problem in warning] == [False]


def test_a_local_rule_refuses_a_technique_only_there():
    verdict = judge(ConditionFact("varicose_veins", places=(CALF_LEFT,)))
    assert verdict.techniques["cupping"].status == Status.WARNED
    assert check_row(verdict, CALF_RIGHT, "cupping", 3) == []
    assert verdict.heat.status == Status.WARNED and CALF_LEFT in verdict.heat.refused_at
    there = judge(ConditionFact("varicose_veins", places=(CALF_LEFT,)), requested=Request(places=(CALF_LEFT,)))
    assert there.techniques["cupping"].status == Status.REFUSED


def test_heat_counts_for_every_hot_technique():
    verdict = judge(ConditionFact("reduced_sensation", places=(CALF_LEFT,)))
    assert [problem.kind for problem in check_row(verdict, CALF_LEFT, "fire_cupping", 2)][-1] == ProblemKind.TECHNIQUE
    assert ProblemKind.HEAT in {item.kind for item in check_row(verdict, CALF_LEFT, "effleurage", 1, with_heat=True)}
    stones = judge(ConditionFact("heart_failure"))
    assert Consequence.NO_HOT_STONE in stones.consequences


def test_home_care_stays_off_spine_and_acute_pain():
    verdict = judge(pains=(PainMark(CALF_LEFT, 7, is_acute=True),))
    assert check_home_care(verdict, "foam_roller", [Place("spine", "middle")])
    assert check_home_care(verdict, "foam_roller", [CALF_LEFT])
    assert check_home_care(verdict, "foam_roller", [CALF_RIGHT]) == []
    assert check_home_care(verdict, "massage_gun", [Place("neck_posterior", "middle")])
    assert check_home_care(verdict, "breathing", [CALF_LEFT]) == []


def test_a_plan_is_checked_as_a_whole():
    verdict = judge(ConditionFact("anticoagulants"))
    plan = Request(places=(CALF_LEFT,), techniques=("effleurage", "deep_tissue"), pressure=3)
    assert [problem.kind for problem in check_request(verdict, plan)] == [ProblemKind.TECHNIQUE]


def test_a_minor_needs_a_guardian():
    assert judge(age=12).not_assessed[0].kind == Gap.GUARDIAN
    assert judge(age=12, has_guardian_consent=True).is_complete


def test_an_unread_form_never_shows_go_ahead_but_a_hard_rule_shows_without_a_form():
    ill = assess(Facts(on=TODAY, conditions=(ConditionFact("fever"),)), BOOK)
    assert ill.shown_as == Shown.DO_NOT


def test_home_care_is_refused_whatever_the_outcome_is():
    failing = judge(ConditionFact("heart_failure_decompensated"))
    assert any(problem.needs_reason for problem in check_home_care(failing, "heat", [Place("calf", "left")]))
    assert home_care_keeps_off(failing, "heat") == list(all_places())
    feverish = judge(ConditionFact("fever"))
    assert any(problem.needs_reason for problem in check_home_care(feverish, "massage_gun", [Place("calf", "left")]))
    assert check_home_care(feverish, "breathing", []) == []
    well = judge()
    assert check_home_care(well, "ball", []) == [] and Place("spine", "middle") in home_care_keeps_off(well, "ball")
    bare = judge(consents=())
    assert check_home_care(bare, "ball", [Place("gluteal", "left")]) == []
