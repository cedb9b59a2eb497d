"""Checking a client out: what to charge, how it is paid, the receipt, the next appointment.

What is charged travels in the address, so that every step is a link and nothing is lost; prices come from the price
list each time, and the sum that was on the screen must still hold when the money is taken.
"""
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import format_date, gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.fields import enum_choices, row_choices
from practice.admin.papers import receipt_pdf
from practice.admin.sending import pdf
from practice.admin.switches import uses
from practice.billing.models.documents import Document
from practice.billing.models.payments import METHOD_LABELS, Method
from practice.billing.models.vouchers import VoucherKind
from practice.billing.pricing import Totals
from practice.billing.queries import vouchers
from practice.billing.queries.accounts import Account, account_of
from practice.billing.queries.deposits import free_credit
from practice.billing.queries.documents import (
    charged,
    expected_number,
    for_appointment,
    get_document,
    parts_of,
    state_of,
)
from practice.billing.services.checkout import Charge, CheckedOutAlready, Extra, checkout, what_to_charge
from practice.billing.services.documents import totals_of
from practice.billing.services.vouchers import OtherTreatment, live_voucher
from practice.catalog.queries import products
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import decimals, parse, plain
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.schedule.overlaps import Slot
from practice.schedule.queries.appointments import next_of
from practice.schedule.queries.diary import first_free
from practice.schedule.states import AppointmentState

LATER = "later"  # nothing is paid now, the invoice stays open
NONE = "0"  # in the address: nothing of this, although it is offered


class CheckoutForm(FlaskForm):
    """The pay panel. `due` is the sum that was on the screen, `request_key` makes two clicks one; `over` says what
    becomes of more than the sum: change, credit or a tip."""

    method = RadioField(_("Method"), choices=[*enum_choices(METHOD_LABELS), SelectChoice(LATER, lazy_gettext("Later"))],
                        default=Method.CARD.value)
    amount = StringField(_("Amount received"))
    second_method = RadioField(_("The rest by"), default="",
                               choices=enum_choices(METHOD_LABELS, first=_("Nothing more")))
    over = RadioField(_("What is more than the sum"), default="")
    tip_for = SelectField(_("For whom"))
    due = HiddenField()
    request_key = HiddenField()


CHANGE, CREDIT, TIP = "change", "credit", "tip"
OVER_LABELS = {CHANGE: _("Give change"), CREDIT: _("Keep as credit"), TIP: _("It is a tip")}


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `extras` None: what the therapist handed over; `also_id` an older invoice to pay."""

    extras: tuple[Extra, ...] | None = None
    discount: int = 0
    reason: str = ""
    package_id: int | None = None
    with_credit: bool = True
    also_id: int | None = None
    voucher: str = ""


@dataclass(frozen=True)
class Due:
    """What the invoice comes to, what package, voucher and credit cover, what is paid along, what is left to pay now.
    """

    totals: Totals
    by_package: int
    by_voucher: int
    credit: int
    also: Document | None
    to_pay: int


@dataclass(frozen=True)
class Money:
    """What was read from the pay panel: (method, minor units) once or twice, the change, and the tip in the first."""

    payments: list[tuple[Method, int]]
    change: int = 0
    tip: int = 0
    tip_for_id: int | None = None


class CheckoutPage(Page):
    permissions = {"page": P.INVOICE_ISSUE, "receipt": P.INVOICE_ISSUE, "receipt_pdf": P.INVOICE_ISSUE}

    @expose("/<int:appointment_id>", methods=("GET", "POST"))
    def page(self, appointment_id):
        if request.method == "GET" and charged([appointment_id]):
            return redirect(url_for("checkout.receipt", appointment_id=appointment_id))
        form, asked = CheckoutForm(), Asked()
        try:
            asked = read_address()
            charge = charge_of(appointment_id, asked)
        except Invalid as error:
            show_error(form, error)
            charge = charge_of(appointment_id, asked := Asked())
        try:
            due = what_is_due(charge, asked)
        except DomainError as error:
            show_error(form, error)
            due = what_is_due(charge, asked := replace(asked, voucher=""))
        offer_over(form, charge.appointment.user_id)
        if form.is_submitted() and not form.form_errors:
            done = take(form, appointment_id, asked, due)
            if done:
                return redirect(url_for("checkout.receipt", appointment_id=appointment_id))
            charge = charge_of(appointment_id, asked)  # read afresh after a refused attempt
            due = what_is_due(charge, asked)
        return show_page(form, charge, asked, due)

    @expose("/<int:appointment_id>/receipt")
    def receipt(self, appointment_id):
        if not charged([appointment_id]):
            raise NotFound()
        document, charge = for_appointment(appointment_id), what_to_charge(appointment_id)
        client_id = charge.appointment.client_id
        return render_template(
            "admin/checkout/receipt.html", document=document, parts=parts_of(document.id) if document else [],
            charge=charge, client=get_client(client_id), slots=offered(charge), booked=next_of(client_id),
            therapist=short_name(charge), asks=asks(charge))

    @expose("/receipt/<int:document_id>.pdf")
    def receipt_pdf(self, document_id):
        document = get_document(document_id)
        paper = receipt_pdf(document, parts_of(document_id), is_copy="copy" in request.args)
        return pdf(paper, f"receipt-{document.number_text}")


def read_address() -> Asked:
    """What the address asks for. Raises Invalid."""
    extras = None
    if "product" in request.args:
        counts: dict[int, int] = {}
        for product_id in map(number, request.args.getlist("product")):
            if product_id:
                counts[product_id] = counts.get(product_id, 0) + 1
        extras = tuple(Extra(product, count) for product, count in counts.items())
    discount = request.args.get("discount", "").strip()
    return Asked(extras, parse(discount, the_practice().currency) if discount else 0,
                 request.args.get("why", "").strip()[:120], number(request.args.get("package")) or None,
                 request.args.get("credit") != NONE, number(request.args.get("also")) or None,
                 vouchers.plain_code(request.args.get("voucher", "")) if uses("vouchers") else "")


def number(text: str | None) -> int:
    """A row's number in an address, 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def address_of(asked: Asked, charge: Charge, **changed) -> str:
    """The address of the same checkout with something added or taken away: add, drop (products), and Asked's names."""
    add, drop = changed.pop("add", None), changed.pop("drop", None)
    wanted = replace(asked, **changed)
    ids = None
    if add or drop or wanted.extras is not None:
        kept = charge.extras if wanted.extras is None else wanted.extras
        ids = [extra.product_id for extra in kept for _piece in range(extra.quantity) if extra.product_id != drop]
        ids = [*ids, *([add] if add else [])] or [NONE]
    values = {
        "product": ids, "package": wanted.package_id, "also": wanted.also_id,
        "discount": plain(wanted.discount, the_practice().currency) if wanted.discount else None,
        "voucher": wanted.voucher or None,
        "why": wanted.reason if wanted.discount else None, "credit": None if wanted.with_credit else NONE}
    return url_for("checkout.page", appointment_id=charge.appointment.id,
                   **{name: value for name, value in values.items() if value is not None})


def charge_of(appointment_id: int, asked: Asked) -> Charge:
    return what_to_charge(appointment_id, extras=asked.extras, discount=asked.discount, discount_reason=asked.reason)


def what_is_due(charge: Charge, asked: Asked) -> Due:
    """The sums of the pay panel, by the same calculator as the invoice."""
    client_id, lines = charge.appointment.client_id, charge.lines
    totals, by_package = totals_of(lines), 0
    gross = totals.gross
    if asked.package_id:
        gross = totals_of(lines[1:]).gross if lines[1:] else 0
        by_package = totals.gross - gross
    by_voucher = 0
    if asked.voucher:
        gross, by_voucher = covered(charge, asked, gross)
    account = account_of(client_id, show.today(), recent=0)
    free = free_credit(client_id, appointment_id=charge.appointment.id)
    credit = min(free, gross) if asked.with_credit else 0
    also = next((row for row in account.open_documents if row.id == asked.also_id), None)
    return Due(totals, by_package, by_voucher, credit, also, gross - credit + (also.open_amount if also else 0))


def covered(charge: Charge, asked: Asked, gross: int) -> tuple[int, int]:
    """What is left to pay and what the voucher covers. Raises NoSuchVoucher, VoucherOver, OtherTreatment, Invalid."""
    voucher = live_voucher(asked.voucher)
    if voucher.kind is VoucherKind.MULTI:
        return gross - min(gross, voucher.left_amount), min(gross, voucher.left_amount)
    if voucher.treatment_id != charge.treatment.id:
        raise OtherTreatment()
    if asked.package_id:
        raise Invalid(_("A package session pays for this treatment already."))
    rest = totals_of(charge.lines[1:]).gross if charge.lines[1:] else 0
    return rest, gross - rest


def take(form: CheckoutForm, appointment_id: int, asked: Asked, due: Due) -> bool:
    """Take the money and issue the invoice; what is refused stands on the form."""
    if form.due.data != str(due.to_pay):
        form.form_errors.append(gettext("The sum has changed since this page was opened. Please look again."))
        form.amount.data = plain(due.to_pay, the_practice().currency)
        return False
    try:
        money = read_money(form, due.to_pay)
    except DomainError as error:
        show_error(form, error)
        return False
    key = re.sub(r"\W", "", form.request_key.data or "")[:40] or secrets.token_hex(16)

    def work():
        try:
            return checkout(
                current_actor(), appointment_id, payments=money.payments, request_key=key, extras=asked.extras,
                discount=asked.discount, discount_reason=asked.reason, with_credit=asked.with_credit,
                package_id=asked.package_id, also_ids=[asked.also_id] if asked.also_id else [], tip=money.tip,
                tip_for_id=money.tip_for_id, voucher=asked.voucher)
        except CheckedOutAlready:
            return None  # somebody was quicker, or it is the same click: the receipt says what was taken

    done = attempt(form, work)
    if done is None:
        return False
    if done is True:
        flash(gettext("This session was checked out already. Nothing more was taken."), "message")
    elif money.change:
        flash(gettext("Change to give back: %(amount)s", amount=show.money(money.change)), "success")
    return True


def read_money(form: CheckoutForm, to_pay: int) -> Money:
    """What was given. Cash above the sum is change, not a payment. Raises Invalid."""
    if to_pay == 0 or form.method.data == LATER:
        return Money([])
    if form.method.data not in set(Method):
        raise Invalid(_("Choose how it is paid."), "method")
    text = (form.amount.data or "").strip()
    amount = parse(text, the_practice().currency) if text else 0
    if amount < 0:
        raise Invalid(_("Enter an amount above zero."), "amount")
    method = Method(form.method.data)
    if amount > to_pay:
        return more_than_due(form, method, amount, to_pay)
    payments = [(method, amount)]
    if form.second_method.data in set(Method) and amount < to_pay:
        payments.append((Method(form.second_method.data), to_pay - amount))
    return Money(payments)


def more_than_due(form: CheckoutForm, method: Method, amount: int, to_pay: int) -> Money:
    """Somebody gave more: change (cash alone), credit, or a tip. Raises Invalid."""
    over = form.over.data or (CHANGE if method is Method.CASH else CREDIT)
    if over == TIP:
        if not form.tip_for.data:
            raise Invalid(_("Choose for whom the tip is."), "tip_for")
        return Money([(method, amount)], tip=amount - to_pay, tip_for_id=int(form.tip_for.data))
    if over == CREDIT:
        return Money([(method, amount)])
    if method is not Method.CASH:
        raise Invalid(_("Change is given for cash alone."), "over")
    return Money([(method, to_pay)], amount - to_pay)


def offer_over(form: CheckoutForm, therapist_id: int) -> None:
    """The choices for more than the sum; tips where the practice takes them, first for who gave the session."""
    words = OVER_LABELS if uses("tips") else {key: OVER_LABELS[key] for key in (CHANGE, CREDIT)}
    form.over.choices = [SelectChoice(key, lazy_gettext(word)) for key, word in words.items()]
    form.over.validate_choice = False
    if form.over.data not in words:
        form.over.data = ""
    people = [(person.id, person.name) for person in therapists()]
    form.tip_for.choices = row_choices(sorted(people, key=lambda pair: pair[0] != therapist_id))
    if form.tip_for.data not in {str(number) for number, _name in people}:
        form.tip_for.data = form.tip_for.choices[0].value if people else ""


def show_page(form: CheckoutForm, charge: Charge, asked: Asked, due: Due):
    currency = the_practice().currency
    if not form.is_submitted():
        form.amount.data = plain(due.to_pay, currency)
        form.request_key.data = secrets.token_hex(16)
    form.due.data = str(due.to_pay)
    client = get_client(charge.appointment.client_id)
    rates = {tax.tax.rate for tax in due.totals.taxes}
    typed = {name: request.args.get(name, "")[:120] for name in ("discount", "why", "voucher")}
    page = render_template(
        "admin/checkout/page.html", form=form, charge=charge, client=client, due=due, asked=asked, typed=typed,
        account=account_of(client.id, show.today(), recent=0), products=products(), state_of=state_of,
        places=decimals(currency),
        lines=list(zip(charge.lines, due.totals.lines, strict=True)), therapist=short_name(charge), asks=asks(charge),
        go=lambda **changed: address_of(asked, charge, **changed), what=summary(charge), slots=offered(charge),
        rate=f"{rates.pop() / 10_000:g}" if len(rates) == 1 else None, amount_words=amount_words(),
        number=expected_number(charge.appointment.user_id, show.today()), packages=packages_of(charge),
        is_done=charge.appointment.state is AppointmentState.DONE, methods=METHODS)
    return page, (422 if form.errors else 200)


# value, word, icon, words of the button; `{amount}` is filled in by the page's script
METHODS = ((Method.CARD.value, _("Card"), "card", _("Take {amount} by card")),
           (Method.CASH.value, _("Cash"), "cash", _("Take {amount} in cash")),
           (Method.BANK.value, _("Bank"), "bank", _("Note {amount} by bank")),
           (LATER, _("Later"), "clock", _("Leave it open")))


def amount_words() -> str:
    """How an amount is written here, with {n} for the figures: "€{n}"."""
    return re.sub(r"\d[\d.,\s]*\d|\d", "{n}", show.money(0))


def summary(charge: Charge) -> str:
    """"Deep tissue 60, foam roller"."""
    return ", ".join([charge.treatment.name, *(line.text for line in charge.lines[1:])])


def short_name(charge: Charge) -> str:
    """The therapist as colleagues say."""
    names = {person.id: person.short_name or person.name for person in therapists()}
    return names.get(charge.appointment.user_id, charge.appointment.therapist.name)


@dataclass(frozen=True)
class PackageLeft:
    """A package of the client; `fits` when it is for the treatment that was given."""

    row: object
    name: str
    fits: bool


def packages_of(charge: Charge) -> list[PackageLeft]:
    """The client's packages, those that fit first."""
    account: Account = account_of(charge.appointment.client_id, show.today(), recent=0)
    found = [PackageLeft(row, account.treatment_names[row.treatment_id], row.treatment_id == charge.treatment.id)
             for row in account.packages]
    return sorted(found, key=lambda one: not one.fits)


def asks(charge: Charge) -> str | None:
    """"in 2 weeks": when the therapist wants the client back."""
    days = charge.handover.back_in_days if charge.handover else None
    if days is None:
        return None
    if days and days % 7 == 0:
        return ngettext("in %(num)s week", "in %(num)s weeks", days // 7)
    return ngettext("in %(num)s day", "in %(num)s days", days)


@dataclass(frozen=True)
class Offer:
    """A free time, and how it is said: "Tue 1 Dec 10:00"."""

    slot: Slot
    words: str


def offered(charge: Charge) -> list[Offer]:
    """Three free times when the therapist asked the client to come back."""
    if charge.handover is None or charge.handover.back_in_days is None:
        return []
    earliest = clock.now() + timedelta(days=charge.handover.back_in_days)
    slots = first_free(charge.treatment.id, earliest=earliest, therapist_id=charge.appointment.user_id, count=3)
    return [Offer(slot, in_words(clock.local(slot.start, the_practice().time_zone))) for slot in slots]


def in_words(wall: datetime) -> str:
    return f"{format_date(wall.date(), 'EEE d MMM')} {wall:%H:%M}"
