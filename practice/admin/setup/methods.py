"""The practice's own methods of payment, each with the account it is booked on."""
from wtforms import BooleanField, SelectField

from practice.admin.fields import enum_choices
from practice.admin.setup.pieces import SetupForm, text
from practice.admin.setup.premises import PremisesRows
from practice.admin.show import label
from practice.core.text import _
from practice.premises import services
from practice.premises.models import METHOD_KIND_LABELS, MethodKind, PaymentMethod
from practice.reports.queries.accounting import codes
from practice.reports.services.accounting import save_codes


class MethodForm(SetupForm):
    name = text(_("Name"), 40, _("Enter a name"), description=_("As the desk says it, such as TWINT or Cheque"))
    kind = SelectField(_("Kind"), choices=enum_choices(METHOD_KIND_LABELS), default=MethodKind.CARD.value)
    account = text(_("Account"), 20, description=_("Where your accountant books it; it can be added later"))
    is_active = BooleanField(_("In use"), default=True)


class MethodPage(PremisesRows):
    model, form_class, key, list_endpoint = PaymentMethod, MethodForm, "money", "payment_method_list"
    heads = (_("Kind"), _("Account"))
    words = {"title": _("Methods of payment"), "new": _("New method"), "one": _("Method of payment"),
             "empty": _("No methods of your own yet"),
             "why": _("Card, cash and bank transfer are always there. Add what else your clients pay with.")}

    def cells(self, row):
        return label(row.kind), account_of(row.id)

    def stored(self, row):
        return {"name": row.name, "kind": row.kind.value, "account": account_of(row.id), "is_active": row.is_active,
                "version": row.version}

    def write(self, form, row_id):
        def work(actor, number, version):
            row = services.save(actor, PaymentMethod, number, version=version, name=form.name.data,
                                kind=MethodKind(form.kind.data), is_active=form.is_active.data)
            known = codes().get(key_of(row.id))
            if form.account.data != (known.account if known else ""):
                save_codes(actor, {key_of(row.id): (form.account.data, known.tax_key if known else "")})
            return row

        return self.attempt(form, row_id, work)


def key_of(number: int) -> str:
    """As the account map knows it."""
    return f"method:own-{number}"


def account_of(number: int) -> str:
    found = codes().get(key_of(number))
    return found.account if found else ""
