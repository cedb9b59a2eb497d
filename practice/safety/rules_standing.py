"""What counts beside the conditions: standing rules, pain, limits, consent, blood pressure, allergies, the form."""

from dataclasses import replace

from practice.catalog.techniques import Technique
from practice.core.body import POINTS, Spot
from practice.core.text import _
from practice.safety.rulebook import Rulebook
from practice.safety.rules_facts import ConditionFact, ConditionStatus, Limit
from practice.safety.rules_places import EVERYWHERE, mask_of, region_mask
from practice.safety.rules_sheet import Sheet, add_condition, reason_of
from practice.safety.rules_verdict import (
    AskAgain,
    AskBecause,
    Consequence,
    Gap,
    NotAssessed,
    Outcome,
    Reason,
    ReasonKind,
)
from practice.safety.standing import StandingRule


def _standing_reason(book: Rulebook, rule: StandingRule) -> Reason:
    cap = None if rule.techniques else rule.cap
    return Reason(rule.key, rule.label, rule.why, ReasonKind.STANDING, cap, book.sources_of(rule.sources), rule.grade,
                  rule.basis, is_own=rule.is_own, note=rule.note)  # fmt: skip


def add_standing(sheet: Sheet) -> None:
    """What holds for everybody: closed places, spots of caution, techniques that never go somewhere."""
    for rule in sheet.book.standing.values():
        reason = _standing_reason(sheet.book, rule)
        if rule.techniques:
            sheet.refuse(frozenset(rule.techniques), region_mask(rule.regions), reason)
        elif rule.cap is not None:
            sheet.limit(region_mask(rule.regions), reason)
            for point in rule.points:
                for side in POINTS[point].sides:
                    sheet.points.setdefault(Spot(point, side), []).append(reason)
    for technique in sheet.book.techniques.values():
        if technique.never_at:
            sheet.refuse(frozenset((technique.key,)), region_mask(technique.never_at),
                         technique_reason(sheet.book, technique))  # fmt: skip


def technique_reason(book: Rulebook, technique: Technique) -> Reason:
    """Why a technique is not done somewhere, or not deeper than its limit, whoever the client is."""
    return Reason(f"technique:{technique.key}", technique.label, technique.why or _("So the practice has decided."),
                  ReasonKind.STANDING, technique.cap, book.sources_of(technique.sources), basis="editor",
                  is_own=technique.is_own, note=technique.note)  # fmt: skip


def add_pains(sheet: Sheet) -> None:
    """Acute pain closes its place; pain nobody asked about is not assessed; long-known pain changes nothing."""
    for pain in sheet.facts.pains:
        if pain.is_acute:
            add_condition(sheet, ConditionFact("acute_pain", pain.words, (pain.place,)))
        elif pain.is_acute is None:
            sheet.not_assessed.append(NotAssessed(Gap.PAIN, pain.words, (pain.place,)))


def add_limits(sheet: Sheet) -> None:
    """The client's "never more than" and the therapist's own limits."""
    client = Reason(
        "never_more_than",
        _("The client's own words: never more"),
        _("The client said: no deeper than this."),
        ReasonKind.CLIENT,
        sources=sheet.book.sources_of(["client"]),
    )
    therapist = Reason(
        "therapist_limit",
        _("Therapist's limit"),
        _("A therapist set this limit."),
        ReasonKind.THERAPIST,
        sources=sheet.book.sources_of(["therapist"]),
        basis="editor",
    )
    for limit in sheet.facts.never_more_than:
        _limit(sheet, limit, client)
    for limit in sheet.facts.therapist_limits:
        _limit(sheet, limit, therapist)


def _limit(sheet: Sheet, limit: Limit, template: Reason) -> None:
    reason = replace(template, level=limit.level, words=limit.words, ref=limit.ref)
    if isinstance(limit.place, Spot):
        sheet.points.setdefault(limit.place, []).append(reason)
    else:
        sheet.limit(EVERYWHERE if limit.place is None else mask_of((limit.place,)), reason)
    if limit.level < 5:
        sheet.harden(Outcome.PROCEED_WITH_LIMITS, reason)


def add_consents(sheet: Sheet) -> None:
    """Sensitive regions stay closed without a consent that holds; one that has lapsed is asked for again."""
    facts, book = sheet.facts, sheet.book
    given = {region for consent in facts.consents if consent.holds(facts.on) for region in consent.regions}
    sources = book.sources_of(book.settings["sensitive"]["sources"])
    for region in book.sensitive:
        if region in given:
            continue
        reason = Reason(
            f"consent:{region}",
            _("Consent in writing is missing"),
            _("A sensitive area stays closed without it."),
            ReasonKind.CONSENT,
            0,
            sources,
            is_own="sensitive" in book.own_settings,
        )
        mask = region_mask((region,))
        sheet.limit(mask, reason)
        if facts.requested.places and mask & sheet.requested:
            sheet.harden(Outcome.PROCEED_WITH_LIMITS, reason)
        lapsed = [
            item.until
            for item in facts.consents
            if region in item.regions and item.until and not item.is_revoked and item.revoked_on is None
        ]
        if lapsed:
            sheet.ask_again.append(AskAgain(AskBecause.LAPSED_CONSENT, reason.label, (), reason.rule, max(lapsed)))


def technique_consent_reason(book: Rulebook) -> Reason:
    """Why a technique that needs a consent of its own is refused without it."""
    return Reason(
        "consent",
        _("Consent in writing is missing"),
        _("This work needs a consent of its own."),
        ReasonKind.CONSENT,
        sources=book.sources_of(book.settings["sensitive"]["sources"]),
    )


def add_blood_pressure(sheet: Sheet) -> None:
    """A reading at or over the practice's two thresholds (rulebook settings; no number is universal)."""
    reading, settings = sheet.facts.blood_pressure, sheet.book.settings["blood_pressure"]
    if reading is None:
        return
    reason = Reason(
        "blood_pressure",
        _("Blood pressure reading"),
        f"{reading.systolic}/{reading.diastolic}",
        ReasonKind.READING,
        sources=sheet.book.sources_of(settings["sources"]),
        grade="medium",
        basis="editor",
        is_own="blood_pressure" in sheet.book.own_settings,
        since=reading.on,
    )

    def reaches(name: str) -> bool:
        return reading.systolic >= settings[name][0] or reading.diastolic >= settings[name][1]

    if reaches("do_not_treat"):
        sheet.limit(EVERYWHERE, replace(reason, level=0))
        sheet.harden(Outcome.DO_NOT_TREAT, reason)
    elif reaches("ask_doctor"):
        sheet.limit(EVERYWHERE, replace(reason, level=3))
        sheet.harden(Outcome.NEEDS_CLEARANCE, reason)
        sheet.consequences.add(Consequence.LETTER_OUTSTANDING)


def add_allergies(sheet: Sheet) -> None:
    """Any allergy brings the rule on products; never having asked is a gap."""
    rule = sheet.book.rules.get("product_allergy")
    if sheet.facts.allergies and rule:
        is_open = all(allergy.status == ConditionStatus.PROPOSED for allergy in sheet.facts.allergies)
        status = ConditionStatus.PROPOSED if is_open else ConditionStatus.ACCEPTED
        reason = replace(reason_of(sheet, rule, ConditionFact(rule.key, status=status)), kind=ReasonKind.ALLERGY)
        sheet.refuse(rule.technique_lists[1], EVERYWHERE, reason, only_warn=True)
        sheet.harden(Outcome.PROCEED_WITH_LIMITS, reason)
    for allergy in sheet.facts.allergies:
        if allergy.status == ConditionStatus.PROPOSED:
            sheet.not_assessed.append(NotAssessed(Gap.UNDECIDED, allergy.substance))
    if sheet.facts.allergies_asked_on is None and not sheet.facts.allergies:
        sheet.not_assessed.append(NotAssessed(Gap.ALLERGIES))


def add_intake(sheet: Sheet) -> None:
    """What the form leaves open. Silence is not safety: each gap keeps the verdict from being complete."""
    intake, on = sheet.facts.intake, sheet.facts.on
    if intake.current_until is None:
        sheet.not_assessed.append(NotAssessed(Gap.NO_FORM))
    elif not intake.is_valid(on):
        sheet.not_assessed.append(NotAssessed(Gap.FORM_EXPIRED, intake.current_until.isoformat()))
    if not intake.is_valid(on) or intake.missing:
        sheet.consequences.add(Consequence.FORM_MISSING)
    for kind, words in (
        (Gap.MISSING, intake.missing),
        (Gap.UNANSWERED, intake.unanswered),
        (Gap.ASK_AT_VISIT, intake.asked_at_visit),
        (Gap.UNREAD, intake.unread),
    ):
        sheet.not_assessed += [NotAssessed(kind, word) for word in words]
    sheet.not_assessed += [NotAssessed(Gap.DONT_KNOW, gap.words, gap.places) for gap in intake.dont_know]
    age = sheet.facts.age
    if age is not None and age < sheet.book.settings["adult_age"] and not sheet.facts.has_guardian_consent:
        sheet.not_assessed.append(NotAssessed(Gap.GUARDIAN))
