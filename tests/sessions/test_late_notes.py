"""Notes written on a later day, and drafts whose visit was moved or fell out, on both databases."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Invalid, NotFound
from practice.safety.content import ConditionContent
from practice.safety.models import ConditionState
from practice.safety.queries.known import known
from practice.safety.queries.rows import conditions_of
from practice.safety.services import conditions
from practice.schedule.models import Appointment
from practice.schedule.services.booking import move
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.queries import notes as reading
from practice.sessions.services import notes
from practice.sessions.services.notes import NotTheAuthor, ReasonsMissing
from tests.factories import sessions
from tests.factories.safety import send
from tests.factories.schedule import at
from tests.factories.sessions import NECK, draft, limit, row, signed, visit, words
from tests.personas import NOW

TODAY = NOW.date()
DEEP = words(rows=(row(NECK, pressure=4),))


def client_of(people, appointment_id) -> int:
    with guard.acting(people.system):
        return db.session.get_one(Appointment, appointment_id).client_id


def write(actor, work, *arguments, **values):
    with guard.acting(actor), transaction():
        return work(actor, *arguments, **values).id


def write_version(actor, work, *arguments, **values):
    with guard.acting(actor), transaction():
        return work(actor, *arguments, **values).version


def note(people, note_id):
    db.session.rollback()
    with guard.acting(people.theo):
        return reading.get_note(note_id)


def end_all(people, client_id) -> None:
    with guard.acting(people.theo), transaction():
        for one in conditions_of(client_id, ConditionState.ACCEPTED):
            conditions.end(people.theo, one.id, version=one.version)


def test_a_late_note_is_judged_by_what_was_known_at_the_session(people):
    session = visit(people, at(8))
    client_id = client_of(people, session)
    limit(people.theo, client_id, NECK, 1)
    note_id, version = draft(people.theo, session, DEEP)
    with clock.frozen(NOW + timedelta(days=2)):
        end_all(people, client_id)
        with pytest.raises(ReasonsMissing):
            write(people.theo, notes.sign, note_id, version=version)
        with guard.acting(people.theo):
            assert known(client_id, TODAY).verdict.ceilings[NECK].level is None, "the brief has it ended"
            judged = reading.judged_by(reading.get_note(note_id).appointment)
            assert judged.verdict.ceilings[NECK].level == 1


def test_what_was_learned_since_asks_no_reason_of_an_earlier_session(people):
    session = visit(people, at(8))
    client_id = client_of(people, session)
    before = send(people, client_id)
    note_id, version = draft(people.theo, session, DEEP)
    with clock.frozen(NOW + timedelta(days=2)):
        send(people, client_id, thinners="yes", thinners_which="apixaban")
        limit(people.theo, client_id, NECK, 1)
        with guard.acting(people.theo):
            assert known(client_id, clock.now().date()).verdict.ceilings[NECK].level == 1
        write(people.theo, notes.sign, note_id, version=version)
    found = note(people, note_id)
    assert (found.against_limits, found.submission_id) == (0, before)


def test_on_the_day_of_the_session_what_is_known_now_counts(people):
    session = visit(people, at(8))
    note_id, version = draft(people.theo, session, DEEP)
    with clock.frozen(NOW + timedelta(hours=8)):
        limit(people.theo, client_of(people, session), NECK, 1)
        with pytest.raises(ReasonsMissing):
            write(people.theo, notes.sign, note_id, version=version)


def test_a_change_of_what_stood_is_seen_as_it_stood(people):
    session = visit(people, at(8))
    client_id = client_of(people, session)
    limit(people.theo, client_id, NECK, 1)
    draft(people.theo, session, DEEP)
    with clock.frozen(NOW + timedelta(days=1)), guard.acting(people.theo):
        (one,) = conditions_of(client_id)
        with transaction():
            conditions.change(people.theo, one.id, ConditionContent(words="Disc", places=(NECK,), own_limit=4),
                              version=one.version)
        assert known(client_id, clock.now().date()).verdict.ceilings[NECK].level == 4
        assert reading.judged_by(reading.note_for(session).appointment).verdict.ceilings[NECK].level == 1


def test_a_draft_goes_with_its_visit(people):
    session = visit(people, at(8), state=S.BOOKED)
    note_id, version = draft(people.theo, session)
    with guard.acting(people.rae), transaction():
        move(people.rae, session, version=db.session.get_one(Appointment, session).version,
             starts_at=at(9) + timedelta(days=1), therapist_id=people.theo.user_id)
    with guard.acting(people.theo):
        assert reading.unsigned_of(people.theo.user_id) == [], "it is still to come"
        assert reading.last_notes(client_of(people, session), 5, before=at(9) + timedelta(days=1)) == []
    with pytest.raises(Invalid, match="still to come"):
        write(people.theo, notes.sign, note_id, version=version)
    with clock.frozen(NOW + timedelta(days=1, hours=2)):
        with guard.acting(people.theo):
            assert [one.id for one in reading.unsigned_of(people.theo.user_id)] == [note_id]
        write(people.theo, notes.sign, note_id, version=version)
    found = note(people, note_id)
    assert found.on_date == TODAY + timedelta(days=1) and reading.is_intact(found)


def test_who_gives_the_session_now_writes_its_note(people):
    session = visit(people, at(8), state=S.BOOKED)
    client_id = client_of(people, session)
    visit(people, at(16), client_id=client_id, state=S.BOOKED)  # so the chart stays open to Theo, too
    note_id, version = draft(people.theo, session, words("Begun by Theo"))
    with pytest.raises(NotFound):
        write(people.tara, notes.save_draft, note_id, words("Not hers"), version=version)
    with guard.acting(people.rae), transaction():
        move(people.rae, session, version=db.session.get_one(Appointment, session).version, starts_at=at(9),
             therapist_id=people.tara.user_id)
    version = write_version(people.tara, notes.save_draft, note_id, words("Given by Tara"), version=version)
    with pytest.raises(NotTheAuthor):
        write(people.theo, notes.save_draft, note_id, words("Too late"), version=version)
    write(people.tara, notes.sign, note_id, version=version)
    found = note(people, note_id)
    assert (found.therapist_id, found.signed_by_id) == (people.tara.user_id,) * 2
    with guard.acting(people.system):
        taken = db.session.scalars(select(AuditRow).where(AuditRow.action == "note.take_over")).one()
        assert taken.actor_id == people.tara.user_id


def test_a_draft_of_a_visit_that_fell_out_is_not_to_be_signed(people):
    session = visit(people, at(8), state=S.BOOKED)
    visit(people, at(16), client_id=client_of(people, session), state=S.BOOKED)  # so the chart stays open
    note_id, version = draft(people.theo, session)
    with guard.acting(people.rae), transaction():
        set_state(people.rae, session, S.NO_SHOW)
    with guard.acting(people.theo):
        assert reading.unsigned_of(people.theo.user_id) == []
        assert reading.to_sign(people.theo.user_id, NOW - timedelta(days=9), TODAY).count == 0
        assert reading.last_notes(client_of(people, session), 5) == []
    with pytest.raises(Invalid, match="did not take place"):
        write(people.theo, notes.sign, note_id, version=version)


def test_the_session_of_this_morning_is_the_last_one_this_evening(people):
    morning = visit(people, at(7), state=S.DONE)
    client_id = client_of(people, morning)
    evening = visit(people, at(18), client_id=client_id, state=S.BOOKED)
    first = signed(people.theo, morning)
    with guard.acting(people.theo):
        assert [one.id for one in reading.last_notes(client_id, 5, before=at(18))] == [first]
        assert reading.last_notes(client_id, 5, before=at(7)) == []
    with clock.frozen(NOW + timedelta(hours=10)):
        sessions.draft(people.theo, evening)
    with guard.acting(people.theo):
        assert [one.id for one in reading.last_notes(client_id, 5, before=at(18))] == [first]


def test_how_the_days_after_were_belongs_to_the_visit_before_whether_it_was_written_up_or_not(people):
    first = visit(people, at(9) - timedelta(days=7), state=S.DONE)
    client_id = client_of(people, first)
    signed(people.theo, first)
    visit(people, at(9) - timedelta(days=3), client_id=client_id, state=S.DONE)  # nobody wrote it up
    visit(people, at(9) - timedelta(days=1), client_id=client_id, state=S.NO_SHOW)
    now = visit(people, at(8), client_id=client_id)
    note_id, version = draft(people.theo, now, words(after_last=("sore", "worse")))
    found = note(people, note_id)
    assert reading.content_of(found).after_on == TODAY - timedelta(days=3)
    version = write_version(people.theo, notes.save_draft, note_id, words("Nothing asked"), version=version)
    assert reading.content_of(note(people, note_id)).after_on is None
