"""A client as the rules see one: asked everything, with nothing, on one day."""
from datetime import date, timedelta

from practice.catalog.techniques import technique_to_data
from practice.safety.rulebook import shipped
from practice.safety.rulebook_own import with_own
from practice.safety.rules import (
    ConditionFact,
    ConsentFact,
    Facts,
    IntakeFact,
    assess,
)
from practice.safety.standing import standing_to_data

BOOK = shipped()
TODAY = date(2026, 6, 1)

# What a practice may make of the book: a technique of its own, others changed, standing rules and settings its own.
THAI = {"part": "technique", "key": "thai_stretch", "label": "Thai stretching", "client_label": "Stretching",
        "category": "modality", "lowest": 2, "highest": 4, "phases": ["working", "finishing"], "tool": "hands",
        "purpose": "", "synonyms": [], "basis": "editor", "warns_for": ["hypermobility"],
        "refused_for": ["osteoporosis"], "never_at": ["neck_anterior", "head"], "cap": 3,
        "why": "The teacher says so.", "sources": ["Course in Chiang Mai"]}
OWN_SPINE = standing_to_data(BOOK.standing["spine"]) | {"part": "standing", "cap": 2}
OWN_HANDS = {"part": "standing", "key": "hands", "label": "Hands", "why": "Rings.", "regions": ["hand"], "points": [],
             "cap": 3, "techniques": [], "sources": ["Our experience"], "grade": "low", "basis": "editor", "note": ""}
OWN_SUCTION = standing_to_data(BOOK.standing["suction_on_neck"]) | {"part": "standing", "techniques": ["fire_cupping"]}
OWN_SENSITIVE = {"part": "setting", "key": "sensitive", "regions": ["breast", "abdomen"], "sources": ["house"]}
OWN_PRESSURE = {"part": "setting", "key": "blood_pressure", "ask_doctor": [150, 95], "do_not_treat": [190, 120],
                "sources": ["house"]}
OWN_AROMA = technique_to_data(BOOK.techniques["aromatherapy"]) | {
    "part": "technique", "warns_for": [], "sources": ["house"]}
OWN_BOOK = with_own(BOOK, [THAI, OWN_SPINE, OWN_HANDS, OWN_SUCTION, OWN_SENSITIVE, OWN_PRESSURE, OWN_AROMA])
ALL_CONSENTS = (ConsentFact(regions=BOOK.sensitive),)
CURRENT = IntakeFact(current_until=TODAY + timedelta(days=200))


def facts(**more) -> Facts:
    """A client who has been asked everything and has nothing."""
    given_ = {"on": TODAY, "consents": ALL_CONSENTS, "intake": CURRENT, "allergies_asked_on": TODAY}
    return Facts(**(given_ | more))


def judge(*conditions: ConditionFact, **more):
    return assess(facts(conditions=conditions, **more), BOOK)
