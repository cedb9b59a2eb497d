"""A form while it is filled in: sealed in the table, saved over and over, closed with its address."""
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden
from practice.intake.models import IntakeDraft
from practice.intake.queries import answers_of
from practice.intake.services import drafts, links, submissions
from tests.factories import intake
from tests.personas import NOW


@pytest.fixture
def actor(people):
    return intake.address(people, intake.client_of(people, "theo", born_on=date(1988, 2, 21)))[0]


def save(actor, answers, step=0):
    with guard.acting(actor), transaction():
        drafts.save_draft(actor, answers, step=step)


def test_saved_over_and_over_it_is_one_row(actor):
    save(actor, {"full_name": "A"})
    clock.set_to(NOW + timedelta(minutes=2))
    save(actor, {"full_name": "Ann"}, step=4)
    with guard.acting(actor):
        row = db.session.scalars(select(IntakeDraft)).one()
        assert (answers_of(row), row.step, row.version) == ({"full_name": "Ann"}, 4, 2)
        assert row.saved_at == NOW + timedelta(minutes=2)


@pytest.mark.requirement("sealed")
def test_the_table_holds_no_word_of_it(actor):
    save(actor, {"boundaries": "Zebrafinch"})
    row = db.session.execute(text("select * from intake_draft")).one()
    held = b"".join(value.encode() if isinstance(value, str) else bytes(value) for value in row
                    if isinstance(value, str | bytes | memoryview))
    assert b"Zebrafinch" not in held and b"boundaries" not in held


def test_only_the_link_reads_it(people, actor):
    save(actor, {"boundaries": "Zebrafinch"})
    for name in ("theo", "rae", "olive", "bo"):
        with guard.acting(getattr(people, name)), pytest.raises(NoReadGrant):
            db.session.scalars(select(IntakeDraft)).all()
    with pytest.raises(Forbidden):
        save(people.rae, {})


def test_a_closed_address_takes_nothing(people, actor):
    clock.set_to(NOW + links.HOLDS)
    with pytest.raises(links.FormClosed):
        save(actor, {})
    clock.set_to(NOW)
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(), intake.TYPED)
    with pytest.raises(links.FormClosed):
        save(actor, {"boundaries": "late"})
    with guard.acting(actor):
        assert db.session.scalars(select(IntakeDraft)).all() == []


def test_more_than_a_form_can_hold_is_refused_and_the_last_one_kept(actor):
    save(actor, {"boundaries": "short"})
    with pytest.raises(drafts.DraftTooBig):
        save(actor, {"boundaries": "x" * drafts.LARGEST})
    with guard.acting(actor):
        assert answers_of(drafts.own_draft(actor)) == {"boundaries": "short"}
