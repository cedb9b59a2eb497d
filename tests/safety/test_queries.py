"""What is known of a client: several forms, what was read or asked, and how many questions that costs the database."""
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.audit import services as audit
from practice.clients.models import Client
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import NotFound
from practice.safety.queries.known import judged, known, known_of
from practice.safety.rules import check_row
from practice.safety.rules_facts import Limit
from practice.safety.rules_verdict import Gap, Shown
from practice.safety.services import profile
from tests.factories import intake
from tests.factories.safety import look, send
from tests.personas import NOW
from tests.plugins.statements import counted

TODAY = NOW.date()
BELLY = Place("abdomen", "left")
SHORT = {"group:health": "none", **{key: value for key, value in intake.healthy().items() if key in (
    "full_name", "birth_date", "phone", "allergies", "told_not", "agreements")}}


def gaps(found) -> set[Gap]:
    return {gap.kind for gap in found.verdict.not_assessed}


def test_a_shorter_form_takes_nothing_back(people, ann):
    send(people, ann, never_more=["abdomen:left"], never_more_level="2", avoid=["foot:left"])
    with clock.frozen(NOW + timedelta(hours=1)):
        send(people, ann, form_key="short", answers=SHORT | {"avoid": ["hand:left"]})
    found = look(people, ann)
    assert found.form.definition.key == "short"
    assert found.verdict.ceilings[BELLY].level == 2
    assert found.verdict.ceilings[Place("hand", "left")].level == 0
    assert found.verdict.ceilings[Place("foot", "left")].level is None


def test_the_check_of_the_day_is_no_health_history(people, ann):
    check = {"ill_now": ["fever"], "leg_now": "no", "skin_now": "no", "alcohol": "no", "changed": "unknown",
             "new_pain": "no", "after_last": "first", "meal": "no"}
    send(people, ann, form_key="visit", answers=check)
    found = look(people, ann)
    assert found.form is None and found.check is not None
    assert {Gap.NO_FORM, Gap.DONT_KNOW} <= gaps(found) and found.verdict.shown_as is Shown.DO_NOT
    send(people, ann)
    found = look(people, ann)
    assert found.form.definition.key == "full" and Gap.DONT_KNOW in gaps(found)
    found = look(people, ann, TODAY + timedelta(days=7))
    assert found.check is None and Gap.DONT_KNOW in gaps(found), "nobody has asked yet"
    with clock.frozen(NOW + timedelta(days=7)):
        send(people, ann, form_key="visit", answers=intake.CHECK)
        assert Gap.DONT_KNOW not in gaps(look(people, ann, TODAY + timedelta(days=7)))


def test_what_an_older_check_says_stays_until_it_is_read(people, ann):
    send(people, ann)
    with clock.frozen(NOW + timedelta(minutes=1)):
        number = send(people, ann, form_key="visit", answers={
            **intake.CHECK, "changed": "yes", "changed_what": "A stent, two weeks ago"})
    with clock.frozen(NOW + timedelta(days=5)):
        send(people, ann, form_key="visit", answers=intake.CHECK)
    for day in (2, 5, 30):
        found = look(people, ann, TODAY + timedelta(days=day))
        assert gaps(found) == {Gap.UNREAD} and found.verdict.shown_as is Shown.NOT_ASSESSED
    with guard.acting(people.theo), transaction():
        profile.mark_read(people.theo, ann, number, frozenset(["changed_what"]))
    assert look(people, ann, TODAY + timedelta(days=30)).verdict.is_complete


def test_a_short_form_does_not_read_what_the_full_one_says(people, ann):
    send(people, ann, told_not="yes", told_not_words="My doctor, in spring")
    with clock.frozen(NOW + timedelta(hours=1)):
        send(people, ann, form_key="short", answers=SHORT)
    assert Gap.UNREAD in gaps(look(people, ann))


def test_a_point_named_is_a_limit_of_its_own(people, ann):
    send(people, ann, avoid=["axilla:left"], never_more=["popliteal:right"], never_more_level="2")
    verdict = look(people, ann).verdict
    own = {str(spot): point.level for spot, point in verdict.points.items() if point.is_own}
    assert own == {"axilla:left": 0, "popliteal:right": 2} and verdict.shown_as is Shown.LIMITS
    assert verdict.ceilings[Place("shoulder", "left")].level is None
    (said,) = check_row(verdict, Place("upper_arm", "left"), "petrissage", 3)
    assert (str(said.spot), said.level, said.needs_reason) == ("axilla:left", 0, False)
    assert check_row(verdict, Place("upper_arm", "right"), "petrissage", 3) == []


def test_the_age_is_the_stricter_of_record_and_form(people):
    for in_record, said, age in ((None, "1988-02-21", 38), (date(1988, 2, 21), "1990-02-21", 36),
                                 (date(1990, 2, 21), "1988-02-21", 36)):
        client_id = intake.client_of(people, "theo", born_on=in_record)
        send(people, client_id, birth_date=said)
        assert look(people, client_id).facts.age == age


def test_a_text_nobody_has_read_and_a_question_nobody_has_asked_stay_open(people, ann):
    number = send(people, ann, told_not="yes", told_not_words="My doctor, because of the heart", clot="unknown")
    assert {Gap.UNREAD, Gap.DONT_KNOW} <= gaps(look(people, ann))
    with guard.acting(people.theo), transaction():
        profile.mark_read(people.theo, ann, number, frozenset(["told_not_words"]))
    assert gaps(look(people, ann)) == {Gap.DONT_KNOW}
    with guard.acting(people.theo), transaction():
        profile.mark_read(people.theo, ann, number, frozenset(["clot"]))
    found = look(people, ann)
    assert found.verdict.is_complete and found.profile.read_keys(number) == {"told_not_words", "clot"}


def test_what_was_read_in_one_form_is_not_read_in_the_next(people, ann):
    number = send(people, ann, told_not="yes", told_not_words="My doctor")
    with guard.acting(people.theo), transaction():
        profile.mark_read(people.theo, ann, number, frozenset(["told_not_words"]))
    with clock.frozen(NOW + timedelta(hours=1)):
        send(people, ann, told_not="yes", told_not_words="My doctor and my midwife")
    assert Gap.UNREAD in gaps(look(people, ann))


def test_the_same_question_is_judged_once(people, ann):
    judged.cache_clear()
    send(people, ann)
    first, again, tomorrow = look(people, ann), look(people, ann), look(people, ann, TODAY + timedelta(days=1))
    assert again.verdict is first.verdict and tomorrow.verdict is not first.verdict
    assert tomorrow.verdict.on == TODAY + timedelta(days=1)
    with guard.acting(people.theo), transaction():
        profile.set_limits(people.theo, ann, (Limit(2, BELLY, "Tender"),))
    assert look(people, ann).verdict.ceilings[BELLY].level == 2
    assert judged.cache_info().misses == 3


@pytest.mark.requirement("children")
def test_a_form_of_somebody_else_is_not_read_here(people, ann):
    ben = intake.client_of(people, "theo", first_name="Ben")
    number = send(people, ben)
    with guard.acting(people.theo), transaction(), pytest.raises(NotFound):
        profile.mark_read(people.theo, ann, number, frozenset("x"))


def test_a_form_out_of_date_says_so(people, ann):
    send(people, ann)
    assert look(people, ann).verdict.is_complete
    assert gaps(look(people, ann, TODAY + timedelta(days=366))) == {Gap.FORM_EXPIRED}


def test_a_minor_needs_the_guardians_signature(people):
    kim = intake.client_of(people, "theo", first_name="Kim")
    answers = {"birth_date": "2012-05-01", "guardian_name": "Pat Doyle", "guardian_phone": "0851234567",
               "guardian_present": "yes"}
    send(people, kim)  # as somebody of age; the form asks a minor for the guardian's signature
    with guard.acting(people.system), transaction():
        row = db.session.get_one(Client, kim)
        row.born_on = date(2012, 5, 1)
        audit.record(people.system, "test.born", row)
    assert Gap.GUARDIAN in gaps(look(people, kim))
    key = intake.signature_keys()[0]
    with clock.frozen(NOW + timedelta(hours=1)):
        from practice.safety.services.receiving import receive_form
        actor, _secret = intake.address(people, kim)
        with guard.acting(actor), transaction():
            receive_form(actor, intake.healthy(**answers), {"typed": "Pat Doyle", "by": "guardian"})
    found = look(people, kim)
    assert found.form.answers[key] == {"by": "guardian"} and Gap.GUARDIAN not in gaps(found)


def test_several_clients_cost_as_many_questions_as_one(people, ann):
    others = [intake.client_of(people, "theo", first_name=name) for name in ("Ben", "Cleo", "Dan")]
    for client_id in (ann, *others):
        send(people, client_id, thinners="yes", thinners_which="apixaban")
    foreign = intake.client_of(people, "tara", first_name="Eve")
    db.session.rollback()
    with guard.acting(people.theo):
        known(ann, TODAY)
        db.session.rollback()
        with counted() as one:
            known(ann, TODAY)
        db.session.rollback()
        with counted() as many:
            found = known_of([ann, *others, foreign], TODAY)
    assert set(found) == {ann, *others} and len(one) == len(many) <= 7


def test_the_versions_seen_change_with_every_decision(people, ann):
    send(people, ann, thinners="yes", thinners_which="apixaban")
    before = look(people, ann).seen()
    assert look(people, ann).seen() == before
    with guard.acting(people.theo), transaction():
        profile.set_limits(people.theo, ann, ())
    after = look(people, ann).seen()
    assert after != before and after["conditions"] == before["conditions"]
