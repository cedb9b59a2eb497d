"""Every condition as a list."""
from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import selectinload

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.base import ListView
from practice.core.text import _
from practice.safety.content import ConditionContent
from practice.safety.models import Condition
from practice.safety.queries.book import rulebook


def label_of(row: Condition) -> str:
    """The rule's name, or the therapist's own words."""
    content = ConditionContent.from_json(row.content)
    rule = rulebook().rules.get(content.key or "")
    return gettext(rule.label) if rule else content.words or content.told


class ConditionList(ListView):
    """What it is lies sealed: it is shown, and neither searched nor filtered."""

    read_permission = (P.CHART_READ, P.CHART_BREAK_GLASS)
    is_clinical = True
    column_list = column_details_list = ("client", "content", "state", "created_at", "decided_at", "ended_at")
    column_labels = {"client": _("Client"), "content": _("Condition"), "state": _("State"),
                     "created_at": _("Came in"), "decided_at": _("Decided"), "ended_at": _("Ended")}
    column_formatters = {
        "client": lambda view, context, row, name: row.client.name if row.client else "",
        "content": lambda view, context, row, name: label_of(row),
        "state": lambda view, context, row, name: show.label(row.state),
        **{name: lambda view, context, row, name: show.day(getattr(row, name)) if getattr(row, name) else ""
           for name in ("created_at", "decided_at", "ended_at")},
    }
    column_default_sort = ("id", True)
    empty_text = _("Only what belongs to clients in your care stands here.")
    card_columns = {"client": "card-name", "content": "card-line", "state": "card-line"}

    def get_query(self):
        return super().get_query().options(selectinload(Condition.client))

    def row_url(self, row):
        return url_for("conditions.page", client_id=row.client_id)
