"""The copy that a client asks for: everything about them, written down with who made it and for whom."""
from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.transfer.models import Disclosure

SHORTEST, MOST = 10, 300


def allow_copy(actor: Actor, client_id: int, *, why: str) -> None:
    """Write down that a copy of everything is made, before anything is read. Raises NotFound, Invalid."""
    require(actor, Permission.CLIENT_RIGHTS)
    client = get_client(client_id)
    if len(why.strip()) < SHORTEST:
        raise Invalid(_("Say in a sentence who asked for it and how you know that it is them."), "why")
    db.session.add(Disclosure(
        client_id=client.id, given_on=clock.local_date(clock.now(), the_practice().time_zone), to_whom=client.name,
        what=_("Everything, as a copy"), why=why.strip()[:MOST], recorded_at=clock.now(),
        recorded_by_id=actor.user_id))
    audit.record(actor, "client.copy", client, client_id=client.id)
