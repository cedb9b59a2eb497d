"""Personal addresses: made, opened, begun, continued elsewhere, taken back; and what a leaked one gives away."""
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from practice.access import guard
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound
from practice.intake.models import IntakeDraft, IntakeLink
from practice.intake.queries import answers_of
from practice.intake.services import drafts, links, submissions
from practice.intake.states import LinkState
from tests.factories import intake
from tests.personas import NOW


@pytest.fixture
def ann(people):
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))


def run(actor, work):
    """`work()` as that actor, in a transaction of its own."""
    with guard.acting(actor), transaction():
        return work()


def found(secret, device=None):
    db.session.rollback()
    return links.find(secret, device)


def test_the_secret_is_kept_as_a_hash_only(people, ann):
    _actor, secret = intake.address(people, ann)
    guard.bind(people.system)
    row = db.session.scalars(select(IntakeLink)).one()
    assert len(secret) == links.LENGTH and not set(secret) & set("0o1lI")
    assert row.secret_hash == links.hash_secret(secret)
    assert all(secret not in str(value) for value in db.session.execute(text("select * from intake_link")).one())


@pytest.mark.requirement("get-changes-nothing")
def test_opening_is_reading_only(people, ann):
    _actor, secret = intake.address(people, ann)
    for _time in range(3):
        state = found(secret)
        assert (state.state, state.is_begun, state.is_known_device) == (LinkState.OPEN, False, False)
    assert found(secret.upper()).link_id == state.link_id  # a phone's keyboard begins with a capital
    assert found("something else") is None and found("") is None


def test_the_first_device_begins_and_is_known(people, ann):
    actor, secret = intake.address(people, ann)
    device = run(actor, lambda: links.begin(actor))
    assert found(secret, device).is_known_device
    assert not found(secret, "another").is_known_device and found(secret, "another").is_begun
    with pytest.raises(links.BirthDateWrong):
        run(actor, lambda: links.begin(actor))


def test_another_device_gives_the_birth_date(people, ann):
    actor, secret = intake.address(people, ann)
    first = run(actor, lambda: links.begin(actor))
    second = run(actor, lambda: links.continue_elsewhere(actor, "21 Feb 1988"))
    assert found(secret, second).is_known_device and not found(secret, first).is_known_device
    with pytest.raises(Invalid):
        run(actor, lambda: links.continue_elsewhere(actor, "soon"))
    with pytest.raises(links.BirthDateWrong):
        run(actor, lambda: links.continue_elsewhere(actor, "22 Feb 1988"))


def test_wrong_birth_dates_are_throttled(people, ann):
    actor, _secret = intake.address(people, ann)
    run(actor, lambda: links.begin(actor))
    for _time in range(links.TRIES):
        with pytest.raises(links.BirthDateWrong):
            run(actor, lambda: links.continue_elsewhere(actor, "1 Jan 1990"))
        run(people.system, lambda: links.count_failure(actor.link_id))
    with pytest.raises(links.TooManyTries):
        run(actor, lambda: links.continue_elsewhere(actor, "21 Feb 1988"))
    clock.set_to(NOW + links.WINDOW + timedelta(seconds=1))
    assert run(actor, lambda: links.continue_elsewhere(actor, "21 Feb 1988"))


def test_without_a_birth_date_no_other_device_gets_in(people):
    actor, _secret = intake.address(people, intake.client_of(people, "theo"))
    run(actor, lambda: links.begin(actor))
    with pytest.raises(Invalid):
        run(actor, lambda: links.continue_elsewhere(actor, "21 Feb 1988"))


def test_states(people, ann):
    actor, secret = intake.address(people, ann)
    clock.set_to(NOW + links.HOLDS)
    assert found(secret).state is LinkState.EXPIRED
    for verb in (lambda: links.begin(actor), lambda: links.continue_elsewhere(actor, "21 Feb 1988")):
        with pytest.raises(links.FormClosed):
            run(actor, verb)
    clock.set_to(NOW)
    run(people.rae, lambda: links.revoke(people.rae, ann, actor.link_id))
    assert found(secret).state is LinkState.REVOKED
    with pytest.raises(links.FormClosed):
        run(actor, lambda: links.begin(actor))


def test_taking_back_a_used_one_changes_nothing(people, ann):
    actor, secret = intake.address(people, ann)
    run(actor, lambda: submissions.send(actor, intake.healthy(), intake.TYPED))
    run(people.rae, lambda: links.revoke(people.rae, ann, actor.link_id))
    assert found(secret).state is LinkState.SPENT


def test_who_may_invite(people, ann):
    with pytest.raises(Forbidden):
        run(people.bo, lambda: links.invite(people.bo, ann))
    with pytest.raises(NotFound):
        run(people.tara, lambda: links.invite(people.tara, ann))
    actor, _secret = intake.address(people, ann)
    with pytest.raises(NotFound):
        run(people.tara, lambda: links.revoke(people.tara, ann, actor.link_id))
    with pytest.raises(Forbidden):
        run(actor, lambda: links.invite(actor, ann))


def test_a_new_address_closes_the_old_one_and_keeps_the_draft_behind_the_birth_date(people, ann):
    actor, old = intake.address(people, ann)
    device = run(actor, lambda: links.begin(actor))
    run(actor, lambda: drafts.save_draft(actor, {"boundaries": "Zebrafinch"}, step=3))
    newer, secret = intake.address(people, ann, who="theo")
    assert found(old).state is LinkState.REVOKED
    # Whoever opens the new address first is not the first device: what was typed stays behind the birth date.
    assert found(secret).is_begun and not found(secret).is_known_device
    assert found(secret, device).is_known_device
    with pytest.raises(links.BirthDateWrong):
        run(newer, lambda: links.begin(newer))
    run(newer, lambda: links.continue_elsewhere(newer, "1988-02-21"))
    with guard.acting(newer):
        assert answers_of(drafts.own_draft(newer)) == {"boundaries": "Zebrafinch"}


def test_what_was_typed_never_comes_to_an_address_the_desk_has_seen(people, ann):
    actor, _old = intake.address(people, ann, who="theo")
    device = run(actor, lambda: links.begin(actor))
    run(actor, lambda: drafts.save_draft(actor, {"boundaries": "Zebrafinch"}, step=3))
    newer, secret = intake.address(people, ann)
    assert found(secret, device).is_known_device
    run(newer, lambda: links.continue_elsewhere(newer, "1988-02-21"))
    with guard.acting(newer):
        assert drafts.own_draft(newer) is None


def test_a_device_keeps_its_secret_from_form_to_form(people, ann):
    """A phone of two in one household stays known to both forms."""
    actor, _secret = intake.address(people, ann)
    device = run(actor, lambda: links.begin(actor))
    other, secret = intake.address(people, intake.client_of(people, "theo", first_name="Ben"))
    assert run(other, lambda: links.begin(other, device)) == device and found(secret, device).is_known_device
    third, _secret = intake.address(people, intake.client_of(people, "theo", first_name="Cee"))
    assert len(run(third, lambda: links.begin(third, "x"))) == len(device), "nobody chooses an easy one"


def test_without_a_birth_date_a_new_address_begins_anew(people):
    client_id = intake.client_of(people, "theo")
    actor, _old = intake.address(people, client_id)
    run(actor, lambda: links.begin(actor))
    run(actor, lambda: drafts.save_draft(actor, {"boundaries": "Zebrafinch"}, step=3))
    newer, secret = intake.address(people, client_id)
    assert not found(secret).is_begun
    run(newer, lambda: links.begin(newer))
    with guard.acting(newer):
        assert drafts.own_draft(newer) is None


def test_a_link_sees_its_own_and_nothing_more(people, ann):
    actor, _secret = intake.address(people, ann)
    other, _secret = intake.address(people, intake.client_of(people, "theo", first_name="Ben"))
    run(other, lambda: drafts.save_draft(other, {"boundaries": "Zebrafinch"}, step=0))
    with guard.acting(actor):
        assert [row.id for row in db.session.scalars(select(IntakeLink))] == [actor.link_id]
        assert db.session.scalars(select(IntakeDraft)).all() == []


def test_the_slip_needs_the_open_link_of_that_client(people, ann):
    actor, secret = intake.address(people, ann)
    with guard.acting(people.rae):
        assert links.check_secret(people.rae, ann, secret).id == actor.link_id
        for client_id, wrong in ((ann, "x"), (ann + 1000, secret)):
            with pytest.raises(NotFound):
                links.check_secret(people.rae, client_id, wrong)
