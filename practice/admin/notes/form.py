"""The note as a form: what is typed and tapped, read into a NoteContent. Works without a script."""
import json
from collections.abc import Mapping

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from practice.catalog.techniques import home_care, placed
from practice.core.body import Place, all_places
from practice.core.text import _
from practice.safety.queries.book import rulebook
from practice.sessions.content import (
    AFTER_LABELS,
    HOW_TAKEN_LABELS,
    SAID_LABELS,
    SOAP,
    NoteContent,
    Score,
    WorkRow,
    read_rows,
    work_row,
    write_rows,
)
from practice.sessions.items import PAIN, item_name, pain_at
from practice.sessions.measures import SESSION_ITEMS
from practice.sessions.services.notes import LONGEST_TEXT

PLACES = [str(place) for place in all_places()]
BACK_IN_DAYS = {7: _("1 week"), 14: _("2 weeks"), 21: _("3 weeks"), 28: _("4 weeks"), 42: _("6 weeks"),
                56: _("8 weeks"), 84: _("12 weeks")}
LONGEST_REASON = 300
LONGEST_LINE = 200
LONGEST_DOSE = 80
MOST_HOME_CARE = 6
MOST_SCORES = 8
SCORE_BOXES = ("score_name", "score_before", "score_after")
PAIN_BOXES = ("pain_at", "pain_at_before", "pain_at_after")
TOO_LONG = _("This text is too long.")


def _text(value) -> str:
    return "" if value is None else str(value)


def _choice(values, label: str) -> SelectField:
    choices = [SelectChoice(str(value), str(value)) for value in ("", *values)]
    return SelectField(label, choices=choices, coerce=_text, default="")


class NoteForm(FlaskForm):
    """One note. `rows`, `reasons`, `copied` and `copied_rows` are text in hidden fields, and shown by the page."""

    subjective = TextAreaField(_("What the client says"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    objective = TextAreaField(_("What I found"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    assessment = TextAreaField(_("How it went"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    plan = TextAreaField(_("Next"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    rows = HiddenField(_("What was done"))
    reasons = HiddenField(_("Reasons"))
    copied = HiddenField(_("Copied"))
    copied_rows = HiddenField(_("Copied"))
    pain_place = _choice(PLACES, _("Pain"))
    pain_before = _choice(range(11), _("Pain before"))
    pain_after = _choice(range(11), _("Pain after"))
    how_taken = _choice(HOW_TAKEN_LABELS, _("How it was taken"))
    back_in_days = _choice(BACK_IN_DAYS, _("Back in"))
    setting = StringField(_("Position, music, light, scent, warmth, quiet"),
                          [Length(max=LONGEST_LINE, message=TOO_LONG)])
    products = StringField(_("Oil and products"), [Length(max=LONGEST_LINE, message=TOO_LONG)])
    with_heat = BooleanField(_("Worked with heat"))
    travels_to = _choice(PLACES, _("Travels to"))
    after_24 = _choice(AFTER_LABELS, _("24 hours after the last visit"))
    after_48 = _choice(AFTER_LABELS, _("48 hours after"))
    adverse = TextAreaField(_("Something went wrong"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])

    def validate_rows(self, field):
        try:
            self.work_rows(field.name)
        except ValueError:
            raise ValidationError(gettext("The rows could not be read. Reload the page, enter them again.")) from None

    validate_copied_rows = validate_rows

    def validate_reasons(self, field):
        if any(len(words) > LONGEST_REASON for words in posted_reasons(field.data).values()):
            raise ValidationError(gettext(TOO_LONG))

    def is_whole(self) -> bool:
        """Whether all of it can be kept. The rows alone can be judged while a figure is still wrong."""
        is_valid = self.validate()
        return is_valid and not wrong_figures()

    def all_errors(self) -> dict[str, list[str]]:
        """Name of the field -> what is wrong; "score_before-1" is the second line's box of that name."""
        return {name: [str(text) for text in found] for name, found in (self.errors | wrong_figures()).items()}

    def work_rows(self, name: str = "rows") -> tuple[WorkRow, ...]:
        """The rows as they were posted. ValueError where they cannot be read."""
        return read_rows(self[name].data or "", rulebook().techniques)

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
            how_taken=self.how_taken.data or "", setting=_clean(self.setting.data),
            copied=posted_copied(self.copied.data), copied_rows=self.work_rows("copied_rows"),
            products=_clean(self.products.data),
            with_heat=bool(self.with_heat.data), scores=(*posted_pains(), *posted_scores()), said=posted_said(),
            after_last=(self.after_24.data or "", self.after_48.data or ""), adverse=_clean(self.adverse.data),
            travels_to=Place.parse(self.travels_to.data) if self.travels_to.data else None)

    def show(self, content: NoteContent) -> None:
        """Fill the fields from `content`."""
        for name in (*SOAP, "setting", "how_taken", "products", "with_heat", "adverse"):
            getattr(self, name).data = getattr(content, name)
        self.after_24.data, self.after_48.data = content.after_last
        for name in ("pain_place", "pain_before", "pain_after", "back_in_days", "travels_to"):
            getattr(self, name).data = _text(getattr(content, name))
        self.rows.data = write_rows(content.rows)
        self.reasons.data = json.dumps(dict(content.reasons), sort_keys=True)
        self.copied.data = " ".join(content.copied)
        self.copied_rows.data = write_rows(content.copied_rows)


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


def posted_pains() -> tuple[Score, ...]:
    """Pain at further places; one without a figure is kept as it stands."""
    return tuple(Score(pain_at(Place.parse(place)), _figure(before), _figure(after))
                 for place, before, after in typed_lines(*PAIN_BOXES) if place in PLACES)


def posted_scores() -> tuple[Score, ...]:
    """The 0–10 items that have a name, without a figure too; the words of an item stand for its key."""
    keys = (*SESSION_ITEMS, PAIN, *(pain_at(place) for place in all_places()))
    known = {gettext("Pain").casefold(): PAIN} | {item_name(key, gettext).casefold(): key for key in keys}
    found = []
    for name, before, after in typed_lines(*SCORE_BOXES):
        name = name.strip()[:LONGEST_DOSE]
        if name:
            found.append(Score(known.get(name.casefold(), name), _figure(before), _figure(after)))
    return tuple(found)


def typed_lines(*names: str) -> list[tuple[str, ...]]:
    """The lines of a list as they were typed, whatever stands in them."""
    return list(zip(*(request.form.getlist(name)[:MOST_SCORES] for name in names), strict=False))


def wrong_figures() -> dict[str, list[str]]:
    """What is wrong in the lines of 0–10 items, by box: a figure that is none, or one that belongs to nothing."""
    wrong = {}
    for boxes, about in ((SCORE_BOXES, _("Say what the figures are about.")), (PAIN_BOXES, _("Say where it hurts."))):
        for number, (name, *figures) in enumerate(typed_lines(*boxes)):
            for box, text in zip(boxes[1:], figures, strict=True):
                if text.strip() and _figure(text) is None:
                    wrong[f"{box}-{number}"] = [gettext("A figure from 0 to 10, please.")]
            if any(text.strip() for text in figures) and not (name in PLACES if boxes is PAIN_BOXES else name.strip()):
                wrong[f"{boxes[0]}-{number}"] = [gettext(about)]
    return wrong


def _figure(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= 10 else None


def posted_said() -> tuple[tuple[str, str], ...]:
    """What the client said when asked about the pressure, in order: the answer, the words, or one of the two."""
    pairs = zip(request.form.getlist("said")[:MOST_SCORES], request.form.getlist("said_words"), strict=False)
    told = ((key if key in SAID_LABELS else "", words.strip()[:LONGEST_LINE]) for key, words in pairs)
    return tuple(pair for pair in told if any(pair))


def posted_copied(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (text or "").split() if name in (*SOAP, "rows")))


def posted_row() -> WorkRow | None:
    """The row in the editor: place, technique, depth, minutes. None when one of them is missing or makes no sense."""
    form = request.form
    technique = form.get("technique_more") or form.get("technique") or ""
    try:
        return work_row(Place.parse(form.get("place", "")), technique, int(form.get("depth", "")),
                        int(form.get("minutes", "")), placed(rulebook().techniques))
    except ValueError:
        return None
