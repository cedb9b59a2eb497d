"""Price groups: clients who pay other prices. What they pay stands at each treatment."""
from wtforms import BooleanField

from practice.admin.setup.pieces import SetupForm, text
from practice.admin.setup.premises import PremisesRows
from practice.core.text import _
from practice.premises.models import PriceGroup


class GroupForm(SetupForm):
    name = text(_("Name"), 40, _("Enter a name"), description=_("Such as Student or Senior"))
    is_active = BooleanField(_("In use"), default=True)


class GroupPage(PremisesRows):
    model, form_class, key, list_endpoint = PriceGroup, GroupForm, "treatments", "price_group_list"
    words = {"title": _("Price groups"), "new": _("New price group"), "one": _("Price group"),
             "empty": _("No price groups yet"),
             "why": _("A price group is chosen at the client; what it pays stands at each treatment.")}

    def cells(self, row):
        return ()

    def stored(self, row):
        return {name: getattr(row, name) for name in ("name", "is_active", "version")}

    def values(self, form):
        return {"name": form.name.data, "is_active": form.is_active.data}
