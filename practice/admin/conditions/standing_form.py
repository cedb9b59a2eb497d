"""What holds for everybody as forms: a standing rule, the regions that need a consent, the thresholds."""
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp

from practice.admin.conditions.form import level_choices
from practice.admin.conditions.own import LONGEST, posted_sources, source_lines
from practice.admin.conditions.technique_form import MISSING, choices_of
from practice.core.body import POINTS, REGIONS
from practice.core.text import _
from practice.safety.queries.book import techniques
from practice.safety.rulebook import BASIS_LABELS, GRADE_LABELS

SOURCES = _("Sources")
ONE_A_LINE = _("One a line; your own experience is one")
WHOLE = Regexp(r"^[0-9]{2,3}$", message=_("Write a whole number"))


def _sources() -> TextAreaField:
    return TextAreaField(SOURCES, [DataRequired(MISSING), Length(max=2000)], description=ONE_A_LINE)


def _figure(label: str) -> StringField:
    return StringField(label, [DataRequired(MISSING), WHOLE])


class StandingForm(FlaskForm):
    """A rule that needs no condition: how deep at a place, or techniques that never go there."""

    label = StringField(_("Name"), [DataRequired(MISSING), Length(max=LONGEST)])
    why = TextAreaField(_("Why"), [DataRequired(MISSING), Length(max=LONGEST)])
    regions = SelectMultipleField(_("Regions"))
    points = SelectMultipleField(_("Spots inside regions"))
    cap = SelectField(_("No deeper than"))
    techniques = SelectMultipleField(_("Only these techniques, refused there at any depth"))
    sources = _sources()
    grade = SelectField(_("How sure"))
    basis = SelectField(_("Where the level comes from"))
    note = TextAreaField(_("Note"), [Length(max=2000)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.regions.choices = choices_of({key: one.label for key, one in REGIONS.items()})
        self.points.choices = choices_of({key: one.label for key, one in POINTS.items()})
        self.cap.choices = [SelectChoice("", gettext("No such limit")), *level_choices(0)]
        self.techniques.choices = choices_of({key: one.label for key, one in techniques().items()})
        self.grade.choices, self.basis.choices = choices_of(GRADE_LABELS), choices_of(BASIS_LABELS)

    def show(self, data: Mapping[str, Any]) -> None:
        for name in ("label", "why", "note", "grade", "basis"):
            self[name].data = data[name]
        for name in ("regions", "points", "techniques"):
            self[name].data = list(data[name])
        self.cap.data = "" if data["cap"] is None else str(data["cap"])
        self.sources.data = source_lines(data["sources"])

    def content(self, key: str) -> dict[str, Any]:
        """The rule's data as typed. To be called on a valid form only."""
        return {
            "part": "standing", "key": key, "grade": self.grade.data, "basis": self.basis.data,
            **{name: (self[name].data or "").strip() for name in ("label", "why", "note")},
            **{name: list(self[name].data or ()) for name in ("regions", "points", "techniques")},
            "cap": int(self.cap.data) if self.cap.data else None, "sources": posted_sources(self.sources.data)}


class SensitiveForm(FlaskForm):
    """The regions that stay closed without a consent in writing."""

    regions = SelectMultipleField(_("Regions"))
    sources = _sources()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.regions.choices = choices_of({key: one.label for key, one in REGIONS.items()})

    def show(self, data: Mapping[str, Any]) -> None:
        self.regions.data, self.sources.data = list(data["regions"]), source_lines(data["sources"])

    def content(self) -> dict[str, Any]:
        return {"part": "setting", "key": "sensitive", "regions": list(self.regions.data or ()),
                "sources": posted_sources(self.sources.data)}


class PressureForm(FlaskForm):
    """The two thresholds of blood pressure, in mmHg."""

    ask_upper = _figure(_("A doctor is asked from, upper figure"))
    ask_lower = _figure(_("A doctor is asked from, lower figure"))
    stop_upper = _figure(_("Nobody works from, upper figure"))
    stop_lower = _figure(_("Nobody works from, lower figure"))
    sources = _sources()

    def show(self, data: Mapping[str, Any]) -> None:
        self.ask_upper.data, self.ask_lower.data = map(str, data["ask_doctor"])
        self.stop_upper.data, self.stop_lower.data = map(str, data["do_not_treat"])
        self.sources.data = source_lines(data["sources"])

    def content(self) -> dict[str, Any]:
        """The thresholds as typed. To be called on a valid form only."""
        return {"part": "setting", "key": "blood_pressure",
                "ask_doctor": [int(self.ask_upper.data), int(self.ask_lower.data)],
                "do_not_treat": [int(self.stop_upper.data), int(self.stop_lower.data)],
                "sources": posted_sources(self.sources.data)}
