"""Amounts as people type and read them, and shares that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core import money
from practice.core.errors import Invalid

amounts = st.integers(-(10**12), 10**12)
currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CHF", "ISK"])


def test_decimals_come_from_cldr():
    assert [money.decimals(code) for code in ("EUR", "HUF", "JPY", "ISK", "KWD")] == [2, 2, 0, 0, 3]


@pytest.mark.parametrize("code", ["", "EURO", "eur", "XYZ1", None, 978])
def test_unknown_currency_is_refused(code):
    with pytest.raises(Invalid):
        money.decimals(code)


@pytest.mark.parametrize(
    "typed, currency, minor",
    [
        ("10,50", "EUR", 1050),
        ("10.50", "EUR", 1050),
        ("10.5", "EUR", 1050),
        ("10", "EUR", 1000),
        (" 10 ", "EUR", 1000),
        ("1 234,50", "EUR", 123450),
        ("1\u00a0234,50", "EUR", 123450),
        ("1\u202f234,50", "EUR", 123450),
        ("1.234,50", "EUR", 123450),
        ("1,234.50", "EUR", 123450),
        ("1'234.50", "CHF", 123450),
        ("1’234.50", "CHF", 123450),
        ("1.234.567", "EUR", 123456700),
        ("1,234,567.89", "USD", 123456789),
        ("-5", "EUR", -500),
        ("−5,00", "EUR", -500),
        ("+5", "EUR", 500),
        (".5", "EUR", 50),
        ("0", "EUR", 0),
        ("-0", "EUR", 0),
        ("€ 12", "EUR", 1200),
        ("12 €", "EUR", 1200),
        ("-€12.50", "EUR", -1250),
        ("EUR 12", "EUR", 1200),
        ("$12", "USD", 1200),
        ("١٠٫٥٠", "EUR", 1050),
        ("1234", "JPY", 1234),
        ("1,234", "JPY", 1234),
        ("1.234", "ISK", 1234),
        ("1,234,567", "JPY", 1234567),
        ("1.234", "KWD", 1234),
        ("1,234.567", "KWD", 1234567),
        ("0.001", "KWD", 1),
    ],
)
def test_parse(typed, currency, minor):
    assert money.parse(typed, currency) == minor


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize(
    "typed, currency",
    [
        ("", "EUR"),
        (" ", "EUR"),
        ("-", "EUR"),
        (".", "EUR"),
        (",", "EUR"),
        ("abc", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("-inf", "EUR"),
        ("1e400", "EUR"),
        ("1e2", "EUR"),
        ("0x10", "EUR"),
        ("1_000", "EUR"),
        ("10.505", "EUR"),
        ("10.500", "EUR"),
        ("1,234", "EUR"),
        ("10.5", "JPY"),
        ("10.50", "JPY"),
        ("1.2345", "KWD"),
        ("1.2.3", "EUR"),
        ("1,23,456", "EUR"),
        ("1.234.50", "EUR"),
        ("1.234,567.89", "EUR"),
        ("12 34,5a", "EUR"),
        ("--5", "EUR"),
        ("5-", "EUR"),
        ("10 USD", "EUR"),
        ("9" * 16, "EUR"),
        ("9" * 5000, "EUR"),
        ("0" * 70 + "1", "EUR"),
        ("1" + ".000" * 14, "EUR"),
        ("²", "EUR"),
        ("½", "EUR"),
        ("1\x00", "EUR"),
        (None, "EUR"),
        (10.5, "EUR"),
        (10, "EUR"),
        (Decimal("10.5"), "EUR"),
        (b"10", "EUR"),
        (True, "EUR"),
    ],
)
def test_parse_refuses(typed, currency):
    with pytest.raises(Invalid) as refused:
        money.parse(typed, currency)
    assert str(refused.value)


@given(st.text(max_size=80))
def test_parse_gives_a_whole_number_or_a_message(typed):
    try:
        assert type(money.parse(typed, "EUR")) is int
    except Invalid:
        pass


@given(amounts, currencies)
def test_what_is_printed_plain_is_read_back(minor, currency):
    assert money.parse(money.plain(minor, currency), currency) == minor


@given(amounts, currencies, st.sampled_from(["en", "de", "fr", "pl", "de-CH", "sv", "pt_BR"]))
def test_what_is_printed_for_people_is_read_back(minor, currency, locale):
    text = money.format_money(minor, currency, locale).replace("kr.", "")
    digits_only = "".join(sign for sign in text if sign.isdigit() or sign in ".,'’−\u00a0\u202f ")
    assert money.parse(digits_only, currency) == minor


def test_format_for_people():
    assert money.format_money(1050, "EUR", "en") == "€10.50"
    assert money.format_money(123450, "EUR", "de") == "1.234,50\u00a0€"
    assert money.format_money(-1050, "EUR", "en") == "−€10.50"
    assert money.format_money(1234, "JPY", "en") == "¥1,234"
    assert money.format_money(1234, "KWD", "en") == "KWD1.234"
    assert money.format_money(0, "EUR", "en-GB") == "€0.00"
    assert "-" not in money.format_money(-5, "EUR", "pl")


def test_to_decimal_is_exact():
    assert money.to_decimal(10**17 + 1, "EUR") == Decimal("1000000000000000.01")
    assert str(money.to_decimal(0, "EUR")) == "0.00"
    assert money.plain(-5, "EUR") == "-0.05"
    assert money.plain(-5, "JPY") == "-5"


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize("value", [1.0, True, "1", Decimal(1), None])
def test_only_whole_numbers_are_amounts(value):
    for call in (money.to_decimal, money.plain):
        with pytest.raises(Invalid):
            call(value, "EUR")
    with pytest.raises(Invalid):
        money.split(value, [1, 1])
    with pytest.raises(Invalid):
        money.split(10, [value, 1])


@pytest.mark.parametrize(
    "numerator, denominator, nearest",
    [
        (5, 2, 3),
        (-5, 2, -3),
        (5, -2, -3),
        (1, 3, 0),
        (2, 3, 1),
        (-1, 3, 0),
        (815955, 10, 81596),
        (125, 10, 13),
        (0, 7, 0),
    ],
)
def test_half_goes_away_from_zero(numerator, denominator, nearest):
    assert money.round_half_up(numerator, denominator) == nearest


def test_split_ties_go_to_the_lower_index():
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    assert money.split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert money.split(1, [1, 1]) == [1, 0]
    assert money.split(10, [0, 3, 0, 1]) == [0, 8, 0, 2]
    assert money.split(5, [1, 2, 2]) == [1, 2, 2]
    assert money.split(0, [0, 0]) == [0, 0]
    assert money.split(0, []) == []


@pytest.mark.parametrize("weights", [[], [0], [0, 0]])
def test_split_over_nothing_is_refused(weights):
    with pytest.raises(Invalid):
        money.split(1, weights)


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
def test_split_adds_up_and_is_fair(total, weights):
    shares = money.split(total, weights)
    assert sum(shares) == total
    assert all(
        abs(share * sum(weights) - total * weight) < sum(weights) for share, weight in zip(shares, weights, strict=True)
    )
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)
    assert money.split(-total, weights) == [-share for share in shares]
