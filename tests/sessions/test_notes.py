"""Drafting, signing and adding to notes, on both databases."""
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from practice.access.policy import NoReadGrant
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.safety.content import ConditionContent
from practice.safety.queries.known import known
from practice.safety.services.conditions import add_condition
from practice.schedule.states import AppointmentState as S
from practice.sessions.checking import causes_of, problems_of
from practice.sessions.content import NoteContent
from practice.sessions.models import AddendumKind, NoteState, SessionNote
from practice.sessions.queries import notes as reading
from practice.sessions.services import notes
from practice.sessions.services.notes import NoteAlreadySigned, NotTheAuthor, ReasonsMissing
from tests import personas
from tests.factories import sessions
from tests.factories.schedule import at
from tests.factories.sessions import LOWER_BACK, NECK, draft, limit, row, signed, visit, words

CANARY = "quokkaword"


@pytest.fixture
def session(people) -> int:
    """An appointment of Ann's with Theo this morning, under way."""
    return visit(people, at(9, 0))


def client_of(people, appointment_id: int) -> int:
    from practice.schedule.models import Appointment
    return db.session.scalar(select(Appointment.client_id).where(Appointment.id == appointment_id))


def write(actor, work, *arguments, **values):
    with transaction():
        return work(actor, *arguments, **values).id


def test_a_draft_is_opened_once_and_keeps_what_is_typed(people, acting, session):
    acting(people.theo)
    note_id, version = draft(people.theo, session, words("First"))
    assert draft(people.theo, session, words("Second"))[0] == note_id
    note = reading.get_note(note_id)
    assert (reading.content_of(note).subjective, note.state, note.version) == ("Second", NoteState.DRAFT, version + 1)
    assert note.on_date.isoformat() == "2026-11-17"


@pytest.mark.parametrize("state", [S.NO_SHOW, S.CANCELLED_EARLY, S.CANCELLED_LATE])
def test_no_note_about_a_visit_that_fell_out(people, acting, state):
    appointment = visit(people, at(14), state=state)
    with pytest.raises((Invalid, NotFound)):
        acting(people.theo)
        write(people.theo, notes.open_note, appointment)


def test_others_do_not_see_the_note(people, acting, session):
    note_id, _version = draft(people.theo, session)
    acting(people.tara)
    with pytest.raises(NotFound):
        reading.get_note(note_id)
    with pytest.raises(NotFound):
        write(people.tara, notes.open_note, session)
    acting(people.rae)
    with pytest.raises(NoReadGrant):
        reading.get_note(note_id)
    with pytest.raises(Forbidden):
        write(people.rae, notes.open_note, session)
    acting(people.sol)  # sees every client from the desk, but has not this one in care
    with pytest.raises(NotFound):
        write(people.sol, notes.open_note, session)
    acting(people.olive)
    with pytest.raises(NotFound):
        reading.get_note(note_id)


def test_who_has_the_client_in_care_reads_and_adds_but_does_not_sign(people, acting, session):
    note_id, version = draft(people.theo, session)
    visit(people, at(15), client_id=client_of_system(people, session), therapist=people.tara)
    acting(people.tara)
    assert reading.get_note(note_id).id == note_id
    with pytest.raises(NotTheAuthor):
        write(people.tara, notes.save_draft, note_id, words("Mine now"), version=version)
    with pytest.raises(NotTheAuthor):
        write(people.tara, notes.sign, note_id, version=version)
    acting(people.theo)
    write(people.theo, notes.sign, note_id, version=version)
    acting(people.tara)
    write(people.tara, notes.add_addendum, note_id, "Saw it too")
    with pytest.raises(NotTheAuthor):
        write(people.tara, notes.add_addendum, note_id, "Wrong client", AddendumKind.ENTERED_IN_ERROR)


def client_of_system(people, appointment_id: int) -> int:
    from practice.access import guard
    with guard.acting(people.system):
        return client_of(people, appointment_id)


def test_a_stale_save_is_refused(people, acting, session):
    note_id, version = draft(people.theo, session)
    acting(people.theo)
    write(people.theo, notes.save_draft, note_id, words("Newer"), version=version)
    for old in (version, None, -1):
        with pytest.raises(Stale):
            write(people.theo, notes.save_draft, note_id, words("Older"), version=old)
    assert reading.content_of(reading.get_note(note_id)).subjective == "Newer"


@pytest.mark.requirement("signed-note")
def test_signing_locks_the_note_and_names_what_it_stands_on(people, acting, session):
    note_id = signed(people.theo, session)
    acting(people.theo)
    note = reading.get_note(note_id)
    assert note.state is NoteState.SIGNED and note.signed_by_id == people.theo.user_id
    assert note.rulebook_version and len(note.content_hash) == 64 and reading.is_intact(note)
    version = note.version
    for work, values in ((notes.save_draft, [words("Late")]), (notes.sign, [])):
        with pytest.raises(NoteAlreadySigned):
            write(people.theo, work, note_id, *values, version=version)


@pytest.mark.requirement("signed-note")
@pytest.mark.parametrize("change", [
    "UPDATE session_note SET _content = NULL", "UPDATE session_note SET state = 'draft'",
    "UPDATE session_note SET content_hash = 'x'", "DELETE FROM session_note"])
def test_the_database_itself_keeps_a_signed_note(people, acting, session, change):
    note_id = signed(people.theo, session)
    acting(people.system)
    with pytest.raises(DBAPIError), transaction() as open_session:
        open_session.connection().execute(text(f"{change} WHERE id = {note_id}"))
    acting(people.theo)
    assert reading.is_intact(reading.get_note(note_id))


def test_a_note_moved_to_another_day_shows(people, acting, session):
    """What the trigger lets pass, the hash tells."""
    note_id = signed(people.theo, session)
    acting(people.system)
    with transaction() as open_session:
        open_session.connection().execute(text(f"UPDATE session_note SET on_date = '2026-01-01' WHERE id = {note_id}"))
    assert not reading.is_intact(reading.get_note(note_id))


def test_the_text_is_sealed_in_the_table(people, acting, session):
    note_id = signed(people.theo, session, words(CANARY, reasons={CANARY: CANARY}, setting=CANARY))
    acting(people.theo)
    write(people.theo, notes.add_addendum, note_id, f"More {CANARY}")
    acting(people.system)
    for table in ("session_note", "addendum", "audit_row"):
        for stored in db.session.connection().execute(text(f"SELECT * FROM {table}")):
            raw = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in stored)
            assert CANARY.encode() not in raw, table
    acting(people.theo)
    assert CANARY in reading.get_note(note_id).content


def test_above_the_limit_is_kept_as_a_draft_and_not_signed_without_a_reason(people, acting, session):
    limit(people.theo, client_of_system(people, session), LOWER_BACK, 2)
    deep = words(rows=(row(LOWER_BACK, pressure=4), row(LOWER_BACK, "friction", 5), row(NECK)))
    note_id, version = draft(people.theo, session, deep)
    acting(people.theo)
    with pytest.raises(ReasonsMissing) as refused:
        write(people.theo, notes.sign, note_id, version=version)
    cause, = refused.value.causes  # two rows, one cause, one reason
    assert (cause.level, cause.places, len(cause.found)) == (2, (LOWER_BACK,), 2)
    assert reading.get_note(note_id).state is NoteState.DRAFT
    reasoned = replace(deep, reasons={cause.key: "Asked for firmer today"})
    note_id, version = draft(people.theo, session, reasoned)
    acting(people.theo)
    write(people.theo, notes.sign, note_id, version=version)
    kept, = reading.content_of(reading.get_note(note_id)).overrides
    assert (kept.words, kept.level, kept.places) == ("Asked for firmer today", 2, (LOWER_BACK,))
    assert "Disc, 2024" in " ".join(kept.labels) or kept.labels
    assert [(one.therapist_id, one.notes, one.against, one.reasons) for one in
            reading.went_ahead(reading.get_note(note_id).on_date)] == [(people.theo.user_id, 1, 1, 1)]


def test_a_closed_region_needs_a_reason(people, acting, session):
    limit(people.theo, client_of_system(people, session), NECK, 0)
    note_id, version = draft(people.theo, session, words(rows=(row(NECK, pressure=1),)))
    acting(people.theo)
    with pytest.raises(ReasonsMissing):
        write(people.theo, notes.sign, note_id, version=version)


def test_a_refused_technique_needs_a_reason_at_any_pressure(people, acting, session):
    client_id = client_of_system(people, session)
    acting(people.theo)
    found = known(client_id, clock.now().date()).verdict.techniques["intraoral_tmj"]
    content = words(rows=(row(sessions.Place("jaw", "middle"), "intraoral_tmj", 1),))
    assert found is not None
    note_id, version = draft(people.theo, session, content)
    acting(people.theo)
    with pytest.raises(ReasonsMissing):
        write(people.theo, notes.sign, note_id, version=version)


def test_home_care_against_a_limit_needs_one_reason_for_its_cause(people, acting, session):
    client_id = client_of_system(people, session)
    acting(people.theo)
    write(people.theo, add_condition, client_id, ConditionContent(key="fever"))
    asked = words(rows=(), home_care=(("ball", ""), ("massage_gun", ""), ("breathing", "")))
    note_id, version = draft(people.theo, session, asked)
    acting(people.theo)
    with pytest.raises(ReasonsMissing) as refused:
        write(people.theo, notes.sign, note_id, version=version)
    reasons = {cause.key: "Only once the doctor agrees" for cause in refused.value.causes}
    assert {key for cause in refused.value.causes for key in cause.home_care} == {"ball", "massage_gun"}
    assert all(cause.key.startswith("home_care:") and cause.places == () for cause in refused.value.causes)
    note_id, version = draft(people.theo, session, replace(asked, reasons=reasons))
    acting(people.theo)
    write(people.theo, notes.sign, note_id, version=version)
    kept = reading.content_of(reading.get_note(note_id)).overrides
    assert {key for one in kept for key in one.home_care} == {"ball", "massage_gun"} and kept[0].words


def test_home_care_that_most_of_the_body_is_free_for_needs_no_reason(people, acting, session):
    limit(people.theo, client_of_system(people, session), LOWER_BACK, 0)
    note_id, version = draft(people.theo, session, words(rows=(), home_care=(("ball", ""), ("heat", ""))))
    acting(people.theo)
    write(people.theo, notes.sign, note_id, version=version)
    assert reading.content_of(reading.get_note(note_id)).overrides == ()


def test_problems_keep_the_order_of_the_rows(people, acting, session):
    client_id = client_of_system(people, session)
    limit(people.theo, client_id, LOWER_BACK, 2)
    acting(people.theo)
    verdict = known(client_id, clock.now().date()).verdict
    content = NoteContent(rows=(row(NECK, pressure=2), row(LOWER_BACK, pressure=4)))
    assert [one.index for one in problems_of(content, verdict) if one.problem.needs_reason] == [1]
    cause, = causes_of(problems_of(content, verdict), content.reasons)
    answered = causes_of(problems_of(content, verdict), {cause.key: "ok then"})
    assert answered[0].is_answered and not cause.is_answered


def test_nothing_and_the_future_are_not_signed(people, acting, session):
    note_id, version = draft(people.theo, session, NoteContent(setting="oil"))
    acting(people.theo)
    with pytest.raises(Invalid):
        write(people.theo, notes.sign, note_id, version=version)
    later = visit(people, at(9) + timedelta(days=2), state=S.BOOKED)
    note_id, version = draft(people.theo, later)
    acting(people.theo)
    with pytest.raises(Invalid):
        write(people.theo, notes.sign, note_id, version=version)


def test_addenda_only_after_signing_and_never_empty(people, acting, session):
    note_id, version = draft(people.theo, session)
    acting(people.theo)
    with pytest.raises(Invalid):
        write(people.theo, notes.add_addendum, note_id, "Too early")
    write(people.theo, notes.sign, note_id, version=version)
    with pytest.raises(Invalid):
        write(people.theo, notes.add_addendum, note_id, "  ")
    write(people.theo, notes.add_addendum, note_id, "Slept well after")
    assert [one.text for one in reading.addenda(note_id)] == ["Slept well after"]
    assert reading.is_intact(reading.get_note(note_id))


def test_last_notes_newest_first_without_what_was_entered_in_error(people, acting):
    first = visit(people, at(9) - timedelta(days=14))
    client_id = client_of_system(people, first)
    ids = [signed(people.theo, first)]
    ids += [signed(people.theo, visit(people, at(9) - timedelta(days=days), client_id=client_id)) for days in (7, 0)]
    acting(people.theo)
    assert [note.id for note in reading.last_notes(client_id, 5)] == ids[::-1]
    assert [note.id for note in reading.last_notes(client_id, 5, before=at(9))] == ids[1::-1]
    write(people.theo, notes.add_addendum, ids[1], "Belongs to Ben", AddendumKind.ENTERED_IN_ERROR)
    assert [note.id for note in reading.last_notes(client_id, 5)] == [ids[2], ids[0]]


def test_what_is_to_sign_and_what_is_to_write(people, acting):
    morning, noon, later = (visit(people, at(hour), state=state) for hour, state in
                            ((8, S.DONE), (10, S.IN_SESSION), (15, S.BOOKED)))
    note_id, version = draft(people.theo, morning)
    acting(people.theo)
    since = clock.now() - timedelta(days=1)
    assert [note.id for note in reading.unsigned_of(people.theo.user_id)] == [note_id]
    today = clock.now().date()
    assert reading.to_sign(people.theo.user_id, since, today) == reading.ToSign(2, 0, today)
    assert reading.to_sign(people.theo.user_id, since, today + timedelta(days=1)) == reading.ToSign(2, 2, today)
    assert [one.id for one in reading.unwritten_of(people.theo.user_id, since)] == [noon]
    write(people.theo, notes.sign, note_id, version=version)
    assert reading.to_sign(people.theo.user_id, since, today).count == 1 and later
    clock.set_to(clock.now() + timedelta(days=40))  # care has ended, and with it the writing
    assert reading.unwritten_of(people.theo.user_id, since) == []
    assert reading.to_sign(people.theo.user_id, since, today) == reading.ToSign(0, 0, None)


def test_signed_notes_page_by_page(people, acting):
    ids = [signed(people.theo, visit(people, at(9) - timedelta(days=days))) for days in range(1, 6)]
    acting(people.theo)
    seen, after = [], None
    for _turn in range(3):
        page = reading.signed_page(people.theo.user_id, after, limit=2)
        seen += [note.id for note in page.rows]
        after = page.older
    assert seen == ids and after is None


@pytest.mark.requirement("audit-complete")
def test_each_step_is_in_the_audit_trail(people, acting, session):
    note_id = signed(people.theo, session)
    acting(people.system)
    actions = db.session.scalars(select(AuditRow.action).where(AuditRow.entity == "session_note",
                                                               AuditRow.entity_id == note_id)).all()
    assert actions == ["note.open", "note.save", "note.sign"]


def test_two_signatures_at_once_make_one(cloned_database):
    clock.set_to(personas.NOW)
    people = personas.open_house()
    note_id, version = draft(people.theo, visit(people, at(9, 0)))
    barrier, outcomes = threading.Barrier(2), []

    def work():
        from practice.access import guard
        with cloned_database.app.app_context(), guard.acting(people.theo):
            barrier.wait()
            try:
                with transaction():
                    notes.sign(people.theo, note_id, version=version)
                outcomes.append("signed")
            except (NoteAlreadySigned, Stale) as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=work) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["NoteAlreadySigned", "signed"], ["Stale", "signed"])
    from practice.access import guard
    db.session.rollback()
    with guard.acting(people.system):
        assert db.session.scalar(select(SessionNote.signed_at).where(SessionNote.id == note_id))
        signatures = db.session.scalars(select(AuditRow.id).where(AuditRow.action == "note.sign")).all()
        assert len(signatures) == 1
