"""A form as sent: checked, signed, bound by its hash, sent once, read by who may."""
import json
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.audit import services as audit
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, NotFound
from practice.core.sealed import SealBroken
from practice.files.models import FileKind
from practice.files.services import hand_in
from practice.intake.models import FormVersion, IntakeArrival, IntakeLink, Submission, Way
from practice.intake.queries import answers_of, papers_waiting
from practice.intake.services import links, submissions
from practice.safety.services.receiving import receive_form
from tests.factories import intake
from tests.factories.pictures import png
from tests.personas import NOW, open_house

STROKES = [[[100, 500], [400, 300], [700, 700]], [[900, 500], [1200, 400], [1500, 600]]]


@pytest.fixture
def ann(people):
    return intake.client_of(people, "theo", born_on=date(1988, 2, 21))


@pytest.fixture
def actor(people, ann):
    return intake.address(people, ann)[0]


def send(actor, answers=None, signature=intake.TYPED) -> int:
    with guard.acting(actor), transaction():
        return submissions.send(actor, intake.healthy() if answers is None else answers, signature).id


def test_sending_spends_the_address_and_announces_the_form(people, ann, actor):
    submission_id = send(actor)
    guard.bind(people.system)
    row = db.session.get(Submission, submission_id)
    assert (row.client_id, row.way, row.submitted_at, row.entered_by_id) == (ann, Way.LINK, NOW, None)
    assert row.valid_until_on == NOW.date() + timedelta(days=365)
    assert db.session.get(IntakeLink, actor.link_id).spent_at == NOW
    arrival = db.session.scalars(select(IntakeArrival)).one()
    assert (arrival.client_id, arrival.title, arrival.arrived_on) == (ann, "Health form", NOW.date())
    with pytest.raises(links.FormClosed):
        send(actor)


def test_what_is_missing_is_named_and_nothing_is_spent(people, actor):
    with pytest.raises(submissions.AnswersMissing) as refusal:
        send(actor, intake.healthy(phone=None, birth_date="30 February"), {})
    assert {problem.question_key for problem in refusal.value.problems} == {"phone", "birth_date", "signature"}
    guard.bind(people.system)
    assert db.session.get(IntakeLink, actor.link_id).spent_at is None
    assert db.session.scalars(select(Submission)).all() == []


@pytest.mark.parametrize("junk", [{}, {"by": "self"}, {"by": "dog", "typed": "Ann"}, {"by": "self", "typed": "x"},
                                  {"by": "self", "strokes": [[]]}, {"by": "self", "strokes": [[[1, 2]]]},
                                  {"by": "self", "strokes": [[["<svg>", 2]] * 9]},
                                  {"by": "self", "strokes": [[[1, 99999]] * 9]}, {"by": "self", "strokes": "ink"}])
def test_a_signature_that_is_none(actor, junk):
    with pytest.raises(submissions.AnswersMissing):
        send(actor, signature=junk)


@pytest.mark.parametrize("given", [{"by": "self", "typed": "  Ann Doyle "}, {"by": "guardian", "strokes": STROKES}])
def test_the_signature_is_sealed_and_holds_the_hash(people, actor, given):
    submission_id = send(actor, signature=given)
    guard.bind(people.system)
    row = db.session.get(Submission, submission_id)
    kept = json.loads(row.signature)
    assert kept["content_hash"] == row.content_hash and kept["by"] == given["by"]
    assert kept.get("typed") == (given.get("typed") or "").strip() or kept["strokes"] == STROKES
    assert answers_of(row)["signature"] == {"by": given["by"]}
    assert submissions.is_untouched(row)


def test_a_changed_form_or_answer_no_longer_fits_its_signature(people, actor):
    submission_id = send(actor)
    with guard.acting(people.system), transaction():
        row = db.session.get(Submission, submission_id)
        original = row.answers
        row.answers = original.replace('"clot"', '"cl0t"') if '"clot"' in original else original.replace("Ann", "Bob")
        audit.record(people.system, "test.tamper", row)
    guard.bind(people.system)
    assert not submissions.is_untouched(db.session.get(Submission, submission_id))
    with guard.acting(people.system), transaction():
        row = db.session.get(Submission, submission_id)
        row.answers = original
        form = db.session.get(FormVersion, row.form_version_id)
        form.content = {**form.content, "title": "Another form"}
        audit.record(people.system, "test.tamper", row)
    assert not submissions.is_untouched(db.session.get(Submission, submission_id))


@pytest.mark.requirement("sealed")
def test_answers_moved_to_another_row_do_not_open(people, ann, actor):
    first = send(actor)
    second = send(intake.address(people, ann)[0], intake.healthy(full_name="Ben"))
    table = Submission.__table__
    with guard.acting(people.system), transaction():
        stolen = db.session.execute(select(table.c._answers).where(table.c.id == first)).scalar_one()
        db.session.execute(update(table).where(table.c.id == second).values(_answers=stolen))
    guard.bind(people.system)
    with pytest.raises(SealBroken):
        answers_of(db.session.get(Submission, second))


def test_what_a_changed_answer_closed_again_is_not_sent(people, actor):
    answers = intake.healthy(clot="no", clot_state="now", thinners="yes", thinners_which="Aspirin",
                             guardian_name="nobody", email="")
    submission_id = send(actor, answers)
    guard.bind(people.system)
    kept = answers_of(db.session.get(Submission, submission_id))
    assert kept["thinners_which"] == "Aspirin"
    assert {"clot_state", "guardian_name", "email"} & set(kept) == set()


def test_a_minor_needs_a_guardian(actor):
    with pytest.raises(submissions.AnswersMissing) as refusal:
        send(actor, intake.healthy(birth_date="2014-05-04"))
    assert "guardian_name" in {problem.question_key for problem in refusal.value.problems}


GUARDED = {"guardian_name": "Pat Doyle", "guardian_phone": "085 123 4567", "guardian_present": "yes"}


@pytest.mark.parametrize("on_record, on_form, is_minor", [
    (None, date(2014, 5, 4), True), (date(2014, 5, 4), date(1988, 2, 21), True),
    (date(1988, 2, 21), date(2014, 5, 4), True),
    (None, NOW.date().replace(year=NOW.year - 18) + timedelta(days=1), True),
    (NOW.date().replace(year=NOW.year - 18),) * 2 + (False,)])
@pytest.mark.parametrize("way", [Way.LINK, Way.PAPER])
def test_a_minor_does_not_sign_alone(people, on_record, on_form, is_minor, way):
    kim = intake.client_of(people, "theo", born_on=on_record)
    actor = intake.address(people, kim, way=way, who="theo")[0]
    answers = intake.healthy(birth_date=on_form.isoformat(), **GUARDED)
    if is_minor:
        for unsigned in ({}, {"typed": "Kim Doyle"}):
            with pytest.raises(submissions.AnswersMissing) as refusal:
                send(actor, answers, {"by": "self", **unsigned})
            assert {one.question_key for one in refusal.value.problems} == {"signature"}
            assert submissions.GUARDIAN_SIGNS in {one.message for one in refusal.value.problems}
    send(actor, answers, {"by": "guardian" if is_minor else "self", "typed": "Pat Doyle"})


def test_the_check_at_a_visit_is_not_signed_and_a_minor_s_arrives(people):
    kim = intake.client_of(people, "theo", born_on=date(2014, 5, 4))
    send(intake.address(people, kim, form_key="visit")[0], intake.CHECK, {"by": "self", "typed": ""})


def test_junk_answers_are_refused_in_words(actor):
    for junk in ({"clot": ["yes"]}, {"heart": "attack"}, {"nothing": "x"}, {"birth_date": 5}, {"stress": True},
                 {"pain_where": {"moon:left": 3}}, {"medicines": "many"}, {"focus": [None]}, {"access": "x" * 5000}):
        with pytest.raises(submissions.AnswersMissing):
            send(actor, intake.healthy(**junk))


def test_who_reads_it(people, actor):
    send(actor, intake.healthy(boundaries="Zebrafinch"))

    def read():
        return db.session.scalars(select(Submission)).all()

    with guard.acting(people.theo):
        assert answers_of(read()[0])["boundaries"] == "Zebrafinch"
    for name in ("tara", "olive"):
        with guard.acting(getattr(people, name)):
            assert read() == []
    for who in (people.rae, people.bo, actor):
        with guard.acting(who), pytest.raises(NoReadGrant):
            read()
    held = db.session.execute(text("select * from submission")).one()
    assert all(b"Zebrafinch" not in bytes(value) for value in held if isinstance(value, bytes | memoryview))


def test_a_paper_form_is_typed_in_by_the_therapist_of_the_client(people, ann):
    for who, refusal in (("tara", NotFound), ("rae", Forbidden)):
        with pytest.raises(refusal):
            intake.address(people, ann, way=Way.PAPER, who=who)
    actor, _secret = intake.address(people, ann, way=Way.PAPER, who="theo")
    with guard.acting(actor), transaction():
        row = submissions.send(actor, intake.healthy(), intake.TYPED)
        assert (row.way, row.entered_by_id, row.link_id) == (Way.PAPER, people.theo.user_id, actor.link_id)


def test_a_photographed_form_waits_until_a_history_is_typed_in(people, ann):
    with guard.acting(people.rae), transaction():
        hand_in(people.rae, ann, png(b"a page filled in by hand"), kind=FileKind.PAPER_FORM, record="client",
                record_id=ann)
    for key, answers, waiting in (("visit", intake.CHECK, 1), ("full", intake.healthy(), 0)):
        actor, _secret = intake.address(people, ann, form_key=key, way=Way.PAPER, who="theo")
        with guard.acting(actor), transaction():
            submissions.send(actor, answers, intake.TYPED)
        db.session.rollback()
        with guard.acting(people.theo):
            assert len(papers_waiting()) == waiting, key


def test_sent_twice_at_once_it_is_one(cloned_database):
    people = open_house()
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    actor, _secret = intake.address(people, client_id)
    db.session.remove()
    app, together, outcomes = cloned_database.app, threading.Barrier(2), []

    def press():
        with app.app_context():
            guard.bind(actor)
            together.wait()
            try:
                with transaction():
                    receive_form(actor, intake.healthy(thinners="yes", thinners_which="Aspirin"), intake.TYPED)
                outcomes.append("sent")
            except links.FormClosed:
                outcomes.append("closed")
            db.session.remove()

    threads = [threading.Thread(target=press) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["closed", "sent"]
    guard.bind(people.system)
    assert len(db.session.scalars(select(Submission)).all()) == 1
    assert len(db.session.scalars(select(IntakeArrival)).all()) == 1
    guard.bind(None)
