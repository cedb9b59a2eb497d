"""What people type into forms and addresses of money: amounts, days, and the key that makes two clicks one."""
import secrets
from datetime import date

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError

from practice.admin.base import show_error, words
from practice.core.errors import Invalid
from practice.core.money import parse
from practice.core.text import _
from practice.premises.queries import the_practice


def new_key() -> str:
    """A key for a form that is shown for the first time."""
    return secrets.token_hex(16)


def key_of(form: FlaskForm) -> str:
    """What makes two clicks of one form one payment."""
    return "".join(filter(str.isalnum, form.request_key.data or ""))[:60] or new_key()


def amount_of(form: FlaskForm, name: str) -> int | None:
    """Minor units, None when it cannot be read; the field says why."""
    try:
        return parse(form[name].data or "", the_practice().currency)
    except Invalid as error:
        show_error(form, Invalid(error.message, name, **error.params))
        return None


def is_amount(form: FlaskForm, field: Field) -> None:
    """For a field's validators: what cannot be read as money is said together with what is wrong elsewhere."""
    try:
        parse(field.data or "", the_practice().currency)
    except Invalid as error:
        raise ValidationError(words(error)) from None


def is_day(form: FlaskForm, field: Field) -> None:
    """The same of a day as the browser sends it."""
    if _day(field.data) is None:
        raise ValidationError(_("Choose a day"))


def day_of(form: FlaskForm, name: str) -> date | None:
    """A day as the browser sends it, None when it cannot be read; the field says why."""
    found = _day(form[name].data)
    if found is None:
        show_error(form, Invalid(_("Choose a day"), name))
    return found


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def asked_day(name: str, usual: date) -> date:
    """A day of the address, the usual one for anything else."""
    return _day(request.args.get(name)) or usual


def asked_span(usual: tuple[date, date]) -> tuple[date, date]:
    """From "first" until "last" of the address, each the usual one when it is missing."""
    first, last = asked_day("first", usual[0]), asked_day("last", usual[1])
    return (first, last) if first <= last else (last, last)
