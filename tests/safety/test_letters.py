"""Asking a doctor is a record of questions and answers; consent is given, lapses and is taken back."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from practice.safety.content import ConditionContent
from practice.safety.letters import Letter, LetterState, overruled
from practice.safety.queries.known import known
from practice.safety.rules_verdict import AskBecause, Consequence, Outcome
from practice.safety.services import conditions, consents, letters
from tests.factories import intake
from tests.personas import NOW

TODAY = NOW.date()
BUTTOCK, CHEST, CALF = Place("gluteal", "left"), Place("chest", "left"), Place("calf", "left")
HEART = "heart_disease_stable"


@pytest.fixture
def ann(people) -> int:
    client_id = intake.client_of(people, "theo")
    do(people, conditions.add_condition, client_id, ConditionContent(key=HEART))
    return client_id


def do(people, verb, *args, who="theo", **values):
    actor = getattr(people, who)
    with guard.acting(actor), transaction():
        return verb(actor, *args, **values).id


def look(people, client_id, days=0):
    db.session.rollback()
    with guard.acting(people.theo):
        return known(client_id, TODAY + timedelta(days=days))


def ask(people, client_id, **values):
    do(people, letters.ask_doctor, client_id, HEART,
       **{"whom": "Dr. Byrne", "questions": ["How deep?", " ", "Heat?", "How deep?"], **values})


def test_a_question_changes_nothing_and_an_answer_lets_go_ahead_within_it(people, ann):
    ask(people, ann)
    found = look(people, ann)
    (letter,) = found.profile.letters
    assert letter.questions == ("How deep?", "Heat?") and letter.state(TODAY) is LetterState.ASKED
    assert found.verdict.outcome == Outcome.NEEDS_CLEARANCE
    do(people, letters.take_answer, ann, 1, answers=["Medium", "No"], is_ok=True, max_pressure=2, heat_allowed=False,
       by_whom="Dr. Byrne", until=TODAY + timedelta(days=30))
    found = look(people, ann)
    assert found.verdict.outcome == Outcome.PROCEED_WITH_LIMITS and found.verdict.ceilings[CALF].level == 2
    assert found.profile.letters[0].told == [("How deep?", "Medium"), ("Heat?", "No")]
    later = look(people, ann, 31)
    assert later.profile.letters[0].state(TODAY + timedelta(days=31)) is LetterState.LAPSED
    assert later.verdict.outcome == Outcome.NEEDS_CLEARANCE and later.verdict.ceilings[CALF].level == 2
    assert AskBecause.LAPSED_CLEARANCE in {item.because for item in later.verdict.ask_again}


def answer(people, client_id, number, is_ok, **values):
    do(people, letters.take_answer, client_id, number, answers=[], is_ok=is_ok, **{"by_whom": "Dr. Byrne", **values})


def test_a_no_closes_everything_until_it_is_ended(people, ann):
    ask(people, ann)
    answer(people, ann, 1, False)
    found = look(people, ann)
    assert found.profile.letters[0].state(TODAY) is LetterState.REFUSED
    assert found.verdict.outcome == Outcome.DO_NOT_TREAT and found.verdict.ceilings[CALF].level == 0
    assert ("Doctor's answer: no massage", "Dr. Byrne") in {
        (reason.label, reason.words) for reason in found.verdict.ceilings[CALF].reasons}
    assert Consequence.MUST_CALL in found.verdict.consequences
    do(people, letters.end_letter, ann, 1)
    assert look(people, ann).verdict.outcome == Outcome.NEEDS_CLEARANCE


def test_of_an_ok_and_a_no_the_later_answer_counts(people, ann):
    ask(people, ann)
    answer(people, ann, 1, True)
    assert look(people, ann).verdict.outcome == Outcome.PROCEED_WITH_LIMITS
    ask(people, ann)
    assert look(people, ann).verdict.outcome == Outcome.PROCEED_WITH_LIMITS, "a question changes nothing"
    answer(people, ann, 2, False)
    assert look(people, ann).verdict.outcome == Outcome.DO_NOT_TREAT
    ask(people, ann)
    answer(people, ann, 3, True, until=TODAY)
    assert look(people, ann).verdict.outcome == Outcome.PROCEED_WITH_LIMITS
    found = look(people, ann, 1)
    assert found.verdict.outcome == Outcome.NEEDS_CLEARANCE, "what the no took back stays taken back"
    held = found.profile.letters
    assert [overruled(one, held) for one in held] == [True, True, False]


def test_an_ok_is_for_the_illness_it_was_asked_about(people, ann):
    ask(people, ann)
    answer(people, ann, 1, True, max_pressure=2)
    (old,) = look(people, ann).conditions
    with guard.acting(people.theo), transaction():
        conditions.end(people.theo, old[0].id, version=old[0].version)
    new = do(people, conditions.add_condition, ann, ConditionContent(key=HEART))
    found = look(people, ann)
    assert found.verdict.outcome == Outcome.NEEDS_CLEARANCE and found.verdict.ceilings[CALF].level == 2
    assert Consequence.LETTER_OUTSTANDING in found.verdict.consequences
    ask(people, ann)
    answer(people, ann, 2, True)
    found = look(people, ann)
    assert found.profile.letters[1].about == (new,)
    assert found.verdict.outcome == Outcome.PROCEED_WITH_LIMITS


def test_a_letter_that_came_before_the_condition_was_noted_covers_what_had_begun_by_then(people):
    client_id = intake.client_of(people, "theo")
    ask(people, client_id)
    answer(people, client_id, 1, True, answered_on=TODAY - timedelta(days=30))
    do(people, conditions.add_condition, client_id, ConditionContent(key=HEART, since=TODAY - timedelta(days=31)))
    assert look(people, client_id).verdict.outcome == Outcome.PROCEED_WITH_LIMITS
    do(people, conditions.add_condition, client_id, ConditionContent(key=HEART, since=TODAY - timedelta(days=29)))
    assert look(people, client_id).verdict.outcome == Outcome.NEEDS_CLEARANCE


def test_an_answer_for_one_place_closes_the_others_until_it_is_ended(people, ann):
    ask(people, ann)
    do(people, letters.take_answer, ann, 1, answers=[], is_ok=True, places=(CALF,), by_whom="Dr. Byrne")
    assert look(people, ann).verdict.ceilings[Place("calf", "right")].level == 0
    do(people, letters.end_letter, ann, 1)
    found = look(people, ann)
    assert found.verdict.outcome == Outcome.NEEDS_CLEARANCE and len(found.profile.letters) == 1
    with pytest.raises(IllegalMove):
        do(people, letters.end_letter, ann, 1)
    with pytest.raises(IllegalMove):
        do(people, letters.take_answer, ann, 1, answers=[], is_ok=True, by_whom="Dr. Byrne")


@pytest.mark.parametrize("values", [
    {"by_whom": " "}, {"max_pressure": 6}, {"answered_on": TODAY + timedelta(days=1)},
    {"until": TODAY - timedelta(days=1)}])
def test_answers_that_make_no_sense(people, ann, values):
    ask(people, ann)
    with pytest.raises(Invalid):
        do(people, letters.take_answer, ann, 1, **{"answers": [], "is_ok": True, "by_whom": "Dr. B", **values})
    with pytest.raises(NotFound):
        do(people, letters.take_answer, ann, 7, answers=[], is_ok=True, by_whom="Dr. B")


def test_questions_that_make_no_sense(people, ann):
    with pytest.raises(Invalid):
        ask(people, ann, questions=[" "])
    with pytest.raises(Invalid):
        do(people, letters.ask_doctor, ann, "nothing", whom="", questions=["How?"])


def test_letters_there_and_back():
    letter = Letter(3, HEART, TODAY, "Dr. B", ("a", "b"), ("c",), True, 2, (CALF,), None, "Dr. B", TODAY, TODAY, TODAY)
    assert Letter.from_data(letter.to_data()) == letter and letter.told == [("a", "c"), ("b", "")]
    assert letter.state(TODAY) is LetterState.ENDED


@pytest.mark.requirement("consent")
def test_consent_is_for_each_area_and_is_taken_back_alone(people, ann):
    do(people, consents.give_consent, ann, ["gluteal", "chest", "intraoral_tmj"])
    found = look(people, ann)
    assert 0 not in (found.verdict.ceilings[BUTTOCK].level, found.verdict.ceilings[CHEST].level)
    do(people, consents.revoke_consent, ann, "gluteal")
    found = look(people, ann)
    assert found.verdict.ceilings[BUTTOCK].level == 0 and found.verdict.ceilings[CHEST].level != 0
    assert found.verdict.consented_techniques == {"intraoral_tmj"}
    assert [one.revoked_on for one in found.profile.consents if "gluteal" in one.regions] == [TODAY]
    assert look(people, ann, -1).verdict.ceilings[BUTTOCK].level == 0, "given today, not yesterday"
    with pytest.raises(Invalid):
        do(people, consents.revoke_consent, ann, "gluteal")
    with clock.frozen(NOW + timedelta(days=3)):
        do(people, consents.give_consent, ann, ["gluteal"], until=TODAY + timedelta(days=3))
    assert look(people, ann, 3).verdict.ceilings[BUTTOCK].level != 0
    assert look(people, ann, 4).verdict.ceilings[BUTTOCK].level == 0
    assert AskBecause.LAPSED_CONSENT in {item.because for item in look(people, ann, 4).verdict.ask_again}


@pytest.mark.parametrize("values", [
    {"keys": []}, {"keys": ["calf"]}, {"given_on": TODAY + timedelta(days=1)}, {"until": TODAY - timedelta(days=1)}])
def test_consents_that_make_no_sense(people, ann, values):
    with pytest.raises(Invalid):
        do(people, consents.give_consent, ann, **{"keys": ["gluteal"], **values})


def test_who_may_and_what_is_recorded(people, ann):
    for name, error in (("tara", NotFound), ("rae", Forbidden), ("olive", Forbidden)):
        with pytest.raises(error):
            do(people, consents.give_consent, ann, ["gluteal"], who=name)
        with pytest.raises(error):
            do(people, letters.ask_doctor, ann, HEART, whom="", questions=["How?"], who=name)
    do(people, consents.give_consent, ann, ["gluteal"], version=0)
    with pytest.raises(Stale):
        do(people, consents.revoke_consent, ann, "gluteal", version=9)
    ask(people, ann)
    with guard.acting(people.system):
        facts = list(db.session.scalars(select(AuditRow.facts).where(AuditRow.action.like("profile.%"))))
    assert len(facts) == 2 and "heart" not in str(facts) and "gluteal" not in str(facts)
