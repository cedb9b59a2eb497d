"""May this client be massaged today, where not, how deep, and why: facts in, verdict out.

`assess` is one pure function. It supports a decision and never makes one: the therapist may go against anything with a
reason. How facts combine:

* the least level counts: whole-body and local limits of every condition, what the client called "never more than", the
  therapist's own limit, the standing rules (spine and front of the neck closed, acute pain closed), missing consent;
* the hardest outcome counts: do not treat, needs a doctor's OK, go ahead with limits, go ahead;
* a wish is a target and limits nothing; a pain mark alone closes nothing;
* what is only proposed counts at its strictest, what has aged keeps its limit;
* a doctor's OK lets the work go ahead for the illness it was asked about, its limits hold until it is ended, and a no
  closes everything;
* silence is not safety: what was never asked, answered or read stands in `not_assessed`: the verdict is not complete,
  and no place it may concern is shown as free;
* low pressure is not safety: a refused technique is refused at any level.

Pressure levels are Tracy Walton's (1–5, 0 closed), credited in `rulebook.WALTON_CREDIT`.

A worked example. Ann takes blood thinners, has had lymph nodes taken out on the left, marked her right calf without
anything new about it, would like it firm, and never more than light on the belly. Her form of May is current:

>>> from datetime import date
>>> from practice.core.body import Place, Spot
>>> from practice.safety.rulebook import shipped
>>> facts = Facts(
...     on=date(2026, 6, 1),
...     conditions=(
...         ConditionFact("anticoagulants", ref="c1"),
...         ConditionFact("lymph_node_removal", spots=(Spot("axilla", "left"),), ref="c2"),
...     ),
...     pains=(PainMark(Place("calf", "right"), 4, is_acute=False),),
...     wishes=(Wish(4),),
...     never_more_than=(Limit(2, Place("abdomen", "left"), "ticklish"), Limit(2, Place("abdomen", "right"))),
...     consents=(ConsentFact(regions=("gluteal", "chest", "breast", "thigh_medial")),),
...     allergies_asked_on=date(2026, 5, 4),
...     intake=IntakeFact(current_until=date(2027, 5, 4)),
... )
>>> verdict = assess(facts, shipped())
>>> str(verdict.outcome), verdict.is_complete, str(verdict.shown_as)
('proceed_with_limits', True, 'limits')
>>> [(str(place), verdict.ceilings[place].level) for place in (
...     Place("calf", "right"), Place("hand", "left"), Place("hand", "right"), Place("upper_back", "left"),
...     Place("abdomen", "right"))]
[('calf:right', 3), ('hand:left', 1), ('hand:right', 3), ('upper_back:left', 2), ('abdomen:right', 2)]
>>> verdict.ceilings[Place("spine", "middle")].level
0
>>> hand = verdict.ceilings[Place("hand", "left")]
>>> hand.set_by[0].label, hand.set_by[0].grade, hand.set_by[0].sources[0].tier
('Lymph nodes removed or irradiated', 'high', 'C')
>>> str(verdict.techniques["cupping"].status), str(verdict.techniques["petrissage"].status)
('refused', 'warned')
>>> [problem.cause for problem in check_row(verdict, Place("calf", "right"), "effleurage", 4)]
['too_deep:anticoagulants']
>>> check_row(verdict, Place("calf", "right"), "effleurage", 3)
[]
>>> verdict.wishes[Place("calf", "right")].level, [str(consequence) for consequence in verdict.consequences]
(4, ['must_call'])
"""

from collections.abc import Mapping

from practice.core.body import Place, Spot
from practice.core.text import _
from practice.safety.rulebook import Rulebook
from practice.safety.rules_facts import (
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
    PainMark,
    ProductFact,
    Request,
    Wish,
)
from practice.safety.rules_places import EVERYWHERE, PLACES, mask_of, places_in
from practice.safety.rules_products import judge_products, product_reasons
from practice.safety.rules_rows import (
    check_home_care,
    check_request,
    check_row,
    explain,
    home_care_keeps_off,
    is_home_care_refused,
    levels,
    limits,
)
from practice.safety.rules_sheet import Sheet, add_condition
from practice.safety.rules_standing import (
    add_allergies,
    add_blood_pressure,
    add_consents,
    add_intake,
    add_limits,
    add_pains,
    add_standing,
    technique_consent_reason,
    technique_reason,
)
from practice.safety.rules_verdict import (
    OPEN_SOMEWHERE,
    OUTCOME_ORDER,
    Ceiling,
    Consequence,
    Gap,
    HeatVerdict,
    NotAssessed,
    Outcome,
    PointLimit,
    Position,
    Reason,
    ReasonKind,
    Status,
    TechniqueVerdict,
    Verdict,
)

__all__ = [
    "AllergyFact",
    "BloodPressure",
    "ClearanceFact",
    "ConditionFact",
    "ConditionStatus",
    "ConsentFact",
    "DontKnow",
    "Facts",
    "IntakeFact",
    "Limit",
    "Outcome",
    "PainMark",
    "ProductFact",
    "Request",
    "Verdict",
    "Wish",
    "assess",
    "check_home_care",
    "check_request",
    "check_row",
    "explain",
    "home_care_keeps_off",
    "is_home_care_refused",
    "levels",
    "limits",
]


def assess(facts: Facts, rulebook: Rulebook) -> Verdict:
    """The verdict for a client on `facts.on`. Pure; takes any combination of facts; about a millisecond."""
    requested = mask_of(facts.requested.places) or EVERYWHERE
    sheet = Sheet(facts, rulebook, requested)
    add_standing(sheet)
    for condition in facts.conditions:
        add_condition(sheet, condition)
    add_pains(sheet)
    add_limits(sheet)
    add_consents(sheet)
    add_blood_pressure(sheet)
    add_allergies(sheet)
    add_intake(sheet)
    return _verdict(sheet)


def _verdict(sheet: Sheet) -> Verdict:
    facts = sheet.facts
    ceilings = _ceilings(sheet)
    techniques = _techniques(sheet, ceilings)
    heat = _heat(sheet)
    if techniques["hot_stone"].status == Status.REFUSED and sheet.outcome != Outcome.DO_NOT_TREAT:
        sheet.consequences.add(Consequence.NO_HOT_STONE)
    if "side_lying" in sheet.positions:
        sheet.consequences.add(Consequence.SIDE_LYING)
    return Verdict(
        on=facts.on,
        outcome=sheet.outcome,
        is_complete=not sheet.not_assessed,
        has_form=facts.intake.current_until is not None,
        not_assessed=tuple(sorted(sheet.not_assessed, key=_gap_order)),
        why=_why(sheet.why),
        decided_by=_why([pair for pair in sheet.why if pair[0] == sheet.outcome]),
        ceilings=ceilings,
        points=_points(sheet),
        techniques=techniques,
        heat=heat,
        positioning=_positions(sheet),
        products=judge_products(facts.requested.products, facts.allergies, sheet.product_rules, sheet.book),
        product_warnings=ordered(product_reasons(facts.allergies, sheet.product_rules, sheet.book)),
        allergies=tuple(
            sorted(facts.allergies, key=lambda item: (item.substance.casefold(), item.reaction, item.status))
        ),
        ask_again=tuple(
            sorted(sheet.ask_again, key=lambda item: (item.because, item.rule, item.label, item.ref, str(item.due_on)))
        ),
        you_decide=tuple(sorted(sheet.you_decide, key=lambda item: (item.words, item.ref, item.status, repr(item)))),
        wishes=_wishes(facts),
        consequences=tuple(name for name in Consequence if name in sheet.consequences),
        pregnancy_week=sheet.pregnancy_week,
        rulebook_version=sheet.book.version,
        no_rule=_no_rule(sheet.book),
        consented_techniques=frozenset(
            key for consent in facts.consents if consent.holds(facts.on) for key in consent.techniques
        ),
        consent_reason=technique_consent_reason(sheet.book),
        catalogue=sheet.book.techniques,
        depths=_depths(sheet.book),
    )


def _depths(book: Rulebook) -> dict[str, Reason]:
    """The techniques nobody goes beyond a level with, whoever the client is."""
    return {key: technique_reason(book, one) for key, one in book.techniques.items() if one.cap is not None}


def _no_rule(book: Rulebook) -> Reason:
    return Reason(
        "none",
        _("No limit"),
        _("No rule and no wish limits this."),
        ReasonKind.CATALOGUE,
        sources=book.sources_of(["catalogue"]),
    )


def _gap_order(gap: NotAssessed) -> tuple:
    return (list(Gap).index(gap.kind), gap.words, gap.places, gap.ref)


def _reason_order(reason: Reason) -> tuple:
    level = 9 if reason.level is None else reason.level
    return (level, reason.kind, reason.rule, reason.ref, reason.words, str(reason.since), reason.is_proposed)


def ordered(reasons: list[Reason]) -> tuple[Reason, ...]:
    """Strictest first, each rule of each fact once: the order of the facts leaves no trace."""
    if len(reasons) < 2:
        return tuple(reasons)
    kept: dict[tuple, Reason] = {}
    for reason in sorted(reasons, key=_reason_order):
        kept.setdefault((reason.kind, reason.rule, reason.ref, reason.words, reason.since, reason.is_proposed), reason)
    return tuple(kept.values())


def _ceilings(sheet: Sheet) -> Mapping[Place, Ceiling]:
    open_at = _open_at(sheet)
    shared: dict[tuple[int, ...], tuple] = {}  # most places share their list of reasons
    found = {}
    for number, place in enumerate(PLACES):
        reasons = sheet.limits[number]
        key = tuple(map(id, reasons))
        if key not in shared:
            shared[key] = _level(ordered(reasons))
        found[place] = Ceiling(place, *shared[key], not open_at >> number & 1)
    return found


def _level(reasons: tuple[Reason, ...]) -> tuple[int | None, tuple[Reason, ...], tuple[Reason, ...]]:
    """The level these reasons leave, all of them, and those that set it; five is no limit."""
    level = reasons[0].level if reasons and reasons[0].level != 5 else None
    return level, reasons, tuple(one for one in reasons if level is not None and one.level == level)


def _open_at(sheet: Sheet) -> int:
    """The places where nobody knows yet: those an open point names, the whole body where it names none."""
    mask, products = 0, sheet.facts.intake.about_products
    for gap in sheet.not_assessed:
        if gap.kind in OPEN_SOMEWHERE and not (gap.words and gap.words in products):
            mask |= mask_of(gap.places) or EVERYWHERE
    return mask


def _points(sheet: Sheet) -> dict[Spot, PointLimit]:
    points = {}
    for spot in sorted(sheet.points):
        reasons = ordered(sheet.points[spot])
        points[spot] = PointLimit(spot, reasons[0].level or 0, reasons)
    return points


def _why(pairs: list[tuple[Outcome, Reason]]) -> tuple[Reason, ...]:
    hardest_first = sorted(pairs, key=lambda pair: (-OUTCOME_ORDER[pair[0]], _reason_order(pair[1])))
    return tuple(dict.fromkeys(reason for _outcome, reason in hardest_first))


def _techniques(sheet: Sheet, ceilings: Mapping[Place, Ceiling]) -> dict[str, TechniqueVerdict]:
    wanted = sheet.requested
    closed, shallow = 0, [0] * 6  # shallow[n]: places with a limit below n, or that would have one were they open
    for number, ceiling in enumerate(ceilings.values()):
        level = ceiling.level
        if level == 0:
            closed |= 1 << number
            level = next((one.level for one in ceiling.reasons if one.level), None)
        if level is not None:
            for lowest in range(level + 1, 6):
                shallow[lowest] |= 1 << number
    set_by = [ceiling.set_by for ceiling in ceilings.values()]
    why_closed = _strictest_at(set_by, closed & wanted) if closed & wanted == wanted else ()
    why_shallow: dict[int, tuple[Reason, ...]] = {}
    shared: dict[tuple[int, ...], tuple[Reason, ...]] = {}  # many techniques share their reasons
    found = {}
    for key, technique in sheet.book.techniques.items():
        refused, warned = sheet.refused.get(key, 0), sheet.warned.get(key, 0)
        grounds = sheet.grounds.get(key, [])
        against = tuple(id(ground.reason) for ground in grounds)
        if against not in shared:
            shared[against] = ordered([ground.reason for ground in grounds])
        reasons = shared[against]
        if refused & wanted == wanted or (why_closed and technique.is_placed):
            status = Status.REFUSED
            reasons = reasons if refused & wanted == wanted else (*reasons, *why_closed)
        elif (refused | warned | shallow[technique.lowest]) & wanted:
            status = Status.WARNED
            too_shallow = shallow[technique.lowest] & wanted
            if too_shallow not in why_shallow:
                why_shallow[too_shallow] = _strictest_at(set_by, too_shallow)
            reasons = (*reasons, *why_shallow[too_shallow])
        else:
            status = Status.ALLOWED
        found[key] = TechniqueVerdict(key, status, reasons, places_in(refused), places_in(warned & ~refused),
                                      tuple(grounds))
    return found


def _strictest_at(set_by: list[tuple[Reason, ...]], mask: int) -> tuple[Reason, ...]:
    """What sets the limits of these places; one rule's reason is one object for all places, and is compared once."""
    seen = {id(one): one for number, reasons in enumerate(set_by) if mask >> number & 1 for one in reasons}
    return tuple(sorted(dict.fromkeys(seen.values()), key=_reason_order))


def _heat(sheet: Sheet) -> HeatVerdict:
    refused, warned = sheet.heat_refused, sheet.heat_warned
    if refused & sheet.requested == sheet.requested:
        status = Status.REFUSED
    elif (refused | warned) & sheet.requested:
        status = Status.WARNED
    else:
        status = Status.ALLOWED
    return HeatVerdict(status, ordered(sheet.heat_reasons), places_in(refused))


def _positions(sheet: Sheet) -> tuple[Position, ...]:
    words = sheet.book.settings["positions"]
    if sheet.is_pregnant:  # which side it is matters to her alone
        words = words | sheet.book.settings["pregnancy"]["positions"]
    found = []
    for code in sorted(sheet.positions):
        details = tuple(sorted(set(sheet.details.get(code, ()))))
        found.append(Position(code, words.get(code) or " ".join(details), ordered(sheet.positions[code]), details))
    return tuple(found)


def _wishes(facts: Facts) -> dict[Place, Wish]:
    """The wish for each place: one for the place itself before one for the whole body, the lighter of two."""
    found: dict[Place, Wish] = {}
    for wish in sorted(facts.wishes, key=lambda item: (item.place is None, item.level, item.words)):
        for place in PLACES if wish.place is None else (wish.place,):
            found.setdefault(place, wish)
    return found
