"""What is to be known word for word: lines pinned to the brief, wishes, notes on places, what the client said."""
from dataclasses import replace
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, ValidationError

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, record_reading
from practice.admin.care import check_open
from practice.admin.conditions.form import MOST_LINES, level_choices, typed_version
from practice.clients.queries import get_client
from practice.core.body import Place, all_places
from practice.core.text import _
from practice.intake.answers import parse_place
from practice.safety.content import ProfileContent
from practice.safety.queries.known import known
from practice.safety.queries.rows import profile_row
from practice.safety.rules import BloodPressure, Limit, Wish
from practice.safety.services.profile import MOST_PINNED, set_remarks

LONGEST = 200
FREE_LINES = 2


class RemarksForm(FlaskForm):
    """The two figures of a reading; everything else comes as lines of the page."""

    blood_pressure = StringField(_("Blood pressure"), [Length(max=20)], description=_("As read today, such as 130/85"))

    def validate_blood_pressure(self, field):
        text = (field.data or "").strip()
        if text and reading_of(text, show.today()) is None:
            raise ValidationError(gettext("Please write two figures, such as 130/85."))


class RemarksPage(Page):
    permissions = {"page": P.CHART_WRITE}

    @expose("/", methods=("GET", "POST"))
    def page(self, client_id):
        """One page, saved as a whole."""
        check_open(client_id)
        record_reading("remarks.read", client_id=client_id)
        held, form = known(client_id, show.today()).profile, RemarksForm()
        if request.method == "POST":
            typed = posted(held)
            if form.validate() and attempt(form, lambda: _save(client_id, form, typed, held)):
                flash(gettext("Saved"), "success")
                return redirect(url_for("conditions.page", client_id=client_id))
            held = typed
        elif held.blood_pressure:
            form.blood_pressure.data = f"{held.blood_pressure.systolic}/{held.blood_pressure.diastolic}"
        facts, row = known(client_id, show.today()).facts, profile_row(client_id)
        return render_template(
            "admin/conditions/remarks.html", form=form, client=get_client(client_id), held=held,
            pinned=[*held.pinned, *[""] * MOST_PINNED][:MOST_PINNED], free=range(FREE_LINES), places=all_places(),
            wish_levels=level_choices(1), limit_levels=level_choices(0)[:5],
            form_wishes=[] if held.wishes else facts.wishes,
            form_limits=[one for one in facts.never_more_than if one.ref.startswith("form:")],
            version=row.version if row else 0,
            back=url_for("conditions.page", client_id=client_id)), 200 if request.method == "GET" else 422


def posted(held: ProfileContent) -> ProfileContent:
    """What the lines of the page say; lines without a level or words are left out."""
    return replace(
        held, pinned=tuple(line.strip()[:LONGEST] for line in request.form.getlist("pinned") if line.strip())[:10],
        wishes=tuple(Wish(level, place, words) for level, place, words in _levels("wish", 1, 5)),
        never_more_than=tuple(Limit(level, place, words) for level, place, words in _levels("never", 0, 4)),
        place_notes=tuple((place, words) for place, words in _notes()))


def _save(client_id: int, form: RemarksForm, typed: ProfileContent, held: ProfileContent) -> int:
    reading = reading_of((form.blood_pressure.data or "").strip(), show.today())
    before = held.blood_pressure
    if reading and before and (reading.systolic, reading.diastolic) == (before.systolic, before.diastolic):
        reading = before  # not read again
    return set_remarks(current_actor(), client_id, pinned=typed.pinned, wishes=typed.wishes,
                       never_more_than=typed.never_more_than, place_notes=typed.place_notes, blood_pressure=reading,
                       version=typed_version()).id


def reading_of(text: str, on: date) -> BloodPressure | None:
    """ "130/85" as a reading of that day; None for anything else."""
    upper, _sep, lower = (part.strip() for part in text.partition("/"))
    if not (upper.isascii() and upper.isdigit() and lower.isascii() and lower.isdigit() and len(text) < 12):
        return None
    return BloodPressure(int(upper), int(lower), on)


def _levels(name: str, lowest: int, highest: int):
    columns = [request.form.getlist(f"{name}_{part}")[:MOST_LINES] for part in ("level", "place", "words")]
    for level, key, words in zip(*columns, strict=False):
        place = parse_place(key) if key else None
        is_level = level.isascii() and level.isdigit() and len(level) == 1 and lowest <= int(level) <= highest
        if is_level and (not key or isinstance(place, Place)):
            yield int(level), place, words.strip()[:LONGEST]


def _notes():
    pairs = zip(request.form.getlist("note_place")[:MOST_LINES], request.form.getlist("note_words"), strict=False)
    for key, words in pairs:
        place = parse_place(key) if key else None
        if isinstance(place, Place) and words.strip():
            yield place, words.strip()[:LONGEST]
