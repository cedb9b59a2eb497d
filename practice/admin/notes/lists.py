"""Notes as a list: who, when, in which state. The text itself is read on the note's own page."""
from flask import url_for
from sqlalchemy.orm import selectinload

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.base import ListView
from practice.core.text import _
from practice.sessions.models import SessionNote


class NoteList(ListView):
    read_permission = (P.CHART_READ, P.CHART_BREAK_GLASS)
    is_clinical = True
    column_list = ("on_date", "client", "state", "created_at", "signed_at")
    column_details_list = (*column_list, "saved_at", "rulebook_version", "content_hash")
    column_labels = {"on_date": _("Session of"), "client": _("Client"), "state": _("State"),
                     "created_at": _("Written"), "signed_at": _("Signed"), "saved_at": _("Saved"),
                     "rulebook_version": _("Rulebook"), "content_hash": _("Hash of the signed text")}
    column_sortable_list = ("on_date",)
    column_default_sort = [("on_date", True), ("id", True)]
    column_filters = ("on_date",)
    column_formatters = column_formatters_detail = {
        "on_date": lambda view, context, row, name: show.day(row.on_date),
        "client": lambda view, context, row, name: row.client.name,
        "state": lambda view, context, row, name: show.label(row.state),
        **{key: lambda view, context, row, name: show.day(getattr(row, name)) if getattr(row, name) else ""
           for key in ("created_at", "signed_at", "saved_at")},
    }
    empty_text = _("Only what belongs to clients in your care stands here.")
    card_columns = {"client": "card-name", "state": "card-state", "on_date": "card-line", "created_at": "card-hide"}

    def get_query(self):
        return super().get_query().options(selectinload(SessionNote.client))

    def row_url(self, row) -> str:
        return url_for("notes.page", note_id=row.id)
