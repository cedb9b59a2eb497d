"""Every technique and every rule of the catalogue, from the treatment to the note to the next brief, by name."""
import re
from datetime import date, timedelta
from html import unescape

import pytest

from practice.access import guard
from practice.catalog.techniques import catalogue, in_a_word
from practice.core import clock
from practice.core.body import Place
from practice.core.db import transaction
from practice.safety.content import ConditionContent
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.rulebook import shipped
from practice.safety.rules import check_row
from practice.safety.services import conditions
from practice.safety.services.consents import consent_keys, give_consent
from tests.factories import clients, safety, schedule, sessions
from tests.personas import NOW

CALF = Place("calf", "left")
FIRST = date(2026, 7, 6)  # a Monday
# Four techniques make a treatment; key -> the word that therapists read in the note and in the brief.
TREATMENTS = (
    {"effleurage": "Gliding", "petrissage": "Kneading", "friction": "Circling",
     "cross_fiber_friction": "Cross-fibre friction"},
    {"tapotement": "Tapping", "vibration": "Shaking", "compression": "Pressing", "stroking_static": "Resting hold"},
    {"skin_rolling": "Skin rolling", "stripping": "Slow deep glide", "passive_stretch": "Passive stretch",
     "joint_mobilization": "Joint play and rocking"},
    {"swedish": "Swedish massage", "warm_bamboo": "Warm bamboo", "deep_tissue": "Deep tissue",
     "trigger_point": "Trigger point work"},
    {"hot_stone": "Hot stones", "self_massage": "Self-massage", "percussion_device": "Massage gun",
     "aromatherapy": "Aromatherapy"},
    {"myofascial_release": "Myofascial release", "manual_lymphatic_drainage": "Manual lymph drainage",
     "sports": "Sports massage", "prenatal": "Prenatal massage"},
    {"thai": "Thai massage", "shiatsu": "Shiatsu", "acupressure": "Acupressure", "reflexology": "Reflexology"},
    {"cupping": "Cupping", "fire_cupping": "Fire cupping", "iastm": "Tool-assisted scraping",
     "pnf": "Contract-relax stretching"},
    {"craniosacral": "Craniosacral touch", "chair": "Chair massage", "oncology": "Oncology massage",
     "abdominal_massage": "Abdominal massage"},
    {"anterior_neck_work": "Front-of-neck work", "intraoral_tmj": "Work inside the mouth",
     "breast_massage": "Breast massage", "scar_work": "Scar work"},
    {"hot_pack": "Hot pack or hot towel", "paraffin": "Paraffin wax", "cold_stone": "Cold stone or ice"},
    {"geriatric": "Gentle massage for older people", "infant_child": "Infant and child massage"},
)
# What concerns the whole visit: key -> the field of the note that takes it.
OF_THE_VISIT = {"oil_any": "products", "environment": "setting"}
BLANK = {"version": "0", **dict.fromkeys(("pain_place", "pain_before", "pain_after", "how_taken", "back_in_days"), "")}
LIMITS, DOCTOR, STOP = "proceed_with_limits", "needs_clearance", "do_not_treat"
# Rule -> the outcome of the day, and what stands against deep tissue at level 5 on a calf (None: nothing).
RULES = {
    "cancer_active": (DOCTOR, "outcome"),
    "bone_metastasis": (DOCTOR, "outcome"),
    "cancer_history": (LIMITS, "too_deep"),
    "opioid_sedative": (LIMITS, "too_deep"),
    "intoxication": (STOP, "outcome"),
    "frail_elderly": (LIMITS, "too_deep"),
    "dvt_current": (STOP, "outcome"),
    "dvt_history": (DOCTOR, "outcome"),
    "superficial_phlebitis": (STOP, "outcome"),
    "varicose_veins": (LIMITS, "too_deep"),
    "hypertension_uncontrolled": (STOP, "outcome"),
    "hypertension_controlled": (LIMITS, "too_deep"),
    "hypotension": (LIMITS, None),
    "heart_attack_recent": (STOP, "outcome"),
    "heart_disease_stable": (DOCTOR, "outcome"),
    "heart_failure_decompensated": (STOP, "outcome"),
    "heart_failure": (DOCTOR, "outcome"),
    "pacemaker_icd": (LIMITS, None),
    "stroke_recent": (STOP, "outcome"),
    "stroke_history": (DOCTOR, "outcome"),
    "atherosclerosis": (DOCTOR, "outcome"),
    "aneurysm": (DOCTOR, "outcome"),
    "anticoagulants": (LIMITS, "too_deep"),
    "bleeding_disorder": (DOCTOR, "outcome"),
    "low_platelets": (DOCTOR, "outcome"),
    "easy_bruising": (LIMITS, "too_deep"),
    "anemia_severe": (DOCTOR, "outcome"),
    "lymphedema": (LIMITS, "too_deep"),
    "lymph_node_removal": (LIMITS, "too_deep"),
    "edema": (DOCTOR, "outcome"),
    "raynaud": (LIMITS, None),
    "fever": (STOP, "outcome"),
    "acute_infection": (STOP, "outcome"),
    "vomiting_diarrhoea": (STOP, "outcome"),
    "contagious_skin": (STOP, "outcome"),
    "fungal_skin_local": (LIMITS, "closed"),
    "herpes_active": (LIMITS, "closed"),
    "shingles": (STOP, "outcome"),
    "cellulitis": (STOP, "outcome"),
    "open_wound": (LIMITS, "closed"),
    "burn_sunburn": (LIMITS, "closed"),
    "skin_inflamed": (LIMITS, "too_deep"),
    "bruise_hematoma": (LIMITS, "closed"),
    "product_allergy": (LIMITS, None),
    "undiagnosed_lump": (LIMITS, "closed"),
    "scar_recent": (LIMITS, "closed"),
    "cosmetic_injection": (LIMITS, None),
    "vaccination_recent": (LIMITS, "closed"),
    "acute_injury": (LIMITS, "closed"),
    "fracture": (LIMITS, "closed"),
    "whiplash_acute": (LIMITS, None),
    "head_injury": (STOP, "outcome"),
    "neck_artery_symptoms": (STOP, "outcome"),
    "recent_surgery": (DOCTOR, "outcome"),
    "joint_replacement": (LIMITS, "too_deep"),
    "tendon_bursa_inflamed": (LIMITS, "too_deep"),
    "hypermobility": (LIMITS, "too_deep"),
    "medical_device": (LIMITS, "closed"),
    "diabetes": (LIMITS, "closed"),
    "diabetes_complications": (DOCTOR, "outcome"),
    "reduced_sensation": (LIMITS, "too_deep"),
    "kidney_failure": (DOCTOR, "outcome"),
    "kidney_infection_or_stone": (STOP, "outcome"),
    "liver_disease": (DOCTOR, "outcome"),
    "osteoporosis": (LIMITS, "too_deep"),
    "long_term_steroids": (LIMITS, "too_deep"),
    "thyroid": (LIMITS, None),
    "hernia": (LIMITS, None),
    "acute_abdomen": (STOP, "outcome"),
    "gerd": (LIMITS, None),
    "disc_radiculopathy_acute": (LIMITS, None),
    "cauda_equina_flags": (STOP, "outcome"),
    "inflammatory_arthritis_flare": (STOP, "outcome"),
    "autoimmune_remission": (LIMITS, "too_deep"),
    "gout_acute": (LIMITS, "closed"),
    "fibromyalgia": (LIMITS, "too_deep"),
    "epilepsy": (LIMITS, None),
    "multiple_sclerosis": (LIMITS, "too_deep"),
    "asthma_copd": (LIMITS, None),
    "pregnancy": (LIMITS, "too_deep"),
    "pregnancy_high_risk": (DOCTOR, "outcome"),
    "pregnancy_emergency_signs": (STOP, "outcome"),
    "postpartum": (LIMITS, "too_deep"),
    "acute_pain": (LIMITS, "closed"),
    "heavy_meal": (LIMITS, None),
}



def text_of(answer) -> str:
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", answer.get_data(as_text=True), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_tables_name_all_there_is():
    named = [key for treatment in TREATMENTS for key in treatment] + list(OF_THE_VISIT)
    assert sorted(named) == sorted(catalogue())
    assert sorted(RULES) == sorted(shipped().rules)
    words = {key: word for treatment in TREATMENTS for key, word in treatment.items()}
    assert {key: in_a_word(catalogue()[key].label) for key in words} == words


@pytest.fixture
def ann(people) -> int:
    """In Theo's care since the summer; everything asked, nothing known, every consent given."""
    with clock.frozen(schedule.at(8, day=FIRST)):
        with guard.acting(people.system), transaction():
            client_id = clients.client("Ann", "Doyle", born_on=date(1988, 2, 21)).id
            clients.care(client_id, people.theo.user_id, days=200)
            schedule.hours(people.theo.user_id)
        safety.send(people, client_id)
        with guard.acting(people.theo), transaction():
            give_consent(people.theo, client_id, consent_keys())
    return client_id


def test_every_technique_from_the_treatment_to_the_note_to_the_brief(people, as_person, ann):
    theo = as_person("theo")
    for week, techniques in enumerate(TREATMENTS):
        day = FIRST + timedelta(weeks=week)
        with guard.acting(people.system), transaction():
            treatment = schedule.treatment(f"Treatment {week}", usual_techniques=list(techniques))
            treatment_id = treatment.id
        appointment_id = sessions.visit(people, schedule.at(10, day=day), client_id=ann, treatment_id=treatment_id)
        editor = text_of(theo.get(f"/notes/{appointment_id}/edit"))
        rows = "; ".join(f"calf:left {key} {max(1, catalogue()[key].lowest)} {10 + n}"
                         for n, key in enumerate(techniques))
        answer = theo.post(f"/notes/{appointment_id}/edit", data={**BLANK, "rows": rows, "do": "sign",
                                                                            **{name: f"{key} {week}" for key, name in
                                                                               OF_THE_VISIT.items()}})
        assert answer.status_code == 302, (techniques, text_of(answer)[:400])
        note = text_of(theo.get(answer.headers["Location"]))
        with guard.acting(people.system), transaction():
            after = schedule.appointment(ann, people.theo.user_id, treatment_id,
                                         schedule.at(10, day=day + timedelta(days=1))).id
        brief = text_of(theo.get(f"/brief/{after}"))
        for key in OF_THE_VISIT:
            assert f"{key} {week}" in note and f"{key} {week}" in brief, key
        for n, (key, word) in enumerate(techniques.items()):
            assert word in editor and word in note, key
            assert re.search(rf"Lower leg, left {re.escape(word)} .*?{10 + n} min", brief), (key, brief)


@pytest.mark.parametrize("kind", sorted({kind for kind, _row in RULES.values()}))
def test_every_rule_counts_in_the_note_and_stands_in_the_brief(people, as_person, ann, kind):
    theo, on = as_person("theo"), NOW.date()
    with guard.acting(people.system), transaction():
        treatment_id = schedule.treatment().id
        visit_id = schedule.appointment(ann, people.theo.user_id, treatment_id, NOW + timedelta(hours=1)).id
    for key in (key for key, (outcome, _against) in RULES.items() if outcome == kind):
        against = RULES[key][1]
        rule = rulebook().rules[key]
        with guard.acting(people.theo):
            with transaction():
                row = conditions.add_condition(people.theo, ann, ConditionContent(
                    key=key, places=(CALF,) if rule.place != "none" else (),
                    due_on=on + timedelta(weeks=10) if rule.needs else None))
                condition_id = row.id
            verdict = known(ann, on).verdict
            assert verdict.outcome == kind, key
            assert next((str(one.kind) for one in check_row(verdict, CALF, "deep_tissue", 5)), None) == against, key
        page = text_of(theo.get(f"/brief/{visit_id}"))
        assert rule.label in page, key
        assert rulebook().sources_of(rule.sources)[0].title in page, key
        with guard.acting(people.theo), transaction():
            conditions.end(people.theo, condition_id, version=1)
