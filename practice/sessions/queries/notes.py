"""Reading notes, addenda and hand-overs, through the row rule; and what is at hand for writing one."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Exists, Select, and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased, load_only, selectinload

from practice.access.guard import system_session
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.premises.queries import the_practice
from practice.safety.queries.known import Known, known
from practice.schedule.models import Appointment
from practice.schedule.states import HOLDING_TIME, AppointmentState
from practice.sessions.content import NoteContent
from practice.sessions.fingerprint import fingerprint
from practice.sessions.models import (
    Addendum,
    AddendumKind,
    Handover,
    NoteState,
    SessionNote,
    Snippet,
)

SHOWN = (selectinload(SessionNote.client), selectinload(SessionNote.appointment).selectinload(Appointment.treatment))
VISIT = Appointment.__table__.c
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
UNWRITTEN_FOR = timedelta(days=60)  # a session whose note was not begun is asked for that long
CARRIED_OUT = (AppointmentState.IN_SESSION, AppointmentState.DONE)
OF_APPOINTMENT = (select(SessionNote).options(*SHOWN)
                  .where(SessionNote.appointment_id == bindparam("appointment_id")))


def get_note(note_id: int) -> SessionNote:
    """Raises NotFound for an unknown note and for one that is not this person's to read."""
    row = db.session.scalars(select(SessionNote).options(*SHOWN).where(SessionNote.id == note_id)).first()
    if row is None:
        raise NotFound()
    return row


def note_for(appointment_id: int) -> SessionNote | None:
    """The note of an appointment."""
    return db.session.scalars(OF_APPOINTMENT, {"appointment_id": appointment_id}).first()


def _added(kind: AddendumKind) -> Exists:
    """Whether something of that kind was added to a note."""
    later = aliased(Addendum)
    return exists().where(later.note_id == SessionNote.id, later.kind == kind)


def _visit(condition) -> object:
    """Whether that holds of the visit; asks for no row rule: the note's own counts."""
    return exists().where(VISIT.id == SessionNote.appointment_id, condition)


# What is read of notes that were written before; the rest comes when it is asked for. Each column read takes its time.
READ = load_only(SessionNote.client_id, SessionNote.on_date, SessionNote.state, SessionNote.uid, SessionNote._content)
LAST_NOTES = (
    select(SessionNote, _added(AddendumKind.ADDENDUM)).options(READ)
    .where(SessionNote.client_id == bindparam("client"), ~_added(AddendumKind.ENTERED_IN_ERROR),
           SessionNote.on_date <= bindparam("day"),
           or_(SessionNote.on_date < bindparam("day"), _visit(VISIT.starts_at < bindparam("before"))),
           or_(SessionNote.state == NoteState.SIGNED,
               _visit(and_(VISIT.state.in_(HOLDING_TIME), VISIT.starts_at < bindparam("before")))))
    .order_by(SessionNote.on_date.desc(), SessionNote.id.desc()).limit(bindparam("most")))


def last_notes(client_id: int, limit: int, before: datetime | None = None) -> list[SessionNote]:
    """The notes of a client that stand, newest first, drafts of visits that take place too.

    Of sessions that began before that instant; without one, before the end of today.
    """
    return [note for note, _is_added_to in _last(client_id, limit, before)]


def last_notes_and_added(client_id: int, limit: int,
                         before: datetime | None = None) -> list[tuple[SessionNote, list[Addendum]]]:
    """The same, each with what was added to it, oldest first: asked for only where there is something."""
    found = _last(client_id, limit, before)
    numbers = [note.id for note, is_added_to in found if is_added_to]
    added: dict[int, list[Addendum]] = {}
    if numbers:
        for row in db.session.scalars(select(Addendum).where(
                Addendum.note_id.in_(numbers), Addendum.kind == AddendumKind.ADDENDUM).order_by(Addendum.id)):
            added.setdefault(row.note_id, []).append(row)
    return [(note, added.get(note.id, [])) for note, _is_added_to in found]


def _last(client_id: int, limit: int, before: datetime | None) -> Sequence:
    day = clock.local_date(before or clock.now(), the_practice().time_zone)
    return db.session.execute(LAST_NOTES, {"client": client_id, "day": day, "before": before or END_OF_TIME,
                                           "most": limit}).all()


def visit_before(appointment: Appointment) -> date | None:
    """The day of the client's last visit before this one that took place, whether a note was written or not."""
    began = db.session.scalar(select(func.max(VISIT.starts_at)).where(
        VISIT.client_id == appointment.client_id, VISIT.starts_at < appointment.starts_at,
        VISIT.state.in_(CARRIED_OUT)))
    return clock.local_date(began, the_practice().time_zone) if began else None


def judged_by(appointment: Appointment) -> Known:
    """What the note of a session is judged by: what is known today, or was known at the end of an earlier day."""
    day_end = clock.day_bounds(appointment.on_date, the_practice().time_zone)[1]
    return known(appointment.client_id, appointment.on_date, until=day_end if day_end <= clock.now() else None)


def unsigned_of(therapist_id: int, limit: int = 100) -> list[SessionNote]:
    """The drafts of a therapist, oldest session first."""
    return list(db.session.scalars(
        select(SessionNote).options(*SHOWN)
        .where(*_drafts(therapist_id)).order_by(VISIT.starts_at, SessionNote.id).limit(limit)))


@dataclass(frozen=True)
class ToSign:
    """How many notes a therapist has to sign, those not begun included; how many are late, the day of the oldest."""

    count: int
    late: int
    oldest: date | None


def to_sign(therapist_id: int, since: datetime, late_before: date) -> ToSign:
    """What `unsigned_of` and `unwritten_of` list, counted; late is what was held before that day."""
    drafts = db.session.execute(_counted(SessionNote.id, VISIT.on_date, late_before)
                                .where(*_drafts(therapist_id))).one()
    missing = db.session.execute(_counted(Appointment.id, Appointment.on_date, late_before).where(
        Client.id == Appointment.client_id, *_without_note(therapist_id, since))).one()  # named: its row rule counts
    return ToSign(drafts[0] + missing[0], drafts[1] + missing[1],
                  min((row[2] for row in (drafts, missing) if row[2]), default=None))


def _counted(number, day, late_before: date) -> Select:
    return select(func.count(number), func.count(number).filter(day < late_before), func.min(day))


def _drafts(therapist_id: int) -> tuple:
    """Those of visits that take place, of today or before: what fell out or is still to come cannot be signed."""
    today = clock.local_date(clock.now(), the_practice().time_zone)
    return (SessionNote.therapist_id == therapist_id, SessionNote.state == NoteState.DRAFT,
            VISIT.id == SessionNote.appointment_id, VISIT.state.in_(HOLDING_TIME), VISIT.on_date <= today)


def _without_note(therapist_id: int, since: datetime) -> tuple:
    note = SessionNote.__table__.c  # whether there is one asks for no rule: the client's own counts
    return (Appointment.user_id == therapist_id, Appointment.starts_at >= since, Appointment.state.in_(CARRIED_OUT),
            ~exists().where(note.appointment_id == Appointment.id))


def states_of(appointment_ids: Iterable[int]) -> dict[int, NoteState]:
    """How the notes of these appointments stand; those without a note are left out."""
    return dict(db.session.execute(select(SessionNote.appointment_id, SessionNote.state).where(
        SessionNote.appointment_id.in_(list(appointment_ids)))).all())


def unwritten_of(therapist_id: int, since: datetime, limit: int = 50) -> list[Appointment]:
    """Sessions a therapist gave since then that have no note at all, oldest first.

    Of clients in their care only: nobody else's chart can be written in.
    """
    return list(db.session.scalars(
        select(Appointment).options(selectinload(Appointment.client), selectinload(Appointment.treatment))
        .join(Appointment.client).where(*_without_note(therapist_id, since))
        .order_by(Appointment.starts_at).limit(limit)))


@dataclass(frozen=True)
class NotePage:
    """One page of signed notes, newest first; `older` is the (day, id) the next page begins after."""

    rows: list[SessionNote]
    older: tuple[date, int] | None


def signed_page(therapist_id: int, after: tuple[date, int] | None = None, limit: int = 25) -> NotePage:
    """The signed notes of a therapist, those entered in error too: they stay in the record."""
    chosen = select(SessionNote).options(*SHOWN).where(
        SessionNote.therapist_id == therapist_id, SessionNote.state == NoteState.SIGNED)
    key = tuple_(SessionNote.on_date, SessionNote.id)
    if after is not None:
        chosen = chosen.where(key < after)
    rows = list(db.session.scalars(
        chosen.order_by(SessionNote.on_date.desc(), SessionNote.id.desc()).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    return NotePage(rows, (rows[-1].on_date, rows[-1].id) if more else None)


def addenda(note_id: int) -> list[Addendum]:
    """What was added to a note, oldest first."""
    return list(db.session.scalars(select(Addendum).where(Addendum.note_id == note_id).order_by(Addendum.id)))


def handover_of(appointment_id: int) -> Handover | None:
    """What the therapist handed to the desk after that appointment."""
    return db.session.scalars(select(Handover).options(selectinload(Handover.treatment))
                              .where(Handover.appointment_id == appointment_id)).first()


def last_entry_on(client_id: int) -> date | None:
    """The day of the last entry in a client's record: a session, or something added later."""
    noted = db.session.scalar(select(func.max(SessionNote.on_date)).where(SessionNote.client_id == client_id))
    added = db.session.scalar(select(func.max(Addendum.added_at)).where(Addendum.client_id == client_id))
    days = [noted, clock.local_date(added, the_practice().time_zone) if added else None]
    return max((day for day in days if day), default=None)


@dataclass(frozen=True)
class WentAhead:
    """A therapist's signed notes of a stretch of time, and in how many a limit was passed over with a reason."""

    therapist_id: int
    notes: int
    against: int
    reasons: int


def went_ahead(since: date) -> list[WentAhead]:
    """How often each therapist went ahead against a limit, for the owner: numbers only, of no client and no words."""
    table = SessionNote.__table__.c
    with system_session("how often a limit was passed over") as session:
        rows = session.execute(
            select(table.therapist_id, func.count(table.id),
                   func.count(table.id).filter(table.against_limits > 0), func.sum(table.against_limits))
            .where(table.state == NoteState.SIGNED, table.on_date >= since)
            .group_by(table.therapist_id).order_by(table.therapist_id)).all()
    return [WentAhead(therapist, notes, against, int(reasons or 0)) for therapist, notes, against, reasons in rows]


def content_of(note: SessionNote | None) -> NoteContent:
    """The note's text, opened; an empty one where there is no note."""
    return NoteContent.from_json(note.content if note is not None else None)


def is_intact(note: SessionNote) -> bool:
    """Whether a signed note is, letter for letter, what was signed."""
    return note.content_hash == hash_of(note)


def hash_of(note: SessionNote) -> str:
    """The hash that the signature of this note binds."""
    return fingerprint(note.content, uid=note.uid, client_id=note.client_id, appointment_id=note.appointment_id,
                       on_date=note.on_date, rulebook_version=note.rulebook_version, submission_id=note.submission_id,
                       signed_by_id=note.signed_by_id, signed_at=note.signed_at)


def snippets() -> list[Snippet]:
    """The snippets of who asks, by field."""
    return list(db.session.scalars(select(Snippet).where(Snippet.is_active).order_by(Snippet.field, Snippet.id)))


def get_snippet(snippet_id: int) -> Snippet:
    """Raises NotFound."""
    row = db.session.scalars(select(Snippet).where(Snippet.id == snippet_id, Snippet.is_active)).first()
    if row is None:
        raise NotFound()
    return row
