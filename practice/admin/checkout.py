"""Checking a client out: what to charge, how it is paid, the receipt, the next appointment."""
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.fields import enum_choices
from practice.admin.papers import receipt_pdf
from practice.admin.sending import pdf
from practice.billing.models.payments import METHOD_LABELS, Method
from practice.billing.queries.accounts import account_of
from practice.billing.queries.documents import for_appointment, get_document, parts_of
from practice.billing.services.checkout import Charge, Extra, checkout, what_to_charge
from practice.billing.services.documents import price_lines
from practice.billing.services.packages import is_used_for
from practice.catalog.queries import products
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import parse, plain
from practice.core.text import _
from practice.premises.queries import tax_codes, the_practice
from practice.schedule.queries.appointments import next_of
from practice.schedule.queries.diary import first_free


class CheckoutForm(FlaskForm):
    """The pay panel. What is charged travels in the address; `due` is the sum that was on the screen."""

    method = RadioField(_("Method"), choices=enum_choices(METHOD_LABELS), default=Method.CARD.value)
    amount = StringField(_("Amount received"))
    second_method = RadioField(_("The rest by"), default="",
                               choices=enum_choices(METHOD_LABELS, first=_("Nothing more")))
    credit = BooleanField(_("Use credit"))
    due = HiddenField()
    request_key = HiddenField()


@dataclass(frozen=True)
class Asked:
    """What the address asks to be charged, beside the treatment."""

    extras: tuple[Extra, ...] | None
    discount: int
    reason: str
    package_id: int | None
    with_credit: bool


class CheckoutPage(Page):
    permissions = {"page": P.INVOICE_ISSUE, "receipt": P.INVOICE_ISSUE, "receipt_pdf": P.INVOICE_ISSUE}

    @expose("/<int:appointment_id>", methods=("GET", "POST"))
    def page(self, appointment_id):
        form, currency = CheckoutForm(), the_practice().currency
        document = for_appointment(appointment_id)
        if (document is not None or is_used_for(appointment_id)) and request.method == "GET":
            return redirect(url_for("checkout.receipt", appointment_id=appointment_id))
        try:
            asked = read_address(currency)
            charge = what_to_charge(appointment_id, extras=asked.extras, discount=asked.discount,
                                    discount_reason=asked.reason)
        except Invalid as error:
            show_error(form, error)
            asked = Asked(None, 0, "", None, False)
            charge = what_to_charge(appointment_id)
        due = sums(charge, asked)
        if form.is_submitted() and not form.errors and self._pay(form, appointment_id, asked, due, currency):
            return redirect(url_for("checkout.receipt", appointment_id=appointment_id))
        return self._show(form, charge, asked, due, currency)

    def _pay(self, form, appointment_id: int, asked: Asked, due, currency: str) -> bool:
        if form.due.data != str(due.to_pay):
            form.form_errors.append(gettext("The sum has changed since this page was opened. Please look again."))
            return False
        try:
            payments = read_payments(form, due.to_pay, currency)
        except DomainError as error:
            show_error(form, error)
            return False
        key = form.request_key.data or secrets.token_hex(16)
        return attempt(form, lambda: checkout(
            current_actor(), appointment_id, payments=payments, request_key=key[:40], extras=asked.extras,
            discount=asked.discount, discount_reason=asked.reason, with_credit=asked.with_credit,
            package_id=asked.package_id)) is not None

    def _show(self, form, charge: Charge, asked: Asked, due, currency: str):
        charge = what_to_charge(charge.appointment.id, extras=asked.extras, discount=asked.discount,
                                discount_reason=asked.reason)  # read afresh after a refused attempt
        row = charge.appointment
        if not form.is_submitted():
            form.amount.data = plain(due.to_pay, currency)
            form.request_key.data = secrets.token_hex(16)
            form.due.data = str(due.to_pay)
        client = get_client(row.client_id)
        return render_template(
            "admin/checkout/page.html", form=form, charge=charge, client=client, due=due, asked=asked,
            account=account_of(client.id, show.today()), products=products(), currency=currency,
            lines=list(zip(charge.lines, due.totals.lines, strict=True)), address=address_of,
            next_number=gettext("the next number"), slots=offered(charge)), (422 if form.errors else 200)

    @expose("/<int:appointment_id>/receipt")
    def receipt(self, appointment_id):
        document = for_appointment(appointment_id)
        if document is None and not is_used_for(appointment_id):
            raise NotFound()
        charge = what_to_charge(appointment_id)
        parts = parts_of(document.id) if document else []
        return render_template("admin/checkout/receipt.html", document=document, parts=parts, charge=charge,
                               client=get_client(charge.appointment.client_id), slots=offered(charge),
                               booked=next_of(charge.appointment.client_id))

    @expose("/receipt/<int:document_id>.pdf")
    def receipt_pdf(self, document_id):
        document = get_document(document_id)
        return pdf(receipt_pdf(document, parts_of(document_id)), f"receipt-{document.number_text}")


@dataclass(frozen=True)
class Due:
    """What the invoice will come to, what credit covers of it, and what is left to pay now."""

    totals: object
    credit: int
    to_pay: int


def sums(charge: Charge, asked: Asked) -> Due:
    lines = charge.lines[1:] if asked.package_id else charge.lines
    totals = price_lines(the_practice(), charge.lines, {code.id: code for code in tax_codes()})
    gross = price_lines(the_practice(), lines, {code.id: code for code in tax_codes()}).gross if lines else 0
    credit = min(account_of(charge.appointment.client_id, show.today()).credit, gross) if asked.with_credit else 0
    return Due(totals, credit, gross - credit)


def read_address(currency: str) -> Asked:
    """What the address asks for. Raises Invalid."""
    extras = None
    if "product" in request.args:
        counts: dict[int, int] = {}
        for text in request.args.getlist("product"):
            if text.isdigit() and len(text) < 10:
                counts[int(text)] = counts.get(int(text), 0) + 1
        extras = tuple(Extra(product, count) for product, count in counts.items())
    discount = request.args.get("discount", "").strip()
    package = request.args.get("package", "")
    return Asked(extras, parse(discount, currency) if discount else 0, request.args.get("why", "")[:120],
                 int(package) if package.isdigit() and len(package) < 10 else None, "credit" in request.args)


def address_of(asked: Asked, appointment_id: int, **changed) -> str:
    """The address of the same checkout with something added or taken away."""
    product_ids = [extra.product_id for extra in asked.extras or () for _piece in range(extra.quantity)]
    discount = plain(asked.discount, the_practice().currency) if asked.discount else None
    values = {"product": product_ids or None, "discount": discount, "why": asked.reason or None,
              "package": asked.package_id, "credit": "1" if asked.with_credit else None}
    values |= changed
    if "add" in values:
        values["product"] = [*product_ids, values.pop("add")]
    return url_for("checkout.page", appointment_id=appointment_id,
                   **{name: value for name, value in values.items() if value not in (None, 0, "", [])})


def read_payments(form, to_pay: int, currency: str) -> list[tuple[Method, int]]:
    """(method, amount) once or twice; cash given above the sum is change, not a payment. Raises Invalid."""
    if to_pay == 0:
        return []
    if form.method.data not in set(Method):
        raise Invalid(_("Choose how it is paid."), "method")
    text = (form.amount.data or "").strip()
    amount = parse(text, currency) if text else 0
    if amount < 0:
        raise Invalid(_("Enter an amount above zero."), "amount")
    method = Method(form.method.data)
    if method is Method.CASH and amount > to_pay:
        flash(gettext("Change: %(amount)s", amount=show.money(amount - to_pay)), "success")
        amount = to_pay
    payments = [(method, amount)]
    if form.second_method.data in set(Method) and amount < to_pay:
        payments.append((Method(form.second_method.data), to_pay - amount))
    return payments


def offered(charge: Charge) -> list:
    """Three free times when the therapist asked the client to come back."""
    if charge.handover is None or charge.handover.back_in_days is None:
        return []
    earliest = clock.now() + timedelta(days=charge.handover.back_in_days)
    return first_free(charge.treatment.id, earliest=earliest, therapist_id=charge.appointment.user_id, count=3)
