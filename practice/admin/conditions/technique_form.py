"""A technique as a form: what stands on it becomes the data of a technique."""
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from practice.admin.conditions.form import level_choices
from practice.admin.conditions.own import LONGEST, posted_sources, source_lines
from practice.catalog.techniques import CATEGORY_LABELS
from practice.core.body import REGIONS
from practice.core.text import _
from practice.safety.queries.book import rulebook

MISSING = _("Please fill this in.")
PHASE_LABELS = {"opening": _("It opens a session"), "working": _("It works in between"),
                "finishing": _("It ends a session")}
FLAGS = ("needs_consent", "uses_heat", "uses_oil", "is_clothed", "is_placed")
TEXTS = ("label", "client_label", "tool", "purpose", "why", "note")
TICKED = ("phases", "never_at", "warns_for", "refused_for")


def choices_of(labels: Mapping) -> list[SelectChoice]:
    return [SelectChoice(str(key), gettext(label)) for key, label in labels.items()]


def sorted_conditions() -> dict[str, str]:
    """The conditions of the rulebook by name."""
    rules = rulebook().conditions
    return {key: rules[key].label for key in sorted(rules, key=lambda key: gettext(rules[key].label).casefold())}


class TechniqueForm(FlaskForm):
    """One technique, stroke or add-on."""

    label = StringField(_("Name"), [DataRequired(MISSING), Length(max=LONGEST)])
    client_label = StringField(_("In a client's words"), [DataRequired(MISSING), Length(max=LONGEST)])
    category = SelectField(_("Kind"))
    synonyms = StringField(_("Other names"), [Length(max=LONGEST)], description=_("Separated by commas"))
    tool = StringField(_("Done with"), [Length(max=LONGEST)])
    purpose = StringField(_("What for"), [Length(max=LONGEST)])
    lowest = SelectField(_("Lightest it is done"))
    highest = SelectField(_("Deepest it is usually done"))
    phases = SelectMultipleField(_("When in a session"))
    cap = SelectField(_("Never deeper than"))
    never_at = SelectMultipleField(_("Never done in"))
    why = StringField(_("Why not there or not deeper"), [Length(max=LONGEST)])
    refused_for = SelectMultipleField(_("Not done with these conditions"))
    warns_for = SelectMultipleField(_("With care with these conditions"))
    needs_consent = BooleanField(_("It needs a consent of its own, in writing"))
    uses_heat = BooleanField(_("It is warm"))
    uses_oil = BooleanField(_("Oil is used"))
    is_clothed = BooleanField(_("The client stays dressed"))
    is_placed = BooleanField(_("It is done at a place of the body, not for the whole visit"))
    sources = TextAreaField(_("Sources"), [DataRequired(MISSING), Length(max=2000)],
                            description=_("One a line; your own experience is one"))
    note = TextAreaField(_("Note"), [Length(max=2000)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.category.choices, self.phases.choices = choices_of(CATEGORY_LABELS), choices_of(PHASE_LABELS)
        self.lowest.choices = self.highest.choices = level_choices(0)
        self.cap.choices = [SelectChoice("", gettext("No such limit")), *level_choices(0)]
        self.never_at.choices = choices_of({key: region.label for key, region in REGIONS.items()})
        self.warns_for.choices = self.refused_for.choices = choices_of(sorted_conditions())

    def show(self, data: Mapping[str, Any]) -> None:
        """Fill the fields from a technique's data."""
        for name in (*TEXTS, *FLAGS, "category"):
            self[name].data = data[name]
        for name in TICKED:
            self[name].data = list(data[name])
        for name in ("lowest", "highest", "cap"):
            self[name].data = "" if data[name] is None else str(data[name])
        self.synonyms.data, self.sources.data = ", ".join(data["synonyms"]), source_lines(data["sources"])

    def content(self, key: str, basis: str) -> dict[str, Any]:
        """The technique's data as typed. To be called on a valid form only."""
        return {
            "part": "technique", "key": key, "category": self.category.data, "basis": basis,
            **{name: (self[name].data or "").strip() for name in TEXTS},
            **{name: bool(self[name].data) for name in FLAGS},
            **{name: list(self[name].data or ()) for name in TICKED},
            "lowest": int(self.lowest.data), "highest": int(self.highest.data),
            "cap": int(self.cap.data) if self.cap.data else None,
            "synonyms": [word.strip() for word in (self.synonyms.data or "").split(",") if word.strip()],
            "sources": posted_sources(self.sources.data)}
