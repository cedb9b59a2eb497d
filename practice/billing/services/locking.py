"""One lock for everything that moves a client's money, taken first: no two verbs see the same credit, the same last
session of a package or the same click, and none waits for another in a circle."""
from sqlalchemy import bindparam, select

from practice.clients.models import Client
from practice.core.db import db, kept
from practice.core.errors import NotFound

# NO KEY: rows that only point at the client are still written by others meanwhile.
HELD = "accounts held"
HOLD = select(Client.id).where(Client.id == bindparam("client_id")).with_for_update(key_share=True)


def lock_account(client_id: int) -> None:
    """Hold the client's account until the transaction ends. Raises NotFound."""
    held = kept().setdefault(HELD, set())
    if client_id not in held:
        if db.session.scalar(HOLD, {"client_id": client_id}) is None:
            raise NotFound()
        held.add(client_id)
