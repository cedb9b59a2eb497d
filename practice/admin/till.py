"""The till on the screen and on paper, and tips on their way to the therapists."""
from enum import StrEnum

from flask import flash, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from practice.access.permissions import Permission as P
from practice.accounts.queries import user_names
from practice.admin import show
from practice.admin.auth import current_actor
from practice.admin.base import Page, attempt, show_error
from practice.admin.fields import enum_choices
from practice.admin.sending import pdf
from practice.admin.switches import need
from practice.admin.till_slip import slip
from practice.admin.typing_money import amount_of, is_amount, key_of, new_key
from practice.billing.models.payments import METHOD_LABELS, Method
from practice.billing.queries import till as reading
from practice.billing.queries.tips import HANDED_OUT, latest_payouts, tip_accounts
from practice.billing.services.till import close_the_till, move_cash, open_the_till
from practice.billing.services.tips import pay_out_tips
from practice.core.errors import Invalid
from practice.core.money import parse, plain
from practice.core.text import _
from practice.premises.queries import the_practice


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


DIRECTION_LABELS = {Direction.OUT: _("Taken out"), Direction.IN: _("Put in")}


class OpenForm(FlaskForm):
    float_amount = StringField(_("Cash in the drawer"), [InputRequired(_("Count what lies in the drawer.")), is_amount])


class MoveForm(FlaskForm):
    direction = RadioField(_("Direction"), choices=enum_choices(DIRECTION_LABELS), default=Direction.OUT.value)
    amount = StringField(_("Amount"), [InputRequired(_("Enter an amount")), is_amount])
    reason = StringField(_("What for"), [InputRequired(_("Say why, in a few words.")), Length(max=200)])
    request_key = HiddenField()


class CloseForm(FlaskForm):
    note = StringField(_("Note"), [Length(max=200)])


class TipForm(FlaskForm):
    amount = StringField(_("Amount"), [InputRequired(_("Enter an amount")), is_amount])
    method = RadioField(_("Method"), choices=enum_choices({one: METHOD_LABELS[one] for one in HANDED_OUT}),
                        default=Method.CASH)
    request_key = HiddenField()


class TillPage(Page):
    permissions = {"index": P.INVOICE_READ, "open": P.PAYMENT_TAKE, "move": P.PAYMENT_TAKE, "close": P.PAYMENT_TAKE,
                   "slip": P.INVOICE_READ}

    @expose("/")
    def index(self):
        need("till")
        return show_till()

    @expose("/open", methods=("POST",))
    def open(self):
        need("till")
        form = OpenForm()
        if form.validate_on_submit():
            amount = amount_of(form, "float_amount")
            if amount is not None and attempt(form, lambda: open_the_till(current_actor(), float_amount=amount).id):
                flash(gettext("The till is open"), "success")
                return redirect(url_for("till.index"))
        return show_till(open_form=form), 422

    @expose("/move", methods=("POST",))
    def move(self):
        need("till")
        form = MoveForm()
        if form.validate_on_submit():
            amount = amount_of(form, "amount")
            if amount is not None and amount <= 0:
                show_error(form, Invalid(_("Enter an amount above zero."), "amount"))
            elif amount is not None and attempt(form, lambda: move_cash(
                    current_actor(), amount=amount * (1 if form.direction.data == Direction.IN else -1),
                    reason=form.reason.data, request_key=key_of(form)).id):
                flash(gettext("%(amount)s written down", amount=show.money(amount)), "success")
                return redirect(url_for("till.index"))
        return show_till(move_form=form), 422

    @expose("/<int:till_day_id>/close", methods=("POST",))
    def close(self, till_day_id):
        need("till")
        form, till = CloseForm(), reading.get_till_day(till_day_id)
        if form.validate_on_submit():
            try:
                counted = read_counts(reading.expected(till))
            except Invalid as error:
                show_error(form, error)
            else:
                if attempt(form, lambda: close_the_till(current_actor(), till_day_id, counted=counted,
                                                        note=form.note.data or "").id):
                    flash(gettext("The till is closed. Here is its slip."), "success")
                    return redirect(url_for("till.index", closed=till_day_id))
        return show_till(close_form=form), 422

    @expose("/<int:till_day_id>/slip.pdf")
    def slip(self, till_day_id):
        """The closing on paper; of a till that is open, the day so far."""
        need("till")
        till = reading.get_till_day(till_day_id)
        return pdf(slip(till, str(get_locale())), f"till-{till.opened_on.isoformat()}-{till.id}")


class TipsPage(Page):
    permissions = {"index": P.INVOICE_READ, "pay": P.PAYMENT_TAKE}

    @expose("/")
    def index(self):
        need("tips")
        return show_tips()

    @expose("/<int:therapist_id>/pay", methods=("GET", "POST"))
    def pay(self, therapist_id):
        need("tips")
        form, account = TipForm(), next(iter(tip_accounts(therapist_id=therapist_id)), None)
        if not form.is_submitted():
            form.amount.data = plain(max(0, account.owed) if account else 0, the_practice().currency)
            form.request_key.data = new_key()
        if form.validate_on_submit():
            amount = amount_of(form, "amount")
            if amount is not None and attempt(form, lambda: pay_out_tips(
                    current_actor(), therapist_id=therapist_id, amount=amount, method=Method(form.method.data),
                    request_key=key_of(form)).id):
                flash(gettext("%(amount)s handed out", amount=show.money(amount)), "success")
                return redirect(url_for("tips.index"))
        page = render_template("admin/till/tip.html", form=form, account=account,
                               name=user_names().get(therapist_id, ""))
        return page, 422 if form.errors or form.form_errors else 200


def read_counts(expected: list[reading.Expected]) -> dict[Method, int]:
    """What was counted, by method. Raises Invalid."""
    counted = {}
    for one in expected:
        typed = request.form.get(f"counted-{one.method}", "").strip()
        if typed:
            try:
                counted[one.method] = parse(typed, the_practice().currency)
            except Invalid as error:
                raise Invalid(error.message, None, **error.params) from None
    return counted


def show_till(open_form=None, move_form=None, close_form=None):
    till, days = reading.open_till(), reading.latest_days()
    if move_form is None:
        move_form = MoveForm(formdata=None)
        move_form.request_key.data = new_key()
    expected = reading.expected(till) if till else []
    typed = {one.method: request.form.get(f"counted-{one.method}", "")[:40] for one in expected}
    return render_template(
        "admin/till/index.html", till=reading.get_till_day(till.id) if till else None, expected=expected, days=days,
        differences=reading.differences(days), names=user_names(), may=current_actor().may, P=P, typed=typed,
        open_form=open_form or OpenForm(formdata=None), move_form=move_form,
        close_form=close_form or CloseForm(formdata=None),
        closed=next((day for day in days if str(day.id) == request.args.get("closed")), None))


def show_tips():
    return render_template("admin/till/tips.html", accounts=tip_accounts(), payouts=latest_payouts(),
                           names=user_names(), may=current_actor().may, P=P)
