"""Money: whole numbers of a currency's smallest unit ("minor units": cents, yen, fils), and the rules for them.

Rounding is half-up, away from zero, everywhere. Floats are refused wherever a number comes in: 0.1 + 0.2 is not 0.3.
"""

import re
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol, is_currency

from practice.core.errors import Invalid
from practice.core.text import _

MINUS = "\N{MINUS SIGN}"
MOST_MINOR_UNITS = 10**15  # far above any practice, far below the end of BIGINT even when summed up
LONGEST_TEXT = 60

_SPACES = re.compile(r"[\s\u200e\u200f\u061c]+")
_SIGNS_AND_MARKS = str.maketrans(
    {
        MINUS: "-",
        "\N{EN DASH}": "-",
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
        "\N{ARABIC THOUSANDS SEPARATOR}": ",",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)
_PLAIN = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d*)(?:[.,](?P<rest>\d+))?")
_GROUPED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:(?P<group>[.,'])\d{3})(?:(?P=group)\d{3})*)"
    r"(?:(?!(?P=group))[.,](?P<rest>\d+))?"
)


@cache
def decimals(currency: str) -> int:
    """How many decimals the currency has, from CLDR: EUR 2, JPY 0, KWD 3. An unknown code is Invalid."""
    if not isinstance(currency, str) or not is_currency(currency):
        raise Invalid(_("“%(currency)s” is not a currency."), currency=str(currency)[:20])
    return get_currency_precision(currency)


def parse(text: str, currency: str) -> int:
    """Minor units from what somebody typed: "10,50", "10.50", "1 234,50", "1.234,50", "−5", "€ 12".

    A single separator is the decimal one, so "1,234" is refused in euros as three decimals rather than guessed;
    in a currency without decimals it can only group thousands. Anything else is Invalid.
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise Invalid(_("Write an amount, such as %(example)s."), example=plain(1050, currency))
    places = decimals(currency)
    bare = _SPACES.sub("", text).translate(_SIGNS_AND_MARKS)
    bare = bare.replace(get_currency_symbol(currency, "en"), "").replace(currency, "")
    found = _PLAIN.fullmatch(bare)
    if found and places == 0 and found["rest"] and len(found["rest"]) == 3:
        found = None  # 1,234 yen: one thousand two hundred and thirty-four
    found = found or _GROUPED.fullmatch(bare)
    if not found or not (found["whole"] or found["rest"]):
        raise Invalid(_("Write an amount, such as %(example)s."), example=plain(1050, currency))
    rest = found["rest"] or ""
    if len(rest) > places:
        raise Invalid(
            _("At most %(places)s decimals, such as %(example)s."), places=places, example=plain(1050, currency)
        )
    minor = int(re.sub(r"\D", "", found["whole"] or "0") + rest.ljust(places, "0"))
    if minor >= MOST_MINOR_UNITS:
        raise Invalid(_("This amount is too large."))
    return -minor if found["sign"] == "-" else minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """1050, "EUR" -> Decimal("10.50"): exact, with the currency's decimals."""
    return Decimal(whole(minor)).scaleb(-decimals(currency))


def plain(minor: int, currency: str) -> str:
    """1050, "EUR" -> "10.50": for the value of a field and for files that machines read."""
    return f"{to_decimal(minor, currency):f}"


@lru_cache(maxsize=10_000, typed=True)
def format_money(minor: int, currency: str, locale: str | Locale) -> str:
    """The amount as people of that locale write it: "€10.50", "10,50 €"; a negative one has a real minus sign."""
    if not isinstance(locale, Locale):
        locale = _locale(locale)
    # The Decimal has exactly the currency's decimals, so babel has nothing left to round (it would round half-even).
    return format_currency(to_decimal(minor, currency), currency, locale=locale).replace("-", MINUS)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name.replace("-", "_"))


def whole(value: int) -> int:
    """`value` itself if it is a whole number; a float, bool, Decimal or text is Invalid."""
    if type(value) is not int:
        raise Invalid(_("A whole number is needed here, not %(kind)s."), kind=type(value).__name__)
    return value


def round_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole number, a half away from zero: 5/2 -> 3, -5/2 -> -3."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def split(total: int, weights: list[int]) -> list[int]:
    """`total` in shares proportional to `weights`, which always sum to it.

    Largest remainder: every share is cut to whole minor units, then the rest is dealt one by one to the largest
    fractions, ties to the lower index. Weights that sum to nothing can carry nothing: Invalid, unless total is 0.
    """
    if not set(map(type, weights)) <= {int}:
        raise Invalid(_("Shares need whole numbers."))
    of_all = sum(weights)
    if whole(total) == 0:
        return [0] * len(weights)
    if of_all == 0:
        raise Invalid(_("There is nothing to share this amount over."))
    return deal(total, [total * weight for weight in weights], of_all)


def deal(total: int, parts: list[int], denominator: int) -> list[int]:
    """Round each parts[i] / denominator up or down so that they sum to `total`, which is their sum rounded up or down.

    The same rule as `split`. Mirrored below zero, so that a credit note is its invoice with the signs turned.
    """
    if denominator < 0:
        parts, denominator = [-part for part in parts], -denominator
    sign = sum(parts) or next(filter(None, parts), 0)
    if sign == 0:
        return list(parts)  # nothing but zeros
    if sign < 0:
        return [-share for share in deal(-total, [-part for part in parts], denominator)]
    shares = [part // denominator for part in parts]
    left = total - sum(shares)
    if left:
        fractions = [part % denominator for part in parts]
        largest_first = sorted(range(len(parts)), key=fractions.__getitem__, reverse=True)  # stable: ties stay in order
        for index in largest_first[:left]:
            shares[index] += 1
    return shares
