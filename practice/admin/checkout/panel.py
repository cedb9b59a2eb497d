"""The pay panel: what may be typed, and what was given."""
import re
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from practice.accounts.queries import therapists
from practice.admin import show
from practice.admin.fields import method_choices, row_choices
from practice.admin.switches import uses
from practice.billing.models.payments import Method
from practice.billing.queries.methods import kind_of, methods, usable
from practice.core.errors import Invalid
from practice.core.money import parse
from practice.core.text import _
from practice.premises.queries import the_practice

LATER = "later"  # nothing is paid now, the invoice stays open


class CheckoutForm(FlaskForm):
    """The pay panel. `due` is the sum that was on the screen, `request_key` makes two clicks one; `over` says what
    becomes of more than the sum: change, credit or a tip."""

    method = RadioField(_("Method"), choices=lambda: [*method_choices(), SelectChoice(LATER, lazy_gettext("Later"))],
                        default=Method.CARD)
    amount = StringField(_("Amount received"))
    second_method = RadioField(_("The rest by"), default="", choices=lambda: method_choices(first=_("Nothing more")))
    over = RadioField(_("What is more than the sum"), default="")
    tip_for = SelectField(_("For whom"))
    due = HiddenField()
    request_key = HiddenField()


CHANGE, CREDIT, TIP = "change", "credit", "tip"
OVER_LABELS = {CHANGE: _("Give change"), CREDIT: _("Keep as credit"), TIP: _("It is a tip")}


@dataclass(frozen=True)
class Money:
    """What was read from the pay panel: (method, minor units) once or twice, the change, and the tip in the first."""

    payments: list[tuple[Method, int]]
    change: int = 0
    tip: int = 0
    tip_for_id: int | None = None


def read_money(form: CheckoutForm, to_pay: int) -> Money:
    """What was given. Cash above the sum is change, not a payment. Raises Invalid."""
    if to_pay == 0 or form.method.data == LATER:
        return Money([])
    method = usable(form.method.data or "")
    text = (form.amount.data or "").strip()
    amount = parse(text, the_practice().currency) if text else 0
    if amount < 0:
        raise Invalid(_("Enter an amount above zero."), "amount")
    if amount > to_pay:
        return more_than_due(form, method, amount, to_pay)
    payments = [(method, amount)]
    if form.second_method.data and amount < to_pay:
        payments.append((usable(form.second_method.data), to_pay - amount))
    return Money(payments)


def more_than_due(form: CheckoutForm, method: Method, amount: int, to_pay: int) -> Money:
    """Somebody gave more: change (cash alone), credit, or a tip. Raises Invalid."""
    over = form.over.data or (CHANGE if method == Method.CASH else CREDIT)
    if over == TIP:
        if not form.tip_for.data:
            raise Invalid(_("Choose for whom the tip is."), "tip_for")
        return Money([(method, amount)], tip=amount - to_pay, tip_for_id=int(form.tip_for.data))
    if over == CREDIT:
        return Money([(method, amount)])
    if method != Method.CASH:
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


# value, word, icon, words of the button; `{amount}` is filled in by the page's script
FACES = ((Method.CARD, _("Card"), "card", _("Take {amount} by card")),
         (Method.CASH, _("Cash"), "cash", _("Take {amount} in cash")),
         (Method.BANK, _("Bank"), "bank", _("Note {amount} by bank")),
         (LATER, _("Later"), "clock", _("Leave it open")))


def faces() -> list[tuple]:
    """The tiles of the pay panel: those that every practice has, then its own."""
    own = [(key, word, str(kind_of(key))) for key, word in methods().items() if key.own_id]
    return [*((key, gettext(word), icon, gettext(words)) for key, word, icon, words in FACES),
            *((key, word, icon, gettext("Take {amount} by %(method)s", method=word)) for key, word, icon in own)]


def amount_words() -> str:
    """How an amount is written here, with {n} for the figures: "€{n}"."""
    return re.sub(r"\d[\d.,\s]*\d|\d", "{n}", show.money(0))
