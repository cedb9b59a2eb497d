"""A form while it is filled in: saved every few seconds, reopened where it was left."""
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.files.models import FileKind
from practice.files.services import take_back
from practice.intake.models import IntakeDraft
from practice.intake.services.links import open_link, unsent_of

LARGEST = 200_000  # characters of JSON: a hundred times a long form


class DraftTooBig(DomainError):
    message = _("This is more text than the form can hold. Please shorten it, or tell us at your visit.")


def own_draft(actor: Actor) -> IntakeDraft | None:
    """What the link's client has typed so far."""
    return db.session.scalars(select(IntakeDraft).where(IntakeDraft.link_id == actor.link_id)).first()


def save_draft(actor: Actor, answers: Mapping[str, Any], *, step: int) -> IntakeDraft:
    """Keep the answers as they stand; `step` is the number of the part that is open.

    Raises FormClosed when the address is spent, revoked or expired, and DraftTooBig.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = open_link(actor)
    text = canonical_json(dict(answers))
    if len(text) > LARGEST:
        raise DraftTooBig()
    draft = own_draft(actor)
    if draft is None:
        draft = IntakeDraft(link_id=link.id, client_id=link.client_id, saved_at=clock.now(), version=0)
        db.session.add(draft)
    draft.answers, draft.step, draft.saved_at = text, step, clock.now()
    draft.version += 1
    db.session.flush()
    return draft


def drop_photos(actor: Actor, answers: Mapping[str, Any]) -> None:
    """Remove the photos that were handed in for this form and that its answers no longer name.

    What hangs on an address that was sent stays: it belongs to the form as it was received. Raises FormClosed.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = open_link(actor)
    named = [row["file"] for value in answers.values() if isinstance(value, list)
             for row in value if isinstance(row, Mapping) and "file" in row]
    take_back(actor, link.client_id, kind=FileKind.MEDICINES, record="intake_link", record_ids=unsent_of(link),
              but=named)
