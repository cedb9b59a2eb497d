"""The rulebook in force: the shipped one with the practice's own rules over it."""
import json
from functools import lru_cache

from sqlalchemy import exists, or_, select

from practice.catalog.techniques import Technique
from practice.core.columns import canonical_json
from practice.core.db import db, kept
from practice.safety.models import OwnRule
from practice.safety.rulebook import Rulebook, shipped
from practice.safety.rulebook_own import Part, offered, row_key, with_own

IN_FORCE = "rulebook in force"  # where a session keeps it
RULES = OwnRule.__table__.c  # whoever is asked about safety is asked by the whole rulebook
# A technique that was taken out goes on naming the work that was done with it, and a condition those who have it.
COUNTS = or_(RULES.is_active, RULES.key.startswith(row_key(Part.TECHNIQUE, "")), ~RULES.key.contains(":"))
OWN_RULES = select(RULES.content, RULES.is_active).where(COUNTS).order_by(RULES.key)
HAS_OWN_RULES = exists().where(COUNTS)


def rulebook() -> Rulebook:
    """The rulebook in force: the shipped one with the practice's own rules over it. Read once a request."""
    held = kept().get(IN_FORCE)
    if held is None:
        held = kept()[IN_FORCE] = _laid_over(tuple(
            (canonical_json(content), is_active) for content, is_active in db.session.execute(OWN_RULES)))
    return held


def keep_shipped() -> None:
    """Whoever has read along with something else that there are no own rules spares the next question."""
    kept()[IN_FORCE] = shipped()


def forget_rulebook() -> None:
    """After a rule has changed: the next question reads it anew."""
    kept()[IN_FORCE] = None


@lru_cache(maxsize=4)
def _laid_over(own: tuple[tuple[str, bool], ...]) -> Rulebook:
    active, retired = ([json.loads(text) for text, is_active in own if is_active is wanted] for wanted in (True, False))
    return with_own(shipped(), active, retired)


def techniques() -> dict[str, Technique]:
    """Every technique somebody can choose, those of the practice's own too."""
    return offered(rulebook())


def own_rules() -> dict[str, OwnRule]:
    """The practice's own rules by key, those that no longer count too."""
    return {row.key: row for row in db.session.scalars(select(OwnRule).order_by(OwnRule.key))}
