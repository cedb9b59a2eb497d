"""Where something that a paper lacks is entered: the address of the screen, for who may use it."""
from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.billing.profiles import Fault
from practice.core.text import _

# place: permission, endpoint, name of the row in the address, words of the link
PLACES = {
    "practice": (P.PREMISES_EDIT, "setup_practice.index", None, _("Set-up, Practice")),
    "taxes": (P.PREMISES_EDIT, "setup_taxes.index", None, _("Set-up, Taxes")),
    "staff": (P.USER_EDIT, "setup_staff.edit", "user_id", _("Set-up, Staff")),
    "treatment": (P.CATALOG_EDIT, "setup_treatments.edit", "treatment_id", _("Set-up, Treatments")),
    "client": (P.CLIENT_EDIT, "clients.edit", "client_id", _("Client")),
    "referral": (P.CHART_WRITE, "referral.page", "client_id", _("Referrer's paper")),
}


def with_place(fault: Fault, params: dict | None = None) -> Markup:
    """The fault in words, with a link to where it is entered; without one for who may not enter it."""
    words = escape(gettext(fault.words, **(params or {})))
    permission, endpoint, name, label = PLACES.get(fault.place, (None, "", None, ""))
    if permission is None or not current_actor().may(permission) or (name and fault.row_id is None):
        return words
    return words + Markup(' <a href="{}">{}</a>').format(
        url_for(endpoint, **({name: fault.row_id} if name else {})), gettext(label))
