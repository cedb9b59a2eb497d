"""What changed in the practice's own rules, when and by whom; and how they stood when a note was signed."""
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import render_template, request
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.conditions.beside import Beside, beside
from practice.admin.setup_tabs import tabs
from practice.catalog.techniques import technique_from_data, technique_to_data
from practice.core.errors import NotFound
from practice.core.text import _
from practice.safety.queries.book import own_rules
from practice.safety.queries.history import Content, Step, steps, stood_at
from practice.safety.rulebook import rule_from_data, shipped, to_data
from practice.safety.rulebook_own import Part, content_of, content_of_setting, part_of
from practice.safety.standing import standing_from_data, standing_to_data

ON_A_PAGE = 20
PART_LABELS = {Part.CONDITION: _("Condition"), Part.TECHNIQUE: _("Technique"), Part.STANDING: _("For everybody"),
               Part.SETTING: _("For everybody")}
SETTING_LABELS = {"sensitive": _("Regions that need a consent"), "blood_pressure": _("Blood pressure")}


class Line(NamedTuple):
    """A rule on the page: in each point the earlier value is `book`, the later one `own`."""

    name: str
    part: str
    what: str
    points: list[Beside]
    has_before: bool = True
    has_after: bool = True
    is_beside_book: bool = False
    step: Step | None = None


class RuleHistoryPage(Page):
    """The history of the own rules, for who may read the rulebook."""

    permissions = dict.fromkeys(("index", "then"), (P.CHART_READ, P.RULEBOOK_EDIT))

    @expose("/")
    def index(self):
        """Every change, the latest first, with before and after side by side."""
        found = steps()[::-1]
        first = max(0, request.args.get("from", 0, type=int)) // ON_A_PAGE * ON_A_PAGE
        shown = found[first:first + ON_A_PAGE]
        return render_template("admin/conditions/history.html", lines=list(map(_changed, shown)), first=first,
                               total=len(found), on_a_page=ON_A_PAGE, **_around())

    @expose("/<version>")
    def then(self, version):
        """The own rules as they stood at a version of the rulebook, beside the book."""
        if "+own." not in version:
            raise NotFound()
        step, today = stood_at(version), own_rules()
        lines = [_stood(row, key in today and today[key].is_active and today[key].content == row)
                 for key, row in sorted(step.own.items())] if step else []
        return render_template("admin/conditions/rules_then.html", lines=lines, step=step, version=version,
                               book_then=version.partition("+")[0], **_around()), 200 if step else 404


def _around() -> dict[str, Any]:
    return {"names": user_names(), "book_version": shipped().version,
            "tabs_row": tabs("rulebook") if current_actor().may(P.PREMISES_EDIT) else []}


def _changed(step: Step) -> Line:
    content, book = step.change.content, _book_of(step.change.content)
    was = _data(step.before) if step.before else book
    now = _data(step.after) if step.after else book
    return Line(_label(content), PART_LABELS[part_of(content)], _what(step, book is not None),
                beside(_form(content), now or {}, was or {}), was is not None, now is not None,
                book is not None and (step.before is None or step.after is None), step)


def _what(step: Step, is_in_book: bool) -> str:
    if not step.change.is_active:
        return gettext("Back to the shipped rule") if is_in_book else gettext("Taken out")
    if not step.is_before_known:
        return gettext("Stood already when the history began")
    if step.before is not None:
        return gettext("Changed")
    return gettext("Written over the book") if is_in_book else gettext("New")


def _stood(content: Content, is_so_today: bool) -> Line:
    book = _book_of(content)
    return Line(_label(content), PART_LABELS[part_of(content)],
                gettext("Still so today") if is_so_today else gettext("Changed since"),
                beside(_form(content), _data(content), book or {}), has_before=book is not None)


def _form(content: Content) -> str:
    """The form whose words name the points."""
    part = part_of(content)
    return content["key"] if part is Part.SETTING else part


def _label(content: Content) -> str:
    return gettext(SETTING_LABELS[content["key"]] if part_of(content) is Part.SETTING else content["label"])


def _data(content: Content) -> Mapping[str, Any]:
    """What a rule says, each point written the one way the book is written."""
    plain = content_of(content)
    match part_of(content):
        case Part.CONDITION:
            said = to_data(rule_from_data(plain))
        case Part.TECHNIQUE:
            said = technique_to_data(technique_from_data(plain))
        case Part.STANDING:
            said = standing_to_data(standing_from_data(plain))
        case Part.SETTING:
            said = plain
    return content_of_setting(said)


def _book_of(content: Content) -> Mapping[str, Any] | None:
    """What the shipped book says of the same; None: nothing."""
    book, key = shipped(), content["key"]
    match part_of(content):
        case Part.CONDITION:
            held = key in book.rules and to_data(book.rules[key])
        case Part.TECHNIQUE:
            held = key in book.techniques and technique_to_data(book.techniques[key])
        case Part.STANDING:
            held = key in book.standing and standing_to_data(book.standing[key])
        case Part.SETTING:
            held = book.settings[key]
    return content_of_setting(held) if held else None
