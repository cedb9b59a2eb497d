"""What a button of the editor does: keep what was typed, change the rows, sign; and what the page says when refused."""
import json
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import NUMBERS, show_error, words
from practice.admin.notes import editor
from practice.admin.notes.comparing import differences
from practice.admin.notes.form import LONGEST_TEXT, NoteForm, posted_row, posted_version
from practice.core.db import db, transaction
from practice.core.errors import DomainError, Stale
from practice.schedule.queries.appointments import get_appointment
from practice.sessions.content import HOW_TAKEN_LABELS, MOST_ROWS, SOAP, NoteContent
from practice.sessions.models import NoteState, SessionNote
from practice.sessions.queries import notes as reading
from practice.sessions.services import notes
from practice.sessions.services.notes import NoteAlreadySigned, ReasonsMissing
from practice.sessions.services.snippets import save_template, template_of

# They change rows or text, nothing else.
CHANGING = ("add", "remove", "lower", "same", "planned", "copy", "insert", "template")


def keep(appointment_id: int, content: NoteContent) -> SessionNote:
    """Save the draft inside a transaction; the first save (version 0) makes it."""
    actor, version = current_actor(), posted_version()
    note = reading.note_for(appointment_id)
    if note is None:
        if version != 0:
            raise Stale()
        note = notes.open_note(actor, appointment_id)
        version = note.version
    return notes.save_draft(actor, note.id, content, version=version)


def changed(content: NoteContent, do: str, setting: editor.Setting) -> tuple[NoteContent, str]:
    """The content after a button of the editor, and why a row could not be added."""
    if do.startswith("insert-"):
        return inserted(content, do.removeprefix("insert-")), ""
    if do == "template":
        number = request.form.get("template", "")
        if not NUMBERS.fullmatch(number):
            return content, ""
        return content.with_template(template_of(reading.get_snippet(int(number)))), ""
    if do != "add":
        return editor.apply(content, do, setting), ""
    row = posted_row()
    if len(content.rows) >= MOST_ROWS:
        return content, gettext("A note holds at most %(most)s rows.", most=MOST_ROWS)
    if row is None:
        return content, gettext("Choose a place, a technique, a depth and from 1 to 480 minutes.")
    return replace(content, rows=(*content.rows, row)), ""


def inserted(content: NoteContent, name: str) -> NoteContent:
    """The content with the chosen snippet under what stands in that field."""
    number = request.form.get(f"snippet_{name}", "")
    if name not in SOAP or not NUMBERS.fullmatch(number):
        return content
    text, own = json.loads(reading.get_snippet(int(number)).content)["text"], getattr(content, name)
    return replace(content, **{name: f"{own}\n{text}" if own.strip() else text})


def posted(appointment_id: int, setting: editor.Setting):
    """A button was pressed: keep what was typed, do what the button says, and show what came of it."""
    form, do = NoteForm(), request.form.get("do", "save")
    if not form.is_whole():
        stored = reading.content_of(setting.note)
        shown = stored if form.rows.errors else replace(stored, rows=form.work_rows())
        return render(form, shown, setting, is_unsaved=True, typed=editor.typed_rows()), 422
    content, add_error = form.content(), ""
    if do.partition("-")[0] in CHANGING:
        content, add_error = changed(content, do, setting)
    unchanged = content.unchanged_copies(setting.last_content) if do == "sign" else ()
    wants_signature = do == "sign-copied" or (do == "sign" and not unchanged)
    is_kept = False
    try:
        with transaction():
            note = keep(appointment_id, content)
            note_id, version = note.id, note.version
        is_kept = True  # and stays so where the signature is refused
        if wants_signature:
            with transaction():
                notes.sign(current_actor(), note_id, version=version)
    except DomainError as error:
        return _refused(appointment_id, form, content, error, is_kept=is_kept)
    flash(url_for("notes.save", appointment_id=appointment_id), "arrived")
    if wants_signature:
        flash(gettext("Signed."), "success")
        return redirect(url_for("notes.page", note_id=note_id))
    if do == "keep-template":
        return _kept_as_template(appointment_id, content)
    if do == "handover":
        return redirect(url_for("notes.handover", appointment_id=appointment_id, back=content.back_in_days))
    if not add_error and not unchanged:
        return redirect(url_for("notes.edit", appointment_id=appointment_id))
    form.show(content)
    setting = editor.read_setting(get_appointment(appointment_id), reading.note_for(appointment_id))
    return render(form, content, setting, add_error=add_error, unchanged=unchanged), 422 if add_error else 200


def _kept_as_template(appointment_id: int, content: NoteContent):
    """The work of this note under a name, to be used for others; its texts are written on its own page."""
    try:
        with transaction():
            number = save_template(current_actor(), None, title=request.form.get("template_title", ""), texts={},
                                   work=content).id
    except DomainError as error:
        flash(words(error), "error")
        return redirect(url_for("notes.edit", appointment_id=appointment_id))
    flash(gettext("Kept as a template. Write the texts that belong to it, if you like."), "success")
    return redirect(url_for("snippets.edit", snippet_id=number))


def _refused(appointment_id: int, form: NoteForm, content: NoteContent, error: DomainError, *, is_kept: bool):
    """The editor again, with everything that was typed and why it was not taken."""
    db.session.expire_all()
    setting = editor.read_setting(get_appointment(appointment_id), reading.note_for(appointment_id))
    form.show(content)
    missing = frozenset(cause.key for cause in error.causes) if isinstance(error, ReasonsMissing) else frozenset()
    is_stale = isinstance(error, Stale) and setting.note is not None
    differing = differences(form, content, reading.content_of(setting.note)) if is_stale else None
    if not missing and not is_stale:
        show_error(form, error)
    code = 409 if isinstance(error, (Stale, NoteAlreadySigned)) else 422
    return render(form, content, setting, missing=missing, differing=differing,
                  is_unsaved=not is_kept or isinstance(error, Stale)), code


def render(form: NoteForm, content: NoteContent, setting: editor.Setting, *, missing: frozenset[str] = frozenset(),
           differing: list | None = None, unchanged: tuple[str, ...] = (), add_error: str = "",
           is_unsaved: bool = False, typed: dict | None = None) -> str:
    """The whole editor. `differing`: where a newer note differs, `unchanged`: what was copied and left as it was.

    A page that `is_unsaved` still stands on the version it was typed on. Where all that differs is shown it carries the
    newer one as well: for the button that puts it over that, and for a page without scripts. `typed` are lists
    as they were typed, where they could not be read.
    """
    note = setting.note
    newest, typed_on = note.version if note else 0, posted_version() if is_unsaved else None
    return render_template(
        "admin/notes/edit.html", soap=SOAP, differences=differing, unchanged=unchanged, add_error=add_error,
        version=newest if typed_on is None or differing is not None else typed_on, typed_on=typed_on,
        saved_at=show.time(note.saved_at) if note and not is_unsaved else None,
        is_signed=note is not None and note.state is NoteState.SIGNED, how_taken=HOW_TAKEN_LABELS,
        handover=reading.handover_of(setting.appointment.id), longest=LONGEST_TEXT,
        **editor.work(content, setting, missing), **editor.page(content, form, setting) | (typed or {}))
