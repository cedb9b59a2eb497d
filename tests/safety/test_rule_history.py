"""Every writing of an own rule is kept, and the version on a note opens the own rules of then."""
import json

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.cli.making import migrate_database
from practice.core.db import db, transaction
from practice.core.errors import Stale
from practice.safety.models import OwnRule, OwnRuleChange
from practice.safety.queries import book
from practice.safety.queries.history import steps, stood_at
from practice.safety.rulebook import shipped
from practice.safety.rulebook_own import mark_of, with_own
from practice.safety.services.own_rules import save_rule, take_back
from tests import personas
from tests.factories.rules import OWN_SPINE, THAI
from tests.safety.conftest import do
from tests.safety.test_rules_book import OWN


def told(people, ask, *args):
    db.session.rollback()
    with guard.acting(people.theo):
        return ask(*args)


def version_now(people) -> str:
    return told(people, lambda: book.rulebook().version)


@pytest.fixture
def versions(people) -> list[str]:
    """The rulebook's version after each of: two new rules, one changed, a third, the first taken out, written again."""
    found = []

    def then(verb, *args, **values):
        number = do(people, verb, *args, **values)
        found.append(version_now(people))
        return number

    first = then(save_rule, OWN, version=0)
    then(save_rule, THAI, version=0)
    first = then(save_rule, OWN | {"cap": 1}, version=first)
    then(save_rule, OWN_SPINE, version=0)
    first = then(take_back, "migraine", version=first)
    then(save_rule, OWN | {"cap": 2}, version=first)
    return found


@pytest.mark.requirement("rules-kept")
def test_every_version_opens_the_rules_of_then(people, versions):
    assert len(set(versions)) == len(versions)
    own = [OWN, OWN | {"cap": 1}, OWN | {"cap": 2}]
    expected = [[own[0]], [own[0], THAI], [own[1], THAI], [own[1], OWN_SPINE, THAI], [OWN_SPINE, THAI],
                [own[2], OWN_SPINE, THAI]]
    for version, rows in zip(versions, expected, strict=True):
        step = told(people, stood_at, version)
        assert [step.own[key] for key in sorted(step.own)] == rows
        assert with_own(shipped(), step.own.values()).version == version == step.version
    assert told(people, stood_at, "2026.1+own.00000000") is None
    assert told(people, stood_at, shipped().version) is None


@pytest.mark.requirement("rules-kept")
def test_a_change_says_who_when_and_what_stood_before(people, versions):
    found = told(people, steps)
    assert [(one.change.key, one.change.number, one.change.is_active) for one in found] == [
        ("migraine", 1, True), ("technique:thai_stretch", 1, True), ("migraine", 2, True), ("standing:spine", 1, True),
        ("migraine", 3, False), ("migraine", 4, True)]
    assert {(one.change.changed_by_id, one.change.changed_at) for one in found} == {
        (people.olive.user_id, personas.NOW)}
    assert [(one.before and one.before["cap"], one.after and one.after["cap"]) for one in found] == [
        (None, 3), (None, 3), (3, 1), (None, 2), (1, None), (None, 2)]
    assert all(one.is_before_known for one in found)


def test_the_mark_does_not_depend_on_the_order(people):
    assert mark_of([THAI, OWN, OWN_SPINE]) == mark_of([OWN_SPINE, THAI, OWN]) != mark_of([OWN, THAI])


def test_what_was_not_saved_is_not_in_the_history(people, versions):
    with pytest.raises(Stale):
        do(people, save_rule, OWN | {"cap": 4}, version=1)
    with pytest.raises(RuntimeError), guard.acting(people.olive), transaction():
        save_rule(people.olive, OWN_SPINE | {"cap": 1}, version=1)
        raise RuntimeError
    assert len(told(people, steps)) == len(versions) and version_now(people) == versions[-1]


def test_reception_is_told_nothing_of_it(people, versions):
    with guard.acting(people.rae), pytest.raises(NoReadGrant):
        db.session.scalars(select(OwnRuleChange)).all()


@pytest.mark.requirement("rules-kept")
@pytest.mark.parametrize("change", ["UPDATE own_rule_change SET content = '{}'", "DELETE FROM own_rule_change"])
def test_the_database_itself_keeps_the_history(people, versions, change):
    with guard.acting(people.olive), pytest.raises(DBAPIError, match="own_rule_change_append_only"), transaction():
        db.session.connection().execute(text(change))
    assert told(people, stood_at, versions[0]).own == {"migraine": OWN}


@pytest.mark.requirement("rules-kept", "migrations")
def test_rules_older_than_the_history_are_its_beginning(cloned_database):
    """In the order they were last written in; what they said before that is not made up."""
    people = personas.open_house()
    first = do(people, save_rule, OWN, version=0)
    do(people, save_rule, THAI, version=0)
    lost = version_now(people)
    do(people, take_back, "technique:thai_stretch", version=1)
    do(people, save_rule, OWN | {"cap": 1}, version=first)
    kept = version_now(people)
    with guard.acting(people.system):
        before = [(row.key, row.version, row.content) for row in db.session.scalars(select(OwnRule))]
    db.session.remove()
    command.downgrade(cloned_database.app.extensions["migrate"].migrate.get_config("migrations"), "0029")
    db.session.remove()
    migrate_database(cloned_database.app)
    found = told(people, steps)
    assert sorted((one.change.key, one.change.number, dict(one.change.content)) for one in found) == sorted(
        before, key=json.dumps)
    assert {one.change.key: one.is_before_known for one in found} == {
        "migraine": False, "technique:thai_stretch": True}
    assert told(people, stood_at, kept).own == {"migraine": OWN | {"cap": 1}} and told(people, stood_at, lost) is None
    do(people, save_rule, OWN_SPINE, version=0)
    assert told(people, stood_at, version_now(people)) is not None
