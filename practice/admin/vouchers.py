"""Gift vouchers: sold in one step, printed, listed with what is left of them."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import force_locale, format_date, gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from practice.access.permissions import Permission as P
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.fields import enum_choices, method_choices, row_choices
from practice.admin.sending import pdf
from practice.admin.show import money, phone
from practice.admin.switches import need
from practice.admin.typing_money import amount_of, is_amount, key_of, new_key
from practice.billing.models.payments import Method
from practice.billing.models.vouchers import VOUCHER_LABELS, VoucherKind
from practice.billing.queries import vouchers as reading
from practice.billing.queries.accounts import treatment_names
from practice.billing.services.packages import name_on_paper
from practice.billing.services.vouchers import pay_with_voucher, sell_voucher
from practice.catalog.queries import get_treatment, treatments
from practice.clients.queries import get_client
from practice.core.money import format_money
from practice.core.pdf import render
from practice.core.text import _
from practice.premises.queries import issuer_for, the_practice

AMOUNT = _("Enter an amount")


class VoucherForm(FlaskForm):
    kind = RadioField(_("Kind"), choices=enum_choices(VOUCHER_LABELS), default=VoucherKind.MULTI.value)
    treatment = SelectField(_("Treatment"), [Optional()])
    price = StringField(_("Price"), [InputRequired(AMOUNT), is_amount])
    value = StringField(_("Worth"), description=_("Empty: as the price. For a voucher of an amount."))
    for_name = StringField(_("For"), [Length(max=120)])
    months = IntegerField(_("Valid for"), [Optional(), NumberRange(1, 120)], default=36)
    method = RadioField(_("Method"), choices=method_choices, default=Method.CARD)
    request_key = HiddenField()


class VouchersPage(Page):
    permissions = {"index": P.INVOICE_READ, "sell": P.INVOICE_ISSUE, "paper": P.INVOICE_ISSUE,
                   "pay": P.PAYMENT_TAKE}

    @expose("/")
    def index(self):
        need("vouchers")
        is_live = request.args.get("shown") != "all"
        found = reading.list_vouchers(is_live=is_live)
        return render_template(
            "admin/owed/vouchers.html", found=found, is_live=is_live,
            names=treatment_names(row.treatment_id for row, _sale in found if row.treatment_id),
            may=current_actor().may, P=P)

    @expose("/sell/<int:client_id>", methods=("GET", "POST"))
    def sell(self, client_id):
        """Sold and paid in one step."""
        need("vouchers")
        form, client = VoucherForm(), get_client(client_id)
        form.treatment.choices = row_choices(((row.id, row.name) for row in treatments()), first=_("None"))
        if not form.is_submitted():
            form.request_key.data = new_key()
        if form.validate_on_submit():
            voucher_id = sold(form, client_id)
            if voucher_id:
                flash(gettext("The voucher is sold. Print it here."), "success")
                return redirect(url_for("vouchers.index"))
            client = get_client(client_id)
        page = render_template("admin/owed/voucher.html", form=form, client=client,
                               currency=the_practice().currency)
        return page, 422 if form.errors or form.form_errors else 200

    @expose("/pay/<int:document_id>", methods=("POST",))
    def pay(self, document_id):
        """An invoice that is still open, paid with a voucher somebody brings."""
        need("vouchers")
        form, code = FlaskForm(), request.form.get("voucher", "")[:40]
        used = attempt(form, lambda: pay_with_voucher(
            current_actor(), document_id, code, reason=gettext("Paid with a voucher")))
        if used:
            flash(gettext("%(amount)s paid with the voucher", amount=money(used)), "success")
        else:
            flash(" ".join(form.form_errors), "error")
        return redirect(url_for("money.page", document_id=document_id))

    @expose("/<int:voucher_id>.pdf")
    def paper(self, voucher_id):
        need("vouchers")
        row = reading.get_voucher(voucher_id)
        return pdf(voucher_pdf(row), f"voucher-{row.id}", client_id=row.client_id)


def sold(form: VoucherForm, client_id: int) -> int | None:
    """The id of the voucher that was sold; None when it was refused, with the reason in the form."""
    is_single = form.kind.data == VoucherKind.SINGLE
    price = amount_of(form, "price")
    value = price if is_single or not form.value.data else amount_of(form, "value")
    if price is None or value is None:
        return None
    if is_single and not form.treatment.data:
        form.treatment.errors = [_("Choose one")]
        return None
    with force_locale(get_client(client_id).language or the_practice().language):
        text = gettext("Voucher")
    months, treatment_id = form.months.data, int(form.treatment.data) if is_single else None
    return attempt(form, lambda: sell_voucher(
        current_actor(), client_id=client_id, text=text, price_amount=price, value_amount=value,
        treatment_id=treatment_id, method=Method(form.method.data), request_key=key_of(form),
        for_name=form.for_name.data or "", holds_days=round(months * 365 / 12) if months else None).id)


def voucher_pdf(row) -> bytes:
    """The voucher to give away: what it is worth, its code, until when."""
    practice, head = the_practice(), issuer_for(None)
    language = get_client(row.client_id).language or practice.language
    with force_locale(language):
        if row.kind is VoucherKind.MULTI:
            worth = format_money(row.value_amount, practice.currency, language)
        else:
            worth = name_on_paper(get_treatment(row.treatment_id), row.client_id)
        lines = [gettext("Code"), row.code]
        until = gettext("Valid until %(day)s", day=format_date(row.expires_on, "d MMM y")) if row.expires_on else ""
        return render("voucher", {
            "kind": gettext("Gift voucher"), "title": gettext("Gift voucher"), "worth": worth,
            "for": gettext("For %(name)s", name=row.for_name) if row.for_name else "", "code_label": lines[0],
            "code": lines[1], "until": until,
            "after": gettext("Please bring this voucher, or its code, to your appointment."),
            "head": {"name": head.name, "lines": head.address.splitlines(),
                     "contact": [text for text in (phone(practice.phone), practice.email) if text]},
            "labels": {"page": gettext("Page %(page)s of %(pages)s")}}, language=language)
