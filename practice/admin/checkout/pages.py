"""Checking a client out: what to charge, how it is paid, the receipt, the next appointment.

What is charged travels in the address; prices come from the price list each time, and the sum that was on the screen
must still hold when the money is taken.
"""
import re
import secrets
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext

from practice.access.permissions import Permission as P
from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.checkout.address import Asked, address_of, charge_of, fields_of, read_address
from practice.admin.checkout.offers import asks, offered, packages_of
from practice.admin.checkout.panel import CheckoutForm, Money, amount_words, faces, offer_over, read_money
from practice.admin.papers import receipt_pdf
from practice.admin.sending import pdf
from practice.billing.models.documents import Document
from practice.billing.models.packages import Package
from practice.billing.queries.accounts import Account, account_of, live_packages
from practice.billing.queries.charged import charged
from practice.billing.queries.deposits import free_credit
from practice.billing.queries.documents import (
    expected_number,
    for_appointment,
    get_document,
    paid_together,
    parts_of,
    state_of,
)
from practice.billing.services.checkout import Along, Charge, CheckedOutAlready, checkout, what_pays, what_to_charge
from practice.billing.services.papers import Sums, papers_of, sums_of
from practice.billing.services.uncharged import uncharged
from practice.billing.settlement import Settlement
from practice.catalog.queries import products
from practice.clients.queries import get_client
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import decimals, plain
from practice.premises.queries import the_practice
from practice.schedule.queries.appointments import next_of
from practice.schedule.states import AppointmentState


@dataclass(frozen=True)
class Beside:
    """Somebody else's session that is paid along: what it comes to, what its own client brings, and the packages and
    the credit that would pay for it."""

    asked: Along
    charge: Charge
    name: str
    amount: int
    paid: Settlement
    packages: list[Package]
    credit: int


@dataclass(frozen=True)
class Due:
    """What the invoice comes to, what pays for it, what else is paid along, and what that leaves to pay now."""

    totals: Sums
    paid: Settlement
    account: Account
    also: Document | None
    along: list[Beside]
    to_pay: int


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
            due = what_is_due(charge, asked := without_vouchers(asked))
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
            therapist=short_name(charge), asks=asks(charge),
            along=paid_together(document.id) if document else [])

    @expose("/receipt/<int:document_id>.pdf")
    def receipt_pdf(self, document_id):
        document = get_document(document_id)
        paper = receipt_pdf(document, parts_of(document_id), is_copy="copy" in request.args)
        return pdf(paper, f"receipt-{document.number_text}", client_id=document.client_id)


def what_is_due(charge: Charge, asked: Asked) -> Due:
    """The sums of the pay panel, by the same rules as the checkout itself."""
    totals = sums_of(charge.lines, charge.appointment.user_id)
    account = account_of(charge.appointment.client_id, show.today(), recent=0)
    paid = what_pays(charge, totals.gross, package_id=asked.package_id, voucher=asked.voucher,
                     with_credit=asked.with_credit)
    also = next((row for row in account.open_documents if row.id == asked.also_id), None)
    along: list[Beside] = []
    for one in asked.together:
        if one.appointment_id != charge.appointment.id and not charged([one.appointment_id]):
            brought = {charge.appointment.client_id,
                       *(other.charge.appointment.client_id for other in along if other.paid.by_credit)}
            along.append(beside(one, brought))
    return Due(totals, paid, account, also, along,
               paid.left + (also.open_amount if also else 0) + sum(one.paid.left for one in along))


def beside(one: Along, brought: set[int]) -> Beside:
    """As it was handed over, with what its own client brings; `brought` are the clients whose credit is in use already.

    Raises NotFound, and what what_pays raises.
    """
    charge = what_to_charge(one.appointment_id)
    row = charge.appointment
    amount = sums_of(charge.lines, row.user_id).gross
    credit = 0 if row.client_id in brought else free_credit(row.client_id, appointment_id=row.id)
    one = replace(one, with_credit=one.with_credit and credit > 0)
    paid = what_pays(charge, amount, package_id=one.package_id, voucher=one.voucher, with_credit=one.with_credit)
    return Beside(one, charge, get_client(row.client_id).name, amount, paid,
                  [package for package in live_packages(row.client_id, show.today())
                   if package.treatment_id == charge.treatment.id], credit)


def without_vouchers(asked: Asked) -> Asked:
    """The same with no voucher, when one cannot be used."""
    return replace(asked, voucher="", together=tuple(replace(one, voucher="") for one in asked.together))


def others_done(charge: Charge, due: Due) -> list[tuple]:
    """(session, what it comes to) of others on this day that are done and not charged: who may be paid along."""
    taken = {charge.appointment.id, *(one.charge.appointment.id for one in due.along)}
    day = charge.appointment.on_date
    return [(visit, amount) for visit, amount in uncharged(day, day) if visit.id not in taken]


def take(form: CheckoutForm, appointment_id: int, asked: Asked, due: Due) -> bool:
    """Take the money and issue the invoice; what is refused stands on the form."""
    is_again = bool(charged([appointment_id]))  # a second click: what the first one left changes the sums
    if form.due.data != str(due.to_pay) and not is_again:
        form.form_errors.append(gettext("The sum has changed since this page was opened. Please look again."))
        form.amount.data = plain(due.to_pay, the_practice().currency)
        return False
    try:
        money = Money([]) if is_again else read_money(form, due.to_pay)
    except DomainError as error:
        show_error(form, error)
        return False
    key = re.sub(r"\W", "", form.request_key.data or "")[:40] or secrets.token_hex(16)

    def work():
        try:
            return checkout(
                current_actor(), appointment_id, payments=money.payments, request_key=key, extras=asked.extras,
                discount=asked.discount, discount_reason=asked.reason, is_on_all=asked.is_on_all,
                shared_with_id=asked.shared_with_id,
                with_credit=asked.with_credit, package_id=asked.package_id,
                also_ids=[asked.also_id] if asked.also_id else [], tip=money.tip,
                tip_for_id=money.tip_for_id, voucher=asked.voucher,
                together=[one.asked for one in due.along])
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


def show_page(form: CheckoutForm, charge: Charge, asked: Asked, due: Due):
    currency = the_practice().currency
    if not form.is_submitted():
        form.amount.data = plain(due.to_pay, currency)
        form.request_key.data = secrets.token_hex(16)
    form.due.data = str(due.to_pay)
    client = get_client(charge.appointment.client_id)
    typed = {name: request.args.get(name, "")[:120] for name in ("discount", "why", "voucher")}
    page = render_template(
        "admin/checkout/page.html", form=form, charge=charge, client=client, due=due, asked=asked, typed=typed,
        account=due.account, products=products(), state_of=state_of,
        places=decimals(currency), held=fields_of(asked),
        lines=list(zip(charge.lines, due.totals.lines, strict=True)), therapist=short_name(charge), asks=asks(charge),
        go=lambda **changed: address_of(asked, charge, **changed), what=summary(charge), slots=offered(charge),
        rate=f"{min(due.totals.rates) / 10_000:g}" if len(due.totals.rates) == 1 else None, amount_words=amount_words(),
        number=expected_number(charge.appointment.user_id, show.today()), packages=packages_of(charge, due.account),
        others=others_done(charge, due), Along=Along, people=other_therapists(charge),
        papers=len(papers_of(charge.lines, charge.appointment.user_id)), methods=faces(),
        is_done=charge.appointment.state is AppointmentState.DONE)
    return page, (422 if form.errors else 200)


def summary(charge: Charge) -> str:
    """"Deep tissue 60, foam roller"."""
    return ", ".join([charge.treatment.name, *(line.text for line in charge.lines[1:])])


def other_therapists(charge: Charge) -> dict[int, str]:
    """Who may have given the treatment together with the booked therapist."""
    return {person.id: person.name for person in therapists() if person.id != charge.appointment.user_id}


def short_name(charge: Charge) -> str:
    """The therapist as colleagues say."""
    names = {person.id: person.short_name or person.name for person in therapists()}
    return names.get(charge.appointment.user_id, charge.appointment.therapist.name)
