"""What the desk is told after a change of rules, beside the running server."""
import time

import pytest

from practice.access import guard
from practice.core.db import db, transaction
from practice.safety.content import ConditionContent
from practice.safety.queries.desk import consequences_of
from practice.safety.rulebook import shipped, to_data
from practice.safety.rules_verdict import Consequence
from practice.safety.services import conditions, own_rules
from tests.factories import intake
from tests.personas import open_house
from tests.plugins.browsers import serving
from tests.plugins.commands import Command

PATIENCE = 120  # seconds


@pytest.fixture
def left_half_told(cloned_database):
    """A rule has changed, and the desk does not know of the client whom it is about."""
    people = open_house()
    client_id = intake.client_of(people, "theo")
    with guard.acting(people.theo), transaction():
        conditions.add_condition(people.theo, client_id, ConditionContent(key="diabetes"))
    rule = to_data(shipped().rules["diabetes"]) | {"consequences": ["must_call"]}
    with guard.acting(people.olive), transaction():
        own_rules.save_rule(people.olive, rule, version=0)
    assert Consequence.MUST_CALL not in told(people, client_id)
    return people, client_id


def test_a_change_that_was_left_half_told_goes_on_when_the_server_starts(cloned_database, left_half_told, tmp_path):
    with serving(cloned_database, tmp_path):
        until = time.monotonic() + PATIENCE
        while Consequence.MUST_CALL not in told(*left_half_told) and time.monotonic() < until:
            time.sleep(0.2)
    assert Consequence.MUST_CALL in told(*left_half_told)


def test_a_command_tells_where_another_server_runs(cloned_database, left_half_told, tmp_path):
    ended = [Command("beside", environ=cloned_database.environ(tmp_path)).finish() for _time in range(2)]
    assert [(code, said) for code, said, _wrong in ended] == [
        (0, f"{steps} steps of telling the desk, 0 forms cleared away.\n") for steps in (1, 0)], ended
    assert Consequence.MUST_CALL in told(*left_half_told)


def told(people, client_id):
    db.session.rollback()
    with guard.acting(people.rae):
        found = consequences_of([client_id]).get(client_id, ())
        db.session.rollback()
        return found
