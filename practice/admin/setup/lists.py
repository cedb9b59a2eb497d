"""The set-up tables as lists with details and export: read-only, each column named."""
from babel.dates import get_day_names
from flask_babel import get_locale, gettext

from practice.access.permissions import Permission as P
from practice.accounts.models import registered_with
from practice.admin import show
from practice.admin.base import ListView
from practice.admin.colleagues import colleague
from practice.admin.setup.hours import clock_words
from practice.admin.setup_tabs import tabs
from practice.core import money
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.premises.rates import show_rate

LABELS = {
    "name": _("Name"), "email": _("E-mail"), "roles": _("Roles"), "is_active": _("In use"), "created_at": _("Since"),
    "neutral_name": _("Name on documents"), "minutes": _("Minutes"), "buffer_minutes": _("Time after it"),
    "price_amount": _("Price"), "tax_code": _("Tax"), "needs_room": _("Needs a room"), "location": _("Location"),
    "category": _("Kind"), "rate": _("Rate"), "reason": _("Reason when nothing is charged"), "address": _("Address"),
    "tax_number": _("Tax number"), "bank_account": _("Bank account"), "footer": _("Line at the foot"),
    "kind": _("Kind"),
    "weekday": _("Weekday"), "starts_minute": _("Starts"), "ends_minute": _("Ends"), "from_on": _("From"),
    "until_on": _("Until"), "profile": _("Registration"), "user_id": _("Therapist"),
}


def yes_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


FORMATS = {
    "roles": lambda view, context, row, name: ", ".join(show.label(item.role) for item in row.roles),
    "profile": lambda view, context, row, name: registered_with(
        row.profile.registration_body, row.profile.registration_number) if row.profile else "",
    "is_active": lambda view, context, row, name: yes_no(row.is_active),
    "needs_room": lambda view, context, row, name: yes_no(row.needs_room),
    "created_at": lambda view, context, row, name: show.day(row.created_at),
    "price_amount": lambda view, context, row, name: show.money(row.price_amount),
    "tax_code": lambda view, context, row, name: row.tax_code.name,
    "location": lambda view, context, row, name: row.location.name,
    "category": lambda view, context, row, name: show.label(row.category),
    "kind": lambda view, context, row, name: show.label(row.kind),
    "rate": lambda view, context, row, name: f"{show_rate(row.rate)} %",
    "user_id": lambda view, context, row, name: colleague(row.user_id),
    "weekday": lambda view, context, row, name: get_day_names("wide", locale=get_locale() or "en")[row.weekday],
    "starts_minute": lambda view, context, row, name: clock_words(row.starts_minute),
    "ends_minute": lambda view, context, row, name: clock_words(row.ends_minute),
    "from_on": lambda view, context, row, name: show.day(row.from_on) if row.from_on else "",
    "until_on": lambda view, context, row, name: show.day(row.until_on) if row.until_on else "",
}
EXPORTS = FORMATS | {
    "price_amount": lambda view, context, row, name: money.plain(row.price_amount, the_practice().currency),
    "from_on": lambda view, context, row, name: row.from_on.isoformat() if row.from_on else "",
    "until_on": lambda view, context, row, name: row.until_on.isoformat() if row.until_on else "",
}


class SetupList(ListView):
    """One table of set-up; `shown` are its columns, in the list, the details and the export."""

    read_permission = export_permission = P.PREMISES_EDIT
    shown: tuple[str, ...] = ()
    tab = ""
    column_labels, column_formatters, column_formatters_export = LABELS, FORMATS, EXPORTS
    column_searchable_list: tuple = ("name",)
    column_default_sort = "name"
    number_columns = ("price_amount", "minutes", "buffer_minutes", "rate")
    card_columns = {"name": "card-name", "is_active": "card-state", "price_amount": "card-sum"}

    def __init__(self, model, **options):
        self.column_list = self.column_details_list = self.column_export_list = self.shown
        if not self.column_sortable_list:
            self.column_sortable_list = tuple(name for name in ("name", "created_at") if name in self.shown)
        super().__init__(model, **options)

    @property
    def tabs(self):
        return tabs(self.tab)


class UserList(SetupList):
    read_permission = export_permission = P.USER_EDIT
    shown, tab = ("name", "email", "roles", "profile", "is_active", "created_at"), "staff"
    column_searchable_list = ("name", "email")
    column_filters = ("is_active",)


class ShiftList(SetupList):
    read_permission = export_permission = P.USER_EDIT
    shown, tab = ("user_id", "weekday", "starts_minute", "ends_minute", "from_on", "until_on"), "staff"
    column_searchable_list = ()
    column_sortable_list = ("weekday",)
    column_default_sort = [("user_id", False), ("weekday", False), ("starts_minute", False)]
    card_columns = {"user_id": "card-name", "weekday": "card-state", "from_on": "card-hide", "until_on": "card-hide"}


class TreatmentList(SetupList):
    read_permission = export_permission = P.CATALOG_EDIT
    shown, tab = ("name", "neutral_name", "minutes", "buffer_minutes", "price_amount", "tax_code", "needs_room",
                  "is_active"), "treatments"
    big_columns = ("neutral_name", "buffer_minutes", "needs_room")
    column_filters = ("minutes", "is_active")


class ProductList(SetupList):
    read_permission = export_permission = P.CATALOG_EDIT
    shown, tab = ("name", "price_amount", "tax_code", "is_active"), "products"
    column_filters = ("is_active",)


class RoomList(SetupList):
    shown, tab = ("name", "location", "is_active"), "rooms"
    column_filters = ("is_active",)


class TaxCodeList(SetupList):
    shown, tab = ("name", "category", "rate", "reason", "is_active"), "taxes"


class MethodList(SetupList):
    shown, tab = ("name", "kind", "is_active"), "money"


class GroupList(SetupList):
    shown, tab = ("name", "is_active"), "treatments"


class LocationList(SetupList):
    shown, tab = ("name", "address", "is_active"), "locations"


class IssuerList(SetupList):
    shown, tab = ("name", "address", "tax_number", "bank_account", "footer", "is_active"), "practice"
    big_columns = ("footer",)
