"""How a personal address stands."""
from datetime import datetime
from enum import StrEnum

from practice.core.text import _


class LinkState(StrEnum):
    OPEN = "open"
    SPENT = "spent"
    EXPIRED = "expired"
    REVOKED = "revoked"


LINK_STATE_LABELS = {
    LinkState.OPEN: _("Open"),
    LinkState.SPENT: _("Form came in"),
    LinkState.EXPIRED: _("Run out"),
    LinkState.REVOKED: _("Taken back"),
}


def link_state(row, now: datetime) -> LinkState:
    """The state of a link (or of its columns spent_at, revoked_at, expires_at) at this moment."""
    if row.spent_at:
        return LinkState.SPENT
    if row.revoked_at:
        return LinkState.REVOKED
    return LinkState.EXPIRED if row.expires_at <= now else LinkState.OPEN
