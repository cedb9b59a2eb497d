"""Allergies, limits, wishes and consents as a therapist takes them down."""
from dataclasses import replace
from datetime import timedelta

import pytest

from practice.access import guard
from practice.core import clock
from practice.core.body import Place
from practice.core.db import transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.safety.rules import AllergyFact, BloodPressure, ConditionStatus, Limit, Wish
from practice.safety.rules_verdict import Gap, Outcome
from practice.safety.services import profile
from practice.safety.services.consents import give_consent
from tests.factories.safety import look, send
from tests.personas import NOW

TODAY = NOW.date()
CALF = Place("calf", "left")


def save(people, verb, client_id, value, who="theo", **values):
    actor = getattr(people, who)
    with guard.acting(actor), transaction():
        return getattr(profile, verb)(actor, client_id, value, **values).version


def test_an_allergy_of_the_form_waits_until_it_is_taken_down_or_struck_out(people, ann):
    send(people, ann, allergies=["nut", "lanolin"], allergy_reaction="rash", allergy_severe="no")
    found = look(people, ann)
    named = [fact.substance for fact in found.verdict.allergies]
    assert len(named) == 2 and {fact.status for fact in found.verdict.allergies} == {ConditionStatus.PROPOSED}
    save(people, "set_allergies", ann, (AllergyFact(named[0], use_instead="grapeseed"),), refused=(named[1],))
    found = look(people, ann)
    assert [(fact.substance, fact.status) for fact in found.verdict.allergies] == [
        (named[0], ConditionStatus.ACCEPTED)]
    assert Gap.UNDECIDED not in {gap.kind for gap in found.verdict.not_assessed}
    with clock.frozen(NOW + timedelta(days=200)):
        send(people, ann, allergies=["lanolin"], allergy_severe="yes")
    assert len(look(people, ann).verdict.allergies) == 2, "named again later: heard again"


def test_what_nobody_decided_is_not_taken_back_by_a_later_form(people, ann):
    send(people, ann, allergies=["latex", "nut"], allergy_severe="yes", allergy_reaction="Throat")
    with clock.frozen(NOW + timedelta(hours=1)):
        send(people, ann, allergies=["nut"], allergy_severe="no")
    with clock.frozen(NOW + timedelta(hours=2)):
        send(people, ann, allergies=["no"])
    found = look(people, ann)
    assert {fact.substance: (str(fact.status), fact.severity, fact.reaction) for fact in found.verdict.allergies} == {
        "Nuts or almond oil": ("proposed", "severe", "Throat"), "Latex": ("proposed", "severe", "Throat")}
    assert Gap.UNDECIDED in {gap.kind for gap in found.verdict.not_assessed} and not found.verdict.is_complete
    save(people, "set_allergies", ann, (), refused=("Latex", "Nuts or almond oil"))
    assert look(people, ann).verdict.allergies == ()


@pytest.mark.parametrize(("taken", "said", "is_anew"), [
    (AllergyFact("Latex"), {"allergy_severe": "yes"}, True),
    (AllergyFact("Latex", "mild", "rash"), {"allergy_severe": "yes", "allergy_reaction": "My throat swells"}, True),
    (AllergyFact("Latex", "", "rash"), {"allergy_severe": "no", "allergy_reaction": "Itches, too"}, False),
    (AllergyFact("Latex", "severe", "Rash on the hands"), {"allergy_severe": "yes", "allergy_reaction": "rash"}, False),
    (AllergyFact("latex", "severe", "rash"), {"allergy_severe": "no"}, False)])
def test_what_a_newer_form_says_worse_of_an_allergy_is_to_be_decided_anew(people, ann, taken, said, is_anew):
    save(people, "set_allergies", ann, (replace(taken, use_instead="vinyl"),))
    send(people, ann, allergies=["latex"], **said)
    (fact,) = look(people, ann).verdict.allergies
    assert (fact.status is ConditionStatus.PROPOSED) == is_anew and fact.use_instead == "vinyl"
    assert fact.severity == ("severe" if taken.severity or said["allergy_severe"] == "yes" else "")
    assert taken.reaction in fact.reaction


def test_never_asked_and_asked_with_none_are_not_the_same(people, ann):
    assert Gap.ALLERGIES in {gap.kind for gap in look(people, ann).verdict.not_assessed}
    save(people, "set_allergies", ann, ())
    found = look(people, ann)
    assert found.facts.allergies_asked_on == TODAY
    assert Gap.ALLERGIES not in {gap.kind for gap in found.verdict.not_assessed}


def test_limits_wishes_and_consents_count(people, ann):
    send(people, ann, pressure="3")
    assert look(people, ann).verdict.ceilings[Place("gluteal", "left")].level == 0
    with guard.acting(people.theo), transaction():
        give_consent(people.theo, ann, ["gluteal"], until=TODAY + timedelta(days=30))
    save(people, "set_limits", ann, (Limit(2, CALF, "weak"),))
    with guard.acting(people.theo), transaction():
        profile.set_remarks(people.theo, ann, wishes=(Wish(5, CALF), Wish(4)))
    found = look(people, ann).verdict
    assert found.ceilings[Place("gluteal", "left")].level is None and found.ceilings[CALF].level == 2
    assert found.wishes[CALF].level == 5 and found.wishes[Place("hand", "left")].level == 4
    assert look(people, ann, TODAY + timedelta(days=31)).verdict.ceilings[Place("gluteal", "left")].level == 0


def test_an_old_version_is_refused_and_nothing_is_lost(people, ann):
    version = save(people, "set_limits", ann, (Limit(2, CALF),), version=0)
    save(people, "set_limits", ann, (Limit(1, CALF),), version=version)
    for old in (0, version):
        with pytest.raises(Stale):
            save(people, "set_limits", ann, (), version=old)
    assert look(people, ann).profile.therapist_limits == (Limit(1, CALF),)


@pytest.mark.parametrize(("verb", "value"), [
    ("set_allergies", (AllergyFact(" "),)), ("set_limits", (Limit(6),))])
def test_nonsense_is_refused(people, ann, verb, value):
    with pytest.raises(Invalid):
        save(people, verb, ann, value)


def test_only_who_has_the_client_in_care_writes(people, ann):
    for name, error in (("tara", NotFound), ("rae", Forbidden), ("olive", Forbidden)):
        with pytest.raises(error):
            save(people, "set_allergies", ann, (), who=name)


@pytest.mark.parametrize("values", [
    {"wishes": (Wish(0),)}, {"never_more_than": (Limit(6),)}, {"pinned": ("a", "b", "c", "d")},
    {"blood_pressure": BloodPressure(80, 120)}, {"blood_pressure": BloodPressure(999, 90)}])
def test_remarks_that_make_no_sense(people, ann, values):
    with pytest.raises(Invalid), guard.acting(people.theo), transaction():
        profile.set_remarks(people.theo, ann, **values)


def test_a_reading_and_what_the_client_said_at_a_visit_count(people, ann):
    with guard.acting(people.theo), transaction():
        profile.set_remarks(people.theo, ann, blood_pressure=BloodPressure(165, 90, TODAY),
                            never_more_than=(Limit(2, CALF, "since the cramp"),), place_notes=((CALF, "cramps"),))
    found = look(people, ann)
    assert found.verdict.outcome == Outcome.NEEDS_CLEARANCE
    assert found.verdict.ceilings[CALF].level == 2 and found.profile.place_notes == ((CALF, "cramps"),)
