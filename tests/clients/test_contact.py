"""Phone numbers, e-mail addresses and birth dates, with what is wrong said in words."""
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clients.contact import (
    birth_month,
    format_phone,
    parse_birth_date,
    parse_email,
    parse_phone,
    phone_digits,
)
from practice.core.errors import Invalid

TODAY = date(2026, 11, 17)


def fault(parse, *values, **options):
    with pytest.raises(Invalid) as refused:
        parse(*values, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    "text, country, number",
    [
        ("085 555 0138", "IE", "+353855550138"),
        ("085-555-0138", "ie", "+353855550138"),
        ("855550138", "IE", "+353855550138"),
        ("+353 (0)85 555 0138", "DE", "+353855550138"),
        ("00353855550138", "IE", "+353855550138"),
        ("01 234 5678", "IE", "+35312345678"),
        ("030/1234567", "DE", "+49301234567"),
        ("(212) 555-0101", "US", "+12125550101"),
        ("+39 06 1234567", "IE", "+39061234567"),
    ],
)
def test_numbers_as_people_write_them(text, country, number):
    assert parse_phone(text, country) == number


@pytest.mark.parametrize(
    "text, country, words",
    [
        ("", "IE", "Type a phone number"),
        (None, "IE", "Type a phone number"),
        ("085 555 013", "IE", "One digit short for Ireland (+353)"),
        ("085 555", "IE", "Too few digits for Ireland (+353)"),
        ("085 555 01384", "IE", "One digit too many for Ireland (+353)"),
        ("085 555 0138 44", "IE", "Too many digits for Ireland (+353)"),
        ("085 555 0138 085 555 0139", "IE", "Too many digits for Ireland (+353)"),
        ("+1 212 555 010", "IE", "One digit short for United States (+1)"),
        ("0151 2345678", "DE", "One digit short for Germany (+49)"),
        ("112", "IE", "Too few digits for Ireland (+353)"),
        ("+353", "IE", "Too few digits for Ireland (+353)"),
        ("555 0101", "US", "The area code is missing"),
        ("0000000000", "IE", "No such number in Ireland (+353): check the first digits"),
        ("+999 123456", "IE", "No country has the code +999"),
        ("1530 123456", "IE", "This is a service number, not a person's"),
        ("085 555 0138, 085 555 0139", "IE", "One number only: put the second one in its own field"),
        ("085 555 0138 / 085 555 0139", "IE", "One number only: put the second one in its own field"),
        ("085 555 0138 ext 12", "IE", "Leave the extension out"),
        ("085 555 0138 (mum)", "IE", "Digits only: words belong in a note"),
        ("none", "IE", "This is not a phone number"),
        ("+", "IE", "This is not a phone number"),
    ],
)
def test_what_is_wrong_with_a_number(text, country, words):
    assert fault(parse_phone, text, country) == words


def test_the_country_is_named_in_the_language_of_the_reader():
    with pytest.raises(Invalid) as refused:
        parse_phone("085 555 013", "IE", locale="de_DE", field="mobile")
    assert refused.value.params == {"country": "Irland", "code": 353}
    assert refused.value.field == "mobile"


def test_a_shared_code_is_the_practices_country():
    assert fault(parse_phone, "416 555 010", "CA") == "One digit short for Canada (+1)"


def test_numbers_are_shown_as_they_are_dialled():
    assert format_phone("+353855550138", "IE") == "085 555 0138"
    assert format_phone("+353855550138", "DE") == "+353 85 555 0138"
    assert format_phone("unknown", "IE") == "unknown"
    assert format_phone("", "IE") == ""
    assert phone_digits("+353855550138") == ("353855550138", "0855550138")
    assert phone_digits("12 34") == ("1234", "1234")


@given(st.integers(0, 9_999_999).map(lambda number: f"085 {number:07d}"))
def test_a_number_survives_being_shown(text):
    number = parse_phone(text, "IE")
    assert parse_phone(format_phone(number, "IE"), "IE") == number
    assert parse_phone(format_phone(number, "US"), "US") == number
    assert fault(parse_phone, text[:-1], "IE") == "One digit short for Ireland (+353)"


@given(st.text(max_size=30), st.sampled_from(["IE", "DE", "US", "XX", ""]))
def test_junk_numbers_are_refused_in_words(text, country):
    try:
        assert parse_phone(text, country).startswith("+")
    except Invalid as refused:
        assert str(refused)


@pytest.mark.parametrize(
    "text, address",
    [
        (" ann@example.org ", "ann@example.org"),
        ("Ann@Example.COM", "Ann@example.com"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("o'brien+massage@example.ie", "o'brien+massage@example.ie"),
        ("ann@münchen.example.de", "ann@münchen.example.de"),
    ],
)
def test_addresses_are_taken(text, address):
    assert parse_email(text) == address


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "Type an e-mail address"),
        (None, "Type an e-mail address"),
        ("eleonora@", "The part after @ is missing"),
        ("@example.org", "The part before @ is missing"),
        ("eleonora", "The @ is missing"),
        ("a b@example.org", "There is a space in the address"),
        ("a@example", "The ending after the dot is missing, such as .com"),
        ("a@example..org", "There are two dots in a row"),
        ("a.@example.org", "A dot cannot be first or last, nor stand beside @"),
        ("a@example.org.", "A dot cannot be first or last, nor stand beside @"),
        ("a@@example.org", "One address only, with one @"),
        ("a@example.org, b@example.org", "One address only, with one @"),
        ("Ann <a@example.org>", "The address only, without a name and < >"),
        ("a@example.test", "Nobody can receive mail at example.test"),
        ("a,b@example.org", "The part before @ has a character that is not allowed"),
        ("a@exa_mple.org", "The part after @ is not right"),
        ("a@[127.0.0.1]", "The part after @ is not right"),
        ("a" * 300 + "@example.org", "The address is too long"),
    ],
)
def test_what_is_wrong_with_an_address(text, words):
    assert fault(parse_email, text) == words


@given(st.text(max_size=40) | st.tuples(st.text(max_size=20), st.text(max_size=20)).map("@".join))
def test_junk_addresses_are_refused_in_words(text):
    try:
        assert "@" in parse_email(text)
    except Invalid as refused:
        assert str(refused)


@pytest.mark.parametrize(
    "text, locale",
    [
        ("1988-02-21", "en_IE"),
        ("1988/2/21", "en_US"),
        ("19880221", "en_IE"),
        ("21/2/1988", "en_IE"),
        ("21.2.88", "de_DE"),
        ("2/21/1988", "en_US"),
        ("21 Feb 1988", "en_IE"),
        ("February 21, 1988", "en_US"),
        ("21. Februar 1988", "de_DE"),
    ],
)
def test_birth_dates_are_read(text, locale):
    assert parse_birth_date(text, TODAY, locale=locale) == date(1988, 2, 21)


def test_two_digits_of_a_year_lie_in_the_past():
    assert parse_birth_date("1.1.26", TODAY).year == 2026
    assert parse_birth_date("1.1.27", TODAY).year == 1927


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize(
    "text, words",
    [
        ("1988-02-31", "31 February does not exist"),
        ("1989-02-29", "29 February 1989 does not exist"),
        ("31/4/1990", "31 April does not exist"),
        ("1988-13-01", "There is no month 13"),
        ("2026-11-18", "The birth date is in the future"),
        ("1899-12-31", "The year must be 1900 or later"),
        ("0088-02-21", "The year must be 1900 or later"),
        ("21/2", "Write the birth date with its year, as in 21 Feb 1988"),
        ("", "Write the birth date with its year, as in 21 Feb 1988"),
        (None, "Write the birth date with its year, as in 21 Feb 1988"),
        ("spring 1988", "Write the birth date with its year, as in 21 Feb 1988"),
    ],
)
def test_what_is_wrong_with_a_birth_date(text, words):
    assert fault(parse_birth_date, text, TODAY) == words


def test_today_is_a_birth_date():
    assert parse_birth_date("2026-11-17", TODAY) == TODAY


def test_the_month_of_a_day_that_does_not_exist_is_still_known():
    assert birth_month("1988-02-31", TODAY) == (1988, 2)
    assert birth_month("31.2.88", TODAY) == (1988, 2)
    assert birth_month("1988-13-01", TODAY) is None
    assert birth_month("21/2", TODAY) is None
    assert birth_month("", TODAY) is None
