"""Whether a chart is open to who asks, and where the others are sent: for every screen that shows clinical text."""
from flask import redirect, url_for

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.clients.queries import get_client, is_in_care, named_for
from practice.core.errors import NotFound


def may_open(client_id: int) -> bool:
    """In their care at this moment, or shared by the whole practice and kept to nobody. Raises NotFound."""
    actor = current_actor()
    if actor.has_shared_charts and actor.may(P.CHART_READ):
        get_client(client_id)  # found only where the chart is open as well, but by who sees every client
        if not (actor.may(P.CLIENT_READ_ALL) and named_for(client_id)):
            return True
    return is_in_care(client_id, actor.user_id)


def check_open(client_id: int) -> None:
    """Raises NotFound where the chart is closed: a foreign client looks like an unknown one."""
    if not may_open(client_id):
        raise NotFound()


def closed(client_id: int):
    """An owner may break the glass; for everybody else there is nothing here. Raises NotFound."""
    if not current_actor().may(P.CHART_BREAK_GLASS):
        raise NotFound()
    get_client(client_id)
    return redirect(url_for("clients.break_glass", client_id=client_id))
