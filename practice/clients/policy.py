"""Which clients an actor sees, and the rule for everything that hangs on a client's chart."""
from sqlalchemy import ColumnElement, exists, or_, select, true

from practice.access.actor import Actor, Kind
from practice.access.guard import system_session
from practice.access.permissions import Permission
from practice.access.policy import Bound, everyone_with, register
from practice.clients.models import Care, ChartLimit, Client
from practice.core import clock
from practice.core.columns import UtcDateTime

CLIENT = Client.__table__
CARE = Care.__table__
LIMIT = ChartLimit.__table__
HELD = CARE.alias("held")  # so that the rule also works on the table of care itself


def in_care(actor: Actor, client_id: ColumnElement) -> ColumnElement:
    """Rows whose client the actor has in care at this moment."""
    # The rule is built once per actor; the moment is asked each time it runs.
    now = Bound("care_now", callable_=clock.now, type_=UtcDateTime(), unique=True)
    user = Bound("care_user", actor.user_id, type_=HELD.c.user_id.type, unique=True)
    return exists().where(HELD.c.client_id == client_id, HELD.c.user_id == user, HELD.c.from_at <= now,
                          HELD.c.until_at > now)


def _open_to_all(client_id: ColumnElement) -> ColumnElement:
    """Rows whose chart is not kept to named people; where it is, these have care and nobody else is given any."""
    return ~exists().where(LIMIT.c.client_id == client_id, LIMIT.c.ended_at.is_(None))


def chart_rows(client_id: ColumnElement):
    """The row rule of everything clinical: who has the client in care; all charts where the practice shares them.

    Reception and bookkeeping hold no grant at all. An owner reads a chart only after breaking the glass.
    """

    def rows(actor: Actor) -> ColumnElement | None:
        if actor.may(Permission.CHART_READ) and actor.has_shared_charts:
            return or_(_open_to_all(client_id), in_care(actor, client_id))
        if actor.may(Permission.CHART_READ) or actor.may(Permission.CHART_BREAK_GLASS):
            return in_care(actor, client_id)
        return None

    return rows


OPEN = chart_rows(CLIENT.c.id)


def is_chart_open(actor: Actor, client_id: int) -> bool:
    """Whether `actor` may open this client's chart at this moment; one that is not there is open to nobody."""
    rows = OPEN(actor)
    if rows is None:
        return False
    with system_session("whether a chart is open") as session:
        return session.scalar(select(CLIENT.c.id).where(CLIENT.c.id == client_id, rows)) is not None


def beside_client(client_id: ColumnElement):
    """The row rule of what the desk may see of any client, and a therapist of those in care: nothing clinical."""

    def rows(actor: Actor) -> ColumnElement | None:
        if actor.may(Permission.CLIENT_READ_ALL):
            return true()
        if actor.may(Permission.CLIENT_READ_OWN):
            held = in_care(actor, client_id)
            return or_(_open_to_all(client_id), held) if actor.has_shared_charts else held
        return None

    return rows


def client_rows(actor: Actor) -> ColumnElement | None:
    if actor.kind is Kind.LINK:
        return CLIENT.c.id == actor.client_id
    return beside_client(CLIENT.c.id)(actor)


register(Client, client_rows)
register(Care, beside_client(CARE.c.client_id))
register(ChartLimit, everyone_with(Permission.CLIENT_RIGHTS))
