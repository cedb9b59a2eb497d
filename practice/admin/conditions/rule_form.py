"""A rule as a form: what stands on it becomes the data of a rule, with what the form does not show left as it was."""
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from practice.admin.conditions.form import level_choices
from practice.admin.conditions.own import LONGEST, posted_sources, source_lines, typed_lines
from practice.admin.conditions.rule_lines import posted_caps, posted_products, posted_variants, where_choices
from practice.catalog.techniques import CATEGORY_LABELS, Category
from practice.core.text import _
from practice.safety.queries.book import techniques
from practice.safety.rulebook import BASIS_LABELS, EVERY_TECHNIQUE, GRADE_LABELS, KIND_LABELS, Kind, shipped
from practice.safety.rulebook_check import CONSEQUENCES
from practice.safety.rules_verdict import CONSEQUENCE_LABELS, Consequence

MISSING = _("Please fill this in.")
PLACE_LABELS = {
    "none": _("It has no place"),
    "optional": _("It may have a place"),
    "required": _("It needs a place; without one it counts everywhere"),
}
SCOPE_LABELS = {"body": _("The whole body"), "regions": _("Only its regions and places")}
HEAT_LABELS = {"": _("Says nothing"), "warn": _("With care"), "avoid": _("No heat")}


def _line(label: str, **options) -> StringField:
    return StringField(label, [DataRequired(MISSING), Length(max=LONGEST)], **options)


def _choice(label: str, **options) -> SelectField:
    return SelectField(label, **options)


class RuleForm(FlaskForm):
    """One rule. Limits by region, how severe it may be and products come as lines of the page beside these fields."""

    label = _line(_("Name"))
    client = _line(_("In a client's words"), description=_("Stands in forms: no word of the trade"))
    synonyms = StringField(_("Other names"), [Length(max=LONGEST)], description=_("Separated by commas"))
    kind = _choice(_("What it asks for"))
    why = TextAreaField(_("Why"), [DataRequired(MISSING), Length(max=LONGEST)])
    scope = _choice(_("Where it counts"))
    cap = _choice(_("No deeper than, anywhere"))
    cap_once_cleared = _choice(_("No deeper than, once a doctor has agreed"),
                               description=_("For what is otherwise not to be massaged at all"))
    regions = SelectMultipleField(_("Its regions"))
    place = _choice(_("Place"))
    possible = SelectMultipleField(_("Where it can be"))
    avoid_all = BooleanField(_("Every technique is refused"))
    avoid = SelectMultipleField(_("Refused at any depth"))
    warn = SelectMultipleField(_("With care"))
    heat = _choice(_("Heat"))
    positions = SelectMultipleField(_("How to lie"))
    positioning = StringField(_("In words"), [Length(max=LONGEST)],
                              description=_("How to lie and get up, what to hold ready"))
    review = StringField(_("Until when"), [Length(max=LONGEST)], description=_("What has to be over or agreed"))
    temporary = BooleanField(_("It passes"))
    ask = TextAreaField(_("What to ask"), [Length(max=2000)], description=_("One question a line"))
    review_days = StringField(_("Ask again after days"), [Length(max=4)], description=_("Empty: it does not age"))
    each_visit = BooleanField(_("Ask at every visit"))
    consequences = SelectMultipleField(_("What reception is told"))
    sources = TextAreaField(_("Sources"), [DataRequired(MISSING), Length(max=2000)],
                            description=_("One a line; your own experience is one"))
    grade = _choice(_("How sure"))
    basis = _choice(_("Where the level comes from"))
    note = TextAreaField(_("Note"), [Length(max=2000)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)

        def choices(labels: Mapping) -> list[SelectChoice]:
            return [SelectChoice(str(key), gettext(label)) for key, label in labels.items()]

        self.kind.choices = choices(KIND_LABELS)
        self.scope.choices, self.place.choices, self.heat.choices = map(choices, (
            SCOPE_LABELS, PLACE_LABELS, HEAT_LABELS))
        self.grade.choices, self.basis.choices = choices(GRADE_LABELS), choices(BASIS_LABELS)
        self.cap.choices = [SelectChoice("", gettext("No such limit")), *level_choices(0)]
        self.cap_once_cleared.choices = [SelectChoice("", gettext("It stays as it is")), *level_choices(0)]
        self.regions.choices = self.possible.choices = choices(where_choices())
        self.avoid.choices = self.warn.choices = choices({key: one.label for key, one in techniques().items()})
        self.positions.choices = choices(shipped().settings["positions"])
        self.consequences.choices = choices({key: CONSEQUENCE_LABELS[Consequence(key)] for key in CONSEQUENCES})

    def validate_review_days(self, field):
        text = (field.data or "").strip()
        if text and not (text.isascii() and text.isdigit() and int(text) > 0):
            raise ValidationError(gettext("Write a whole number"))

    def show(self, data: Mapping[str, Any]) -> None:
        """Fill the fields from a rule's data."""
        for name in ("label", "client", "why", "kind", "grade", "basis", "note", "heat", "positioning",
                     "review"):
            getattr(self, name).data = data.get(name) or ""
        self.scope.data, self.place.data = data.get("scope", "body"), data.get("place", "none")
        self.cap.data = "" if data.get("cap") is None else str(data["cap"])
        cleared = data.get("cap_once_cleared")
        self.cap_once_cleared.data = "" if cleared is None else str(cleared)
        self.temporary.data = data.get("temporary", False)
        self.synonyms.data = ", ".join(data.get("synonyms", ()))
        self.avoid_all.data = EVERY_TECHNIQUE in data.get("avoid", ())
        self.avoid.data = [key for key in data.get("avoid", ()) if key != EVERY_TECHNIQUE]
        for name in ("warn", "positions", "consequences", "regions", "possible"):
            getattr(self, name).data = list(data.get(name, ()))
        self.ask.data = "\n".join(data.get("ask", ()))
        self.sources.data = source_lines(data["sources"])
        self.review_days.data = str(data.get("review_days") or "")
        self.each_visit.data = data.get("each_visit", False)

    def content(self, held: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The rule's data: what was typed, over what the form does not show. To be called on a valid form only."""
        avoid = [EVERY_TECHNIQUE] if self.avoid_all.data or self.kind.data == Kind.ABSOLUTE else self.avoid.data
        days = (self.review_days.data or "").strip()
        typed = {
            "key": key, **{name: (getattr(self, name).data or "").strip()
                         for name in ("label", "client", "why", "note", "positioning", "review")},
            "kind": self.kind.data, "scope": self.scope.data, "place": self.place.data, "grade": self.grade.data,
            "basis": self.basis.data, "heat": self.heat.data or None, "temporary": bool(self.temporary.data),
            "cap_once_cleared": int(self.cap_once_cleared.data) if self.cap_once_cleared.data else None,
            **{name: list(getattr(self, name).data or ()) for name in ("regions", "possible")},
            "variants": posted_variants(held.get("variants", ())), "products": posted_products(),
            "cap": 0 if self.kind.data == Kind.ABSOLUTE else int(self.cap.data) if self.cap.data else None,
            "caps": posted_caps(), "avoid": list(avoid or ()), "warn": list(self.warn.data or ()),
            "synonyms": [word.strip() for word in (self.synonyms.data or "").split(",") if word.strip()],
            "positions": list(self.positions.data or ()), "consequences": list(self.consequences.data or ()),
            "ask": typed_lines(self.ask.data), "sources": posted_sources(self.sources.data),
            "review_days": int(days) if days else None, "each_visit": bool(self.each_visit.data)}
        return {**held, **typed}

    def by_kind(self, name: str) -> list[tuple[str, list]]:
        """The boxes of the techniques by kind: (label, options)."""
        boxes = {option.data: option for option in getattr(self, name)}
        return [(gettext(words), [boxes[key] for key, item in techniques().items() if item.category is category])
                for category, words in CATEGORY_LABELS.items() if category in Category]
