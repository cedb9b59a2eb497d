"""Disclosures, corrections, charts for named people, the signed review of a month, and who may be erased when."""
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.clients.models import Care, Client
from practice.clients.queries import named_for
from practice.clients.services import ChartLimited, limit_chart
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from practice.safety.content import ConditionContent
from practice.safety.models import Condition
from practice.safety.services.conditions import add_condition
from practice.schedule.services.booking import book
from practice.transfer.models import Correction, CorrectionState, ErasureKind, TrailReview
from practice.transfer.queries.keeping import kept
from practice.transfer.services.copying import allow_copy
from practice.transfer.services.erasing import erase
from practice.transfer.services.holds import lift_hold, set_hold
from practice.transfer.services.logs import ask_correction, decide_correction, record_disclosure
from practice.transfer.services.reviewing import sign_review
from tests import personas
from tests.factories import clients, schedule

HOUR = timedelta(hours=1)
WORD = "marzipanotter"


@pytest.fixture
def ann(people):
    with guard.acting(people.system), transaction():
        row = clients.client("Annwen", "Quill", born_on=date(1988, 2, 21))
        clients.care(row.id, people.theo.user_id)
        clients.care(row.id, people.tara.user_id)
        ann_id = row.id
    with guard.acting(people.theo), transaction():
        add_condition(people.theo, ann_id, ConditionContent(words=WORD))
    return ann_id


@pytest.mark.requirement("rights")
def test_a_disclosure_is_written_down_and_sealed(people, ann, as_person):
    olive = as_person("olive")
    sent = {"to_whom": f"Dr. {WORD}", "what": "The notes of May", "why": "She asked for it", "given_on": "2026-11-16"}
    assert olive.post(f"/clients/{ann}/rights/log/disclosures", data=sent).status_code == 302
    page = olive.get(f"/clients/{ann}/rights/log/").get_data(as_text=True)
    assert WORD in page and "16 Nov 2026" in page and "Olive Byrne" in page
    assert olive.post(f"/clients/{ann}/rights/log/disclosures", data=sent | {"why": ""}).status_code == 422
    assert olive.post(f"/clients/{ann}/rights/log/disclosures", data=sent | {
        "given_on": "2026-11-18"}).status_code == 422
    refused = olive.post(f"/clients/{ann}/rights/log/disclosures", data=sent | {"given_on": "31.2.2026"})
    assert refused.status_code == 422 and "Choose a day" in refused.text, "it does not become today"
    for other in ("theo", "rae", "bo"):
        assert as_person(other).get(f"/clients/{ann}/rights/log/").status_code == 403
    with guard.acting(people.theo), pytest.raises(Forbidden), transaction():
        record_disclosure(people.theo, ann, to_whom="Somebody", what="All", why="So")


@pytest.mark.requirement("rights")
def test_a_correction_is_decided_once_with_an_answer(people, ann, as_person):
    olive = as_person("olive")
    asked = {"asked": "It was the left knee"}
    assert olive.post(f"/clients/{ann}/rights/log/corrections", data=asked).status_code == 302
    with guard.acting(people.olive):
        row = db.session.scalars(select(Correction)).one()
        number, version, state = row.id, row.version, row.state
    assert state is CorrectionState.ASKED
    url = f"/clients/{ann}/rights/log/corrections/{number}"
    assert olive.post(url, data={"decision": "granted", "answer": "", "version": version}).status_code == 422
    assert olive.post(url, data={"decision": "granted", "answer": "Added to it", "version": version,
                                 "note": "99"}).status_code == 422, "no note of hers"
    assert olive.post(url, data={"decision": "granted", "answer": "Added to it", "version": version}).status_code == 302
    page = olive.get(f"/clients/{ann}/rights/log/").get_data(as_text=True)
    assert "Added to it" in page and "Granted" in page
    with guard.acting(people.olive), pytest.raises(Stale), transaction():
        decide_correction(people.olive, ann, number, granted=False, answer="No", version=version)
    with guard.acting(people.olive), pytest.raises(Invalid), transaction():
        decide_correction(people.olive, ann, number, granted=False, answer="No, really", version=version + 1)
    with guard.acting(people.olive), pytest.raises(NotFound), transaction():
        decide_correction(people.olive, ann + 1, number, granted=True, answer="Yes", version=version + 1)


def sees(actor, client_id: int) -> bool:
    with guard.acting(actor):
        return bool(db.session.scalars(select(Condition).where(Condition.client_id == client_id)).all())


@pytest.mark.requirement("own-rows", "rights")
def test_a_chart_is_kept_to_named_people(people, ann):
    sharing = {name: replace(getattr(people, name), has_shared_charts=True) for name in ("theo", "tara", "sol")}
    assert all(sees(actor, ann) for actor in (people.theo, people.tara, *sharing.values()))
    with guard.acting(people.olive), transaction():
        limit_chart(people.olive, ann, {people.theo.user_id})
    assert sees(people.theo, ann) and sees(sharing["theo"], ann)
    assert not any(sees(actor, ann) for actor in (people.tara, sharing["tara"], sharing["sol"]))
    with guard.acting(sharing["tara"]):
        assert db.session.scalars(select(Client)).all() == []
    with guard.acting(people.system), transaction():
        treatment = schedule.treatment("Massage 60")
        for person in (people.theo, people.tara):
            schedule.hours(person.user_id)
        treatment_id = treatment.id
    with guard.acting(people.rae), pytest.raises(ChartLimited), transaction():
        book_with(people, people.tara, ann, treatment_id)
    with guard.acting(people.rae), transaction():
        book_with(people, people.theo, ann, treatment_id)
    with guard.acting(people.olive), transaction():
        limit_chart(people.olive, ann, set())
    assert sees(sharing["tara"], ann)
    assert not sees(people.tara, ann), "care that has ended does not come back"
    with guard.acting(people.system):
        assert db.session.scalars(select(Care).where(Care.client_id == ann)).all() != []
    with guard.acting(people.rae), pytest.raises(Forbidden), transaction():
        limit_chart(people.rae, ann, set())


@pytest.mark.requirement("own-rows", "rights")
def test_the_screens_of_a_chart_kept_to_others_are_closed_where_charts_are_shared(people, ann, as_person):
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, has_shared_charts=True)
    screens = [f"/brief/client/{ann}", f"/conditions/client/{ann}"]
    sol, tara, theo = (as_person(name) for name in ("sol", "tara", "theo"))
    assert {who.get(one).status_code for who in (sol, tara, theo) for one in screens} == {200}
    with guard.acting(people.olive), transaction():
        limit_chart(people.olive, ann, {people.theo.user_id})
    assert {theo.get(one).status_code for one in screens} == {200}
    assert {tara.get(one).status_code for one in screens} == {404}
    for one in screens:  # sees every client, and may break the glass
        assert sol.get(one).location == f"/clients/{ann}/break-glass"
    assert sol.get(f"/measures/{ann}/").status_code == 404


@pytest.mark.requirement("rights")
def test_a_chart_is_not_opened_to_all_by_naming_nobody_who_is_there(people, ann, as_person):
    olive, address = as_person("olive"), f"/clients/{ann}/rights/log/people"
    assert olive.post(address, data={"person": people.theo.user_id}).status_code == 302
    for junk in ("999999", "x", "", str(people.rae.user_id)):
        assert olive.post(address, data={"person": junk}).status_code == 404
        assert olive.post(address, data={"person": [junk, people.tara.user_id]}).status_code == 404
    assert sees(people.theo, ann) and not sees(people.tara, ann)


def book_with(people, therapist, client_id, treatment_id):

    return book(people.rae, client_id=client_id, therapist_id=therapist.user_id, treatment_id=treatment_id,
                starts_at=personas.NOW + 2 * HOUR)


@pytest.mark.requirement("complaint-pack")
def test_the_owner_signs_for_a_month_that_is_over_once(people, ann, as_person):
    olive = as_person("olive")
    assert olive.get("/setup/review/?month=2026-11").status_code == 200
    assert olive.post("/setup/review/sign", data={"month": "2026-11", "words": ""}).status_code == 422, "not over yet"
    with clock.frozen(personas.NOW + timedelta(days=20)):
        with guard.acting(people.olive), transaction():
            sign_review(people.olive, "2026-11", words="Nothing unusual")
        with guard.acting(people.olive):
            row = db.session.scalars(select(TrailReview)).one()
            assert (row.month, row.is_whole, row.signed_by_id) == ("2026-11", True, people.olive.user_id)
            assert row.entries > 5 and len(row.sha256) == 64
        with guard.acting(people.olive), pytest.raises(Invalid), transaction():
            sign_review(people.olive, "2026-11", words="Again")
        with guard.acting(people.theo), pytest.raises(Forbidden), transaction():
            sign_review(people.theo, "2026-10", words="Not mine")
    assert "Nothing unusual" in olive.get("/setup/review/").get_data(as_text=True)
    assert olive.get("/setup/review/?month=2026-99").status_code != 500


@pytest.mark.requirement("consent")
def test_who_may_be_erased_when(people, ann, as_person):
    with guard.acting(people.system), transaction():
        treatment = schedule.treatment("Massage 60")
        schedule.hours(people.theo.user_id)
        schedule.appointment(ann, people.theo.user_id, treatment.id, personas.NOW + 2 * HOUR)
        minor = clients.client("Mia", "Quill", born_on=date(2020, 5, 1))
        schedule.appointment(minor.id, people.theo.user_id, treatment.id, personas.NOW + 4 * HOUR)
        free, held = clients.client("Finn", "Free").id, clients.client("Hal", "Held").id
        mia = minor.id
    with guard.acting(people.olive), transaction():
        set_hold(people.olive, held, reason="A claim")
    with guard.acting(people.system):
        found = {one.client_id: one for one in kept(people.system)}
    assert found[ann].until == date(2036, 11, 17) and found[mia].until == date(2048, 5, 1)
    today = date(2026, 11, 17)
    assert {number for number, one in found.items() if one.may_go(today)} == {free}
    with guard.acting(people.olive), transaction():
        assert erase(people.olive, ann).kind is ErasureKind.CONTACT
    page = as_person("olive").get("/setup/review/keeping").get_data(as_text=True)
    assert "1 client may be erased today" in page and "Annwen Quill" in page and "17 Nov 2036" in page
    file = as_person("olive").get("/setup/review/keeping.csv").get_data(as_text=True)
    assert "2048-05-01" in file and "Hold" in file


@pytest.mark.requirement("rights")
@pytest.mark.parametrize(("address", "sent"), [
    ("disclosures", {"to_whom": "Dr. Moss", "what": "The notes", "why": "She asked", "given_on": "31.12.2025"}),
    ("corrections", {"asked": "The left knee", "asked_on": "2026-02-30"})])
def test_a_day_that_is_none_is_not_taken_for_today(people, ann, as_person, address, sent):
    olive = as_person("olive")
    answer = olive.post(f"/clients/{ann}/rights/log/{address}", data=sent)
    assert answer.status_code == 422 and "Choose a day" in answer.get_data(as_text=True)
    day = next(name for name in sent if name.endswith("_on"))
    assert olive.post(f"/clients/{ann}/rights/log/{address}", data=sent | {day: ""}).status_code == 302, "today"


@pytest.mark.requirement("rights")
def test_every_correction_comes_to_be_decided_the_oldest_first(people, ann, as_person):
    with guard.acting(people.olive), transaction():
        first, second = (ask_correction(people.olive, ann, what=f"The {side} knee").id for side in ("left", "right"))
    olive, page = as_person("olive"), f"/clients/{ann}/rights/log/"
    for number in (first, second):
        assert olive.get(page).get_data(as_text=True).count(f'action="{page}corrections/{number}"') == 1
        sent = {"decision": "refused", "answer": "It stands as it was said", "version": 1}
        assert olive.post(f"{page}corrections/{number}", data=sent | {"note": "none"}).status_code == 422
        assert olive.post(f"{page}corrections/{number}", data=sent).status_code == 302
    assert f"{page}corrections/" not in olive.get(page).get_data(as_text=True).replace(f'{page}corrections"', "")


@pytest.mark.requirement("own-rows", "rights")
def test_a_chart_is_not_opened_to_all_by_naming_somebody_unknown(people, ann, as_person):
    with guard.acting(people.olive), transaction():
        limit_chart(people.olive, ann, {people.theo.user_id})
    for sent in ("99999", "nobody", str(people.rae.user_id)):
        assert as_person("olive").post(f"/clients/{ann}/rights/log/people", data={"person": sent}).status_code == 404
    with guard.acting(people.system):
        assert named_for(ann) == {people.theo.user_id}


@pytest.mark.requirement("rights")
def test_nobody_but_the_owner_answers_for_a_clients_rights(people, ann):
    why = "She asked at the desk today"
    for actor in (people.theo, people.rae, people.bo):
        for verb, words in ((allow_copy, {"why": why}), (erase, {}), (set_hold, {"reason": why}), (lift_hold, {})):
            with guard.acting(actor), pytest.raises(Forbidden), transaction():
                verb(actor, ann, **words)


def test_asking_needs_words(people, ann):
    with guard.acting(people.olive), pytest.raises(Invalid), transaction():
        ask_correction(people.olive, ann, what=" ")
