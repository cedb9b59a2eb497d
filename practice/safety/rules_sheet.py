"""The sheet the engine fills while it goes through the facts, one fact after the other.

Everything written only narrows: levels are kept as lists and the least counts, sets of places only grow, the hardest
outcome stands. That is why the order of the facts cannot matter.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from practice.core.body import Place, Side, Spot
from practice.core.text import _
from practice.safety.rulebook import HARDNESS, USUAL, Kind, Rule, Rulebook
from practice.safety.rules_facts import ClearanceFact, ConditionFact, Facts
from practice.safety.rules_places import EVERYWHERE, PLACES, home_places, mask_of, places_in, region_mask, spread
from practice.safety.rules_verdict import (
    OUTCOME_ORDER,
    AskAgain,
    AskBecause,
    Consequence,
    Gap,
    Ground,
    NotAssessed,
    Outcome,
    Reason,
    ReasonKind,
)

FARTHEST_DUE = timedelta(weeks=42)


@dataclass
class Sheet:
    """What is known so far. Masks are sets of places (rules_places)."""

    facts: Facts
    book: Rulebook
    requested: int
    limits: list[list[Reason]] = field(default_factory=lambda: [[] for _place in PLACES])
    points: dict[Spot, list[Reason]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    warned: dict[str, int] = field(default_factory=dict)
    grounds: dict[str, list[Ground]] = field(default_factory=dict)
    heat_refused: int = 0
    heat_warned: int = 0
    heat_reasons: list[Reason] = field(default_factory=list)
    outcome: Outcome = Outcome.PROCEED
    why: list[tuple[Outcome, Reason]] = field(default_factory=list)
    positions: dict[str, list[Reason]] = field(default_factory=dict)
    details: dict[str, list[str]] = field(default_factory=dict)
    product_rules: list[tuple[Reason, tuple[str, ...], bool]] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)
    ask_again: list[AskAgain] = field(default_factory=list)
    you_decide: list[ConditionFact] = field(default_factory=list)
    consequences: set[Consequence] = field(default_factory=set)
    pregnancy_week: int | None = None
    is_pregnant: bool = False

    def limit(self, mask: int, reason: Reason) -> None:
        """No deeper than the reason's level at these places."""
        while mask:
            low = mask & -mask
            self.limits[low.bit_length() - 1].append(reason)
            mask ^= low

    def refuse(self, techniques: frozenset[str], mask: int, reason: Reason, *, only_warn: bool = False) -> None:
        """Refuse techniques at these places at any pressure, or warn about them there."""
        into = self.warned if only_warn else self.refused
        for key in techniques:
            into[key] = into.get(key, 0) | mask
            self.grounds.setdefault(key, []).append(Ground(mask, reason, not only_warn))

    def harden(self, outcome: Outcome, reason: Reason) -> None:
        """The outcome is at least this hard, because of this."""
        if outcome == Outcome.PROCEED:
            return
        self.why.append((outcome, reason))
        if OUTCOME_ORDER[outcome] > OUTCOME_ORDER[self.outcome]:
            self.outcome = outcome

    def lie(self, code: str, reason: Reason, detail: str = "") -> None:
        """Ask for a way of lying."""
        self.positions.setdefault(code, []).append(reason)
        if detail:
            self.details.setdefault(code, []).append(detail)


def add_condition(sheet: Sheet, fact: ConditionFact) -> None:
    """Write everything one condition means onto the sheet."""
    rule = sheet.book.rules.get(fact.key or "")
    if rule is None:
        _add_own(sheet, fact)
        return
    _add_rule(sheet, fact, rule, fact.places)
    if "due_date" in rule.needs:
        add_pregnancy(sheet, fact, rule)


def reason_of(sheet: Sheet, rule: Rule, fact: ConditionFact) -> Reason:
    return Reason(
        rule=rule.key,
        label=rule.label,
        why=rule.why,
        kind=ReasonKind.CONDITION,
        sources=sheet.book.named.get(rule.sources) or sheet.book.sources_of(rule.sources),
        grade=rule.grade,
        basis=rule.basis,
        extended=rule.extended,
        is_proposed=fact.is_proposed,
        is_own=rule.is_own,
        words=fact.words,
        note=rule.note,
        since=fact.since,
        ref=fact.ref,
    )


def _add_rule(sheet: Sheet, fact: ConditionFact, rule: Rule, places: tuple[Place, ...]) -> None:
    on = sheet.facts.on
    stands = _version(rule, fact)
    clearances = [clearance for clearance in sheet.facts.clearances if clearance.condition_key == rule.key]
    covering = [clearance for clearance in clearances if clearance.covers(fact)]
    is_cleared = any(clearance.holds(on) for clearance in covering)
    if is_cleared:
        stands = stands.once_cleared
    reason = reason_of(sheet, stands, fact)
    home = home_places(fact.spots)
    if not places and not home and stands.place == "required":
        places = _anywhere(stands, fact.side)
        sheet.not_assessed.append(NotAssessed(Gap.WHERE, rule.label, places, fact.ref))
    levels = _write_limits(sheet, stands, reason, places, home, fact)
    touched = _touched(stands, places, home, fact.side)
    refused, warned = stands.technique_lists
    sheet.refuse(refused, touched, reason)
    sheet.refuse(warned, touched, reason, only_warn=True)
    _write_heat(sheet, stands, touched, reason)
    _write_clearances(sheet, rule, clearances, reason)
    for code in stands.positions or (("",) if stands.positioning else ()):
        sheet.lie(code or f"rule:{rule.key}", reason, stands.positioning)
    for product in stands.products:
        product_reason = replace(reason, why=product.why)
        sheet.product_rules += [(product_reason, product.avoid, True)] if product.avoid else []
        sheet.product_rules += [(product_reason, product.warn, False)] if product.warn else []
    sheet.consequences |= {Consequence(name) for name in stands.consequences}
    sheet.harden(_outcome(sheet, stands, touched | levels), reason)
    _write_questions(sheet, rule, fact, covering, is_cleared)


def _version(rule: Rule, fact: ConditionFact) -> Rule:
    """Undecided and without a severity a condition counts at its strictest; an unknown severity does so too."""
    if fact.variant is not None:
        return rule.versions.get(fact.variant, rule.strictest)
    return rule.strictest if fact.is_proposed else rule.versions[USUAL]


def _anywhere(rule: Rule, side: Side | None) -> tuple[Place, ...]:
    return places_in(region_mask(rule.possible, side) if rule.possible else _all_on(side))


def _all_on(side: Side | None) -> int:
    return EVERYWHERE if side is None else mask_of(place for place in PLACES if place.side in (side, Side.MIDDLE))


def _write_limits(
    sheet: Sheet, rule: Rule, reason: Reason, places: tuple[Place, ...], home: tuple[Place, ...], fact: ConditionFact
) -> int:
    written = 0
    if rule.cap is not None and rule.is_whole_body:
        sheet.limit(EVERYWHERE, replace(reason, level=rule.cap))
        written = EVERYWHERE
    for where, level in rule.caps.items():
        mask = spread(where, places, home, fact.side)
        if mask:
            sheet.limit(mask, replace(reason, level=level))
            written |= mask
    if "@marked" in rule.caps:
        for spot in fact.spots:
            sheet.points.setdefault(spot, []).append(replace(reason, level=rule.caps["@marked"]))
    if fact.own_limit is not None:
        own = replace(
            reason, level=fact.own_limit, kind=ReasonKind.THERAPIST, sources=sheet.book.sources_of(("therapist",))
        )
        mask = mask_of(places) or written or EVERYWHERE
        sheet.limit(mask, own)
        written |= mask
    return written


def _touched(rule: Rule, places: tuple[Place, ...], home: tuple[Place, ...], side: Side | None) -> int:
    """Where the rule's techniques and heat count: the whole body, or its regions and the places named."""
    if rule.is_whole_body:
        return EVERYWHERE
    mask = mask_of(places) | mask_of(home)
    for where in (*rule.regions, *rule.caps):
        mask |= spread(where, places, home, side)
    return mask


def _write_heat(sheet: Sheet, rule: Rule, mask: int, reason: Reason) -> None:
    if rule.heat == "avoid":
        sheet.heat_refused |= mask
    elif rule.heat == "warn":
        sheet.heat_warned |= mask
    if rule.heat:
        sheet.heat_reasons.append(reason)


def _write_clearances(sheet: Sheet, rule: Rule, clearances: list[ClearanceFact], reason: Reason) -> None:
    """A doctor's answer narrows, and goes on narrowing after it has lapsed; a no closes everything."""
    for clearance in clearances:
        doctor = replace(
            reason, kind=ReasonKind.CLEARANCE, sources=sheet.book.sources_of(["doctor"]), words=clearance.by_whom
        )
        if clearance.is_refused:
            said_no = replace(doctor, label=_DOCTOR_SAID_NO, since=clearance.given_on)
            sheet.limit(EVERYWHERE, replace(said_no, level=0))
            sheet.harden(Outcome.DO_NOT_TREAT, said_no)
            sheet.consequences.add(Consequence.MUST_CALL)
            continue
        if clearance.max_pressure is not None:
            sheet.limit(EVERYWHERE, replace(doctor, level=clearance.max_pressure))
        if clearance.places:
            sheet.limit(EVERYWHERE & ~mask_of(clearance.places), replace(doctor, level=0))
        if clearance.heat_allowed is False:
            sheet.heat_refused |= EVERYWHERE
            sheet.heat_reasons.append(doctor)


def _outcome(sheet: Sheet, rule: Rule, mask: int) -> Outcome:
    hardness = HARDNESS[rule.kind]
    if hardness == HARDNESS[Kind.ABSOLUTE]:
        return Outcome.DO_NOT_TREAT
    if hardness == HARDNESS[Kind.CLEARANCE]:
        sheet.consequences.add(Consequence.LETTER_OUTSTANDING)
        # A doctor's word about one place stops only the work planned there; the rest of the body may go ahead.
        is_planned = rule.is_whole_body or bool(sheet.facts.requested.places and mask & sheet.requested)
        return Outcome.NEEDS_CLEARANCE if is_planned or mask == EVERYWHERE else Outcome.PROCEED_WITH_LIMITS
    return Outcome.PROCEED_WITH_LIMITS


def _write_questions(
    sheet: Sheet, rule: Rule, fact: ConditionFact, clearances: list[ClearanceFact], is_cleared: bool
) -> None:
    def ask(because: AskBecause, due_on: date | None = None) -> None:
        sheet.ask_again.append(AskAgain(because, rule.label, rule.ask, rule.key, due_on, fact.ref))

    if fact.is_proposed:
        sheet.not_assessed.append(NotAssessed(Gap.UNDECIDED, rule.label, fact.places, fact.ref))
        ask(AskBecause.UNDECIDED)
        return
    due_on = review_due(rule, fact)
    if due_on is not None and due_on <= sheet.facts.on:
        ask(AskBecause.AGED, due_on)
    elif rule.each_visit:
        ask(AskBecause.EACH_VISIT)
    if clearances and not is_cleared:
        ask(AskBecause.LAPSED_CLEARANCE, max((item.until for item in clearances if item.until), default=None))


def review_due(rule: Rule, fact: ConditionFact) -> date | None:
    """The day a condition has to be asked about again: the therapist's own, or the rule's days after it began."""
    if fact.review_on is not None:
        return fact.review_on
    return fact.since + timedelta(days=rule.review_days) if fact.since and rule.review_days else None


def add_pregnancy(sheet: Sheet, fact: ConditionFact, rule: Rule) -> None:
    """Week, position and the end of a pregnancy from its due date (40 weeks on that day).

    A due date farther ahead than a pregnancy is long is none. Two weeks after it the limits of the weeks after birth
    come on top; the old ones stay until the therapist ends the pregnancy, and no week is counted any more.
    """
    settings = sheet.book.settings["pregnancy"]
    reason = reason_of(sheet, rule, fact)
    sheet.is_pregnant = True
    ends_on = fact.due_on + timedelta(days=settings["grace_days"]) if fact.due_on else None
    if fact.due_on is None or fact.due_on > sheet.facts.on + FARTHEST_DUE:
        sheet.not_assessed.append(NotAssessed(Gap.DUE_DATE, rule.label, (), fact.ref))
        week = settings["not_face_down_from_week"]
    else:
        week = max(0, (280 - (fact.due_on - sheet.facts.on).days) // 7)
        if sheet.facts.on < ends_on:
            sheet.pregnancy_week = max(week, sheet.pregnancy_week or 0)
    if week >= settings["not_face_down_from_week"]:
        sheet.lie("side_lying", reason)
        sheet.lie("not_face_down", reason)
    if week >= settings["not_flat_on_back_from_week"]:
        sheet.lie("not_flat_on_back", reason)
    if ends_on and ends_on <= sheet.facts.on:
        sheet.ask_again.append(AskAgain(AskBecause.AGED, rule.label, rule.ask, rule.key, ends_on, fact.ref))
        after = sheet.book.rules.get("postpartum")
        if after and sheet.facts.on <= ends_on + timedelta(days=settings["after_birth_days"]):
            _add_rule(sheet, replace(fact, variant=None, places=(), due_on=None), after, ())


def _add_own(sheet: Sheet, fact: ConditionFact) -> None:
    """A condition no rule knows: the therapist decides, and until then it cannot read as fine."""
    reason = Reason(
        rule="own_condition",
        label=fact.words or sheet.book.former.get(fact.key or "") or fact.key or "",
        why=_YOU_DECIDE,
        kind=ReasonKind.OWN_CONDITION,
        sources=sheet.book.sources_of(["therapist"]),
        grade="low",
        basis="editor",
        is_proposed=fact.is_proposed,
        words=fact.words,
        since=fact.since,
        ref=fact.ref,
    )
    sheet.you_decide.append(fact)
    if fact.own_limit is not None:
        places = mask_of(fact.places) or mask_of(home_places(fact.spots)) or _all_on(fact.side)
        sheet.limit(places, replace(reason, level=fact.own_limit, kind=ReasonKind.THERAPIST))
    if fact.is_proposed:
        sheet.not_assessed.append(NotAssessed(Gap.UNDECIDED, reason.label, fact.places, fact.ref))
    if fact.review_on is not None and fact.review_on <= sheet.facts.on:
        sheet.ask_again.append(AskAgain(AskBecause.AGED, reason.label, (), "", fact.review_on, fact.ref))
    sheet.harden(Outcome.PROCEED_WITH_LIMITS, reason)


_DOCTOR_SAID_NO = _("Doctor's answer: no massage")
_YOU_DECIDE = _("No rule knows this one: you decide.")
