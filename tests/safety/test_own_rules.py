"""The practice's own rules count, say whose they are, survive a new shipped rulebook and can be taken back."""
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, NotFound, Stale
from practice.safety.content import ConditionContent
from practice.safety.models import OwnRule
from practice.safety.queries import book
from practice.safety.queries.book import rulebook
from practice.safety.queries.desk import consequences_of
from practice.safety.queries.known import known
from practice.safety.rulebook import shipped, to_data
from practice.safety.rules_verdict import Consequence
from practice.safety.services import conditions, own_rules
from tests.factories import intake
from tests.personas import NOW
from tests.safety.conftest import do
from tests.safety.test_rules_book import OWN

CALF = Place("calf", "left")


@pytest.fixture
def ann(people, ann) -> int:
    """With a condition."""
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="diabetes"))
    return ann


def look(people, client_id):
    db.session.rollback()
    with guard.acting(people.theo):
        return known(client_id, NOW.date()).verdict


def test_an_own_rule_counts_instead_of_the_shipped_one_and_says_so(people, ann):
    assert look(people, ann).ceilings[CALF].level is None
    before = look(people, ann).rulebook_version
    version = do(people, own_rules.save_rule, to_data(shipped().rules["diabetes"]) | {"cap": 2}, version=0)
    verdict = look(people, ann)
    assert verdict.ceilings[CALF].level == 2 and verdict.ceilings[CALF].set_by[0].is_own
    assert verdict.rulebook_version.startswith(f"{before}+own.")
    do(people, own_rules.take_back, "diabetes", version=version)
    assert look(people, ann).ceilings[CALF].level is None
    with pytest.raises(NotFound):
        do(people, own_rules.take_back, "diabetes", version=version + 1)


def test_it_survives_a_new_shipped_rulebook(people, ann, monkeypatch):
    do(people, own_rules.save_rule, OWN, version=0)
    newer = replace(shipped(), version="2027.1")
    monkeypatch.setattr(book, "shipped", lambda: newer)
    book._laid_over.cache_clear()
    book.forget_rulebook()
    with guard.acting(people.theo):
        assert rulebook().version.startswith("2027.1+own.") and rulebook().rules["migraine"].is_own
        assert book.own_rules()["migraine"].made_over == "2026.1"
    monkeypatch.undo()
    book._laid_over.cache_clear()
    book.forget_rulebook()


def test_a_rule_that_makes_no_sense_is_refused_in_sentences(people):
    with pytest.raises(own_rules.RuleRefused) as refused:
        do(people, own_rules.save_rule, OWN | {"cap": 9, "sources": []}, version=0)
    assert len(refused.value.problems) == 2


def test_versions_and_who_may(people):
    version = do(people, own_rules.save_rule, OWN, version=0)
    for old in (0, version + 1):
        with pytest.raises(Stale):
            do(people, own_rules.save_rule, OWN, version=old)
    for name in ("theo", "rae"):
        with pytest.raises(Forbidden):
            do(people, own_rules.save_rule, OWN, version=version, who=name)
    with guard.acting(people.rae), pytest.raises(NoReadGrant):
        db.session.scalars(select(OwnRule)).all()


def test_what_the_desk_is_told_follows_the_rule(people, ann):
    def told():
        db.session.rollback()
        with guard.acting(people.rae):
            return consequences_of([ann]).get(ann, ())

    assert Consequence.MUST_CALL not in told()
    do(people, own_rules.save_rule, to_data(shipped().rules["diabetes"]) | {"consequences": ["must_call"]}, version=0)
    assert tell(people) == [True, False] and Consequence.MUST_CALL in told()
    assert tell(people) == [False], "nothing is left to tell"


def tell(people) -> list[bool]:
    found = [True]
    while found[-1] and len(found) < 9:
        with guard.acting(people.olive), transaction():
            found.append(own_rules.tell_next(people.olive))
    return found[1:]


def test_many_are_told_in_small_steps_and_a_new_change_begins_anew(people, ann, monkeypatch):
    monkeypatch.setattr(own_rules, "CLIENTS_AT_ONCE", 2)
    others = [intake.client_of(people, "theo") for _client in range(4)]
    for one in others:
        with guard.acting(people.theo), transaction():
            conditions.add_condition(people.theo, one, ConditionContent(key="diabetes"))
    rule = to_data(shipped().rules["diabetes"])
    version = do(people, own_rules.save_rule, rule | {"consequences": ["must_call"]}, version=0)

    def told():
        db.session.rollback()
        with guard.acting(people.rae):
            return [Consequence.MUST_CALL in consequences_of([one]).get(one, ()) for one in (ann, *others)]

    with guard.acting(people.olive), transaction():
        assert own_rules.tell_next(people.olive)
    assert told() == [True, True, False, False, False]
    do(people, own_rules.save_rule, rule | {"consequences": []}, version=version)
    assert tell(people) == [True, True, True, False] and told() == [False] * 5


def test_a_condition_whose_rule_was_taken_out_is_for_the_therapist_to_decide(people, ann):
    version = do(people, own_rules.save_rule, OWN, version=0)
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="migraine", since=NOW.date() - timedelta(9)))
    assert look(people, ann).ceilings[CALF].level == 3
    do(people, own_rules.take_back, "migraine", version=version)
    verdict = look(people, ann)
    assert [fact.key for fact in verdict.you_decide] == ["migraine"] and verdict.ceilings[CALF].level is None
    assert OWN["label"] in {reason.label for reason in verdict.why}, "it goes on being called so"
