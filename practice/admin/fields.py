"""Form fields the screens share: choices from labelled values, countries, currencies and time zones."""
from collections.abc import Iterable, Mapping
from enum import StrEnum
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from flask_babel import get_locale, lazy_gettext
from wtforms.fields.choices import SelectChoice

from practice.billing.queries.methods import methods

AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def row_number(text: str | None) -> int | None:
    """A row's number in an address or a form, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def enum_choices(labels: Mapping[StrEnum, str], *, first: str | None = None) -> list[SelectChoice]:
    """One choice for each member; `first` words an empty choice before them."""
    empty = [SelectChoice("", lazy_gettext(first))] if first else []
    return empty + [SelectChoice(member.value, lazy_gettext(words)) for member, words in labels.items()]


def method_choices(*, first: str | None = None) -> list[SelectChoice]:
    """How money can come, the practice's own ways among them."""
    return enum_choices(methods(), first=first)


def row_choices(pairs: Iterable[tuple[int, str]], *, first: str | None = None) -> list[SelectChoice]:
    """One choice for each (id, name); `first` words an empty choice before them."""
    empty = [SelectChoice("", lazy_gettext(first))] if first else []
    return empty + [SelectChoice(str(number), name) for number, name in pairs]


def _locale() -> Locale:
    return get_locale() or Locale("en")


def country_name(code: str) -> str:
    """What the reader calls that country; the code itself for one that is not known."""
    return _locale().territories.get(code, code)


def country_choices() -> list[SelectChoice]:
    """Every country by its name; each carries its currency for the page's guess."""
    names = _locale().territories
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    return [SelectChoice(code, names[code], {"data-currency": next(iter(get_territory_currencies(code)), "")})
            for code in sorted(codes, key=lambda code: names[code])]


def currency_choices() -> list[SelectChoice]:
    """The currencies that are money somewhere today, by code."""
    codes = {code for country in Locale("en").territories if len(country) == 2 and country.isalpha()
             for code in get_territory_currencies(country)}
    names = _locale().currencies
    return [SelectChoice(code, f"{code} · {names.get(code, code)}") for code in sorted(codes)]


def time_zone_choices() -> list[SelectChoice]:
    """Every zone named after a place, by continent; each carries its country for the page's guess."""
    countries = get_global("zone_territories")
    zones = sorted(name for name in available_timezones() if name.split("/")[0] in AREAS)
    return [SelectChoice(name, name.partition("/")[2].replace("_", " ").replace("/", ", "),
                         {"data-country": countries.get(name, "")}, name.partition("/")[0]) for name in zones]
