"""What the engine answers: plain frozen values with the reason and the source of everything that limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from practice.catalog.techniques import Technique
from practice.core.body import Place, Spot
from practice.core.text import _
from practice.safety.rulebook import Source
from practice.safety.rules_facts import AllergyFact, ConditionFact, Wish


class Outcome(StrEnum):
    PROCEED = "proceed"
    PROCEED_WITH_LIMITS = "proceed_with_limits"
    NEEDS_CLEARANCE = "needs_clearance"
    DO_NOT_TREAT = "do_not_treat"


OUTCOME_ORDER = {outcome: number for number, outcome in enumerate(Outcome)}


class Shown(StrEnum):
    """What the banner says. Not assessed stands where nothing limits but something was never answered."""

    GO_AHEAD = "go_ahead"
    LIMITS = "limits"
    DOCTORS_OK = "doctors_ok"
    DO_NOT = "do_not"
    NOT_ASSESSED = "not_assessed"


SHOWN_LABELS = {
    Shown.GO_AHEAD: _("Go ahead"),
    Shown.LIMITS: _("Go ahead with limits"),
    Shown.DOCTORS_OK: _("Doctor's OK needed"),
    Shown.DO_NOT: _("Do not massage today"),
    Shown.NOT_ASSESSED: _("Not assessed yet"),
}


class ReasonKind(StrEnum):
    STANDING = "standing"
    CONDITION = "condition"
    OWN_CONDITION = "own_condition"
    CLEARANCE = "clearance"
    CLIENT = "client"
    THERAPIST = "therapist"
    CONSENT = "consent"
    ALLERGY = "allergy"
    READING = "reading"
    CATALOGUE = "catalogue"


EVERYBODYS = (ReasonKind.STANDING, ReasonKind.CONSENT)  # not this client's own


class Status(StrEnum):
    ALLOWED = "allowed"
    WARNED = "warned"
    REFUSED = "refused"


class Gap(StrEnum):
    """Why something is not assessed."""

    NO_FORM = "no_form"
    FORM_EXPIRED = "form_expired"
    MISSING = "missing"
    UNANSWERED = "unanswered"
    DONT_KNOW = "dont_know"
    ASK_AT_VISIT = "ask_at_visit"
    UNREAD = "unread"
    UNDECIDED = "undecided"
    WHERE = "where"
    PAIN = "pain"
    DUE_DATE = "due_date"
    ALLERGIES = "allergies"
    GUARDIAN = "guardian"


GAP_LABELS = {
    Gap.NO_FORM: _("No form yet"),
    Gap.FORM_EXPIRED: _("The form is out of date"),
    Gap.MISSING: _("Missing in the form"),
    Gap.UNANSWERED: _("Left open"),
    Gap.DONT_KNOW: _("Answered “don't know”"),
    Gap.ASK_AT_VISIT: _("To be asked at the visit"),
    Gap.UNREAD: _("Own words nobody has read"),
    Gap.UNDECIDED: _("Answered yes, not yet decided"),
    Gap.WHERE: _("Where is not said"),
    Gap.PAIN: _("Pain: not asked whether it is new"),
    Gap.DUE_DATE: _("Due date not known"),
    Gap.ALLERGIES: _("Allergies: not asked"),
    Gap.GUARDIAN: _("Parent or guardian has not signed"),
}


# Gaps that may hide a limit of the places they name, or of any place. The others are no matter of where: what is not
# decided counts already at its strictest, and allergies limit products.
OPEN_SOMEWHERE = frozenset({Gap.NO_FORM, Gap.FORM_EXPIRED, Gap.MISSING, Gap.UNANSWERED, Gap.DONT_KNOW,
                            Gap.ASK_AT_VISIT, Gap.UNREAD, Gap.PAIN})


class AskBecause(StrEnum):
    AGED = "aged"
    EACH_VISIT = "each_visit"
    LAPSED_CLEARANCE = "lapsed_clearance"
    LAPSED_CONSENT = "lapsed_consent"
    UNDECIDED = "undecided"


class Consequence(StrEnum):
    """All that reception is told: what to do, never why."""

    MUST_CALL = "must_call"
    LETTER_OUTSTANDING = "letter_outstanding"
    LONGER = "longer"
    SIDE_LYING = "side_lying"
    NO_HOT_STONE = "no_hot_stone"
    FORM_MISSING = "form_missing"


CONSEQUENCE_LABELS = {
    Consequence.MUST_CALL: _("Therapist must call"),
    Consequence.LETTER_OUTSTANDING: _("Letter outstanding"),
    Consequence.LONGER: _("15 minutes longer"),
    Consequence.SIDE_LYING: _("Side-lying table"),
    Consequence.NO_HOT_STONE: _("No hot stone"),
    Consequence.FORM_MISSING: _("Form missing"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: the rule, its grade and its sources. `level` is the limit it sets, if it sets one."""

    rule: str
    label: str
    why: str
    kind: ReasonKind
    level: int | None = None
    sources: tuple[Source, ...] = ()
    grade: str = "high"
    basis: str = "direct"
    extended: bool = False
    is_proposed: bool = False
    is_own: bool = False
    words: str = ""
    note: str = ""
    since: date | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class NotAssessed:
    kind: Gap
    words: str = ""
    places: tuple[Place, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """No deeper than `level` here (None: no limit). `reasons` are all that limit, the strictest first; `set_by` those
    of them that set the level."""

    place: Place
    level: int | None
    reasons: tuple[Reason, ...]
    set_by: tuple[Reason, ...] = ()
    is_assessed: bool = True


@dataclass(frozen=True, slots=True)
class PointLimit:
    """A spot inside a region that stays open."""

    spot: Spot
    level: int
    reasons: tuple[Reason, ...]

    @property
    def is_own(self) -> bool:
        """Whether it is this client's, not a caution for everybody."""
        return any(reason.kind is not ReasonKind.STANDING for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason against a technique and the set of places (rules_places) it speaks of."""

    mask: int
    reason: Reason
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class TechniqueVerdict:
    """What stands about a technique for the places asked for. Refused places refuse it at any pressure."""

    key: str
    status: Status
    reasons: tuple[Reason, ...]
    refused_at: tuple[Place, ...] = ()
    warned_at: tuple[Place, ...] = ()
    grounds: tuple[Ground, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class HeatVerdict:
    status: Status
    reasons: tuple[Reason, ...] = ()
    refused_at: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """How to lie. `details` are the words of the rules that ask for it."""

    code: str
    words: str
    reasons: tuple[Reason, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    name: str
    status: Status
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class AskAgain:
    """What to ask at this visit, and because of what."""

    because: AskBecause
    label: str
    questions: tuple[str, ...] = ()
    rule: str = ""
    due_on: date | None = None
    ref: str = ""


class ProblemKind(StrEnum):
    OUTCOME = "outcome"
    CLOSED = "closed"
    TOO_DEEP = "too_deep"
    TECHNIQUE = "technique"
    HEAT = "heat"
    CONSENT = "consent"
    PRODUCT = "product"
    CARE = "care"


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against a row. Rows with the same `cause` need one reason per visit; a warning needs none. `spot` is
    the point inside the region that it is about."""

    cause: str
    kind: ProblemKind
    place: Place | None
    technique: str | None
    reasons: tuple[Reason, ...]
    level: int | None = None
    needs_reason: bool = True
    spot: Spot | None = None

    @property
    def words(self) -> str:
        return PROBLEM_LABELS[self.kind]


PROBLEM_LABELS = {
    ProblemKind.OUTCOME: _("Not to be massaged until this is settled"),
    ProblemKind.CLOSED: _("This place is closed"),
    ProblemKind.TOO_DEEP: _("Deeper than the limit here"),
    ProblemKind.TECHNIQUE: _("This technique is refused here"),
    ProblemKind.HEAT: _("No heat here"),
    ProblemKind.CONSENT: _("Consent in writing is missing"),
    ProblemKind.PRODUCT: _("This product is not for this client"),
    ProblemKind.CARE: _("With care"),
}


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """Places that share a level and the rules that set it: one row of the list beside the body map."""

    places: tuple[Place, ...]
    level: int | None
    reasons: tuple[Reason, ...]
    is_assessed: bool = True


@dataclass(frozen=True)
class Verdict:
    """The answer for a client on a day. `ceilings` has every place of the body, `techniques` every technique.

    `why` is everything that hardened the outcome, hardest first; `decided_by` only what makes it as hard as it is.
    `catalogue` are the techniques it knows, `depths` the limits some of them have of their own.
    """

    on: date
    outcome: Outcome
    is_complete: bool
    has_form: bool
    not_assessed: tuple[NotAssessed, ...]
    why: tuple[Reason, ...]
    decided_by: tuple[Reason, ...]
    ceilings: Mapping[Place, Ceiling]
    points: Mapping[Spot, PointLimit]
    techniques: Mapping[str, TechniqueVerdict]
    heat: HeatVerdict
    positioning: tuple[Position, ...]
    products: tuple[ProductVerdict, ...]
    product_warnings: tuple[Reason, ...]
    allergies: tuple[AllergyFact, ...]
    ask_again: tuple[AskAgain, ...]
    you_decide: tuple[ConditionFact, ...]
    wishes: Mapping[Place, Wish]
    consequences: tuple[Consequence, ...]
    pregnancy_week: int | None
    rulebook_version: str
    no_rule: Reason
    consent_reason: Reason
    consented_techniques: frozenset[str]
    catalogue: Mapping[str, Technique] = field(repr=False)
    depths: Mapping[str, Reason]

    @property
    def shown_as(self) -> Shown:
        """The banner: never "go ahead" where something is open, no outcome but a hard one without any form."""
        if self.outcome == Outcome.DO_NOT_TREAT:
            return Shown.DO_NOT
        if self.outcome == Outcome.NEEDS_CLEARANCE:
            return Shown.DOCTORS_OK
        if not self.has_form:
            return Shown.NOT_ASSESSED
        if self.outcome == Outcome.PROCEED_WITH_LIMITS:
            return Shown.LIMITS
        return Shown.GO_AHEAD if self.is_complete else Shown.NOT_ASSESSED
