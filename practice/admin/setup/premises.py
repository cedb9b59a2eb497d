"""The practice itself: settings and its head on documents, tax codes, rooms, locations, own heads of therapists."""
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.fields import country_choices, currency_choices, enum_choices, row_choices, time_zone_choices
from practice.admin.setup.pieces import RowsPage, SetupForm, WholeField, read_version, save, text
from practice.admin.setup_tabs import tabs
from practice.admin.show import label
from practice.catalog import services as catalog
from practice.clients.contact import format_phone, parse_email, parse_phone
from practice.core.money import parse, plain
from practice.core.text import _
from practice.premises import services
from practice.premises.models import (
    PRICE_MODE_LABELS,
    PROFILE_LABELS,
    TAX_CATEGORY_LABELS,
    Issuer,
    Location,
    PriceMode,
    Profile,
    Room,
    TaxCategory,
    TaxCode,
)
from practice.premises.queries import everything, get_one, get_practice, issuer_for, locations, tax_codes, the_practice
from practice.premises.rates import parse_rate, show_rate
from practice.premises.retention import RULES

HEAD = ("address", "tax_number", "bank_account", "footer")
WITHOUT_ADDRESS = _("Without the client's address; 0: never")
PROFILE = _("What papers must carry: it is asked before each is issued")


def as_lines(given: str | None) -> str:
    """Several lines as they are stored, whatever the browser ended them with."""
    return (given or "").replace("\r\n", "\n").strip()


class PracticeForm(SetupForm):
    name = text(_("Name of the practice"), 120, _("Enter the name of the practice"))
    phone = text(_("Phone"), 40)
    email = text(_("E-mail"), 254)
    country, time_zone = SelectField(_("Country")), SelectField(_("Time zone"))
    currency = SelectField(_("Currency"))
    price_mode = RadioField(_("Your prices"))
    default_tax_code_id = SelectField(_("Usual tax"))
    has_yearly_numbers = BooleanField(_("Numbers begin with 1 every year"),
                                      description=_("Otherwise they go on: 0934, 0935. Papers issued keep theirs."))
    payment_days = WholeField(_("Days to pay an invoice"))
    intake_valid_days = WholeField(_("A form is current for"))
    retention_rule = SelectField(_("Records are kept"))
    care_days_after = WholeField(_("A chart stays open after the last visit for"))
    has_shared_charts = BooleanField(_("Every therapist may open every chart"),
                                     description=_("Otherwise only who has the client in care. Each opening is "
                                                   "recorded."))
    has_second_step_for_all = BooleanField(_("Everybody needs a second step to sign in"),
                                           description=_("A code from the phone after the password. Otherwise only "
                                                         "owners must; others may. They have a week to set it up."))
    legal_name = text(_("Name on documents"), 120, _("Enter the name that stands on documents"))
    address = TextAreaField(_("Address"), filters=[as_lines])
    tax_number = text(_("Tax number"), 40)
    bank_account = text(_("Bank account"), 60)
    footer = text(_("Line at the foot"), 300)
    profile = SelectField(_("Papers are made out as"), description=PROFILE)
    simplified = text(_("A simplified invoice will do up to"), 20, description=WITHOUT_ADDRESS)
    issuer_version = HiddenField()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.country.choices, self.time_zone.choices = country_choices(), time_zone_choices()
        if self.time_zone.object_data and self.time_zone.object_data not in {c.value for c in self.time_zone.choices}:
            self.time_zone.choices.append(SelectChoice(self.time_zone.object_data))
        self.currency.choices = currency_choices()
        self.retention_rule.choices = [SelectChoice(key, gettext(rule.label)) for key, rule in RULES.items()]
        self.profile.choices = enum_choices(PROFILE_LABELS)
        self.price_mode.choices = enum_choices(PRICE_MODE_LABELS)
        self.default_tax_code_id.choices = row_choices([(code.id, code.name) for code in tax_codes()])

    def validate_address(self, field):
        if len(field.data) > 300:
            raise ValidationError(_("At most 300 characters"))


def stored_practice() -> dict:
    row, head = get_practice(), issuer_for(None)
    values = {name: getattr(row, name) for name in (
        "name", "email", "country", "time_zone", "currency", "payment_days", "intake_valid_days", "care_days_after",
        "has_second_step_for_all", "has_shared_charts", "has_yearly_numbers", "retention_rule", "version")}
    return values | {name: getattr(head, name) for name in HEAD} | {
        "phone": format_phone(row.phone, row.country) if row.phone else "", "price_mode": row.price_mode.value,
        "default_tax_code_id": str(row.default_tax_code_id or ""), "legal_name": head.name,
        **stored_profile(head),
        "issuer_version": head.version}


def stored_profile(row: Issuer) -> dict:
    return {"profile": row.profile.value, "simplified": plain(row.simplified_amount, the_practice().currency)}


def head_of(form: SetupForm) -> dict | None:
    """What stands at the head of documents, None when a field does not read."""
    amount = form.read("simplified", lambda given: parse(given or "0", the_practice().currency))
    if amount is None:
        return None
    return {name: form[name].data for name in HEAD} | {"profile": Profile(form.profile.data),
                                                       "simplified_amount": max(0, amount)}


class PracticePage(Page):
    permissions = {"index": P.PREMISES_EDIT}
    asks_again = ("index",)  # the second step of everybody, and how long records are kept

    @expose("/", methods=("GET", "POST"))
    def index(self):
        form = PracticeForm(data=stored_practice())
        if form.is_submitted() and form.validate() and self.write(form):
            flash(gettext("The settings are saved"), "success")
            return redirect(url_for("setup_practice.index"))
        return render_template("admin/setup/practice.html", form=form, tabs_row=tabs("practice"),
                               has_places=len(locations()) > 1), (422 if form.errors or form.newer is not None else 200)

    def write(self, form):
        country = form.country.data
        phone = form.read("phone", lambda given: parse_phone(given, country)) if form.phone.data else ""
        email = form.read("email", parse_email) if form.email.data else ""
        if phone is None or email is None:
            return None
        values = {name: form[name].data for name in (
            "name", "country", "time_zone", "currency", "payment_days", "intake_valid_days", "care_days_after",
            "has_second_step_for_all", "has_shared_charts", "has_yearly_numbers", "retention_rule")}
        head, actor = head_of(form), current_actor()
        if head is None:
            return None
        head_version = read_version(form.issuer_version.data)

        def work():
            catalog.change_settings(
                actor, version=form.seen_version, phone=phone, email=email, price_mode=PriceMode(form.price_mode.data),
                default_tax_code_id=int(form.default_tax_code_id.data), **values)
            services.save(actor, Issuer, issuer_for(None).id, version=head_version, name=form.legal_name.data, **head)

        return save(form, work, stored_practice)


class PremisesRows(RowsPage):
    """A table that premises.services.save keeps."""

    permissions = {"index": P.PREMISES_EDIT, "new": P.PREMISES_EDIT, "edit": P.PREMISES_EDIT}
    model: type
    values: Callable  # (form): what the service takes, None when a field does not read

    def rows(self):
        return everything(self.model)

    def get(self, row_id):
        return get_one(self.model, row_id)

    def write(self, form, row_id):
        values = self.values(form)
        return values and self.attempt(form, row_id, lambda actor, number, version: services.save(
            actor, self.model, number, version=version, **values))


class TaxForm(SetupForm):
    name = text(_("Name"), 80, _("Enter a name"), description=_("As it stands on invoices, such as VAT, standard rate"))
    category = SelectField(_("Kind"), default=TaxCategory.STANDARD.value)
    rate = text(_("Rate"), 12, default="0")
    reason = text(_("Reason when nothing is charged"), 200, description=_("Stands on the invoice"))
    is_active = BooleanField(_("In use"), default=True)


class TaxPage(PremisesRows):
    model, form_class, key, list_endpoint = TaxCode, TaxForm, "taxes", "tax_code_list"
    heads, number_columns = (_("Rate"), _("Kind")), (0,)
    words = {"title": _("Taxes"), "new": _("New tax code"), "one": _("Tax code"), "empty": _("No tax codes yet"),
             "why": _("Each treatment and product names one.")}
    narrow = {"rate": "%"}

    def prepare(self, form):
        form.category.choices = enum_choices(TAX_CATEGORY_LABELS)

    def cells(self, row):
        return f"{show_rate(row.rate)} %", label(row.category)

    def stored(self, row):
        return {"name": row.name, "category": row.category.value, "rate": show_rate(row.rate), "reason": row.reason,
                "is_active": row.is_active, "version": row.version}

    def values(self, form):
        rate = form.read("rate", parse_rate)
        return None if rate is None else {
            "name": form.name.data, "category": TaxCategory(form.category.data), "rate": rate,
            "reason": form.reason.data, "is_active": form.is_active.data}


class RoomForm(SetupForm):
    name = text(_("Name"), 80, _("Enter a name"))
    location_id = SelectField(_("Location"))
    is_active = BooleanField(_("In use"), default=True)


class RoomPage(PremisesRows):
    model, form_class, key, list_endpoint = Room, RoomForm, "rooms", "room_list"
    words = {"title": _("Rooms"), "new": _("New room"), "one": _("Room"), "empty": _("No rooms yet"),
             "why": _("A treatment that needs a room is booked into a free one. Without rooms nothing is checked.")}

    @property
    def heads(self):
        return (_("Location"),) if len(locations()) > 1 else ()

    def prepare(self, form):
        places = locations()
        form.location_id.choices = row_choices([(place.id, place.name) for place in places])
        if len(places) == 1:  # nothing to choose, nothing to ask
            form.location_id.data, form.location_id.is_asked = str(places[0].id), False
            form.location_id.validate_choice = False

    def cells(self, row):
        return (row.location.name,) if self.heads else ()

    def stored(self, row):
        return {"name": row.name, "location_id": str(row.location_id), "is_active": row.is_active,
                "version": row.version}

    def values(self, form):
        return {"name": form.name.data, "location_id": int(form.location_id.data), "is_active": form.is_active.data}


class LocationForm(SetupForm):
    name = text(_("Name"), 80, _("Enter a name"))
    address = TextAreaField(_("Address"), filters=[as_lines])
    is_active = BooleanField(_("In use"), default=True)

    validate_address = PracticeForm.validate_address


class LocationPage(PremisesRows):
    model, form_class, key, list_endpoint = Location, LocationForm, "locations", "location_list"
    heads = (_("Address"),)
    words = {"title": _("Locations"), "new": _("New location"), "one": _("Location"), "empty": _("No locations"),
             "why": _("A place where the practice works, with rooms of its own.")}

    def cells(self, row):
        return (row.address,)

    def stored(self, row):
        return {name: getattr(row, name) for name in ("name", "address", "is_active", "version")}

    def values(self, form):
        return {name: form[name].data for name in ("name", "address", "is_active")}


class IssuerForm(SetupForm):
    name = text(_("Name on documents"), 120, _("Enter the name that stands on documents"))
    address = TextAreaField(_("Address"), filters=[as_lines])
    tax_number = text(_("Tax number"), 40)
    bank_account = text(_("Bank account"), 60)
    footer = text(_("Line at the foot"), 300)
    profile = SelectField(_("Papers are made out as"), description=PROFILE)
    simplified = text(_("A simplified invoice will do up to"), 20, description=WITHOUT_ADDRESS)
    is_active = BooleanField(_("In use"), default=True)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.profile.choices = enum_choices(PROFILE_LABELS)

    validate_address = PracticeForm.validate_address


