"""Reading notes, addenda, hand-overs, plans and measures, through the row rule."""
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload

from practice.access.guard import system_session
from practice.clients.models import Client, name_of
from practice.core import clock
from practice.core.db import db
from practice.core.errors import NotFound
from practice.premises.queries import the_practice
from practice.safety.models import BriefReview, SafetyProfile
from practice.schedule.models import Appointment, DeskMessage
from practice.schedule.states import HOLDING_TIME, AppointmentState
from practice.sessions.content import NoteContent
from practice.sessions.fingerprint import fingerprint
from practice.sessions.models import (
    Addendum,
    AddendumKind,
    CarePlan,
    Handover,
    Measurement,
    MeasureWording,
    NoteState,
    Recall,
    SessionNote,
    Snippet,
)
from practice.sessions.plan import PlanContent

SHOWN = (selectinload(SessionNote.client), selectinload(SessionNote.appointment).selectinload(Appointment.treatment))
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


def _stands() -> object:
    """A note that was not entered in error."""
    wrong = aliased(Addendum)
    return ~exists().where(wrong.note_id == SessionNote.id, wrong.kind == AddendumKind.ENTERED_IN_ERROR)


LAST_NOTES = (
    select(SessionNote).where(SessionNote.client_id == bindparam("client"), _stands(),
                              SessionNote.on_date < bindparam("before"))
    .order_by(SessionNote.on_date.desc(), SessionNote.id.desc()).limit(bindparam("most")))


def last_notes(client_id: int, limit: int, before: date | None = None) -> list[SessionNote]:
    """The notes of a client that stand, newest first, drafts too; `before` leaves out that day and later ones."""
    return list(db.session.scalars(LAST_NOTES, {"client": client_id, "before": before or date.max, "most": limit}))


def unsigned_of(therapist_id: int, limit: int = 100) -> list[SessionNote]:
    """The drafts of a therapist, oldest session first."""
    return list(db.session.scalars(
        select(SessionNote).options(*SHOWN)
        .where(SessionNote.therapist_id == therapist_id, SessionNote.state == NoteState.DRAFT)
        .order_by(SessionNote.on_date, SessionNote.id).limit(limit)))


def count_unsigned(therapist_id: int) -> int:
    """How many drafts a therapist has to sign."""
    return db.session.scalar(select(func.count(SessionNote.id)).where(
        SessionNote.therapist_id == therapist_id, SessionNote.state == NoteState.DRAFT)) or 0


def states_of(appointment_ids: Iterable[int]) -> dict[int, NoteState]:
    """How the notes of these appointments stand; those without a note are left out."""
    return dict(db.session.execute(select(SessionNote.appointment_id, SessionNote.state).where(
        SessionNote.appointment_id.in_(list(appointment_ids)))).all())


def late_drafts(therapist_id: int, before: date) -> tuple[int, date | None]:
    """How many drafts are of sessions before that day, and the day of the oldest one."""
    return tuple(db.session.execute(select(func.count(SessionNote.id), func.min(SessionNote.on_date)).where(
        SessionNote.therapist_id == therapist_id, SessionNote.state == NoteState.DRAFT,
        SessionNote.on_date < before)).one())


def unwritten_of(therapist_id: int, since: datetime, limit: int = 50) -> list[Appointment]:
    """Sessions a therapist gave since then that have no note at all, oldest first.

    Of clients in their care only: nobody else's chart can be written in.
    """
    return list(db.session.scalars(
        select(Appointment).options(selectinload(Appointment.client), selectinload(Appointment.treatment))
        .join(Appointment.client)
        .where(Appointment.user_id == therapist_id, Appointment.starts_at >= since,
               Appointment.state.in_(CARRIED_OUT),
               ~exists().where(SessionNote.appointment_id == Appointment.id))
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


PLAN = select(CarePlan).where(CarePlan.client_id == bindparam("client"))
MEASUREMENTS = (select(Measurement).where(Measurement.client_id == bindparam("client"))
                .order_by(Measurement.taken_on.desc(), Measurement.id.desc()).limit(bindparam("most")))


@dataclass(frozen=True)
class Before:
    """What stands before an appointment, one row of each: with the appointment come its client and treatment. Most have
    neither a message from the desk nor a measure, and need not be asked for them."""

    appointment: Appointment
    profile: SafetyProfile | None
    plan: CarePlan | None
    review: BriefReview | None
    has_messages: bool
    has_measures: bool


def _before() -> Select:
    of_it = BriefReview.__table__.alias()
    newest = (select(func.max(of_it.c.id)).where(of_it.c.client_id == Appointment.client_id,
                                                 of_it.c.appointment_id == Appointment.id).scalar_subquery())
    told, taken = DeskMessage.__table__, Measurement.__table__
    return (select(Appointment, SafetyProfile, CarePlan, BriefReview,
                   exists().where(told.c.appointment_id == Appointment.id),
                   exists().where(taken.c.client_id == Appointment.client_id))
            .options(joinedload(Appointment.client), joinedload(Appointment.treatment))
            .outerjoin(SafetyProfile, SafetyProfile.client_id == Appointment.client_id)
            .outerjoin(CarePlan, CarePlan.client_id == Appointment.client_id)
            .outerjoin(BriefReview, BriefReview.id == newest)
            .where(Appointment.id == bindparam("appointment")))


BEFORE = _before()


def before_session(appointment_id: int) -> Before:
    """The appointment, and what of the client's chart there is once: one query. Raises NotFound."""
    row = db.session.execute(BEFORE, {"appointment": appointment_id}).first()
    if row is None:
        raise NotFound()
    return Before(*row)


def plan_row(client_id: int) -> CarePlan | None:
    """The plan of a client's care."""
    return db.session.scalars(PLAN, {"client": client_id}).first()


def plan_content(row: CarePlan | None) -> PlanContent:
    """What the plan says; an empty one where there is none."""
    return PlanContent.from_json(row.content if row is not None else None)


def care_plan_of(client_id: int) -> PlanContent:
    """What the plan of a client's care says."""
    return plan_content(plan_row(client_id))


def plan_to_change(client_id: int) -> CarePlan | None:
    """The row as it stands now, held until the transaction ends."""
    return db.session.scalars(select(CarePlan).where(CarePlan.client_id == client_id).with_for_update()
                              .execution_options(populate_existing=True)).first()


def recall_of(client_id: int) -> Recall | None:
    return db.session.scalars(select(Recall).where(Recall.client_id == client_id)).first()


def measurements_of(client_id: int, limit: int = 200) -> list[tuple[Measurement, dict]]:
    """The measures of a client with what they hold, oldest first."""
    rows = db.session.scalars(MEASUREMENTS, {"client": client_id, "most": limit})
    return [(row, json.loads(row.content)) for row in reversed(list(rows))]


@dataclass(frozen=True)
class Due:
    """A client whose rhythm says that it is time, and who has nothing booked."""

    client_id: int
    name: str
    phone: str
    therapist_id: int
    last_on: date | None
    due_on: date | None
    reassess_on: date | None


def due_clients(today: date, now: datetime, ahead_days: int = 7) -> list[Due]:
    """Who is due by their plan within `ahead_days` and has no next appointment, the longest overdue first.

    Nothing clinical: a rhythm in days. When a client comes next is asked of the whole book, colleagues' hours too.
    """
    rows = db.session.execute(
        select(Recall.client_id, Recall.therapist_id, Recall.every_days, Recall.reassess_on, Client.first_name,
               Client.preferred_name, Client.last_name, Client.phone).join(Client, Client.id == Recall.client_id)
        .where(Client.archived_at.is_(None),
               or_(Recall.every_days.is_not(None), Recall.reassess_on.is_not(None)))).all()
    table, recall = Appointment.__table__.c, Recall.__table__.c
    ids = select(recall.client_id)  # a list of numbers would grow beyond what a statement takes
    with system_session("who comes again is asked of the whole book") as session:
        last = dict(session.execute(
            select(table.client_id, func.max(table.on_date)).where(
                table.client_id.in_(ids), table.state.in_(CARRIED_OUT)).group_by(table.client_id)).all())
        coming = set(session.execute(
            select(table.client_id).where(table.client_id.in_(ids), table.starts_at > now,
                                          table.state.in_(HOLDING_TIME))).scalars())
    found = []
    for row in rows:
        last_on = last.get(row.client_id)
        due_on = last_on + timedelta(days=row.every_days) if last_on and row.every_days else None
        days = [day for day in (due_on, row.reassess_on) if day]
        if row.client_id not in coming and days and min(days) <= today + timedelta(days=ahead_days):
            found.append(Due(row.client_id, name_of(row.first_name, row.preferred_name, row.last_name), row.phone,
                             row.therapist_id, last_on, due_on, row.reassess_on))
    return sorted(found, key=lambda one: (min(day for day in (one.due_on, one.reassess_on) if day), one.client_id))


def snippets() -> list[Snippet]:
    """The snippets of who asks, by field."""
    return list(db.session.scalars(select(Snippet).where(Snippet.is_active).order_by(Snippet.field, Snippet.id)))


def get_snippet(snippet_id: int) -> Snippet:
    """Raises NotFound."""
    row = db.session.scalars(select(Snippet).where(Snippet.id == snippet_id, Snippet.is_active)).first()
    if row is None:
        raise NotFound()
    return row


def wordings() -> dict[str, MeasureWording]:
    """The questions of licensed measures that this practice has loaded, by the measure's key."""
    return {row.key: row for row in db.session.scalars(select(MeasureWording))}
