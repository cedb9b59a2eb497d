"""How values are shown, one way everywhere: money, days, times, phones, ages, and words for enum members."""
import re
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from flask import Flask

from practice.access.roles import ROLE_LABELS, Role
from practice.admin import words
from practice.billing.models.documents import (
    KIND_LABELS,
    LINE_LABELS,
    DocumentKind,
    DocumentState,
    LineKind,
)
from practice.billing.models.documents import STATE_LABELS as DOCUMENT_STATE_LABELS
from practice.billing.models.payments import Method
from practice.billing.queries.methods import method_word
from practice.billing.states import PAYMENT_STATE_LABELS, PaymentState
from practice.clients.contact import format_phone
from practice.clients.models import REMINDER_LABELS, ReminderChannel
from practice.core import clock, dates
from practice.core.money import format_money
from practice.intake.models import FORM_STATE_LABELS, FormState
from practice.premises.models import METHOD_KIND_LABELS, TAX_CATEGORY_LABELS, MethodKind, TaxCategory
from practice.premises.queries import the_practice
from practice.safety.models import CONDITION_STATE_LABELS, ConditionState
from practice.schedule.models import BLOCK_LABELS, BlockKind
from practice.schedule.states import STATE_LABELS, AppointmentState
from practice.sessions.models import NOTE_STATE_LABELS, NoteState

DAY = re.compile(r"\d{4}-\d\d-\d\d")
KEPT_AS = re.compile(r"[a-z]+([_:][a-z0-9]+)+")  # no_show, calf:left, document:2400
INSTANT = re.compile(DAY.pattern + r"T\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)")

# By type, because members of two enums with one value are equal.
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Role: ROLE_LABELS, ReminderChannel: REMINDER_LABELS, TaxCategory: TAX_CATEGORY_LABELS,
    MethodKind: METHOD_KIND_LABELS,
    FormState: FORM_STATE_LABELS, ConditionState: CONDITION_STATE_LABELS, AppointmentState: STATE_LABELS,
    NoteState: NOTE_STATE_LABELS, DocumentKind: KIND_LABELS,
    BlockKind: BLOCK_LABELS, DocumentState: DOCUMENT_STATE_LABELS, LineKind: LINE_LABELS,
    PaymentState: PAYMENT_STATE_LABELS,
}


def money(minor: int) -> str:
    """An amount of the practice's currency: "€ 78.00"."""
    return format_money(minor, the_practice().currency, str(words.locale()))


def _local(value: date | datetime) -> date:
    return clock.local(value, words.language().zone) if isinstance(value, datetime) else value


@lru_cache(maxsize=10_000)
def _written(on: date, pattern: str, locale: Locale) -> str:
    return format_date(on, pattern, locale)


def day(value: date | datetime) -> str:
    """"17 Nov 2026", on the practice's calendar."""
    return _written(_local(value), "d MMM y", words.locale())


def day_short(value: date | datetime) -> str:
    """"17 Nov", with the year only where it is not the present one."""
    shown = _local(value)
    return _written(shown, "d MMM" if shown.year == today().year else "d MMM y", words.locale())


def weekday_day(value: date | datetime) -> str:
    """"Tuesday 17 November"."""
    return _written(_local(value), "EEEE d MMMM", words.locale())


def time(value: datetime) -> str:
    """"11:02" on the practice's wall clock."""
    wall = clock.local(value, words.language().zone)
    return f"{wall.hour:02}:{wall.minute:02}"


def recorded(text: str) -> str:
    """A day or an instant as records keep it, in the reader's words; any other text as it stands."""
    try:
        if DAY.fullmatch(text):
            return day(date.fromisoformat(text))
        if INSTANT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return f"{day(moment)}, {time(moment)}"
    except ValueError:
        pass  # the thirtieth of February
    return text


def kept_word(text: str) -> str:
    """A word of the program without its signs, a day or an instant as people write it; any other text as it stands."""
    return re.sub("[_:]", " ", text) if KEPT_AS.fullmatch(text) else recorded(text)


def phone(value: str) -> str:
    return format_phone(value, the_practice().country) if value else ""


def age(born_on: date) -> int:
    """Whole years today."""
    return dates.age(born_on, today())


def tr(text) -> str:
    """A text that a room below only marked for translation, in the reader's language."""
    return words.translated(str(text)) if text else ""


def label(member: StrEnum | Method) -> str:
    """The word for an enum member, or for a method of payment."""
    if type(member) is Method:
        return words.translated(method_word(member))
    return words.translated(LABELS[type(member)][member])


def today() -> date:
    """The practice's local date."""
    return clock.local_date(clock.now(), words.language().zone)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(money=money, day=day, day_short=day_short, weekday_day=weekday_day, time=time,
                                 phone=phone, age=age, label=label, tr=tr, recorded=recorded)
    app.jinja_env.globals.update(today=today, now=clock.now,
                                 document_words=DOCUMENT_STATE_LABELS | PAYMENT_STATE_LABELS)
