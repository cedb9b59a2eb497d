"""Where a practice's own rules allow a client more than the shipped rulebook does: it is never left unsaid. Pure."""

from dataclasses import dataclass

from practice.core.body import POINTS, Place
from practice.core.text import _
from practice.safety.rules_places import NUMBER
from practice.safety.rules_verdict import (
    CONSEQUENCE_LABELS,
    OUTCOME_ORDER,
    SHOWN_LABELS,
    Outcome,
    Shown,
    Status,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Loosened:
    """Something the book holds tighter: what it is about (a limit of depth at its places says nothing more), where.

    `book` and `own` are words; for a limit of depth they are levels, `own` None where there is no limit any more.
    """

    label: str
    places: tuple[Place, ...] = ()
    book: str | int | None = ""
    own: str | int | None = ""

    @property
    def is_depth(self) -> bool:
        return isinstance(self.book, int)


OUTCOME_WORDS = {
    Outcome.PROCEED: SHOWN_LABELS[Shown.GO_AHEAD], Outcome.PROCEED_WITH_LIMITS: SHOWN_LABELS[Shown.LIMITS],
    Outcome.NEEDS_CLEARANCE: SHOWN_LABELS[Shown.DOCTORS_OK], Outcome.DO_NOT_TREAT: SHOWN_LABELS[Shown.DO_NOT],
}  # fmt: skip
STATUS_WORDS = {Status.ALLOWED: _("allowed"), Status.WARNED: _("with care"), Status.REFUSED: _("refused")}
_STRICT = {status: number for number, status in enumerate(Status)}


def loosened(book: Verdict, own: Verdict) -> tuple[Loosened, ...]:
    """Two verdicts over the same facts, of the shipped rulebook and of the practice's: all that the second softens."""
    found = []
    if OUTCOME_ORDER[own.outcome] < OUTCOME_ORDER[book.outcome]:
        found.append(Loosened(_("On the whole"), (), OUTCOME_WORDS[book.outcome], OUTCOME_WORDS[own.outcome]))
    return (*found, *_depths(book, own), *_points(book, own), *_techniques(book, own), *_heat(book, own),
            *_said(book, own))  # fmt: skip


def _depths(book: Verdict, own: Verdict) -> list[Loosened]:
    groups: dict[tuple[int, int | None], list[Place]] = {}
    for place, ceiling in book.ceilings.items():
        now = own.ceilings[place].level
        if ceiling.level is not None and (now is None or now > ceiling.level):
            groups.setdefault((ceiling.level, now), []).append(place)
    return [Loosened("", tuple(places), level, now) for (level, now), places in sorted(
        groups.items(), key=lambda group: (group[0][0], NUMBER[group[1][0]]))]  # fmt: skip


def _points(book: Verdict, own: Verdict) -> list[Loosened]:
    found: dict[Loosened, None] = {}
    for spot, point in book.points.items():
        now = own.points[spot].level if spot in own.points else None
        if now is None or now > point.level:
            found[Loosened(POINTS[spot.point].label, (), point.level, now)] = None
    return list(found)


def _techniques(book: Verdict, own: Verdict) -> list[Loosened]:
    found = []
    for key, was in book.techniques.items():
        now, known = own.techniques[key], own.catalogue[key]
        freed, kept = _freed(was.refused_at, now.refused_at), (*now.refused_at, *now.warned_at)
        eased = _freed(was.warned_at, kept)
        if _STRICT[now.status] < _STRICT[was.status]:
            found.append(Loosened(known.label, (), STATUS_WORDS[was.status], STATUS_WORDS[now.status]))
        elif freed:
            left = Status.ALLOWED if _freed(freed, kept) else Status.WARNED
            found.append(Loosened(known.label, freed, STATUS_WORDS[Status.REFUSED], STATUS_WORDS[left]))
        elif eased:
            found.append(Loosened(known.label, eased if kept else (), STATUS_WORDS[Status.WARNED],
                                  STATUS_WORDS[Status.ALLOWED]))
        if book.catalogue[key].needs_consent and not known.needs_consent:
            found.append(Loosened(known.label, (), _("with a consent of its own"), _("without one")))
        if book.catalogue[key].is_placed and not known.is_placed:
            found.append(Loosened(known.label, (), _("held to the depth of each place"), _("at any depth")))
    return found


def _freed(was: tuple[Place, ...], now: tuple[Place, ...]) -> tuple[Place, ...]:
    """The places closed to something then and not now."""
    if was == now:
        return ()
    kept = frozenset(now)
    return tuple(place for place in was if place not in kept)


def _heat(book: Verdict, own: Verdict) -> list[Loosened]:
    freed = _freed(book.heat.refused_at, own.heat.refused_at)
    if freed or _STRICT[own.heat.status] < _STRICT[book.heat.status]:
        return [Loosened(_("Heat"), freed, STATUS_WORDS[book.heat.status], STATUS_WORDS[own.heat.status])]
    return []


def _said(book: Verdict, own: Verdict) -> list[Loosened]:
    """How to lie, what to ask, what to leave out on the skin and what reception is told, where the practice says
    nothing of it any more."""
    lying = {position.code for position in own.positioning}
    found = [Loosened(position.words, (), _("asked for"), _("not asked for")) for position in book.positioning
             if position.code not in lying]  # fmt: skip
    asked = {(one.rule, one.ref) for one in own.ask_again}
    found += [Loosened(one.label, (), _("asked for"), _("not asked for")) for one in book.ask_again
              if (one.rule, one.ref) not in asked]  # fmt: skip
    found += [Loosened(CONSEQUENCE_LABELS[one], (), _("told to reception"), _("not told")) for one in book.consequences
              if one not in own.consequences]  # fmt: skip
    left_out = {(reason.rule, reason.words) for reason in own.product_warnings}
    return [*found, *(Loosened(reason.label, (), reason.words, _("not asked for"))
                      for reason in book.product_warnings if (reason.rule, reason.words) not in left_out)]  # fmt: skip
