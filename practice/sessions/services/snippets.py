"""Pieces of text of a therapist's own, for the fields of a note, and templates of whole notes."""
import json
from collections.abc import Mapping

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core.columns import canonical_json
from practice.core.db import check_version, db
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.sessions.content import SOAP, NoteContent
from practice.sessions.models import Snippet

LONGEST_TITLE, LONGEST_SNIPPET, MOST_SNIPPETS = 60, 2000, 60
WHOLE_NOTE = "note"  # in place of a field


def save_snippet(actor: Actor, snippet_id: int | None, *, field: str, title: str, text: str,
                 version: int | None = None) -> Snippet:
    """A new snippet, or one changed. Raises Invalid, Stale, NotFound."""
    require(actor, Permission.CHART_WRITE)
    title, text = title.strip(), text.strip()
    if field not in SOAP:
        raise Invalid(_("Choose where it belongs."), "field")
    if not text or len(text) > LONGEST_SNIPPET:
        raise Invalid(_("Write its text, 2000 letters at the most."), "text")
    return _save(actor, snippet_id, field, title, {"text": text}, version)


def save_template(actor: Actor, template_id: int | None, *, title: str, texts: Mapping[str, str],
                  work: NoteContent | None = None, version: int | None = None) -> Snippet:
    """A template of a whole note: new from the work of a note (`work`), or its name and texts changed.

    Nothing that was written about a client goes into it. Raises Invalid, Stale, NotFound.
    """
    require(actor, Permission.CHART_WRITE)
    held = template_of(_held(template_id)) if template_id is not None else work or NoteContent()
    if any(len(text) > LONGEST_SNIPPET for text in texts.values()):
        raise Invalid(_("Write its text, 2000 letters at the most."), "subjective")
    content = held.as_template(texts)
    if content.is_empty:
        raise Invalid(_("There is nothing to keep yet: enter the work or write its text."), "title")
    return _save(actor, template_id, WHOLE_NOTE, title.strip(), {"note": content.to_json()}, version)


def template_of(row: Snippet) -> NoteContent:
    """What a template puts into a note. Raises NotFound for a snippet of one field."""
    if row.field != WHOLE_NOTE:
        raise NotFound()
    return NoteContent.from_json(json.loads(row.content)["note"])


def _save(actor: Actor, snippet_id: int | None, field: str, title: str, content: Mapping[str, str],
          version: int | None) -> Snippet:
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(_("Give it a short name."), "title")
    if snippet_id is None:
        if len(db.session.scalars(select(Snippet.id).where(Snippet.is_active)).all()) >= MOST_SNIPPETS:
            raise Invalid(_("Sixty are enough: take one out first."), "title")
        row = Snippet(user_id=actor.user_id, version=1)
        db.session.add(row)
    else:
        row = _held(snippet_id)
        check_version(row, version)
    row.field, row.content = field, canonical_json({"title": title, **content})
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
