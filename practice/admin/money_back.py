"""Putting money right: refunds, a wrong method, write-offs. Each one form and one step."""
from flask import flash, redirect, render_template, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.fields import enum_choices, method_choices
from practice.admin.typing_money import amount_of, day_of, is_amount, is_day, key_of, new_key
from practice.billing.models.payments import Method
from practice.billing.queries.documents import get_document, get_payment, parts_of, reversal_of
from practice.billing.queries.methods import methods
from practice.billing.services.payments import correct_method
from practice.billing.services.refunds import refund, refundable
from practice.billing.services.write_offs import write_off
from practice.core.money import plain
from practice.core.text import _
from practice.premises.queries import the_practice

AMOUNT = _("Enter an amount")
WHY = _("Say why, in a few words.")


class RefundForm(FlaskForm):
    amount = StringField(_("Amount to give back"), [InputRequired(AMOUNT), is_amount])
    method = RadioField(_("Method"), choices=method_choices, default=Method.CARD)
    reason = StringField(_("Why"), [InputRequired(WHY), Length(max=200)])
    request_key = HiddenField()


class WriteOffForm(FlaskForm):
    amount = StringField(_("Amount"), [InputRequired(AMOUNT), is_amount])
    on_date = StringField(_("Day"), [InputRequired(_("Choose a day")), is_day])
    reason = StringField(_("Why"), [InputRequired(WHY), Length(max=200)])


class MethodForm(FlaskForm):
    method = RadioField(_("It was paid by"), [InputRequired(_("Choose how it was paid."))])


class MoneyBackPage(Page):
    permissions = {"refund": P.PAYMENT_TAKE, "write_off": P.INVOICE_ISSUE, "method": P.PAYMENT_TAKE}

    @expose("/invoices/<int:document_id>/refund", methods=("GET", "POST"))
    def refund(self, document_id):
        """Credit note and money out in one step."""
        form, document = RefundForm(), get_document(document_id)
        if not form.is_submitted():
            form.amount.data, form.request_key.data = plain(refundable(document), document.currency), new_key()
            form.method.data = usual_method(document_id)
        if form.validate_on_submit():
            amount = amount_of(form, "amount")
            if amount is not None and attempt(form, lambda: refund(
                    current_actor(), document_id, amount=amount, method=Method(form.method.data),
                    request_key=key_of(form), reason=form.reason.data).id):
                flash(gettext("%(amount)s given back", amount=show.money(amount)), "success")
                return redirect(url_for("money.page", document_id=document_id))
            document = get_document(document_id)
        return page("refund", form, document=document, most=refundable(document))

    @expose("/invoices/<int:document_id>/write-off", methods=("GET", "POST"))
    def write_off(self, document_id):
        form, document = WriteOffForm(), get_document(document_id)
        if not form.is_submitted():
            form.amount.data = plain(document.open_amount, document.currency)
            form.on_date.data = show.today().isoformat()
        if form.validate_on_submit():
            amount, on = amount_of(form, "amount"), day_of(form, "on_date")
            if amount is not None and on and attempt(form, lambda: write_off(
                    current_actor(), document_id, amount=amount, on=on, reason=form.reason.data).id):
                flash(gettext("%(amount)s written off", amount=show.money(amount)), "success")
                return redirect(url_for("money.page", document_id=document_id))
            document = get_document(document_id)
        return page("write_off", form, document=document, closed=the_practice().books_closed_on)

    @expose("/payments/<int:payment_id>/method", methods=("GET", "POST"))
    def method(self, payment_id):
        """The wrong method put right: what it paid stays paid."""
        form, payment = MethodForm(), get_payment(payment_id)
        others = {method: word for method, word in methods().items() if method != payment.method}
        form.method.choices = enum_choices(others)
        if not form.is_submitted():
            form.method.data = next(iter(others)).value
        if form.validate_on_submit() and attempt(form, lambda: correct_method(
                current_actor(), payment_id, method=Method(form.method.data), reason=gettext("Wrong method")).id):
            flash(gettext("The method is put right."), "success")
            return redirect(url_for("money.payments"))
        payment = get_payment(payment_id)
        return page("method", form, payment=payment, undone=payment.amount < 0 or reversal_of(payment_id) is not None)


def usual_method(document_id: int) -> str:
    """The way the invoice was paid last: money goes back the way it came."""
    paid = [part.payment.method for part in parts_of(document_id) if part.payment is not None]
    return (paid[-1] if paid else Method.CARD).value


def page(template: str, form: FlaskForm, **values):
    shown = render_template(f"admin/money_back/{template}.html", form=form, **values)
    return shown, 422 if form.errors or form.form_errors else 200
