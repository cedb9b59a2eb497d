"""The note as a form: what is typed and tapped, read into a NoteContent. Works without a script."""
import json
from collections.abc import Mapping

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from practice.catalog.techniques import catalogue, home_care
from practice.core.body import Place, all_places
from practice.core.text import _
from practice.sessions.content import HOW_TAKEN_LABELS, SOAP, NoteContent, WorkRow, read_rows, work_row, write_rows
from practice.sessions.services.notes import LONGEST_TEXT

PLACES = [str(place) for place in all_places()]
BACK_IN_DAYS = {7: _("1 week"), 14: _("2 weeks"), 21: _("3 weeks"), 28: _("4 weeks"), 42: _("6 weeks"),
                56: _("8 weeks"), 84: _("12 weeks")}
LONGEST_REASON = 300
LONGEST_LINE = 200
LONGEST_DOSE = 80
MOST_HOME_CARE = 6
TOO_LONG = _("This text is too long.")
# What concerns the whole visit has no place on the body.
PLACED = {key: technique for key, technique in catalogue().items() if technique.is_placed}


def _text(value) -> str:
    return "" if value is None else str(value)


def _choice(values, label: str) -> SelectField:
    choices = [SelectChoice(str(value), str(value)) for value in ("", *values)]
    return SelectField(label, choices=choices, coerce=_text)


class NoteForm(FlaskForm):
    """One note. `rows`, `reasons` and `copied` are carried as text in hidden fields and shown by the page."""

    subjective = TextAreaField(_("What the client says"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    objective = TextAreaField(_("What I found"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    assessment = TextAreaField(_("How it went"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    plan = TextAreaField(_("Next"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    rows = HiddenField(_("What was done"))
    reasons = HiddenField(_("Reasons"))
    copied = HiddenField(_("Copied"))
    pain_place = _choice(PLACES, _("Pain"))
    pain_before = _choice(range(11), _("Pain before"))
    pain_after = _choice(range(11), _("Pain after"))
    how_taken = _choice(HOW_TAKEN_LABELS, _("How it was taken"))
    back_in_days = _choice(BACK_IN_DAYS, _("Back in"))
    setting = StringField(_("Oil, position, room"), [Length(max=LONGEST_LINE, message=TOO_LONG)])

    def validate_rows(self, field):
        try:
            self.work_rows()
        except ValueError:
            raise ValidationError(gettext("The rows could not be read. Reload the page, enter them again.")) from None

    def validate_reasons(self, field):
        if any(len(words) > LONGEST_REASON for words in posted_reasons(field.data).values()):
            raise ValidationError(gettext(TOO_LONG))

    def work_rows(self) -> tuple[WorkRow, ...]:
        """The rows as they were posted. ValueError where they cannot be read."""
        return read_rows(self.rows.data or "", PLACED)

    def content(self) -> NoteContent:
        """What was typed. To be called on a valid form only."""
        def number(field) -> int | None:
            return int(field.data) if field.data else None

        return NoteContent(
            **{name: _clean(getattr(self, name).data) for name in SOAP},
            rows=self.work_rows(), reasons=posted_reasons(self.reasons.data),
            pain_place=Place.parse(self.pain_place.data) if self.pain_place.data else None,
            pain_before=number(self.pain_before), pain_after=number(self.pain_after),
            back_in_days=number(self.back_in_days), home_care=posted_home_care(),
            how_taken=self.how_taken.data, setting=_clean(self.setting.data), copied=posted_copied(self.copied.data))

    def show(self, content: NoteContent) -> None:
        """Fill the fields from `content`."""
        for name in (*SOAP, "setting", "how_taken"):
            getattr(self, name).data = getattr(content, name)
        for name in ("pain_place", "pain_before", "pain_after", "back_in_days"):
            getattr(self, name).data = _text(getattr(content, name))
        self.rows.data = write_rows(content.rows)
        self.reasons.data = json.dumps(dict(content.reasons), sort_keys=True)
        self.copied.data = " ".join(content.copied)


def _clean(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def posted_version() -> int:
    """The version the form was opened with; 0 before the note was first saved, -1 for anything that is no number."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def posted_reasons(kept: str | None) -> dict[str, str]:
    """Reasons by cause: those carried along, with what stands in the boxes on the page over them."""
    try:
        found = json.loads(kept or "{}")
    except (ValueError, RecursionError):
        found = {}
    found = found if isinstance(found, Mapping) else {}
    reasons = {str(cause)[:LONGEST_LINE]: words for cause, words in list(found.items())[:100] if isinstance(words, str)}
    for name, words in list(request.form.items())[:300]:
        if name.startswith("reason:"):
            reasons[name.removeprefix("reason:")[:LONGEST_LINE]] = words.strip()
    return {cause: words for cause, words in reasons.items() if words}


def posted_home_care() -> tuple[tuple[str, str], ...]:
    """(key, dose) of each item chosen; an empty dose is the usual one."""
    known, found = home_care(), []
    for key, dose in zip(request.form.getlist("care_key"), request.form.getlist("care_dose"), strict=False):
        if key in known and len(found) < MOST_HOME_CARE:
            usual = known[key].doses[0] if known[key].doses else ""
            found.append((key, dose.strip()[:LONGEST_DOSE] or usual))
    return tuple(found)


def posted_copied(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (text or "").split() if name in (*SOAP, "rows")))


def posted_row() -> WorkRow | None:
    """The row in the editor: place, technique, depth, minutes. None when one of them is missing or makes no sense."""
    form = request.form
    technique = form.get("technique_more") or form.get("technique") or ""
    try:
        return work_row(Place.parse(form.get("place", "")), technique, int(form.get("depth", "")),
                        int(form.get("minutes", "")), PLACED)
    except ValueError:
        return None
