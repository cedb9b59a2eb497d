"""A hold: nothing of a client may go until it is lifted."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.services.locking import lock_account
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.transfer.models import LegalHold

SHORTEST = 5


def set_hold(actor: Actor, client_id: int, *, reason: str) -> LegalHold:
    """From now on nothing of this client is erased. Raises NotFound, Invalid."""
    require(actor, Permission.CLIENT_RIGHTS)
    lock_account(client_id)  # an erasure that is under way ends first
    client = get_client(client_id)
    if len(reason.strip()) < SHORTEST:
        raise Invalid(_("Say why nothing may go: a claim, a complaint, an order."), "reason")
    if standing_hold(client_id):
        raise Invalid(_("There is a hold already."), "reason")
    row = LegalHold(client_id=client.id, reason=reason.strip()[:200], set_at=clock.now(), set_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "hold.set", row, client_id=client_id)
    return row


def lift_hold(actor: Actor, client_id: int) -> None:
    """The hold is over. Raises NotFound, Invalid where there is none."""
    require(actor, Permission.CLIENT_RIGHTS)
    lock_account(client_id)
    row = standing_hold(client_id)
    if row is None:
        raise Invalid(_("There is no hold."))
    row.lifted_at, row.lifted_by_id = clock.now(), actor.user_id
    audit.record(actor, "hold.lift", row, client_id=client_id)


def held_clients() -> list[int]:
    """The clients of whom nothing may be erased."""
    return list(db.session.scalars(select(LegalHold.client_id).where(LegalHold.lifted_at.is_(None))))


def standing_hold(client_id: int) -> LegalHold | None:
    """The hold on a client, None where there is none."""
    return db.session.scalars(select(LegalHold).where(LegalHold.client_id == client_id,
                                                      LegalHold.lifted_at.is_(None))).first()
