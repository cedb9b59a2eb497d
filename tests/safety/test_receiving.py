"""Answers propose, the therapist decides: forms that come in, on both databases."""
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from practice.intake.models import Way
from practice.safety.content import ConditionContent
from practice.safety.models import Condition, ConditionState, ConsequenceRow
from practice.safety.queries.desk import waiting_for
from practice.safety.queries.known import known
from practice.safety.queries.rows import conditions_of
from practice.safety.rules_verdict import Gap, Shown
from practice.safety.services import conditions
from practice.safety.services.receiving import receive_form
from tests.factories import intake
from tests.factories.safety import accept_all, send
from tests.personas import NOW

TODAY = NOW.date()
SICK = {"thinners": "yes", "thinners_which": "apixaban", "skin": ["bruise", "rash"], "bruise_where": ["calf:left"],
        "bruise_since": "2026-11-15", "rash_where": ["upper_arm:right"], "rash_how": "usual",
        "strong_medicine": ["cortisone"], "pregnancy": "no"}


def as_theo(people, client_id, on=TODAY):
    db.session.rollback()
    with guard.acting(people.theo):
        return known(client_id, on)


def kept(people, client_id, *states) -> list[ConditionContent]:
    db.session.rollback()
    with guard.acting(people.theo):
        return [ConditionContent.from_json(row.content) for row in conditions_of(client_id, *states)]


def first(people, client_id) -> tuple[int, int]:
    db.session.rollback()
    with guard.acting(people.theo):
        row = conditions_of(client_id)[0]
        return row.id, row.version


def do(people, work, *arguments, who="theo", **values):
    actor = getattr(people, who)
    with guard.acting(actor), transaction():
        return work(actor, *arguments, **values)


def test_every_yes_of_the_full_form_waits_to_be_decided(people, ann):
    send(people, ann, **SICK)
    found = {content.key: content for content in kept(people, ann, ConditionState.PROPOSED)}
    assert set(found) == {"anticoagulants", "bruise_hematoma", "skin_inflamed", "long_term_steroids"}
    assert found["anticoagulants"].told == "apixaban" and found["anticoagulants"].question_key == "thinners"
    assert found["bruise_hematoma"].places == (Place("calf", "left"),)
    assert found["bruise_hematoma"].since == date(2026, 11, 15)
    verdict = as_theo(people, ann).verdict
    assert not verdict.is_complete and {gap.kind for gap in verdict.not_assessed} >= {Gap.UNDECIDED}
    assert verdict.ceilings[Place("calf", "left")].level == 0


def test_a_healthy_client_proposes_nothing_and_may_go_ahead(people, ann):
    send(people, ann)
    assert kept(people, ann) == []
    assert as_theo(people, ann).verdict.shown_as is Shown.GO_AHEAD


def test_silence_is_never_go_ahead(people, ann):
    assert as_theo(people, ann).verdict.shown_as is Shown.NOT_ASSESSED
    send(people, ann, clot="unknown")
    found = as_theo(people, ann).verdict
    assert found.shown_as is Shown.NOT_ASSESSED and not found.is_complete


def test_the_same_form_again_proposes_nothing_twice(people, ann):
    for _time in range(2):
        send(people, ann, **SICK)
    assert len(kept(people, ann)) == 4
    accept_all(people, ann)
    send(people, ann, **SICK)
    assert len(kept(people, ann)) == 4 and as_theo(people, ann).to_decide == []


def test_what_the_therapist_has_changed_is_not_proposed_again(people, ann):
    send(people, ann, skin=["bruise"], bruise_where=["calf:left"])
    number, version = first(people, ann)
    changed = ConditionContent.from_json(kept(people, ann)[0].to_json())
    do(people, conditions.accept, number, version=version,
       content=ConditionContent(key=changed.key, places=(Place("foot", "left"),), origin=changed.origin))
    send(people, ann, skin=["bruise"], bruise_where=["calf:left"])
    assert [content.places for content in kept(people, ann)] == [(Place("foot", "left"),)]
    send(people, ann, skin=["bruise"], bruise_where=["calf:left", "calf:right"])
    assert len(kept(people, ann, ConditionState.PROPOSED)) == 1


def test_a_check_is_heard_although_the_same_answer_was_taken_down_as_something_else(people, ann):
    said = intake.CHECK | {"leg_now": "yes"}
    send(people, ann, form_key="visit", answers=said)
    number, version = first(people, ann)
    (proposed,) = kept(people, ann)
    do(people, conditions.accept, number, version=version,
       content=ConditionContent(key="varicose_veins", places=(Place("calf", "left"),), origin=proposed.origin))
    with clock.frozen(NOW + timedelta(days=20)):
        send(people, ann, form_key="visit", answers=said)
        send(people, ann, form_key="visit", answers=said)
    assert [content.key for content in kept(people, ann, ConditionState.PROPOSED)] == [proposed.key]


def test_what_was_put_aside_and_is_answered_yes_again_is_heard_again(people, ann):
    send(people, ann, thinners="yes", thinners_which="aspirin")
    number, version = first(people, ann)
    do(people, conditions.dismiss, number, version=version, reason="Stopped in May, says her doctor")
    assert as_theo(people, ann).to_decide == []
    send(people, ann, thinners="yes", thinners_which="aspirin")
    assert len(as_theo(people, ann).to_decide) == 1


def test_accept_dismiss_and_end_change_the_verdict(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    assert as_theo(people, ann).verdict.ceilings[Place("calf", "left")].level == 3
    number, version = first(people, ann)
    do(people, conditions.accept, number, version=version)
    found = as_theo(people, ann)
    assert found.verdict.ceilings[Place("calf", "left")].level == 3 and not found.to_decide and len(found.active) == 1
    do(people, conditions.end, number, version=version + 1, reason="No longer takes them")
    found = as_theo(people, ann)
    assert found.verdict.ceilings[Place("calf", "left")].level is None and found.active == [] and len(found.past) == 1
    content = ConditionContent.from_json(found.past[0].content)
    assert content.reason == "No longer takes them" and found.past[0].ended_at == clock.now()


def test_putting_aside_needs_a_reason(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    number, version = first(people, ann)
    with pytest.raises(Invalid):
        do(people, conditions.dismiss, number, version=version, reason=" x ")
    assert len(as_theo(people, ann).to_decide) == 1


@pytest.mark.parametrize("verb", ["accept", "dismiss", "end", "change"])
def test_an_old_version_is_refused_and_a_decided_one_stays_decided(people, ann, verb):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    number, version = first(people, ann)
    more = {"dismiss": {"reason": "because"}, "change": {"content": ConditionContent(words="x")}}.get(verb, {})
    with pytest.raises(Stale):
        do(people, getattr(conditions, verb), number, version=version - 1, **more)
    do(people, conditions.dismiss, number, version=version, reason="It is none")
    with pytest.raises(IllegalMove):
        do(people, getattr(conditions, verb), number, version=version + 1, **more)


def test_nobody_else_decides(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    number, version = first(people, ann)
    for name, error in (("tara", NotFound), ("sol", NotFound), ("rae", Forbidden), ("olive", Forbidden),
                        ("bo", Forbidden)):
        with pytest.raises(error):
            do(people, conditions.accept, number, version=version, who=name)
    for name, error in (("tara", NotFound), ("rae", NoReadGrant)):
        db.session.rollback()
        with pytest.raises(error), guard.acting(getattr(people, name)):
            known(ann, TODAY)


@pytest.mark.parametrize("content", [
    ConditionContent(), ConditionContent(words="  "), ConditionContent(key="no_such_rule"),
    ConditionContent(key="osteoporosis", variant="no_such"), ConditionContent(words="Cold feet", own_limit=6)])
def test_what_makes_no_condition_is_refused(people, ann, content):
    with pytest.raises(Invalid):
        do(people, conditions.add_condition, ann, content)
    assert kept(people, ann) == []


def test_a_paper_form_typed_in_proposes_too(people, ann):
    actor, _secret = intake.address(people, ann, way=Way.PAPER, who="theo")
    with guard.acting(actor), transaction():
        receive_form(actor, intake.healthy(thinners="yes", thinners_which="apixaban"), intake.TYPED)
    assert [content.key for content in kept(people, ann)] == ["anticoagulants"]


def test_an_acute_pain_closes_its_place_until_it_is_decided(people, ann):
    neck = Place("neck_posterior", "middle")
    send(people, ann, pain_where={str(neck): 8}, pain_acute="all")
    assert as_theo(people, ann).verdict.ceilings[neck].level == 0
    number, version = first(people, ann)
    do(people, conditions.dismiss, number, version=version, reason="Has been there for years")
    assert as_theo(people, ann).verdict.ceilings[neck].level is None


@pytest.mark.requirement("audit-silent")
def test_each_step_is_recorded_without_a_clinical_word(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    number, version = first(people, ann)
    do(people, conditions.accept, number, version=version)
    db.session.rollback()
    with guard.acting(people.system):
        rows = db.session.execute(select(AuditRow.action, AuditRow.client_id, AuditRow.facts)).all()
    actions = [row.action for row in rows if row.client_id == ann]
    assert {"intake.send", "condition.propose", "condition.accept", "consequence.rewrite"} <= set(actions)
    assert "apixaban" not in str(rows) and "anticoagulants" not in str(rows)


@pytest.mark.requirement("no-clinical-at-desk")
def test_the_desk_is_told_what_to_do_and_never_why(people, ann):
    def told() -> set[str]:
        db.session.rollback()
        with guard.acting(people.rae):
            return set(db.session.scalars(select(ConsequenceRow.kind).where(ConsequenceRow.client_id == ann)))

    assert told() == set()
    due_on = (TODAY + timedelta(weeks=12)).isoformat()
    send(people, ann, thinners="yes", thinners_which="apixaban", pregnancy="yes", due_date=due_on)
    assert {"must_call", "side_lying"} <= told()
    columns = {column.name for column in ConsequenceRow.__table__.columns}
    assert columns == {"id", "client_id", "kind", "starts_on", "ends_on"}
    for row, _content in as_theo(people, ann).to_decide:
        do(people, conditions.dismiss, row.id, version=row.version, reason="A mistake, she says")
    assert told() == set()


def test_who_waits_is_counted_without_opening_anything(people, ann):
    send(people, ann, **SICK)
    ben = intake.client_of(people, "tara", first_name="Ben")
    send(people, ben, thinners="yes", thinners_which="apixaban")
    db.session.rollback()
    with guard.acting(people.theo):
        assert [(one.client_id, one.answers, one.forms) for one in waiting_for(people.theo.user_id)] == [(ann, 4, 1)]
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(Condition.id))) == 5
