"""Who has seen the address of a form: where the desk has, the birth date proves nothing, for the desk knows it too."""
from sqlalchemy import select

from practice.access.actor import Actor, staff
from practice.access.guard import system_session
from practice.accounts.queries import roles_now
from practice.clients.policy import is_chart_open
from practice.intake.models import IntakeLink
from practice.premises.queries import the_practice

ADDRESS = IntakeLink.__table__.c


def is_private(link_id: int) -> bool:
    """Whether nobody but the client and who reads their chart has seen this address.

    Mailed, it was shown to nobody. Made on the screen, it stays private while who made it may open the chart: roles
    are taken away and care ends, and the address is still known.
    """
    return _is_private(_link(link_id))


def _is_private(link) -> bool:
    return link.is_private and (link.is_mailed or is_chart_open(_maker(link.created_by_id), link.client_id))


def goes_on_elsewhere(link_id: int) -> bool:
    """Whether what was typed on one device is shown on another, after the birth date.

    Not under a mailed address: the mail went to who wrote the last form, which need not be who is typing now.
    """
    link = _link(link_id)
    return not link.is_mailed and _is_private(link)


def _link(link_id: int):
    with system_session("who has seen a form's address") as session:
        return session.execute(select(ADDRESS.client_id, ADDRESS.created_by_id, ADDRESS.is_private, ADDRESS.is_mailed)
                               .where(ADDRESS.id == link_id)).one()


def _maker(user_id: int | None) -> Actor:
    return staff(user_id, roles_now(user_id), has_shared_charts=the_practice().has_shared_charts)
