"""The brief was read before a session."""
from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Stale
from practice.core.text import _
from practice.safety.models import BriefReview


def mark_reviewed(actor: Actor, client_id: int, *, appointment_id: int | None, seen: dict,
                  now: dict | None = None) -> BriefReview:
    """Record that the therapist has read the brief; `seen` names the versions that were on the screen.

    `now` are those of this moment, where the caller knows them: others than `seen` mean that something on the page has
    changed since it was opened. Raises Stale, NotFound.
    """
    require(actor, Permission.CHART_READ)
    client = get_client(client_id)
    if now is not None and now != seen:
        raise Stale(_("Something changed since you opened the brief. Here it is as it stands now: please look again."))
    row = BriefReview(client_id=client.id, appointment_id=appointment_id, user_id=actor.user_id,
                      reviewed_at=clock.now(), seen=seen)
    db.session.add(row)
    audit.record(actor, "brief.review", row, client_id=client.id, appointment_id=appointment_id)
    return row
