"""How forms stand, for Today and the desk: without a clinical word, in two queries."""
import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import Text, select, type_coerce

from practice.access import guard
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import NotFound
from practice.intake.definition import shipped, to_data
from practice.intake.models import FormState, FormVersion
from practice.intake.queries import (
    NEVER,
    arrived_on,
    definition_of,
    form_status,
    get_form,
    latest_submission,
    links_of,
    published_form,
    submissions_of,
)
from practice.intake.services import forms, links, submissions
from tests.factories import intake
from tests.personas import NOW
from tests.plugins.statements import counted


@pytest.fixture
def three(people):
    """Ann sent her form, Ben was asked, Cleo was not."""
    ids = [intake.client_of(people, "theo", first_name=name) for name in ("Ann", "Ben", "Cleo")]
    actor, _secret = intake.address(people, ids[0])
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(), intake.TYPED)
    intake.address(people, ids[1])
    return ids


def test_how_forms_stand(people, three, acting):
    ann, ben, cleo = three
    acting(people.rae)
    status = form_status(three)
    assert status[ann].is_current(NOW.date()) and status[ann].arrived_at == NOW and status[ann].invited_at is None
    assert not status[ann].is_current(NOW.date() + timedelta(days=366))
    assert status[ben].valid_until_on is None and status[ben].invited_at == NOW
    assert status.get(cleo, NEVER) == NEVER
    clock.set_to(NOW + links.HOLDS)
    assert ben not in form_status(three)  # the address has run out: nobody is asked any more


def test_a_check_at_a_visit_is_no_health_form_and_makes_none_last_longer(people, three, acting):
    ann, _ben, cleo = three
    clock.set_to(NOW + timedelta(days=300))
    for client_id in (ann, cleo):
        actor, _secret = intake.address(people, client_id, form_key="visit")
        with guard.acting(actor), transaction():
            submissions.send(actor, intake.CHECK, intake.TYPED)
    acting(people.rae)
    status = form_status(three)
    assert status[ann].valid_until_on == NOW.date() + timedelta(days=365) and status[ann].arrived_at == NOW
    assert status.get(cleo, NEVER) == NEVER
    assert arrived_on(NOW.date() + timedelta(days=300), 1)[1] == 2  # that they came in is told all the same


def test_two_queries_for_any_number(people, three, acting):
    acting(people.rae)
    form_status(three)
    with counted() as seen:
        form_status(range(1, 500))
    assert len(seen) == 2


def test_arrivals_of_a_day_by_who_may_see_the_client(people, three):
    for name, seen in (("rae", 1), ("theo", 1), ("tara", 0)):
        with guard.acting(getattr(people, name)):
            assert len(arrived_on(NOW.date(), 9)[0]) == seen and arrived_on(date(2026, 1, 1), 9) == ([], 0)


def test_links_and_submissions_of_a_client(people, three, acting):
    ann = three[0]
    acting(people.theo)
    assert len(links_of(ann)) == 1 and len(submissions_of(ann)) == 1
    assert latest_submission(ann).id == submissions_of(ann)[0].id and latest_submission(three[1]) is None
    acting(people.tara)
    assert links_of(ann) == [] and submissions_of(ann) == []


def test_the_published_form_in_the_language_or_another(people):
    with guard.acting(people.system), transaction():
        with pytest.raises(NotFound):
            published_form("full", "en")
        forms.install_shipped(people.system)
        forms.install_shipped(people.system)  # a second time changes nothing
        german = {**to_data(shipped("full")), "language": "de"}
        forms.publish(people.system, german)
        forms.publish(people.system, german)
    with guard.acting(people.rae):
        assert (published_form("full", "de").number, published_form("full", "de").state) == (2, FormState.PUBLISHED)
        assert published_form("full", "fr").language == "en" and published_form("full", "en").number == 1


def test_a_form_is_held_by_the_hash_of_its_content_and_read_again_when_it_changes(people, acting):
    acting(people.olive)
    with transaction():
        row = forms.publish(people.olive, to_data(shipped("visit")))
        draft = forms.start_draft(people.olive, row.id)
        draft_id = draft.id
        assert draft.content_hash == row.content_hash
        before = definition_of(draft)
        changed = to_data(before) | {"title": "Before each session"}
        forms.save_draft(people.olive, draft_id, changed, version=draft.version)
    draft = get_form(draft_id)
    stored = db.session.scalar(select(type_coerce(FormVersion.content, Text)).where(FormVersion.id == draft_id))
    assert draft.content_hash == hashlib.sha256(stored.encode()).hexdigest()
    assert before.title != definition_of(draft).title == "Before each session"
    assert definition_of(draft) is definition_of(get_form(draft_id))
