"""What the desk is told follows the verdict, whoever changes the chart."""
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core import clock
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.letters import Letter
from practice.safety.models import Condition, ConsequenceRow
from practice.safety.queries.desk import consequences_of
from practice.safety.rules_verdict import Consequence
from practice.safety.services import conditions, profile
from tests.factories.safety import send
from tests.personas import NOW


def told(people, client_id) -> tuple[Consequence, ...]:
    db.session.rollback()
    with guard.acting(people.rae):
        return consequences_of([client_id]).get(client_id, ())


def test_they_follow_each_change(people, ann):
    due_on = NOW.date() + timedelta(weeks=10)
    with guard.acting(people.theo), transaction():
        number = conditions.add_condition(people.theo, ann, ConditionContent(key="pregnancy", due_on=due_on)).id
    assert Consequence.SIDE_LYING in told(people, ann)
    with guard.acting(people.theo), transaction():
        early = ConditionContent(key="pregnancy", due_on=NOW.date() + timedelta(weeks=36))
        conditions.change(people.theo, number, early, version=1)
    assert Consequence.SIDE_LYING not in told(people, ann)
    with guard.acting(people.theo), transaction():
        conditions.end(people.theo, number, version=2)
    assert told(people, ann) == ()


def test_a_missing_form_is_told_from_the_forms_themselves(people, ann):
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(words="Cold feet"))
    assert Consequence.FORM_MISSING not in told(people, ann)


def test_a_change_that_changes_nothing_for_the_desk_leaves_the_rows(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")

    def rows():
        db.session.rollback()
        with guard.acting(people.system):
            return db.session.execute(select(ConsequenceRow.id, ConsequenceRow.kind).order_by(ConsequenceRow.id)).all()

    before = rows()
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(words="Likes it warm"))
    assert rows() == before != []


@pytest.mark.requirement("no-clinical-at-desk")
def test_the_desk_reads_consequences_and_no_condition(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    assert told(people, ann) != ()
    with guard.acting(people.rae), pytest.raises(NoReadGrant):
        db.session.scalars(select(Condition)).all()
    with guard.acting(people.tara):
        assert consequences_of([ann]) == {}


def on_day(people, client_id, on) -> tuple[Consequence, ...]:
    db.session.rollback()
    with guard.acting(people.rae):
        return consequences_of([client_id], on).get(client_id, ())


def test_what_the_calendar_changes_reaches_the_desk_without_anybody_touching_the_chart(people, ann):
    today = NOW.date()
    due_on = today + timedelta(weeks=40 - 11)  # week 11 today
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="pregnancy", due_on=due_on))
    assert Consequence.SIDE_LYING not in on_day(people, ann, today + timedelta(weeks=2) - timedelta(days=1))
    assert Consequence.SIDE_LYING in on_day(people, ann, today + timedelta(weeks=2))
    with clock.frozen(NOW + timedelta(weeks=3)):
        assert Consequence.SIDE_LYING in told(people, ann)


def test_a_doctors_ok_that_lapses_is_outstanding_again(people, ann):
    today = NOW.date()
    cleared = Letter(1, "heart_disease_stable", today, is_ok=True, max_pressure=3, until=today + timedelta(days=30))
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, ann, ConditionContent(key="heart_disease_stable"))
    assert Consequence.LETTER_OUTSTANDING in told(people, ann)
    with guard.acting(people.theo), transaction():
        profile.save_profile(people.theo, ann, lambda held: replace(held, letters=(cleared,)), what="letters")
    assert Consequence.LETTER_OUTSTANDING not in on_day(people, ann, today + timedelta(days=30))
    assert Consequence.LETTER_OUTSTANDING in on_day(people, ann, today + timedelta(days=31))
