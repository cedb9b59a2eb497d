"""How to reach a client and when they were born: what people type, checked and put into one form."""
import re
from datetime import date
from functools import lru_cache

import phonenumbers
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from practice.core.dates import DateParts, read_date, real_date
from practice.core.errors import Invalid
from practice.core.text import _

OLDEST_YEAR = 1900
MOST_DIGITS_TRIED = 6  # a number that is further off gets the general message

PHONE_EMPTY = _("Type a phone number")
PHONE_NOT_ONE = _("This is not a phone number")
PHONE_WORDS = _("Digits only: words belong in a note")
PHONE_TWO = _("One number only: put the second one in its own field")
PHONE_EXTENSION = _("Leave the extension out")
PHONE_NO_COUNTRY = _("No country has the code +%(code)s")
PHONE_NO_AREA = _("The area code is missing")
PHONE_ONE_SHORT = _("One digit short for %(country)s (+%(code)s)")
PHONE_SHORT = _("Too few digits for %(country)s (+%(code)s)")
PHONE_ONE_LONG = _("One digit too many for %(country)s (+%(code)s)")
PHONE_LONG = _("Too many digits for %(country)s (+%(code)s)")
PHONE_UNUSED = _("No such number in %(country)s (+%(code)s): check the first digits")
PHONE_NOT_A_PERSON = _("This is a service number, not a person's")

EMAIL_EMPTY = _("Type an e-mail address")
EMAIL_NO_AT = _("The @ is missing")
EMAIL_TWO = _("One address only, with one @")
EMAIL_NO_NAME = _("The part before @ is missing")
EMAIL_NO_DOMAIN = _("The part after @ is missing")
EMAIL_SPACE = _("There is a space in the address")
EMAIL_NO_ENDING = _("The ending after the dot is missing, such as .com")
EMAIL_DOTS = _("There are two dots in a row")
EMAIL_DOT_EDGE = _("A dot cannot be first or last, nor stand beside @")
EMAIL_ANGLES = _("The address only, without a name and < >")
EMAIL_RESERVED = _("Nobody can receive mail at %(domain)s")
EMAIL_BAD_NAME = _("The part before @ has a character that is not allowed")
EMAIL_BAD_DOMAIN = _("The part after @ is not right")
EMAIL_LONG = _("The address is too long")

BIRTH_HOW_TO = _("Write the birth date with its year, as in 21 Feb 1988")
BIRTH_AHEAD = _("The birth date is in the future")
BIRTH_TOO_OLD = _("The year must be %(year)s or later")

NOT_A_PERSON = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOICEMAIL}



_EXTENSION = re.compile(r"(?:ext\.?|extension|x|#)\s*\d+$", re.IGNORECASE)


def parse_phone(text: str, country: str, *, locale: str = "en", field: str | None = "phone") -> str:
    """The number in E.164, as in "+353855550138". `country` (ISO code) is meant where the text names none.

    Raises Invalid, saying what is wrong with the number; `locale` is the language of the country's name in it.
    """
    text = (text or "").strip()
    country = country.upper()
    number = _read_phone(text, country, locale, field)
    kind = phonenumbers.number_type(number)
    # An Irish mobile with a digit too many is a valid voicemail number.
    if kind == PhoneNumberType.UNKNOWN or (kind == PhoneNumberType.VOICEMAIL and _digits_off(number) < 0):
        raise Invalid(_fault(number), field=field, **_place(number.country_code, country, locale))
    if kind in NOT_A_PERSON:
        raise Invalid(PHONE_NOT_A_PERSON, field=field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _read_phone(text: str, country: str, locale: str, field: str | None) -> PhoneNumber:
    digits = "".join(char for char in text if char.isdigit())
    if not text:
        raise Invalid(PHONE_EMPTY, field=field)
    if _EXTENSION.search(text):
        raise Invalid(PHONE_EXTENSION, field=field)
    if any(char.isalpha() for char in text):
        raise Invalid(PHONE_WORDS if digits else PHONE_NOT_ONE, field=field)
    if len(re.findall(r"(?:\d[ ()./-]*){7,}", re.sub(r"[,;&|]|\s/\s|/(?=[0+])", "\n", text))) > 1:
        raise Invalid(PHONE_TWO, field=field)
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException as error:
        place = _place(phonenumbers.country_code_for_region(country), country, locale)
        match error.error_type:
            case NumberParseException.INVALID_COUNTRY_CODE if digits:
                raise Invalid(PHONE_NO_COUNTRY, field=field, code=digits[:3]) from None
            case NumberParseException.TOO_LONG:
                raise Invalid(PHONE_LONG, field=field, **place) from None
            case NumberParseException.TOO_SHORT_NSN | NumberParseException.TOO_SHORT_AFTER_IDD:
                raise Invalid(PHONE_SHORT, field=field, **place) from None
        raise Invalid(PHONE_NOT_ONE, field=field) from None


def _fault(number: PhoneNumber) -> str:
    """What is wrong with a number that no one can have."""
    off = _digits_off(number)
    if off:
        return {1: PHONE_ONE_SHORT, -1: PHONE_ONE_LONG}.get(off, PHONE_SHORT if off > 0 else PHONE_LONG)
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return PHONE_NO_AREA
        case ValidationResult.TOO_SHORT:
            return PHONE_SHORT
        case ValidationResult.TOO_LONG:
            return PHONE_LONG
    return PHONE_UNUSED


def _digits_off(number: PhoneNumber) -> int:
    """How many digits are missing (above nought) or too many (below) at the end; 0 when no such change helps.

    Lengths differ by kind of number: a number may have a length that is possible in its country and still be a mobile
    number cut short, so the ends are tried instead of counted.
    """
    start = f"+{number.country_code}{phonenumbers.national_significant_number(number)}"
    for off in range(1, MOST_DIGITS_TRIED + 1):
        if any(_is_used(start + digit * off) for digit in "0123456789"):
            return off
        if _is_used(start[:-off]):
            return -off
    return 0


def _is_used(international: str) -> bool:
    try:
        number = phonenumbers.parse(international)
    except NumberParseException:
        return False
    return phonenumbers.number_type(number) not in NOT_A_PERSON | {PhoneNumberType.UNKNOWN}


def _place(code: int, country: str, locale: str) -> dict[str, object]:
    """The country a number would be in: the practice's own where several share the code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    region = country if country in regions or not regions else regions[0]
    return {"country": _country_name(region, locale), "code": code}


@lru_cache
def _country_name(region: str, locale: str) -> str:
    try:
        names = Locale.parse(locale.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    return names.get(region, region)


@lru_cache(maxsize=8192)  # a list shows the same numbers again and again, and reading one is slow
def format_phone(e164: str, country: str) -> str:
    """The number as people write it in `country`: "085 555 0138", or "+44 20 7946 0018" from abroad.

    Text that is not a number comes back as it is.
    """
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    at_home = number.country_code == phonenumbers.country_code_for_region(country.upper())
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def phone_digits(e164: str) -> tuple[str, str]:
    """The bare digits with the country's code, and as dialled inside the country: ("353855550138", "0855550138")."""
    bare = "".join(char for char in e164 if char.isdigit())
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return bare, bare
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return bare, "".join(char for char in national if char.isdigit())


def parse_email(text: str, *, field: str | None = "email") -> str:
    """The address with its domain in lower case; nothing is looked up. Raises Invalid, saying what is wrong with it."""
    text = (text or "").strip().removeprefix("mailto:")
    if fault := _email_fault(text):
        raise Invalid(fault, field=field)
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        name, _at, domain = text.rpartition("@")
        raise Invalid(_email_rest(str(error), name), field=field, domain=domain) from None


def _email_fault(text: str) -> str | None:
    """The faults that people make, in the order in which they can be put right; None when none of them is there."""
    name, _at, domain = text.partition("@")
    checks = (
        (not text, EMAIL_EMPTY),
        ("<" in text or ">" in text, EMAIL_ANGLES),
        ("@" not in text, EMAIL_NO_AT),
        ("@" in domain, EMAIL_TWO),
        (not name, EMAIL_NO_NAME),
        (not domain, EMAIL_NO_DOMAIN),
        (any(char.isspace() for char in text), EMAIL_SPACE),
        (".." in text, EMAIL_DOTS),
        (any(part.startswith(".") or part.endswith(".") for part in (name, domain)), EMAIL_DOT_EDGE),
        ("." not in domain and not domain.startswith("["), EMAIL_NO_ENDING),
    )
    return next((message for is_so, message in checks if is_so), None)


def _email_rest(reason: str, name: str) -> str:
    """A message of our own for what the library found; it gives no codes, only sentences."""
    if "reserved name" in reason:
        return EMAIL_RESERVED
    if "too long" in reason:
        return EMAIL_LONG
    return EMAIL_BAD_NAME if "before the @" in reason else EMAIL_BAD_DOMAIN


def parse_birth_date(text: str, today: date, *, locale: str = "en_IE", field: str | None = "birth_on") -> date:
    """The birth date written year first, in the locale's order or with the month's name.

    Two digits of a year mean the last year so ending that has begun. Raises Invalid when it cannot be read, does not
    exist, lies after `today` or before 1900.
    """
    parts = read_date(text or "", locale)
    if parts is None or parts.year is None:
        raise Invalid(BIRTH_HOW_TO, field=field)
    year = _birth_year(parts, today)
    if year < OLDEST_YEAR:
        raise Invalid(BIRTH_TOO_OLD, field=field, year=OLDEST_YEAR)
    born = real_date(year, parts.month, parts.day, locale, field)
    if born > today:
        raise Invalid(BIRTH_AHEAD, field=field)
    return born


def _birth_year(parts: DateParts, today: date) -> int:
    if not parts.is_short_year:
        return parts.year
    this_century = today.year - today.year % 100 + parts.year
    return this_century if this_century <= today.year else this_century - 100


def birth_month(text: str, today: date, *, locale: str = "en_IE") -> tuple[int, int] | None:
    """Year and month of a birth date, also of a day that does not exist; None when there are none to be read.

    Enough to look for a possible duplicate while the date is still being put right.
    """
    parts = read_date(text or "", locale)
    if parts is None or parts.year is None or not 1 <= parts.month <= 12:
        return None
    return _birth_year(parts, today), parts.month
