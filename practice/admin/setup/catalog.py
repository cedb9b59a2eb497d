"""The price list: treatments and products."""
from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext
from wtforms import BooleanField, FieldList, Form, FormField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin.auth import current_actor
from practice.admin.base import Page, act, show_error
from practice.admin.fields import row_choices
from practice.admin.setup.pieces import RowsPage, SetupForm, TicksField, WholeField, save, text
from practice.admin.setup_tabs import tabs
from practice.admin.show import money as show_money
from practice.catalog import services
from practice.catalog.models import Treatment
from practice.catalog.queries import get_product, get_treatment, named_therapists, products, treatments
from practice.catalog.techniques import CATEGORY_LABELS
from practice.core import money
from practice.core.errors import Invalid
from practice.core.text import _
from practice.premises.models import Profile
from practice.premises.queries import has_profile, price_groups, tax_codes, the_practice
from practice.premises.rates import show_rate
from practice.safety.queries.book import techniques


def tax_choices(kept: int | None = None) -> list[SelectChoice]:
    """The tax codes in use, and the one that a row has already."""
    codes = {code.id: named_rate(code.name, show_rate(code.rate)) for code in tax_codes()}
    if kept is not None and kept not in codes:
        codes[kept] = gettext("no longer in use")
    return row_choices(codes.items())


def named_rate(name: str, rate: str) -> str:
    """A tax code with its rate, which often is part of the name already: "VAT 13.5 %"."""
    return name if rate in name else f"{name} · {rate} %"


def usual_tax() -> str:
    return str(the_practice().default_tax_code_id or "")


def read_price(form) -> int | None:
    return form.read("price", lambda given: money.parse(given, the_practice().currency))


def typed_prices() -> dict[int, str]:
    """What was typed for each price group, by its number."""
    return {number: request.form.get(f"group-{number}", "").strip()[:40] for number in price_groups()}


def read_group_prices(form) -> dict[int, int] | None:
    """The prices of the price groups; None, with the reason above the form, when one does not read."""
    try:
        return {number: money.parse(typed, the_practice().currency) for number, typed in typed_prices().items()
                if typed}
    except Invalid as error:
        show_error(form, error)
        return None


class ProductForm(SetupForm):
    name = text(_("Name"), 120, _("Enter a name"))
    price = text(_("Price"), 40, _("Enter a price"))
    tax_code_id = SelectField(_("Tax"))
    is_active = BooleanField(_("On the price list"), default=True)


class ProductPage(RowsPage):
    permissions = dict.fromkeys(("index", "new", "edit"), P.CATALOG_EDIT)
    form_class, key, list_endpoint = ProductForm, "products", "product_list"
    heads, number_columns = (_("Price"), _("Tax")), (0,)
    words = {"title": _("Products"), "new": _("New product"), "one": _("Product"), "empty": _("No products yet"),
             "why": _("What is sold over the counter: oil, a gift box.")}

    def prepare(self, form):
        form.tax_code_id.choices = tax_choices(form.tax_code_id.object_data and int(form.tax_code_id.object_data))
        form.tax_code_id.data = form.tax_code_id.data or usual_tax()

    def rows(self):
        return sorted(products(active=False), key=lambda row: not row.is_active)

    def get(self, row_id):
        return get_product(row_id)

    def cells(self, row):
        return show_money(row.price_amount), row.tax_code.name

    def stored(self, row):
        return {"name": row.name, "price": money.plain(row.price_amount, the_practice().currency),
                "tax_code_id": str(row.tax_code_id), "is_active": row.is_active, "version": row.version}

    def write(self, form, row_id):
        price = read_price(form)
        return price is not None and self.attempt(form, row_id, lambda actor, number, version: services.save_product(
            actor, number, version=version, name=form.name.data, price_amount=price,
            tax_code_id=int(form.tax_code_id.data), is_active=form.is_active.data))


class TextForm(Form):
    """A treatment's names in one more language."""

    language = SelectField(_("Language"), default="")
    name = text(_("Name"), 120)
    neutral_name = text(_("Name on documents"), 120)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        names = (get_locale() or Locale("en")).languages
        codes = sorted((code for code in names if len(code) == 2), key=lambda code: names[code])
        self.language.choices = [SelectChoice("", gettext("Choose")), *(SelectChoice(c, names[c]) for c in codes)]

    @property
    def is_empty(self) -> bool:
        return not (self.language.data or self.name.data or self.neutral_name.data)

    def validate_name(self, field):
        if not self.is_empty and not (self.language.data and field.data and self.neutral_name.data):
            raise ValidationError(_("A language needs both names"))


class TreatmentForm(SetupForm):
    name = text(_("Name"), 120, _("Enter a name"))
    neutral_name = text(_("Name on documents"), 120, description=_(
        "Stands on invoices and in mail, where others may read it: no health words. Empty: the same name."))
    minutes = WholeField(_("Length"), default=60)
    buffer_minutes = WholeField(_("Time after it"), default=0, description=_("To air the room and write the note"))
    price = text(_("Price"), 40, _("Enter a price"))
    tax_code_id = SelectField(_("Tax"))
    billing_code = text(_("Code for insurers"), 5, description=_("United States: five digits, for superbills"))
    needs_room = BooleanField(_("Needs a room"), default=True)
    usual_techniques = TicksField(_("Usual techniques"))
    therapist_ids = TicksField(_("Who gives it"), coerce=int, description=_("Nobody ticked: every therapist"))
    texts = FieldList(FormField(TextForm), label=_("In other languages"), min_entries=1, max_entries=12)
    is_active = BooleanField(_("On the price list"), default=True)

    def __init__(self, *args, treatment: Treatment | None = None, **options):
        super().__init__(*args, **options)
        if not has_profile(Profile.SUPERBILL_US) and not self.billing_code.data:
            del self.billing_code
        self.tax_code_id.choices = tax_choices(treatment.tax_code_id if treatment else None)
        self.tax_code_id.data = self.tax_code_id.data or usual_tax()
        people = {person.id: person.name for person in therapists()}
        self.therapist_ids.choices = [SelectChoice(number, name) for number, name in people.items()]
        self.usual_techniques.choices = [SelectChoice(key, gettext(item.label)) for key, item in techniques().items()]

    def techniques(self) -> list[tuple[str, list]]:
        """The boxes of the techniques by kind: (label, options)."""
        boxes = {option.data: option for option in self.usual_techniques}
        return [(gettext(words), [boxes[key] for key, item in techniques().items() if item.category is category])
                for category, words in CATEGORY_LABELS.items()]


def stored(row: Treatment) -> dict:
    texts = [{"language": item.language, "name": item.name, "neutral_name": item.neutral_name} for item in row.texts]
    active = {person.id for person in therapists()}
    return {"name": row.name, "neutral_name": row.neutral_name, "minutes": row.minutes,
            "buffer_minutes": row.buffer_minutes, "price": money.plain(row.price_amount, the_practice().currency),
            "tax_code_id": str(row.tax_code_id), "needs_room": row.needs_room,
            "billing_code": row.billing_code,
            "usual_techniques": row.usual_techniques, "texts": [*texts, {}], "is_active": row.is_active,
            "therapist_ids": [item.user_id for item in row.therapists if item.user_id in active],
            "version": row.version}


class TreatmentPage(Page):
    permissions = dict.fromkeys(("index", "new", "edit", "retire", "offer"), P.CATALOG_EDIT)

    @expose("/")
    def index(self):
        people, named = {person.id: person for person in therapists()}, named_therapists()
        givers = {row_id: [people[user_id] for user_id in people if user_id in users]
                  for row_id, users in named.items()}
        rows = sorted(treatments(active=False), key=lambda row: not row.is_active)
        return render_template("admin/setup/treatments.html", rows=rows, givers=givers, tabs_row=tabs("treatments"))

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        return self._form(None)

    @expose("/<int:treatment_id>", methods=("GET", "POST"))
    def edit(self, treatment_id):
        return self._form(treatment_id)

    def _form(self, treatment_id: int | None):
        row = get_treatment(treatment_id) if treatment_id is not None else None
        name = row.name if row else None
        form = TreatmentForm(data=stored(row) if row else None, treatment=row)
        if form.is_submitted() and form.validate() and self._save(form, treatment_id):
            flash(gettext("%(name)s is saved", name=form.name.data), "success")
            return redirect(url_for("setup_treatments.index"))
        own = {item.price_group_id: money.plain(item.price_amount, the_practice().currency) for item in row.prices
               } if row else {}
        return render_template(
            "admin/setup/treatment.html", form=form, name=name, groups=price_groups(),
            group_prices=typed_prices() if form.is_submitted() else own, treatment_id=treatment_id,
            tabs_row=tabs("treatments"), currency=the_practice().currency), (
                422 if form.errors or form.form_errors or form.newer is not None else 200)

    def _save(self, form, treatment_id: int | None):
        price, prices = read_price(form), read_group_prices(form)
        if price is None or prices is None:
            return None
        values = {name: form[name].data for name in ("name", "minutes", "buffer_minutes", "needs_room", "is_active")}
        values["billing_code"] = form.billing_code.data if form.billing_code else ""
        texts = {entry.form.language.data: (entry.form.name.data, entry.form.neutral_name.data)
                 for entry in form.texts if not entry.form.is_empty}

        def fresh() -> dict:
            return {key: value for key, value in stored(get_treatment(treatment_id)).items() if key != "texts"}

        return save(form, lambda: services.save_treatment(
            current_actor(), treatment_id, version=form.seen_version, price_amount=price,
            neutral_name=form.neutral_name.data or form.name.data, tax_code_id=int(form.tax_code_id.data),
            usual_techniques=form.usual_techniques.data or (), therapist_ids=form.therapist_ids.data or (),
            texts=texts, prices=prices, techniques=techniques(), **values).id, fresh)

    @expose("/<int:treatment_id>/retire", methods=("POST",))
    def retire(self, treatment_id):
        name = get_treatment(treatment_id).name
        return act(lambda: services.retire(current_actor(), Treatment, treatment_id), url_for("setup_treatments.index"),
                   gettext("%(name)s is off the price list", name=name),
                   url_for("setup_treatments.offer", treatment_id=treatment_id))

    @expose("/<int:treatment_id>/offer", methods=("POST",))
    def offer(self, treatment_id):
        return act(lambda: services.offer(current_actor(), Treatment, treatment_id, True),
                   url_for("setup_treatments.index"), gettext("Back on the price list"))


