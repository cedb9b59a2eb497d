"""What the practice uses of money, and up to which day its books are closed."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, SelectField, StringField

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page
from practice.admin.fields import row_choices
from practice.admin.setup.pieces import SetupForm, WholeField, save, text
from practice.admin.setup_tabs import tabs
from practice.admin.typing_money import day_of
from practice.core.text import _
from practice.premises import services
from practice.premises.queries import get_practice, tax_codes

SWITCHES = ("has_till", "has_tips", "has_deposits", "has_packages", "has_vouchers", "has_memberships",
            "has_reminders", "has_einvoices", "has_payouts")
NUMBERS = ("reminder_days", "no_show_percent", "late_cancel_percent")


class MoneyForm(SetupForm):
    has_till = BooleanField(_("Till"), description=_("Opened with a float, counted at the end of the day."))
    has_tips = BooleanField(_("Tips"), description=_("Who pays more is asked whether it is a tip. Tips are owed to the "
                                                     "therapist."))
    has_deposits = BooleanField(_("Deposits"), description=_("Money paid ahead for an appointment, kept for it."))
    has_packages = BooleanField(_("Packages"), description=_("Sessions paid ahead, used one by one."))
    has_memberships = BooleanField(_("Memberships"), description=_("So many sessions a month, invoiced every month."))
    has_vouchers = BooleanField(_("Vouchers"), description=_("Gifts: for a treatment, or for an amount."))
    has_reminders = BooleanField(_("Reminders"), description=_("Letters for overdue invoices, in three steps."))
    has_einvoices = BooleanField(_("E-invoices"), description=_("The PDF of an invoice carries its data (Factur-X, "
                                                                "ZUGFeRD)."))
    has_payouts = BooleanField(_("Card payouts"), description=_("What the card processor paid to the bank, and the "
                                                                "fee it kept."))
    reminder_days = WholeField(_("Days from the due day to the first reminder, and to each next one"))
    no_show_percent = WholeField(_("No-show"))
    late_cancel_percent = WholeField(_("Cancelled late"))
    fee_tax_code_id = SelectField(_("Tax of a fee"), description=_("Ask your accountant: in some countries a fee is "
                                                                   "taxed like the treatment, in others not at all."))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fee_tax_code_id.choices = row_choices([(code.id, code.name) for code in tax_codes()],
                                                   first=_("As the treatment"))


class BooksForm(SetupForm):
    books_closed_on = StringField(_("Closed up to"))
    reason = text(_("Why they are opened again"), 200)


def stored() -> dict:
    row = get_practice()
    return {name: getattr(row, name) for name in (*SWITCHES, *NUMBERS)} | {
        "fee_tax_code_id": str(row.fee_tax_code_id or ""), "version": row.version}


class SetupMoneyPage(Page):
    permissions = {"index": P.PREMISES_EDIT, "books": P.PREMISES_EDIT}

    @expose("/", methods=("GET", "POST"))
    def index(self):
        form = MoneyForm(data=stored())
        if form.is_submitted() and form.validate() and self.write(form):
            flash(gettext("The settings are saved"), "success")
            return redirect(url_for("setup_money.index"))
        return show(form, None), 422 if form.errors or form.newer is not None else 200

    def write(self, form):
        values = {name: form[name].data for name in (*SWITCHES, *NUMBERS)}
        values["fee_tax_code_id"] = int(form.fee_tax_code_id.data) if form.fee_tax_code_id.data else None
        return save(form, lambda: services.change_settings(
            current_actor(), version=form.seen_version, **values).id, stored)

    @expose("/books", methods=("POST",))
    def books(self):
        """Closing the books, or opening them again with a reason."""
        form = BooksForm()
        day = day_of(form, "books_closed_on") if form.books_closed_on.data else None
        if form.validate() and not form.books_closed_on.errors and save(form, lambda: services.close_books(
                current_actor(), day, reason=form.reason.data).id, stored):
            flash(gettext("The settings are saved"), "success")
            return redirect(url_for("setup_money.index"))
        return show(None, form), 422


def show(form, books):
    form = form or MoneyForm(formdata=None, data=stored())
    practice = get_practice()
    closed = practice.books_closed_on
    if books is None:
        books = BooksForm(formdata=None)
        books.books_closed_on.data = closed.isoformat() if closed else ""
    return render_template("admin/setup/money.html", form=form, books=books, closed=closed,
                           reason=practice.books_reason, tabs_row=tabs("money"))
