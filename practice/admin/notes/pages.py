"""The note: the editor beside the last note, the signed note and its addenda, a therapist's own list, the hand-over."""
from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, record_reading, words
from practice.admin.notes import editor, handing_over, posting
from practice.admin.notes.comparing import differences
from practice.admin.notes.form import NoteForm
from practice.catalog.techniques import home_care
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import Invalid, Stale
from practice.intake.queries import papers_waiting
from practice.premises.queries import the_practice
from practice.premises.retention import keep_until
from practice.safety.queries.rows import reviewed_at
from practice.safety.rules_verdict import PROBLEM_LABELS
from practice.schedule.models import Appointment
from practice.schedule.queries.appointments import get_appointment
from practice.sessions.content import (
    AFTER_HOURS,
    AFTER_LABELS,
    HOW_TAKEN_LABELS,
    SAID_LABELS,
    SOAP,
    NoteContent,
)
from practice.sessions.items import item_name
from practice.sessions.models import AddendumKind, NoteState, SessionNote
from practice.sessions.plan import compared
from practice.sessions.queries import notes as reading
from practice.sessions.services import notes
from practice.sessions.services.notes import NoteAlreadySigned

READERS = (P.CHART_READ, P.CHART_BREAK_GLASS)
LATE_AFTER = timedelta(hours=72)


class NotesPage(Page):
    permissions = {"index": P.CHART_READ, "page": READERS, "edit": P.CHART_WRITE, "save": P.CHART_WRITE,
                   "rows": P.CHART_WRITE, "addendum": P.CHART_WRITE, "left_over": P.CHART_WRITE,
                   "handover": P.CHART_WRITE}

    @expose("/")
    def index(self):
        """A therapist's own notes: what is to sign, then what was signed. Without a word of their text."""
        me, after = current_actor().user_id, first_of(request.args.get("after"))
        signed = reading.signed_page(me, after)
        older = signed.older and url_for("notes.index", after=f"{signed.older[0].isoformat()}_{signed.older[1]}")
        drafts = reading.unsigned_of(me) if after is None else []
        unwritten = reading.unwritten_of(me, clock.now() - reading.UNWRITTEN_FOR) if after is None else []
        return render_template("admin/notes/index.html", drafts=drafts, unwritten=unwritten, signed=signed.rows,
                               older=older, is_first=after is None, is_late=is_late,
                               papers=papers_waiting() if after is None else [])

    @expose("/<int:note_id>/")
    def page(self, note_id):
        """A note to read: signed or draft, with what was added."""
        return read_page(note_id)

    @expose("/<int:note_id>/addenda", methods=["POST"])
    def addendum(self, note_id):
        text, kind = request.form.get("text", ""), request.form.get("kind", AddendumKind.ADDENDUM)
        try:
            with transaction():
                if kind not in list(AddendumKind):
                    raise Invalid()
                notes.add_addendum(current_actor(), note_id, text, AddendumKind(kind))
        except Invalid as error:
            return read_page(note_id, typed=text, kind=kind, error=words(error),
                             is_left_over="left_over" in request.form), 422
        flash(gettext("Added."), "success")
        if "left_over" in request.form:
            flash(url_for("notes.save", appointment_id=reading.get_note(note_id).appointment_id), "arrived")
        return redirect(url_for("notes.page", note_id=note_id))

    @expose("/<int:note_id>/left-over", methods=["POST"])
    def left_over(self, note_id):
        """What was typed while the note was signed elsewhere, in the box of the addendum: nothing is written yet."""
        form, note = NoteForm(), reading.get_note(note_id)
        if note.state is not NoteState.SIGNED:
            return redirect(url_for("notes.edit", appointment_id=note.appointment_id))
        record_reading("note.compare", note, client_id=note.client_id)
        stored = reading.content_of(reading.get_note(note_id))
        typed = form.content() if form.is_whole() else replace(
            stored, **{name: request.form.get(name, "").strip() for name in (*SOAP, "adverse")})
        said = [f"{name}: {mine}" for name, mine, _theirs in differences(form, typed, stored) if mine]
        if not said:
            flash(gettext("All that was typed stands in the note."), "success")
            flash(url_for("notes.save", appointment_id=note.appointment_id), "arrived")
            return redirect(url_for("notes.page", note_id=note_id))
        return read_page(note_id, typed="\n".join(said), is_left_over=True)

    @expose("/<int:appointment_id>/edit", methods=["GET", "POST"])
    def edit(self, appointment_id):
        """The editor. Every button of it is a submit button; a script only spares the round trip."""
        appointment, note = to_write(appointment_id), reading.note_for(appointment_id)
        if request.method == "GET" and note is not None and not is_mine_to_write(note):
            return redirect(url_for("notes.page", note_id=note.id))
        setting = recorded_setting(appointment)
        if request.method == "POST":
            return posting.posted(appointment_id, setting)
        form, content = NoteForm(formdata=None), reading.content_of(setting.note)
        if setting.note is None:
            content = content.remembering(setting.last_content)
        form.show(content)
        return posting.render(form, content, setting)

    @expose("/<int:appointment_id>/save", methods=["POST"])
    def save(self, appointment_id):
        """Autosave: JSON with the time of saving and the new version; 409 when somebody saved in between."""
        to_write(appointment_id)
        form = NoteForm()
        if not form.is_whole():
            return jsonify(errors=form.all_errors()), 422
        content = form.content()
        try:
            with transaction():
                note = posting.keep(appointment_id, content)
                saved_at, version = note.saved_at, note.version
        except (Stale, NoteAlreadySigned) as error:
            is_signed = isinstance(error, NoteAlreadySigned)
            return jsonify(newer(appointment_id, form, content, is_signed=is_signed)), 409
        return jsonify(saved_at=show.time(saved_at), version=version)

    @expose("/<int:appointment_id>/rows", methods=["POST"])
    def rows(self, appointment_id):
        """The rows after a button of the editor, with what stands against them, as a piece of page. Saves nothing."""
        setting = recorded_setting(to_write(appointment_id))
        form = NoteForm()
        if not form.validate():
            return jsonify(errors=form.all_errors()), 422
        content, error = posting.changed(form.content(), request.form.get("do", ""), setting)
        form.show(content)
        return render_template("admin/notes/work.html", form=form, add_error=error, **editor.work(content, setting))

    @expose("/<int:appointment_id>/to-reception", methods=["GET", "POST"])
    def handover(self, appointment_id):
        """What to charge and when the client comes back: reception reads this."""
        return handing_over.answer(appointment_id)


def first_of(text: str | None) -> tuple[date, int] | None:
    """Where a page of signed notes begins: "2026-11-03_812"; anything else is the first page."""
    day, _sep, number = (text or "").partition("_")
    try:
        return (date.fromisoformat(day), int(number)) if number.isascii() and len(number) < 16 else None
    except ValueError:
        return None


def is_late(note: SessionNote) -> bool:
    """Whether a draft is older than a note should be."""
    return note.state is NoteState.DRAFT and clock.now() - note.created_at > LATE_AFTER


def is_mine_to_write(note: SessionNote) -> bool:
    """A draft of one's own, or of a visit that is one's own to give now: writing in it takes it over."""
    mine = {note.therapist_id, *([note.appointment.user_id] if note.appointment else ())}
    return note.state is NoteState.DRAFT and current_actor().user_id in mine


def to_write(appointment_id: int) -> Appointment:
    """The appointment, for who may write its note. Raises NotFound."""
    appointment = get_appointment(appointment_id)
    notes.require_chart(current_actor(), appointment.client_id)
    return appointment


def recorded_setting(appointment: Appointment) -> editor.Setting:
    """What the editor stands on; that it is read is written down first."""
    appointment_id = appointment.id
    record_reading("note.edit", client_id=appointment.client_id, appointment_id=appointment_id)
    return editor.read_setting(get_appointment(appointment_id), reading.note_for(appointment_id))


def newer(appointment_id: int, form: NoteForm, content: NoteContent, *, is_signed: bool) -> dict:
    """What is stored instead, for the autosave's banner; without a version nothing may be saved over it."""
    note = reading.note_for(appointment_id)
    if note is None:
        return {"newer_url": url_for("notes.edit", appointment_id=appointment_id), "version": 0, "differences": []}
    note_id, version = note.id, note.version
    record_reading("note.compare", note, client_id=note.client_id)
    differing = differences(form, content, reading.content_of(reading.get_note(note_id)))
    answer = {"newer_url": url_for("notes.page", note_id=note_id), "differences": differing}
    if is_signed:
        return answer | {"left_over_url": url_for("notes.left_over", note_id=note_id)}
    return answer | {"version": version}


def reviewed(note: SessionNote, content: NoteContent) -> datetime | None:
    """When the author had reviewed the brief: what was signed says it, else the record of that moment."""
    if content.reviewed_at:
        return datetime.fromisoformat(content.reviewed_at)
    return reviewed_at(note.client_id, note.appointment_id, note.therapist_id, until=note.signed_at)


def read_page(note_id: int, *, typed: str = "", kind: str = AddendumKind.ADDENDUM, error: str = "",
              is_left_over: bool = False) -> str:
    """The note as it is read and printed; the reading is written down first."""
    note = reading.get_note(note_id)
    record_reading("note.read", note, client_id=note.client_id)
    note, me = reading.get_note(note_id), current_actor()
    is_signed, content = note.state is NoteState.SIGNED, reading.content_of(note)
    last_on = reading.last_entry_on(note.client_id) or note.on_date
    drafts = [row for row in reading.unsigned_of(me.user_id, 2) if row.id != note.id] if me.may(P.CHART_READ) else []
    return render_template(
        "admin/notes/page.html", note=note, content=content, addenda=reading.addenda(note_id),
        names=user_names(), is_signed=is_signed, is_intact=is_signed and reading.is_intact(note), short=editor.short,
        compared=compared(content.planned, content.rows), how_taken=HOW_TAKEN_LABELS,
        problem_labels={str(key): label for key, label in PROBLEM_LABELS.items()},
        home_care=home_care(), is_late=is_late(note), item_name=item_name, said_labels=SAID_LABELS,
        after_labels=AFTER_LABELS, after_hours=AFTER_HOURS,
        keep_until=keep_until(the_practice().retention_rule, last_on, note.client.born_on),
        reviewed_at=reviewed(note, content),
        was_late=clock.local_date(note.created_at, the_practice().time_zone) != note.on_date,
        typed=typed, kind=kind, error=error, is_left_over=is_left_over, may_write=me.may(P.CHART_WRITE),
        is_author=note.therapist_id == me.user_id, may_go_on=is_mine_to_write(note),
        next_draft=drafts[0] if drafts else None,
        handover=reading.handover_of(note.appointment_id) if me.may(P.HANDOVER_READ) else None, soap=SOAP)
