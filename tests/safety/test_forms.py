"""What a form left to be read or asked stays open until somebody has read or asked it, whatever forms came since."""
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.safety.queries.forms import FORMS_EACH
from practice.safety.rules_verdict import Gap, Shown
from practice.safety.services import profile
from tests.factories import intake
from tests.factories.safety import look, send
from tests.personas import NOW

TODAY = NOW.date()
SHORT = {"group:health": "none", **{key: value for key, value in intake.healthy().items() if key in (
    "full_name", "birth_date", "phone", "allergies", "told_not", "agreements")}}


def later(people, client_id, hours, **values) -> int:
    with clock.frozen(NOW + timedelta(hours=hours)):
        return send(people, client_id, **values)


def waiting(found) -> set[str]:
    return {point.question_key for form in found.left_open for name in ("unread", "dont_know", "asked_at_visit")
            for point in getattr(form.completeness, name)}


def read(people, client_id, number, *keys) -> None:
    with guard.acting(people.theo), transaction():
        profile.mark_read(people.theo, client_id, number, frozenset(keys))


def test_what_a_shorter_form_does_not_ask_stays_to_be_asked(people, ann):
    number = send(people, ann, clot="unknown", leg_now="unknown", **{"group:body": "ask"})
    later(people, ann, 1, form_key="short", answers=SHORT)
    found = look(people, ann)
    assert found.form.definition.key == "short" and found.verdict.shown_as is Shown.NOT_ASSESSED
    assert waiting(found) == {"leg_now", "group:body"}, "the short form asks about clots, and was answered"
    read(people, ann, number, "leg_now", "group:body")
    assert look(people, ann).verdict.is_complete


def test_a_newer_form_of_the_same_kind_asks_it_all_again(people, ann):
    send(people, ann, clot="unknown", **{"group:body": "ask"})
    later(people, ann, 1)
    assert look(people, ann).verdict.is_complete


def test_own_words_taken_out_of_the_next_form_are_still_read(people, ann):
    number = send(people, ann, told_not="yes", told_not_words="I have a brain tumour")
    later(people, ann, 1)
    found = look(people, ann)
    assert waiting(found) == {"told_not_words"} and {gap.kind for gap in found.verdict.not_assessed} == {Gap.UNREAD}
    read(people, ann, number, "told_not_words")
    assert look(people, ann).verdict.is_complete


def test_words_the_next_form_repeats_are_read_once(people, ann):
    said = {"told_not": "yes", "told_not_words": "My doctor, in spring"}
    send(people, ann, **said)
    number = later(people, ann, 1, **said)
    found = look(people, ann)
    assert [form.submission.id for form in found.left_open] == [number]
    read(people, ann, number, "told_not_words")
    assert look(people, ann).verdict.is_complete


def test_a_text_nobody_has_read_is_not_pushed_out_by_any_number_of_checks(people, ann):
    send(people, ann)
    said = intake.CHECK | {"changed": "yes", "changed_what": "A stent in my heart, last week"}
    number = later(people, ann, 1, form_key="visit", answers=said)
    for hours in range(2, 4 + 2 * FORMS_EACH):
        later(people, ann, hours, form_key="visit", answers=intake.CHECK)
    found = look(people, ann, TODAY + timedelta(days=30))
    assert waiting(found) == {"changed_what"} and found.profile.waiting == (number,)
    assert not found.verdict.is_complete
    assert kept_open(people, ann) == 1, "when it would have been pushed out"
    read(people, ann, number, "changed_what")
    assert look(people, ann, TODAY + timedelta(days=30)).verdict.is_complete
    later(people, ann, 24, form_key="visit", answers=intake.CHECK)
    assert look(people, ann).profile.waiting == ()


def test_several_that_wait_are_all_kept(people, ann):
    numbers = [later(people, ann, hours, form_key="visit",
                     answers=intake.CHECK | {"changed": "yes", "changed_what": f"New thing {hours}"})
               for hours in range(2 * FORMS_EACH)]
    found = look(people, ann)
    assert sorted(form.submission.id for form in found.left_open) == numbers
    assert found.profile.waiting == tuple(numbers[:-FORMS_EACH])


def test_an_allergy_nobody_decided_is_not_pushed_out(people, ann):
    number = send(people, ann, allergies=["latex"], allergy_severe="yes")
    for hours in range(1, 2 + FORMS_EACH):
        later(people, ann, hours)
    found = look(people, ann)
    assert found.profile.waiting == (number,) and [fact.substance for fact in found.verdict.allergies] == ["Latex"]
    with guard.acting(people.theo), transaction():
        profile.set_allergies(people.theo, ann, (), refused=("Latex",))
    assert look(people, ann).verdict.is_complete
    later(people, ann, 24)
    assert look(people, ann).profile.waiting == ()


@pytest.mark.parametrize("first", ["full", "short"])
def test_forms_that_were_read_leave_nothing_written(people, ann, first):
    send(people, ann, form_key=first, answers=SHORT if first == "short" else None)
    for hours in range(1, 2 + FORMS_EACH):
        later(people, ann, hours)
    assert look(people, ann).profile_version == 0 and kept_open(people, ann) == 0


def kept_open(people, client_id) -> int:
    with guard.acting(people.system):
        return db.session.scalar(select(func.count()).select_from(AuditRow).where(
            AuditRow.action == "profile.kept_open", AuditRow.client_id == client_id))
