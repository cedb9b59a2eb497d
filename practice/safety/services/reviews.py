"""The brief was read before a session."""
from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.safety.models import BriefReview


def mark_reviewed(actor: Actor, client_id: int, *, appointment_id: int | None, seen: dict) -> BriefReview:
    """Record that the therapist has read the brief; `seen` names the versions that were on the screen."""
    require(actor, Permission.CHART_READ)
    client = get_client(client_id)
    row = BriefReview(client_id=client.id, appointment_id=appointment_id, user_id=actor.user_id,
                      reviewed_at=clock.now(), seen=seen)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "brief.review", row, client_id=client.id, appointment_id=appointment_id)
    return row
