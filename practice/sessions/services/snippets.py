"""Pieces of text of a therapist's own, for the fields of a note."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core.columns import canonical_json
from practice.core.db import check_version, db
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.sessions.content import SOAP
from practice.sessions.models import Snippet

LONGEST_TITLE, LONGEST_SNIPPET, MOST_SNIPPETS = 60, 2000, 60


def save_snippet(actor: Actor, snippet_id: int | None, *, field: str, title: str, text: str,
                 version: int | None = None) -> Snippet:
    """A new snippet, or one changed. Raises Invalid, Stale, NotFound."""
    require(actor, Permission.CHART_WRITE)
    title, text = title.strip(), text.strip()
    if field not in SOAP:
        raise Invalid(_("Choose where it belongs."), "field")
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(_("Give it a short name."), "title")
    if not text or len(text) > LONGEST_SNIPPET:
        raise Invalid(_("Write its text, 2000 letters at the most."), "text")
    if snippet_id is None:
        if len(db.session.scalars(select(Snippet.id).where(Snippet.is_active)).all()) >= MOST_SNIPPETS:
            raise Invalid(_("Sixty are enough: take one out first."), "title")
        row = Snippet(user_id=actor.user_id, version=1)
        db.session.add(row)
    else:
        row = _held(snippet_id)
        check_version(row, version)
    row.field, row.content = field, canonical_json({"title": title, "text": text})
    db.session.flush()
    audit.record(actor, "snippet.save", row)
    return row


def take_out(actor: Actor, snippet_id: int) -> Snippet:
    """It is offered no longer. Raises NotFound."""
    require(actor, Permission.CHART_WRITE)
    row = _held(snippet_id)
    row.is_active = False
    audit.record(actor, "snippet.take_out", row)
    return row


def _held(snippet_id: int) -> Snippet:
    row = db.session.scalars(select(Snippet).where(Snippet.id == snippet_id, Snippet.is_active).with_for_update()
                             .execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound()
    return row
