"""A client as the rules see one: asked everything, with nothing, on one day."""
from datetime import date, timedelta

from practice.safety.rulebook import shipped
from practice.safety.rules import (
    ConditionFact,
    ConsentFact,
    Facts,
    IntakeFact,
    assess,
)

BOOK = shipped()
TODAY = date(2026, 6, 1)
ALL_CONSENTS = (ConsentFact(regions=BOOK.sensitive),)
CURRENT = IntakeFact(current_until=TODAY + timedelta(days=200))


def facts(**more) -> Facts:
    """A client who has been asked everything and has nothing."""
    given_ = {"on": TODAY, "consents": ALL_CONSENTS, "intake": CURRENT, "allergies_asked_on": TODAY}
    return Facts(**(given_ | more))


def judge(*conditions: ConditionFact, **more):
    return assess(facts(conditions=conditions, **more), BOOK)
