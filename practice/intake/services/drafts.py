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
from practice.intake.models import IntakeDraft
from practice.intake.services.links import own_link


class FormClosed(DomainError):
    message = _("This form was sent already, or its address no longer holds. Please call us for a new one.")


def own_draft(actor: Actor) -> IntakeDraft | None:
    """What the link's client has typed so far."""
    return db.session.scalars(select(IntakeDraft).where(IntakeDraft.link_id == actor.link_id)).first()


def save_draft(actor: Actor, answers: Mapping[str, Any], *, step: int) -> IntakeDraft:
    """Keep the answers as they stand. Raises FormClosed when the address is spent, revoked or expired."""
    require(actor, Permission.INTAKE_SUBMIT)
    link = own_link(actor)
    if link.spent_at or link.revoked_at or link.expires_at <= clock.now():
        raise FormClosed()
    draft = own_draft(actor)
    if draft is None:
        draft = IntakeDraft(link_id=link.id, client_id=link.client_id, saved_at=clock.now(), version=0)
        db.session.add(draft)
    draft.answers, draft.step, draft.saved_at = canonical_json(dict(answers)), step, clock.now()
    draft.version += 1
    db.session.flush()
    return draft


