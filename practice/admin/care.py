"""Whether a chart is open to who asks, and where the others are sent: for every screen that shows clinical text."""
from flask import redirect, url_for

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.clients.policy import is_chart_open
from practice.clients.queries import get_client
from practice.core.errors import NotFound


def may_open(client_id: int) -> bool:
    """Whether who asks may open the chart at this moment."""
    return is_chart_open(current_actor(), client_id)


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
