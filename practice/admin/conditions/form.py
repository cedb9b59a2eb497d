"""A condition as a form: the rule or own words, where, since when, how strict, until when it holds."""
from dataclasses import replace
from datetime import date

from flask import request
from flask_babel import get_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from practice.admin import show
from practice.core.body import LEVELS, Place, Side, Spot
from practice.core.dates import read_date
from practice.core.text import _
from practice.intake.answers import FARTHEST_DUE, parse_place, parse_when
from practice.safety.content import ConditionContent
from practice.safety.queries.book import rulebook
from practice.safety.rulebook import USUAL
from practice.safety.rules import AllergyFact, Limit

LONGEST_NOTE = 2000
MOST_LINES = 20  # allergies or limits of one client
SIDES = {"": _("Not said"), Side.LEFT.value: _("Left"), Side.RIGHT.value: _("Right")}


class ConditionForm(FlaskForm):
    """One condition. Places come as checkboxes of the page, beside these fields."""

    key = SelectField(lazy_gettext("Condition"), description=lazy_gettext("The rulebook brings limits and questions"))
    words = StringField(lazy_gettext("In your own words"), [Length(max=200)],
                        description=lazy_gettext("For what the rulebook does not know: then you decide"))
    variant = SelectField(lazy_gettext("How severe"))
    side = SelectField(lazy_gettext("Side"))
    since = StringField(lazy_gettext("Since"), [Length(max=40)], description=lazy_gettext("2019, 2019-05 or a day"))
    due_on = StringField(lazy_gettext("Baby due"), [Length(max=40)], description=lazy_gettext("Pregnancy only"))
    review_on = StringField(lazy_gettext("Ask again on"), [Length(max=40)],
                            description=lazy_gettext("Empty: as the rule says"))
    own_limit = SelectField(lazy_gettext("No deeper than"), description=lazy_gettext("Your own limit for these places"))
    note = TextAreaField(lazy_gettext("Note"), [Length(max=LONGEST_NOTE)],
                         description=lazy_gettext("Shown word for word"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        rules = sorted(rulebook().rules.values(), key=lambda rule: gettext(rule.label).casefold())
        self.key.choices = [SelectChoice("", gettext("Own words")),
                            *(SelectChoice(rule.key, gettext(rule.label)) for rule in rules)]
        self.variant.choices = [SelectChoice("", gettext("As the rule says")), *_variants()]
        self.side.choices = [SelectChoice(value, gettext(label)) for value, label in SIDES.items()]
        self.own_limit.choices = [SelectChoice("", gettext("The rule's limit")), *level_choices(0)]

    def validate_variant(self, field):
        rule = rulebook().rules.get(self.key.data or "")
        if field.data and (rule is None or field.data not in rule.versions):
            raise ValidationError(gettext("The rule knows no such severity."))

    def validate_since(self, field):
        day = read_when(field.data)
        if day is not None and day > date(9000, 1, 1):
            raise ValidationError(gettext("Please check the year."))

    def validate_due_on(self, field):
        day = read_when(field.data)
        if day is not None and day > show.today() + FARTHEST_DUE:
            raise ValidationError(gettext("Please check the date: it lies more than 42 weeks ahead."))

    def validate_review_on(self, field):
        read_when(field.data)

    def show(self, content: ConditionContent) -> None:
        self.key.data, self.words.data, self.note.data = content.key or "", content.words, content.note
        self.variant.data, self.side.data = content.variant or "", content.side.value if content.side else ""
        for name in ("since", "due_on", "review_on"):
            day = getattr(content, name)
            getattr(self, name).data = show.day(day) if day else ""
        self.own_limit.data = "" if content.own_limit is None else str(content.own_limit)

    def content(self, held: ConditionContent) -> ConditionContent:
        """What was typed, over what is known of where it came from. To be called on a valid form only."""
        places, spots = posted_places()
        return replace(
            held, key=self.key.data or None, words=(self.words.data or "").strip(), places=places, spots=spots,
            side=Side(self.side.data) if self.side.data else None, since=read_when(self.since.data),
            variant=self.variant.data or None, due_on=read_when(self.due_on.data),
            review_on=read_when(self.review_on.data), note=(self.note.data or "").strip(),
            own_limit=int(self.own_limit.data) if self.own_limit.data else None)


def _variants() -> list[SelectChoice]:
    """The severities of every rule; each carries its rule, so that the page can leave out the others."""
    found: dict[str, tuple[list[str], list[str]]] = {USUAL: ([gettext("The usual kind")], [])}
    for rule in rulebook().rules.values():
        for variant in rule.variants:
            labels, rules = found.setdefault(variant.key, ([], []))
            label = gettext(variant.label)
            labels += [] if label in labels else [label]
            rules.append(rule.key)
    return [SelectChoice(key, " / ".join(labels), {"data-rules": " ".join(rules)})
            for key, (labels, rules) in found.items()]


def level_choices(lowest: int) -> list[SelectChoice]:
    return [SelectChoice(str(level.number), f"{gettext(level.label)} ({level.number})")
            for level in LEVELS.values() if level.number >= lowest]


def read_when(text: str | None) -> date | None:
    """A year, a month or a day as people type it; None for nothing. ValidationError for what is none of these."""
    text = (text or "").strip()
    if not text:
        return None
    day = parse_when(text)
    parts = None if day else read_date(text, str(get_locale() or "en"))
    try:
        day = day or (date(parts.year, parts.month, parts.day) if parts and parts.year else None)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError(gettext("Please write a year, a month or a day, such as 2019 or 2019-05."))
    return day


def posted_places() -> tuple[tuple[Place, ...], tuple[Spot, ...]]:
    """The places and points that are ticked; nonsense is none."""
    named = [parse_place(key) for key in dict.fromkeys(request.form.getlist("place")[:100])]
    return (tuple(one for one in named if isinstance(one, Place)), tuple(one for one in named if isinstance(one, Spot)))


def posted_allergies() -> tuple[AllergyFact, ...]:
    """The lines of the table that name a substance."""
    columns = [request.form.getlist(name)[:MOST_LINES] for name in ("substance", "reaction", "use_instead")]
    severe = set(request.form.getlist("severe"))
    found = []
    for number, (substance, reaction, instead) in enumerate(zip(*columns, strict=False)):
        if substance.strip():
            found.append(AllergyFact(substance.strip()[:80], "severe" if str(number) in severe else "",
                                     reaction.strip()[:200], instead.strip()[:80]))
    return tuple(found)


def posted_limits() -> tuple[Limit, ...]:
    """The lines of the table that have a level; without a place they hold everywhere."""
    found = []
    columns = [request.form.getlist(name)[:MOST_LINES] for name in ("limit_level", "limit_place", "limit_words")]
    for level, place, said in zip(*columns, strict=False):
        where = parse_place(place)
        if level in ("0", "1", "2", "3", "4") and (not place or isinstance(where, Place)):
            found.append(Limit(int(level), where if place else None, said.strip()[:200]))
    return tuple(found)


def typed_version() -> int:
    """The version the page was opened with; -1 for anything that is no number."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
