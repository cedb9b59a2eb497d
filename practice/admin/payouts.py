"""What card processors paid out and kept: the list, writing one down, taking one back."""
from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt
from practice.admin.fields import row_number
from practice.admin.switches import need
from practice.admin.typing_money import amount_of, day_of, is_amount, is_day, key_of, new_key
from practice.billing.models.payments import Method
from practice.billing.queries import payouts as reading
from practice.billing.queries.methods import method_word
from practice.billing.services.payouts import record_fee, record_payout, take_payout_back
from practice.core.errors import NotFound
from practice.core.text import _

DAY = _("Choose a day")
AMOUNT = _("Enter an amount")


class PayoutForm(FlaskForm):
    first_on = StringField(_("Payments from"), [InputRequired(DAY), is_day])
    last_on = StringField(_("Payments until"), [InputRequired(DAY), is_day])
    paid_on = StringField(_("At the bank on"), [InputRequired(DAY), is_day])
    bank_amount = StringField(_("Came to the bank"), [InputRequired(AMOUNT), is_amount])
    fee_amount = StringField(_("Fee kept"), [InputRequired(AMOUNT), is_amount])
    reference = StringField(_("Reference"), [Length(max=80)])
    request_key = HiddenField()


class FeeForm(FlaskForm):
    paid_on = StringField(_("Left the bank on"), [InputRequired(DAY), is_day])
    fee_amount = StringField(_("Fee"), [InputRequired(AMOUNT), is_amount])
    reference = StringField(_("Reference"), [Length(max=80)])
    request_key = HiddenField()


class BackForm(FlaskForm):
    reason = StringField(_("Why"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])


class PayoutsPage(Page):
    permissions = {"index": P.REPORT_READ, "new": P.MONEY_EXPORT, "fee": P.MONEY_EXPORT,
                   "back": P.MONEY_EXPORT}

    @expose("/")
    def index(self):
        need("payouts")
        found, has_older = reading.payouts(before=row_number(request.args.get("before")))
        return render_template(
            "admin/payouts/index.html", found=found, may=current_actor().may, P=P, words=method_words(),
            older=url_for("payouts.index", before=found[-1].row.id) if has_older else None,
            waiting=[(method, one) for method, one in all_waiting() if one.days])

    @expose("/new", methods=("GET", "POST"))
    def new(self):
        """One by a method: ?method=own-7, card when none is named."""
        need("payouts")
        method, form = method_asked(), PayoutForm()
        waiting = reading.waiting(method, show.today())
        if not form.is_submitted():
            form.first_on.data, form.request_key.data = waiting.first_on.isoformat(), new_key()
            form.paid_on.data = show.today().isoformat()
        if form.validate_on_submit():
            days = [day_of(form, name) for name in ("first_on", "last_on", "paid_on")]
            bank, fee = amount_of(form, "bank_amount"), amount_of(form, "fee_amount")
            if all(days) and bank is not None and fee is not None:
                first_on, last_on, paid_on = days
                number = attempt(form, lambda: record_payout(
                    current_actor(), method=method, first_on=first_on, last_on=last_on, paid_on=paid_on,
                    bank_amount=bank, fee_amount=fee, reference=form.reference.data or "",
                    request_key=key_of(form)).id)
                if number:
                    say_difference(number)
                    return redirect(url_for("payouts.index"))
        page = render_template("admin/payouts/new.html", form=form, waiting=waiting, method=method,
                               words=method_words())
        return page, 422 if form.errors or form.form_errors else 200

    @expose("/fee", methods=("GET", "POST"))
    def fee(self):
        """One that was billed apart, by a method as above."""
        need("payouts")
        method, form = method_asked(), FeeForm()
        if not form.is_submitted():
            form.paid_on.data, form.request_key.data = show.today().isoformat(), new_key()
        if form.validate_on_submit():
            paid_on, fee = day_of(form, "paid_on"), amount_of(form, "fee_amount")
            if paid_on and fee is not None and attempt(form, lambda: record_fee(
                    current_actor(), method=method, paid_on=paid_on, fee_amount=fee,
                    reference=form.reference.data or "", request_key=key_of(form)).id):
                flash(gettext("The fee of %(amount)s is written down.", amount=show.money(fee)), "success")
                return redirect(url_for("payouts.index"))
        page = render_template("admin/payouts/fee.html", form=form, method=method, words=method_words())
        return page, 422 if form.errors or form.form_errors else 200

    @expose("/<int:payout_id>/back", methods=("GET", "POST"))
    def back(self, payout_id):
        need("payouts")
        form, found = BackForm(), reading.get_payout(payout_id)
        if form.validate_on_submit() and attempt(form, lambda: take_payout_back(
                current_actor(), payout_id, reason=form.reason.data).id):
            flash(gettext("The fee was taken back.") if found.row.is_fee_bill else
                  gettext("The payout was taken back. Its days can be paid out again."), "success")
            return redirect(url_for("payouts.index"))
        found = reading.get_payout(payout_id)
        page = render_template("admin/payouts/back.html", form=form, found=found, words=method_words())
        return page, 422 if form.errors or form.form_errors else 200


def method_words() -> dict[Method, str]:
    return {method: gettext(method_word(method)) for method in reading.paid_out_methods()}


def all_waiting() -> list[tuple[Method, reading.Waiting]]:
    return [(method, reading.waiting(method, show.today())) for method in reading.paid_out_methods()]


def method_asked() -> Method:
    """Raises NotFound."""
    key = request.args.get("method", Method.CARD)
    if key not in reading.paid_out_methods():
        raise NotFound()
    return Method(key)


def say_difference(number: int) -> None:
    difference = reading.get_payout(number).difference
    if difference:
        flash(gettext("Written down. It differs by %(amount)s from what clients paid in these days; that stays on the "
                      "account.", amount=show.money(difference)), "success")
    else:
        flash(gettext("Written down. It is what clients paid in these days."), "success")
