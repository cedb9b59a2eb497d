"""Reading a verdict: one row of work, one item of home care, one place, the list beside the body map."""

from collections.abc import Iterable

from practice.catalog.techniques import home_care
from practice.core.body import UNASSESSED, Place, Spot
from practice.safety.rules_facts import Request
from practice.safety.rules_places import NUMBER, PLACES, home_places
from practice.safety.rules_verdict import (
    LimitEntry,
    Outcome,
    Problem,
    ProblemKind,
    Reason,
    ReasonKind,
    Status,
    TechniqueVerdict,
    Verdict,
)


def check_row(
    verdict: Verdict,
    place: Place,
    technique: str,
    pressure: int,
    *,
    with_heat: bool = False,
    products: Iterable[str] = (),
) -> list[Problem]:
    """What stands against working `place` with `technique` at level `pressure`; empty when nothing does.

    A Problem that `needs_reason` asks "Go ahead anyway: why?", once for each `cause` and visit. `with_heat` says that a
    technique without heat of its own is done warm; `products` are names judged in the verdict.
    """
    problems = _outcome_problem(verdict, place, technique)
    problems += _here(verdict, place, technique, pressure, with_heat=with_heat)
    for product in verdict.products:
        if product.name in products and product.status == Status.REFUSED:
            problems.append(_problem(ProblemKind.PRODUCT, place, technique, product.reasons))
    return _once_per_rule(problems) + _point_problems(verdict, place, technique)


def _here(verdict: Verdict, place: Place, technique: str, pressure: int, *, with_heat: bool) -> list[Problem]:
    """What stands against the work at this place, whatever the outcome on the whole."""
    known = verdict.catalogue.get(technique)
    problems = []
    if known is None or known.is_placed:
        problems += _depth_problem(verdict, place, technique, pressure)
        problems += _own_depth_problem(verdict, place, technique, pressure)
    problems += _technique_problems(verdict, place, technique)
    if with_heat and place in verdict.heat.refused_at:
        problems.append(_problem(ProblemKind.HEAT, place, technique, verdict.heat.reasons))
    return problems


def _point_problems(verdict: Verdict, place: Place, technique: str) -> list[Problem]:
    """The client's own points inside an open region: said beside the row, for the work may well keep off them."""
    if verdict.ceilings[place].level == 0:
        return []
    return [_problem(ProblemKind.CARE, place, technique, point.reasons, point.level, what=str(spot), spot=spot)
            for spot, point in verdict.points.items()
            if point.is_own and place in home_places((spot,))]


def _once_per_rule(problems: list[Problem]) -> list[Problem]:
    """Leave out what an earlier problem of the row has already said: one fever asks one reason, not three."""
    kept, said = [], set()
    for problem in problems:
        rules = {reason.rule for reason in problem.reasons}
        if not rules <= said:
            kept.append(problem)
            said |= rules
    return kept


def _problem(
    kind: ProblemKind,
    place: Place,
    technique: str,
    reasons: tuple[Reason, ...],
    level: int | None = None,
    what: str = "",
    spot: Spot | None = None,
) -> Problem:
    rules = "+".join(sorted({reason.rule for reason in reasons}))
    cause = ":".join(part for part in (str(kind), what, rules) if part)
    return Problem(cause, kind, place, technique, reasons, level, kind != ProblemKind.CARE, spot)


def _outcome_problem(verdict: Verdict, place: Place, technique: str) -> list[Problem]:
    if verdict.outcome not in (Outcome.DO_NOT_TREAT, Outcome.NEEDS_CLEARANCE):
        return []
    return [_problem(ProblemKind.OUTCOME, place, technique, verdict.decided_by)]


def _depth_problem(verdict: Verdict, place: Place, technique: str, pressure: int) -> list[Problem]:
    ceiling = verdict.ceilings[place]
    if ceiling.level is None:
        return []
    if ceiling.level == 0:
        is_consent = all(reason.kind == ReasonKind.CONSENT for reason in ceiling.set_by)
        kind = ProblemKind.CONSENT if is_consent else ProblemKind.CLOSED
        return [_problem(kind, place, technique, ceiling.set_by, 0)]
    if pressure > ceiling.level:
        return [_problem(ProblemKind.TOO_DEEP, place, technique, ceiling.set_by, ceiling.level)]
    return []


def _own_depth_problem(verdict: Verdict, place: Place, technique: str, pressure: int) -> list[Problem]:
    """A technique may have a limit of its own, whoever the client is."""
    reason = verdict.depths.get(technique)
    if reason is None or pressure <= reason.level:
        return []
    return [_problem(ProblemKind.TOO_DEEP, place, technique, (reason,), reason.level)]


def _technique_problems(verdict: Verdict, place: Place, technique: str) -> list[Problem]:
    answer, known = verdict.techniques.get(technique), verdict.catalogue.get(technique)
    if answer is None or known is None:
        return []
    problems = []
    if known.needs_consent and technique not in verdict.consented_techniques:
        problems.append(_problem(ProblemKind.CONSENT, place, technique, (verdict.consent_reason,), what=technique))
    if place in answer.refused_at:
        problems.append(_problem(ProblemKind.TECHNIQUE, place, technique, _at(answer, place, True), what=technique))
    elif place in answer.warned_at:
        problems.append(_problem(ProblemKind.CARE, place, technique, _at(answer, place, False), what=technique))
    return problems


def _at(answer: TechniqueVerdict, place: Place, is_refusal: bool) -> tuple[Reason, ...]:
    """The reasons against a technique that speak of this place, in the order of the verdict."""
    bit = 1 << NUMBER[place]
    here = {ground.reason for ground in answer.grounds if ground.mask & bit and ground.is_refusal == is_refusal}
    return tuple(reason for reason in answer.reasons if reason in here)


def check_request(verdict: Verdict, request: Request) -> list[Problem]:
    """Every problem of a plan: its places × its techniques at its pressure (its gentlest where none is named)."""
    problems: dict[Problem, None] = {}
    names = [product.name for product in request.products]
    for place in request.places or PLACES:
        for technique in request.techniques:
            known = verdict.catalogue.get(technique)
            pressure = request.pressure if request.pressure is not None else (known.lowest if known else 0)
            problems.update(dict.fromkeys(check_row(verdict, place, technique, pressure, products=names)))
    return list(problems)


def check_home_care(verdict: Verdict, key: str, places: Iterable[Place]) -> list[Problem]:
    """What stands against home care at these places: closed places, the spine and acute pain stay out.

    Without a place it stands against the whole of it only what is refused on more than half of the body; where else it
    must not be used says home_care_keeps_off. What needs a consent to be touched by others needs none at home.
    """
    named = tuple(places)
    found = {place: _at_home(verdict, key, place) for place in named or PLACES}
    is_against = bool(named) or 2 * sum(map(_is_refused, found.values())) > len(PLACES)
    return [problem for problems in found.values() for problem in problems] if is_against else []


def is_home_care_refused(verdict: Verdict, key: str, places: Iterable[Place]) -> bool:
    """Whether this client had better leave it out altogether, at these places or, without any, at all."""
    return _is_refused(check_home_care(verdict, key, places))


def home_care_keeps_off(verdict: Verdict, key: str) -> list[Place]:
    """Where home care that names no place must not be used by this client."""
    return [place for place in PLACES if _is_refused(_at_home(verdict, key, place))]


def _at_home(verdict: Verdict, key: str, place: Place) -> list[Problem]:
    item = home_care().get(key)
    if item is None or item.technique is None:
        return []
    found = _here(verdict, place, item.technique, item.level, with_heat=item.uses_heat)
    return _once_per_rule([problem for problem in found if problem.kind != ProblemKind.CONSENT])


def _is_refused(problems: list[Problem]) -> bool:
    return any(problem.needs_reason for problem in problems)


def explain(verdict: Verdict, place: Place, technique: str | None = None) -> tuple[Reason, ...]:
    """Why a place, or a technique there, is as it is. Never empty: "no rule limits this" is an answer with a source."""
    reasons = list(verdict.ceilings[place].reasons)
    answer = verdict.techniques.get(technique or "")
    if answer and (place in answer.refused_at or place in answer.warned_at):
        against = (*_at(answer, place, True), *_at(answer, place, False))
        reasons += [reason for reason in against if reason not in reasons]
    return tuple(reasons) or (verdict.no_rule,)


def levels(verdict: Verdict) -> dict[str, int | str | None]:
    """Text key of every place -> level, None (no limit) or "unassessed": what the body map draws."""
    return {
        str(place): UNASSESSED if ceiling.level is None and not ceiling.is_assessed else ceiling.level
        for place, ceiling in verdict.ceilings.items()
    }


def limits(verdict: Verdict) -> tuple[LimitEntry, ...]:
    """Places with the same limit for the same reasons, strictest first, then those not assessed."""
    groups: dict[tuple, list[Place]] = {}
    met: dict[int, list[Place]] = {}  # most places share their reasons: these are compared once
    for place, ceiling in verdict.ceilings.items():
        if ceiling.level is not None or not ceiling.is_assessed:
            group = met.get(id(ceiling.set_by))
            if group is None:
                group = met[id(ceiling.set_by)] = groups.setdefault((ceiling.level, ceiling.set_by), [])
            group.append(place)
    entries = [
        LimitEntry(tuple(places), level, reasons, level is not None) for (level, reasons), places in groups.items()
    ]
    return tuple(
        sorted(entries, key=lambda entry: (9 if entry.level is None else entry.level, NUMBER[entry.places[0]]))
    )
