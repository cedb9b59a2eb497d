"""The note of a session: drafted, signed, then only added to."""
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.exc import IntegrityError

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.models import Client
from practice.clients.policy import CLIENT, chart_rows
from practice.core import clock
from practice.core.db import check_version, db, violates
from practice.core.errors import DomainError, Forbidden, Invalid, NotFound, Stale
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.safety.queries.rows import reviewed_at
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import HOLDING_TIME
from practice.sessions.checking import Cause, causes_of, problems_of
from practice.sessions.content import SOAP, NoteContent
from practice.sessions.models import Addendum, AddendumKind, NoteState, SessionNote
from practice.sessions.queries.notes import hash_of, judged_by, note_for, visit_before
from practice.sessions.queries.plans import care_plan_of

LONGEST_TEXT = 20_000
HELD = (select(SessionNote).where(SessionNote.id == bindparam("note_id")).with_for_update(of=SessionNote)
        .execution_options(populate_existing=True))


class NoteAlreadySigned(DomainError):
    message = _("This note is signed and does not change any more. Add what is missing as an addendum.")


class NotTheAuthor(Forbidden):
    message = _("Only who wrote the note may change or sign it.")


class ReasonsMissing(Invalid):
    """Rows stand against a limit and nobody has said why; `causes` are those without a reason."""

    message = _("Say why you went ahead, or go back to the limit.")

    def __init__(self, causes: list[Cause]):
        super().__init__(field="rows")
        self.causes = causes


def open_note(actor: Actor, appointment_id: int) -> SessionNote:
    """The draft of an appointment's note: a new one, or the one that is there, signed or not.

    For who has the client's chart open and writes charts; whoever opens it first is its author. Raises NotFound,
    Forbidden, Invalid for an appointment that did not take place, Stale when somebody opened it in the same moment.
    """
    require(actor, Permission.CHART_WRITE)
    appointment = get_appointment(appointment_id)
    require_chart(actor, appointment.client_id)
    there = note_for(appointment_id)
    if there is not None:
        return there
    check_took_place(appointment)
    now = clock.now()
    row = SessionNote(appointment_id=appointment.id, client_id=appointment.client_id, therapist_id=actor.user_id,
                      on_date=appointment.on_date, state=NoteState.DRAFT, content=NoteContent().to_json(),
                      created_at=now, saved_at=now, version=1)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, "uq_session_note_appointment_id") or violates(error, "session_note.appointment_id"):
            raise Stale() from error
        raise
    audit.record(actor, "note.open", row, client_id=row.client_id, appointment_id=appointment_id)
    return row


def require_chart(actor: Actor, client_id: int) -> None:
    """Raise NotFound unless the actor may open this client's chart; a wider view of clients is not enough."""
    chosen = _open_chart(actor)
    if chosen is None:
        raise Forbidden()
    if not db.session.scalar(chosen, {"client_id": client_id}):
        raise NotFound()


@lru_cache(maxsize=128)
def _open_chart(actor: Actor) -> Select | None:
    """Asks whether the chart of the client `client_id` is open to the actor; None for who opens none."""
    rule = chart_rows(CLIENT.c.id)(actor)
    return None if rule is None else select(exists().where(Client.id == bindparam("client_id"), rule))


def check_took_place(appointment: Appointment) -> None:
    """Raise Invalid for a visit that fell out."""
    if appointment.state not in HOLDING_TIME:
        raise Invalid(_("This visit did not take place: there is nothing to write down or to charge here."))


def save_draft(actor: Actor, note_id: int, content: NoteContent, *, version: int | None) -> SessionNote:
    """Keep the draft as it stands; a row above a limit may be kept, but is not signed without a reason.

    Raises NotFound, NotTheAuthor, NoteAlreadySigned, Stale, Invalid.
    """
    row = _to_write(actor, note_id)
    check_version(row, version)
    if any(len(getattr(content, name)) > LONGEST_TEXT for name in (*SOAP, "adverse")):
        raise Invalid(_("This text is too long."))
    visit = get_appointment(row.appointment_id)
    row.on_date = visit.on_date
    content = replace(content, after_on=visit_before(visit) if any(content.after_last) else None)
    row.content = replace(content, overrides=(), consent_version=None, reviewed_at=None, planned=()).to_json()
    row.saved_at = clock.now()
    audit.record(actor, "note.save", row, client_id=row.client_id)
    return row


def sign(actor: Actor, note_id: int, *, version: int | None) -> SessionNote:
    """Lock the note: its text, the reasons given, and the versions of form, consent and rulebook it stands on.

    The rows are judged by what is known today, or was known at the end of an earlier day. Raises
    NotFound, NotTheAuthor, NoteAlreadySigned, Stale, Invalid (nothing written, session still to come) and
    ReasonsMissing.
    """
    row = _to_write(actor, note_id)
    check_version(row, version)
    content = NoteContent.from_json(row.content)
    if content.is_empty:
        raise Invalid(_("There is nothing to sign yet: say what was done."), "subjective")
    with db.session.no_autoflush:  # the note is written once, at the end
        visit = get_appointment(row.appointment_id)
        check_took_place(visit)
        if visit.on_date > clock.local_date(clock.now(), the_practice().time_zone):
            raise Invalid(_("A session that is still to come cannot be signed."))
        facts, plan = judged_by(visit), care_plan_of(row.client_id)
        reviewed = reviewed_at(row.client_id, row.appointment_id, actor.user_id)
    causes = causes_of(problems_of(content, facts.verdict_with(content.product_names)), content.reasons)
    missing = [cause for cause in causes if not cause.is_answered]
    if missing:
        raise ReasonsMissing(missing)
    content = replace(content, overrides=tuple(cause.override() for cause in causes),
                      consent_version=facts.profile_version or None, planned=plan.rows,
                      reviewed_at=reviewed.isoformat() if reviewed else None)
    row.content = content.to_json()
    row.on_date = visit.on_date  # a visit can be moved while its note is a draft
    row.rulebook_version = facts.verdict.rulebook_version
    row.submission_id = facts.form.submission.id if facts.form else None
    row.saved_at = row.signed_at = clock.now()
    row.signed_by_id = actor.user_id
    row.content_hash = hash_of(row)
    row.against_limits = len(causes)
    row.state = NoteState.SIGNED
    audit.record(actor, "note.sign", row, client_id=row.client_id, hash=row.content_hash, against_limits=len(causes),
                 copied=len(content.copied))
    return row


def add_addendum(actor: Actor, note_id: int, text: str, kind: AddendumKind = AddendumKind.ADDENDUM) -> Addendum:
    """Add to a signed note; "entered in error" is the author's to say. Raises NotFound, Invalid, NotTheAuthor."""
    require(actor, Permission.CHART_WRITE)
    note = _held(note_id)
    if note.state is not NoteState.SIGNED:
        raise Invalid(_("This note is a draft: change the note itself."), "text")
    if kind is AddendumKind.ENTERED_IN_ERROR and note.therapist_id != actor.user_id:
        raise NotTheAuthor()
    if len(text.strip()) < 3:
        raise Invalid(_("Say what is to be added."), "text")
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("This text is too long."), "text")
    row = Addendum(note_id=note.id, client_id=note.client_id, kind=kind, text=text.strip(), added_at=clock.now(),
                   added_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, f"note.{kind}", row, client_id=note.client_id, note_id=note.id)
    return row


def _held(note_id: int) -> SessionNote:
    """The note as it is in the database now, held until the end of the transaction."""
    row = db.session.scalars(HELD, {"note_id": note_id}).first()
    if row is None:
        raise NotFound()
    return row


def _to_write(actor: Actor, note_id: int) -> SessionNote:
    require(actor, Permission.CHART_WRITE)
    row = _held(note_id)
    if row.therapist_id != actor.user_id:
        _take_over(actor, row)
    if row.state is NoteState.SIGNED:
        raise NoteAlreadySigned()
    return row


def _take_over(actor: Actor, row: SessionNote) -> None:
    """The draft of a visit that was given to somebody else is theirs: who gives the session writes its note."""
    if row.state is NoteState.SIGNED or get_appointment(row.appointment_id).user_id != actor.user_id:
        raise NotTheAuthor()
    audit.record(actor, "note.take_over", row, client_id=row.client_id, therapist_id=row.therapist_id)
    row.therapist_id = actor.user_id
