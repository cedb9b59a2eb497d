"""A client's account: what is owed and by whom it was paid, credit, packages; taking money without an appointment."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.fields import method_choices, row_choices, row_number
from practice.admin.switches import need
from practice.admin.typing_money import amount_of, day_of, is_amount, key_of, new_key
from practice.billing.models.payments import Method
from practice.billing.queries import lists
from practice.billing.queries.accounts import account_of
from practice.billing.queries.deposits import free_credit
from practice.billing.queries.documents import state_of
from practice.billing.services.checkout import MOST_PIECES, Extra, product_line
from practice.billing.services.packages import FEWEST, MOST, sell_package
from practice.billing.services.papers import by_hand, issue_papers
from practice.billing.services.payments import give_back, take_deposit, take_payment
from practice.catalog.queries import products, treatments
from practice.clients.queries import get_client
from practice.core.errors import Invalid
from practice.core.money import plain
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.queries.appointments import coming_of

ROWS = 5  # lines of an invoice by hand
GIVEN = "t"  # before the number of a treatment
AMOUNT = _("Enter an amount")
CHOOSE = _("Choose one")
FOLDERS = {"deposit": "money_back"}  # of the templates


class MoneyInForm(FlaskForm):
    amount = StringField(_("Amount received"), [InputRequired(AMOUNT), is_amount])
    method = RadioField(_("Method"), choices=method_choices, default=Method.CARD)
    request_key = HiddenField()


class MoneyBackForm(MoneyInForm):
    amount = StringField(_("Amount to give back"), [InputRequired(AMOUNT), is_amount])
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])


class DepositForm(MoneyInForm):
    appointment = SelectField(_("For"), [InputRequired(CHOOSE)])


class PackageForm(FlaskForm):
    treatment = SelectField(_("Treatment"), [InputRequired(CHOOSE)])
    sessions = IntegerField(_("Sessions"), [InputRequired(_("How many?")), NumberRange(FEWEST, MOST)], default=10)
    price = StringField(_("Price for all of them"), [InputRequired(AMOUNT), is_amount])
    months = IntegerField(_("Valid for"), [Optional(), NumberRange(1, 120)], default=12)
    request_key = HiddenField()


class InvoiceForm(FlaskForm):
    """`therapist` and `day` are of the treatments on it; its other rows are read by read_rows."""

    therapist = SelectField(_("Treatments given by"), default="", validate_choice=False)
    day = StringField(_("Day of the treatments"))
    request_key = HiddenField()


class ClientMoneyPage(Page):
    permissions = {"page": P.PAYMENT_TAKE, "pay": P.PAYMENT_TAKE, "give_back": P.PAYMENT_TAKE,
                   "deposit": P.PAYMENT_TAKE, "package": P.INVOICE_ISSUE, "invoice": P.INVOICE_ISSUE}

    @expose("/")
    def page(self, client_id):
        return show_account(client_id)

    @expose("/pay", methods=("GET", "POST"))
    def pay(self, client_id):
        """Money on account: against the oldest open invoices, the rest is credit."""
        form, client = MoneyInForm(), get_client(client_id)
        if form.validate_on_submit():
            amount = amount_of(form, "amount")
            if amount is not None and attempt(form, lambda: take_payment(
                    current_actor(), client_id=client_id, amount=amount, method=Method(form.method.data),
                    request_key=key_of(form), is_for_oldest=True).id):
                flash(gettext("%(amount)s received", amount=show.money(amount)), "success")
                return redirect(url_for("client_money.page", client_id=client_id))
        return show_form("pay", form, client_id, name=client.name)

    @expose("/give-back", methods=("GET", "POST"))
    def give_back(self, client_id):
        form, client = MoneyBackForm(), get_client(client_id)
        if not form.is_submitted():
            form.amount.data = plain(free_credit(client_id), the_practice().currency)
        if form.validate_on_submit():
            amount = amount_of(form, "amount")
            if amount is not None and attempt(form, lambda: give_back(
                    current_actor(), client_id=client_id, amount=amount, method=Method(form.method.data),
                    request_key=key_of(form), reason=form.reason.data).id):
                flash(gettext("%(amount)s given back", amount=show.money(amount)), "success")
                return redirect(url_for("client_money.page", client_id=client_id))
        return show_form("give_back", form, client_id, name=client.name)

    @expose("/deposit", methods=("GET", "POST"))
    def deposit(self, client_id):
        """Money ahead for an appointment that is still to come."""
        need("deposits")
        form, client = DepositForm(), get_client(client_id)
        coming = coming_of(client_id)
        form.appointment.choices = row_choices(
            (row.id, f"{show.weekday_day(row.starts_at)}, {show.time(row.starts_at)}, {row.treatment.name}")
            for row in coming)
        if form.validate_on_submit():
            amount, appointment_id = amount_of(form, "amount"), int(form.appointment.data)
            if amount is not None and attempt(form, lambda: take_deposit(
                    current_actor(), client_id=client_id, appointment_id=appointment_id, amount=amount,
                    method=Method(form.method.data), request_key=key_of(form)).id):
                flash(gettext("%(amount)s received", amount=show.money(amount)), "success")
                return redirect(url_for("client_money.page", client_id=client_id))
        return show_form("deposit", form, client_id, name=client.name, coming=coming)

    @expose("/package", methods=("GET", "POST"))
    def package(self, client_id):
        need("packages")
        form, client = PackageForm(), get_client(client_id)
        form.treatment.choices = row_choices([(row.id, row.name) for row in treatments()], first=CHOOSE)
        if form.validate_on_submit():
            price = amount_of(form, "price")
            months, treatment_id, sessions = form.months.data, int(form.treatment.data), form.sessions.data
            document_id = attempt(form, lambda: sell_package(
                current_actor(), client_id=client_id, treatment_id=treatment_id, sessions=sessions, price_amount=price,
                request_key=key_of(form),
                holds_days=round(months * 365 / 12) if months else None).document_id) if price is not None else None
            if document_id:
                flash(gettext("The package is sold. Here is its invoice."), "success")
                return redirect(url_for("money.page", document_id=document_id))
        return show_form("package", form, client_id, name=client.name)

    @expose("/invoice", methods=("GET", "POST"))
    def invoice(self, client_id):
        """An invoice by hand: products, and treatments that were in no calendar."""
        form, client = InvoiceForm(), get_client(client_id)
        form.therapist.choices = row_choices([(row.id, row.name) for row in therapists()], first=CHOOSE)
        if not form.is_submitted():
            form.day.data = show.today().isoformat()
        rows = [(request.form.get(f"product-{place}", ""), request.form.get(f"pieces-{place}", "").strip() or "1")
                for place in range(ROWS)]
        if form.validate_on_submit():
            made = write_by_hand(form, client_id, rows)
            if made:
                if len(made) > 1:
                    flash(gettext("Made as %(count)s invoices: the treatment, and what is sold beside it.",
                                  count=len(made)), "success")
                return redirect(url_for("money.page", document_id=made[0]))
        return show_form("invoice", form, client_id, name=client.name, products=products(), treatments=treatments(),
                         rows=rows, setup_url=url_for("setup.index") if current_actor().may(P.PREMISES_EDIT) else None)


def write_by_hand(form: InvoiceForm, client_id: int, rows: list[tuple[str, str]]) -> list[int] | None:
    """The invoices that were made; None when it was refused, with the reason on the form."""
    given, sold = ([(row[0].removeprefix(GIVEN), row[1]) for row in rows if row[0].startswith(GIVEN) is is_given]
                   for is_given in (True, False))
    therapist_id = row_number(form.therapist.data or "") or None
    try:
        treated = read_rows(given, {row.id for row in treatments()})
        extras = read_rows(sold, {row.id for row in products()})
        if not treated and not extras:
            raise Invalid(_("Choose at least one product or treatment."))
        if treated and therapist_id not in {row.id for row in therapists()}:
            raise Invalid(CHOOSE, "therapist")
    except Invalid as error:
        show_error(form, error)
        return None
    day = day_of(form, "day") if treated else None
    if treated and day is None:
        return None

    def work():
        lines = [by_hand(client_id, one.product_id, one.quantity, therapist_id, day) for one in treated]
        return [row.id for row in issue_papers(
            current_actor(), client_id=client_id, lines=[*lines, *map(product_line, extras)],
            therapist_id=therapist_id if treated else None, request_key=key_of(form))]

    return attempt(form, work)


def show_form(template: str, form: FlaskForm, client_id: int, **values):
    if not form.is_submitted() and "request_key" in form:
        form.request_key.data = new_key()
    page = render_template(f"admin/{FOLDERS.get(template, 'money')}/{template}.html", form=form, client_id=client_id,
                           account=account_of(client_id, show.today(), recent=0), currency=the_practice().currency,
                           **values)
    return page, 422 if form.errors or form.form_errors else 200


def show_account(client_id: int):
    client, account = get_client(client_id), account_of(client_id, show.today(), recent=50)
    payments = lists.list_payments(client_id=client_id, limit=50).rows
    ids = [row.id for row in payments]
    return render_template(
        "admin/money/account.html", client=client, account=account, state_of=state_of, payments=payments,
        paid=lists.paid_by(ids), undone=lists.reversed_ids(ids), may=current_actor().may, P=P)


def read_rows(rows: list[tuple[str, str]], known: set[int]) -> list[Extra]:
    """Products and pieces. Raises Invalid."""
    extras = []
    for product, pieces in rows:
        if not product:
            continue
        if row_number(product) not in known:
            raise Invalid(_("Choose one of the list."))
        if not (pieces.isascii() and pieces.isdigit() and len(pieces) < 5 and 1 <= int(pieces) <= MOST_PIECES):
            raise Invalid(_("From 1 to 99 pieces."))
        extras.append(Extra(int(product), int(pieces)))
    return extras
