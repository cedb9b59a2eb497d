"""Sealed text opens in its own row only, and only with the key."""
import secrets

import pytest
from sqlalchemy import text

from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import db, transaction
from practice.safety.models import Condition, ConditionState
from tests.factories import clients


@pytest.fixture
def row(people, acting):
    acting(people.system)
    with transaction():
        client = clients.client()
        row = Condition(client_id=client.id, state=ConditionState.ACCEPTED, content="quarrelsome knee",
                        created_at=clock.now())
        other = Condition(client_id=client.id, state=ConditionState.ACCEPTED, content="shy elbow",
                          created_at=clock.now())
        db.session.add_all([row, other])
        db.session.flush()
        audit.record(people.system, "condition.add", row, client_id=client.id)
        ids = row.id, other.id
    return ids


@pytest.mark.requirement("sealed")
def test_text_comes_back_and_is_not_in_the_table(row):
    assert db.session.get(Condition, row[0]).content == "quarrelsome knee"
    stored = db.session.connection().execute(text("SELECT _content FROM condition")).scalars().all()
    assert stored and not any(b"quarrelsome" in bytes(value) for value in stored)


@pytest.mark.requirement("sealed")
def test_a_value_moved_to_another_row_does_not_open(row):
    db.session.connection().execute(
        text("UPDATE condition SET _content = (SELECT _content FROM condition WHERE id = :a) WHERE id = :b"),
        {"a": row[0], "b": row[1]})
    db.session.expire_all()
    with pytest.raises(sealed.SealBroken):
        _ = db.session.get(Condition, row[1]).content


@pytest.mark.requirement("sealed")
def test_the_wrong_key_opens_nothing(row):
    before = sealed.keyring()
    try:
        sealed.use(sealed.Keyring([secrets.token_bytes(32)]))
        with pytest.raises(sealed.SealBroken):
            _ = db.session.get(Condition, row[0]).content
    finally:
        sealed.use(before)


def test_unchanged_text_does_not_touch_the_row(row):
    found = db.session.get(Condition, row[0])
    found.content = "quarrelsome knee"
    assert not db.session.is_modified(found)


@pytest.mark.requirement("sealed")
def test_a_new_key_seals_and_the_old_one_still_opens():
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    value = sealed.Keyring([old]).seal("text", "t:c:1")
    both = sealed.Keyring([new, old])
    assert both.open(value, "t:c:1") == "text"
    with pytest.raises(sealed.SealBroken):
        sealed.Keyring([old]).open(both.seal("text", "t:c:1"), "t:c:1")


@pytest.mark.requirement("sealed")
def test_clinical_tables_bind_a_uid_per_row(row):
    uids = db.session.connection().execute(text("SELECT uid FROM condition")).scalars().all()
    assert len(set(uids)) == 2
