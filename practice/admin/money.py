"""Invoices and payments: lists, one document, its PDF, taking money, taking back."""
import secrets
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import ListView, Page, attempt, show_error
from practice.admin.fields import enum_choices
from practice.admin.papers import invoice_pdf
from practice.admin.sending import pdf
from practice.billing.models.payments import METHOD_LABELS, Method, Payment
from practice.billing.queries import documents as reading
from practice.billing.queries.documents import SHOWN_LABELS, Shown
from practice.billing.services.documents import credit_note
from practice.billing.services.payments import reverse_payment, take_payment, use_credit
from practice.core.db import db
from practice.core.errors import DomainError, NotFound
from practice.core.money import parse, plain
from practice.core.text import _
from practice.premises.queries import the_practice


class PayForm(FlaskForm):
    amount = StringField(_("Amount received"), [InputRequired(_("Enter an amount"))])
    method = RadioField(_("Method"), choices=enum_choices(METHOD_LABELS), default=Method.CARD.value)
    request_key = HiddenField()


class ReasonForm(FlaskForm):
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words."))])


class MoneyPage(Page):
    permissions = {
        "index": P.INVOICE_READ, "page": P.INVOICE_READ, "invoice_pdf": P.INVOICE_READ, "payments": P.INVOICE_READ,
        "pay": P.PAYMENT_TAKE, "credit": P.PAYMENT_TAKE, "take_back": P.INVOICE_ISSUE, "reverse": P.PAYMENT_TAKE}

    @expose("/")
    def index(self):
        shown = Shown(request.args.get("shown", Shown.ALL)) if request.args.get("shown") in set(Shown) else Shown.ALL
        number = request.args.get("q", "").strip()[:40]
        page = reading.list_documents(shown, show.today(), number=number, after=read_key())
        return render_template("admin/money/index.html", page=page, shown=shown, number=number,
                               labels=SHOWN_LABELS, state_of=reading.state_of, older=older_url(page, shown, number))

    @expose("/invoices/<int:document_id>")
    def page(self, document_id):
        return show_document(document_id, new_pay_form(document_id), ReasonForm(formdata=None))

    @expose("/invoices/<int:document_id>.pdf")
    def invoice_pdf(self, document_id):
        document = reading.get_document(document_id)
        return pdf(invoice_pdf(document), f"{document.kind}-{document.number_text}")

    @expose("/invoices/<int:document_id>/pay", methods=("POST",))
    def pay(self, document_id):
        form, document = PayForm(), reading.get_document(document_id)
        client_id, key = document.client_id, (form.request_key.data or secrets.token_hex(16))[:60]
        if form.validate_on_submit():
            try:
                amount = parse(form.amount.data, the_practice().currency)
                if attempt(form, lambda: take_payment(
                        current_actor(), client_id=client_id, amount=amount, method=Method(form.method.data),
                        request_key=key, document_id=document_id).id):
                    flash(gettext("%(amount)s received", amount=show.money(amount)), "success")
                    return redirect(url_for("money.page", document_id=document_id))
            except DomainError as error:
                show_error(form, error)
        return show_document(document_id, form, ReasonForm(formdata=None)), 422

    @expose("/invoices/<int:document_id>/credit", methods=("POST",))
    def credit(self, document_id):
        form = FlaskForm()
        used = attempt(form, lambda: use_credit(current_actor(), document_id))
        if used:
            flash(gettext("%(amount)s of the credit used", amount=show.money(used)), "success")
        return redirect(url_for("money.page", document_id=document_id))

    @expose("/invoices/<int:document_id>/take-back", methods=("POST",))
    def take_back(self, document_id):
        form = ReasonForm()
        if form.validate_on_submit():
            note_id = attempt(form, lambda: credit_note(current_actor(), document_id, reason=form.reason.data).id)
            if note_id:
                return redirect(url_for("money.page", document_id=note_id))
        return show_document(document_id, new_pay_form(document_id), form), 422

    @expose("/payments")
    def payments(self):
        rows = payment_rows(request.args.get("before", ""))
        return render_template("admin/money/payments.html", rows=rows[:50], has_more=len(rows) > 50,
                               form=ReasonForm(formdata=None))

    @expose("/payments/<int:payment_id>/reverse", methods=("POST",))
    def reverse(self, payment_id):
        form = ReasonForm()
        reading.get_payment(payment_id)
        if form.validate_on_submit() and attempt(
                form, lambda: reverse_payment(current_actor(), payment_id, reason=form.reason.data).id):
            flash(gettext("The payment was taken back. What it paid is open again."), "success")
        else:
            for errors in form.errors.values():
                flash(gettext(str(errors[0])), "error")
        return redirect(url_for("money.payments"))


def new_pay_form(document_id: int) -> PayForm:
    document = reading.get_document(document_id)
    form = PayForm(formdata=None)
    form.amount.data = plain(document.open_amount, document.currency)
    form.request_key.data = secrets.token_hex(16)
    return form


def show_document(document_id: int, pay_form: PayForm, reason_form: ReasonForm):
    document = reading.get_document(document_id)
    origin = reading.get_document(document.refers_to_id) if document.refers_to_id else None
    return render_template(
        "admin/money/page.html", document=document, parts=reading.parts_of(document_id), origin=origin,
        state=reading.state_of(document, show.today()), pay_form=pay_form, reason_form=reason_form,
        credit=reading.credit_of(document.client_id), actor=current_actor(), may=current_actor().may, P=P)


def read_key():
    """Where the list goes on: "2026-11-17_123"."""
    day, _bar, number = request.args.get("after", "").partition("_")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdigit() and len(number) < 16 else None
    except ValueError:
        return None


def older_url(page, shown: Shown, number: str) -> str | None:
    if not page.has_after:
        return None
    day, row_id = reading.key_of(page.rows[-1], shown)
    return url_for("money.index", shown=shown.value, q=number or None, after=f"{day.isoformat()}_{row_id}")


def payment_rows(before: str) -> list[Payment]:
    """One page of payments, newest first, and one more."""
    chosen = select(Payment).order_by(Payment.id.desc()).limit(51)
    if before:
        if not before.isdigit() or len(before) > 15:
            raise NotFound()
        chosen = chosen.where(Payment.id < int(before))
    return list(db.session.scalars(chosen))


class DocumentList(ListView):
    read_permission, export_permission = P.INVOICE_READ, P.MONEY_EXPORT
    column_list = column_export_list = ("number_text", "kind", "state", "issued_on", "due_on", "billed_name",
                                        "net_amount", "tax_amount", "gross_amount", "open_amount", "currency")
    column_details_list = (*column_list, "reason", "content_hash")
    column_labels = {"number_text": _("Number"), "kind": _("Kind"), "state": _("State"), "issued_on": _("Issued"),
                     "due_on": _("Due"), "billed_name": _("Billed to"), "net_amount": _("Without tax"),
                     "tax_amount": _("Tax"), "gross_amount": _("With tax"), "open_amount": _("Still owed"),
                     "currency": _("Currency"), "reason": _("Why"), "content_hash": _("Fingerprint")}
    column_sortable_list = ("number_text", "issued_on")
    column_filters = ("issued_on", "number_text")
    column_default_sort = ("id", True)
    number_columns = ("net_amount", "tax_amount", "gross_amount", "open_amount")
    column_formatters = {name: lambda view, context, row, name: show.money(getattr(row, name))
                         for name in number_columns}


class PaymentList(ListView):
    read_permission, export_permission = P.INVOICE_READ, P.MONEY_EXPORT
    column_list = column_details_list = column_export_list = ("id", "received_on", "method", "amount", "currency",
                                                              "reference", "reason")
    column_labels = {"id": _("Number"), "received_on": _("Day"), "method": _("Method"), "amount": _("Amount"),
                     "currency": _("Currency"), "reference": _("Reference"), "reason": _("Why")}
    column_sortable_list = ("id", "received_on")
    column_filters = ("received_on",)
    column_default_sort = ("id", True)
    number_columns = ("amount",)
    column_formatters = {"amount": lambda view, context, row, name: show.money(row.amount),
                         "method": lambda view, context, row, name: show.label(row.method)}


class PackageList(ListView):
    read_permission, export_permission = P.INVOICE_READ, P.MONEY_EXPORT
    column_list = column_details_list = column_export_list = (
        "id", "sold_on", "expires_on", "sessions_bought", "sessions_left", "value_left_amount")
    column_labels = {"id": _("Number"), "sold_on": _("Sold"), "expires_on": _("Until"), "sessions_bought": _("Bought"),
                     "sessions_left": _("Left"), "value_left_amount": _("Value left")}
    column_default_sort = ("id", True)
    number_columns = ("sessions_bought", "sessions_left", "value_left_amount")
    column_formatters = {"value_left_amount": lambda view, context, row, name: show.money(row.value_left_amount)}

