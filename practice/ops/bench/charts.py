"""What stands in the charts of a bench database: answers, notes, conditions; and one full chart: ten conditions and
three hundred sessions with one therapist, the last of them now."""
from practice.core.body import Place
from practice.ops.bench.sizes import Size
from practice.safety.content import ConditionContent
from practice.sessions.content import NoteContent, Score, WorkRow
from practice.sessions.items import pain_at

CONDITIONS = ("anticoagulants", "diabetes", "osteoporosis", "hypertension_controlled", "varicose_veins")
COMPLAINTS = ("Stiff after long days at the desk", "Neck sore on waking", "Lower back tired after the garden",
              "Calves tight from running", "Shoulder catches when reaching up")
ANSWERS = {  # a form with nothing left open
    "full_name": "Ana Archer", "birth_date": "1980-02-03", "phone": "+353851234567", "goals": ["pain", "sleep"],
    "pain_where": {"lower_back:left": 6}, "pain_acute": "no", "stress": 6, "massage_before": "some", "pressure": "3",
    "never_more": ["neck_posterior:middle"], "never_more_level": "2", "positions": ["front", "back"],
    "room": ["quiet"], "group:heart": "none", "group:body": "none", "group:skin": "none", "allergies": ["no"],
    "strong_medicine": ["no"], "told_not": "no",
    "agreements": ["true", "stop", "not_medical", "privacy", "late"],
    "signature": {"typed": "Ana Archer", "by": "self"}}
BACK, NECK = Place("lower_back", "left"), Place("neck_posterior", "middle")
FULL_CLIENT_ID, FULL_SESSIONS = 1, 300
FULL_CONDITIONS = tuple(ConditionContent(key=key, places=places, note="Asked at the first visit.") for key, places in (
    ("diabetes", ()), ("hypertension_controlled", ()), ("anticoagulants", ()), ("osteoporosis", ()),
    ("varicose_veins", (Place("calf", "left"),)), ("fibromyalgia", ()), ("easy_bruising", ()),
    ("tendon_bursa_inflamed", (Place("shoulder", "right"),)), ("asthma_copd", ()),
    ("skin_inflamed", (Place("hand", "left"),))))


def note_texts() -> list[str]:
    """A few notes, as they are stored before they are sealed."""
    return [NoteContent(
        subjective=f"{words}, better than last time. Sleeps well, works from home three days.",
        objective="Turns left 60, right 70 degrees; muscle along the spine firm on both sides.",
        assessment="Took medium pressure well, freer at the end.", plan="Again in two weeks, stretches every evening.",
        rows=(WorkRow(BACK, "petrissage", 3, 20), WorkRow(NECK, "effleurage", 2, 10)), pain_place=BACK,
        pain_before=6 - number % 3, pain_after=3, back_in_days=14,
        scores=(Score("stress", 6 - number % 3, 3), Score(pain_at(NECK), 5 - number % 3, 2)),
        ).to_json() for number, words in enumerate(COMPLAINTS)]


def full_each(size: Size) -> int:
    """Each so many sessions one is that client's; therapists take turns, so it is always the same one's."""
    return max(size.sessions // FULL_SESSIONS // size.therapists, 1) * size.therapists
