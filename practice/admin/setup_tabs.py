"""The row of tabs of set-up: every page that belongs to it shows it, the rulebook too."""
from flask import url_for
from flask_babel import gettext

from practice.core.text import _
from practice.premises.queries import locations

TABS = (
    ("start", _("Start"), "setup.index"), ("practice", _("Practice"), "setup_practice.index"),
    ("staff", _("Staff"), "setup_staff.index"), ("treatments", _("Treatments"), "setup_treatments.index"),
    ("products", _("Products"), "setup_products.index"), ("rooms", _("Rooms"), "setup_rooms.index"),
    ("money", _("Money"), "setup_money.index"), ("taxes", _("Taxes"), "setup_taxes.index"),
    ("locations", _("Locations"), "setup_locations.index"), ("forms", _("Forms"), "forms.index"),
    ("rulebook", _("Rulebook"), "rulebook.index"), ("trail", _("Who saw what"), "trail.index"),
)


def tabs(here: str) -> list[tuple]:
    """The row of tabs; locations are left out while there is one."""
    has_places = here == "locations" or len(locations()) > 1
    return [(gettext(label), url_for(endpoint), key == here) for key, label, endpoint in TABS
            if key != "locations" or has_places]
