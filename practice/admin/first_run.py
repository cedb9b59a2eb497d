"""The first run: the owner and the practice, made on one page by whoever has the code from the terminal."""
from flask import Flask, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from practice.access import guard
from practice.access.actor import system
from practice.access.roles import Role
from practice.accounts import queries
from practice.accounts.services import first_run as service
from practice.accounts.services import signing_in
from practice.admin import auth
from practice.admin.base import attempt, show_error
from practice.admin.fields import country_choices, currency_choices, time_zone_choices
from practice.clients.contact import parse_email
from practice.core.db import transaction
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.intake.services.forms import install_shipped
from practice.premises import services as premises
from practice.premises.models import PRICE_MODE_LABELS, PriceMode
from practice.premises.rates import parse_rate


def strip(text: str | None) -> str:
    return (text or "").strip()


def text(label: str, missing: str, most: int, field=StringField, **options):
    return field(label, [DataRequired(missing), Length(max=most)], filters=[strip], **options)


def choose(label: str) -> SelectField:
    return SelectField(label, [InputRequired(_("Choose one"))])


class FirstRunForm(FlaskForm):
    code = text(_("Code from the terminal"), _("Enter the code"), 40)
    name = text(_("Your name"), _("Enter your name"), 120)
    email = text(_("Your e-mail"), _("Enter your e-mail address"), 254, EmailField)
    password = PasswordField(_("Password"), [InputRequired(_("Enter a password")), Length(max=200)],
                             description=_("At least 12 characters. A short sentence is easy to keep in mind."))
    is_therapist = BooleanField(_("I treat clients myself"))
    is_reception = BooleanField(_("I also sit at the desk: book, check out, answer the phone"))
    practice_name = text(_("Name of the practice"), _("Enter the name of the practice"), 120)
    time_zone, country, currency = choose(_("Time zone")), choose(_("Country")), choose(_("Currency"))
    price_mode = RadioField(_("Your prices"), default=PriceMode.GROSS.value)
    tax_name = text(_("Usual tax"), _("Enter what the tax is called"), 80, default="VAT",
                    description=_("As it stands on your invoices"))
    tax_rate = text(_("Rate"), _("Enter the rate; 0 when you charge none"), 12)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        empty = [SelectChoice("", lazy_gettext("Choose"))]
        self.time_zone.choices = empty + time_zone_choices()
        self.country.choices = empty + country_choices()
        self.currency.choices = empty + currency_choices()
        self.price_mode.choices = [SelectChoice(mode.value, lazy_gettext(words))
                                   for mode, words in PRICE_MODE_LABELS.items()]

    def checked(self) -> dict | None:
        """The values that need reading: e-mail and rate; None with the errors at their fields."""
        is_good, values = self.validate_on_submit(), {}
        readers = {"email": parse_email, "tax_rate": lambda given: parse_rate(given, field="tax_rate")}
        for name, read in readers.items():
            if self[name].data:
                try:
                    values[name] = read(self[name].data)
                except Invalid as error:
                    show_error(self, error)
                    is_good = False
        return values if is_good else None


def first_run():
    if not queries.is_empty():
        return redirect(url_for("sign_in"))
    form = FirstRunForm()
    values = form.checked() if form.is_submitted() else None
    user_id = open_house(form, values) if values else None
    if user_id:
        auth.enter(auth.open_for(user_id))
        return redirect(url_for("setup.index"))
    return render_template("auth/first_run.html", form=form), (422 if form.errors else 200)


def open_house(form: FirstRunForm, values: dict) -> int | None:
    """Make owner and practice in one transaction; the owner's id, or None with the errors in the form."""
    address = request.remote_addr or ""
    actor = system("first run", address=address)
    try:
        signing_in.check_code_tries(address)
    except DomainError as error:
        show_error(form, error)
        return None
    with guard.acting(actor):
        user_id = attempt(form, lambda: create(actor, form, values))
        if user_id is None and form.code.errors:
            with transaction():
                signing_in.count_code_failure(address)
    return user_id


def create(actor, form: FirstRunForm, values: dict) -> int:
    chosen = {Role.THERAPIST: form.is_therapist.data, Role.RECEPTION: form.is_reception.data}
    user = service.create_first_owner(
        actor, code=form.code.data, name=form.name.data, email=values["email"], password=form.password.data,
        roles=[role for role, is_chosen in chosen.items() if is_chosen], practice=form.practice_name.data)
    premises.open_practice(
        actor, name=form.practice_name.data, time_zone=form.time_zone.data, country=form.country.data,
        currency=form.currency.data, price_mode=PriceMode(form.price_mode.data), tax_name=form.tax_name.data,
        tax_rate=values["tax_rate"], email=values["email"])
    install_shipped(actor)
    return user.id


def init_app(app: Flask) -> None:
    app.add_url_rule("/first-run", "first_run", first_run, methods=["GET", "POST"])
