"""What the engine is told about a client before a visit: plain frozen values, gathered by the services."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from practice.core.body import Place, Side, Spot


class ConditionStatus(StrEnum):
    ACCEPTED = "accepted"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class ConditionFact:
    """A condition a client has, or may have. Ended and dismissed ones are not passed.

    `key` names a rule; None, or a key the rulebook does not know, is a condition of the client's own, shown by its
    `words`: "you decide". `variant` is a severity of the rule ("usual" for the plain one). `own_limit` is a level 0–5
    the therapist set for it. `due_on` is the expected birth. `ref` comes back in every reason.
    """

    key: str | None
    words: str = ""
    places: tuple[Place, ...] = ()
    spots: tuple[Spot, ...] = ()
    side: Side | None = None
    since: date | None = None
    status: ConditionStatus = ConditionStatus.ACCEPTED
    review_on: date | None = None
    variant: str | None = None
    own_limit: int | None = None
    due_on: date | None = None
    ref: str = ""

    @property
    def is_proposed(self) -> bool:
        return self.status == ConditionStatus.PROPOSED


@dataclass(frozen=True, slots=True)
class PainMark:
    """A place the client marked, 0–10. Acute is new, sudden or after an injury; None means nobody asked."""

    place: Place
    score: int | None = None
    is_acute: bool | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class AllergyFact:
    """What the client does not tolerate on the skin or in the air, and what is used instead."""

    substance: str
    severity: str = ""
    reaction: str = ""
    use_instead: str = ""
    status: ConditionStatus = ConditionStatus.ACCEPTED


@dataclass(frozen=True, slots=True)
class Wish:
    """How deep the client would like it: a target, never a limit. No place means everywhere."""

    level: int
    place: Place | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """No deeper than `level`: the client's "never more than" or a therapist's own limit. No place: everywhere; at a
    point the region around it stays open."""

    level: int
    place: Place | Spot | None = None
    words: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """Consent in writing for sensitive regions or for a technique that needs it, until a day (None: this plan).

    It holds from `given_on` (None: always) and no longer from `revoked_on` on; `is_revoked` takes it back for good.
    `text_version` names the words that were agreed to; "" for those written down before words had versions.
    """

    regions: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    until: date | None = None
    is_revoked: bool = False
    given_on: date | None = None
    revoked_on: date | None = None
    text_version: str = ""

    def holds(self, on: date) -> bool:
        if self.is_revoked or (self.revoked_on is not None and self.revoked_on <= on):
            return False
        return (self.given_on is None or self.given_on <= on) and (self.until is None or self.until >= on)


@dataclass(frozen=True, slots=True)
class ClearanceFact:
    """What a doctor answered about one condition. It can narrow a rule, never widen it. Empty places: everywhere.

    `refs` are the conditions the doctor was asked about (`ConditionFact.ref`); none named means those begun by then.
    An OK that a later no has taken back `is_withdrawn`: it only narrows from then on.
    """

    condition_key: str
    max_pressure: int | None = None
    places: tuple[Place, ...] = ()
    heat_allowed: bool | None = None
    by_whom: str = ""
    given_on: date | None = None
    until: date | None = None
    refs: tuple[str, ...] = ()
    is_refused: bool = False
    is_withdrawn: bool = False

    def holds(self, on: date) -> bool:
        """Whether it is an OK that counts on that day."""
        if self.is_refused or self.is_withdrawn:
            return False
        return (self.given_on is None or self.given_on <= on) and (self.until is None or self.until >= on)

    def covers(self, fact: "ConditionFact") -> bool:
        """Whether it speaks of this illness: an old OK says nothing of a new one, nor of what nobody has decided."""
        if fact.is_proposed:
            return False
        if self.refs:
            return fact.ref in self.refs
        return fact.since is None or self.given_on is None or fact.since <= self.given_on


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """The latest reading, in mmHg."""

    systolic: int
    diastolic: int
    on: date | None = None


@dataclass(frozen=True, slots=True)
class DontKnow:
    """A question answered "don't know", with the places it was about."""

    words: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class IntakeFact:
    """How far the client has been asked. `current_until` None: no form was ever received.

    `about_products` repeats the words of those that are about allergies: they can hide no limit of a place.
    """

    current_until: date | None = None
    missing: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    dont_know: tuple[DontKnow, ...] = ()
    asked_at_visit: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    about_products: tuple[str, ...] = ()

    def is_valid(self, on: date) -> bool:
        return self.current_until is not None and self.current_until >= on


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product about to be used, with what is in it."""

    name: str
    ingredients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is planned for the visit. Empty places mean: the whole body may be worked."""

    places: tuple[Place, ...] = ()
    techniques: tuple[str, ...] = ()
    pressure: int | None = None
    products: tuple[ProductFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known on a day. Order within the tuples never matters."""

    on: date
    age: int | None = None
    conditions: tuple[ConditionFact, ...] = ()
    pains: tuple[PainMark, ...] = ()
    allergies: tuple[AllergyFact, ...] = ()
    allergies_asked_on: date | None = None
    wishes: tuple[Wish, ...] = ()
    never_more_than: tuple[Limit, ...] = ()
    therapist_limits: tuple[Limit, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    clearances: tuple[ClearanceFact, ...] = ()
    blood_pressure: BloodPressure | None = None
    intake: IntakeFact = field(default_factory=IntakeFact)
    has_guardian_consent: bool = False
    requested: Request = field(default_factory=Request)
