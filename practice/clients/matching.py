"""Finding a client again, and noticing one who is there already. Texts in, texts and scores out."""
import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from practice.clients.contact import phone_digits
from practice.core.text import _

# Letters that no Unicode decomposition turns into a plain one. ß becomes ss by casefold.
LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n",
        "ŧ": "t", "ĸ": "k", "ə": "e", "ɖ": "d", "ȷ": "j",
    }
)  # fmt: skip
# The other way to write these without the accent, as many people spell their own name abroad.
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
APOSTROPHES = "'’‘ʼʻ`´＇"
SHORTEST_TERM = 3  # a trigram index knows nothing shorter
LONGEST_SEARCH_TEXT = 700  # what the columns hold
LONGEST_KEY = 80
MOST_TEXT = 200
MOST_WORDS = 8

POSSIBLE = 35  # the score from which a person is shown as possibly the same
SIMILAR = 0.8


def normalise(text: str | None) -> str:
    """The text in small letters without accents; apostrophes are gone, other punctuation is one space.

    Applied to what is stored and to what is looked for: "O'Brien-Łukasz" and "obrien lukasz" are one.
    """
    letters = _plain(text or "")
    kept = (char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else " " for char in letters)
    return " ".join("".join(kept).split())


def _plain(text: str) -> str:
    """Small letters without accents, punctuation as it is but for apostrophes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    split = unicodedata.normalize("NFKD", "".join(char for char in folded if char not in APOSTROPHES))
    bare = "".join(char for char in split if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.translate(LETTERS))


def search_text(
    first: str,
    last: str,
    preferred: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    *,
    second_phone: str | None = None,
) -> str:
    """What is stored for a client and searched by fragments, a line for each way to say it.

    Names in both orders; the digits of the phones (E.164) as dialled from abroad and at home; the e-mail address; then
    the preferred name, ä written as ae, and the words of the address. At most `LONGEST_SEARCH_TEXT` characters: the
    last lines are cut.
    """
    lines = _both_orders(first, last)
    for number in (phone, second_phone):
        if number:
            abroad, at_home = phone_digits(number)
            lines += [f"00{abroad}", at_home]
    lines.append(_plain(email or "").strip())
    if preferred:
        lines += _both_orders(preferred, last)
    for given in (first, preferred):
        if given:
            lines += _both_orders(_spelt_out(given), _spelt_out(last))
    lines.append(normalise(email))  # for "ann.b" typed without the @
    return "\n".join(dict.fromkeys(line for line in lines if line))[:LONGEST_SEARCH_TEXT]


def _both_orders(given: str, last: str) -> list[str]:
    one, other = normalise(given), normalise(last)
    return [f"{one} {other}".strip(), f"{other} {one}".strip()]


def _spelt_out(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().translate(SPELT_OUT)


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, ready to be looked for; all of it must be found.

    `terms` have three characters or more and may stand anywhere in the search text (one may hold % or _: escape them);
    `short` words have one or two and stand at the start of a word; `digits` is the term that is part of a phone number.
    """

    terms: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    digits: str | None = None

    @property
    def is_empty(self) -> bool:
        """True when nothing was typed that could be looked for."""
        return not self.terms and not self.short

    @property
    def prefix(self) -> str | None:
        """The start of a `prefix_key` to look for when everything typed is too short for the search text."""
        return " ".join(self.short) if self.short and not self.terms else None


def query_terms(text: str | None) -> Query:
    """Take apart what was typed into the search field: names in any order, parts of a phone number or an address.

    "byrne, ann" and "ann byrne" are the same; figures that follow each other are one phone fragment, with +353, 00353
    or 0 in front. Only the first words of a very long text count.
    """
    words: list[str] = []
    figures = ""
    for raw in (text or "")[:MOST_TEXT].split():
        if _is_figures(raw):
            figures += raw
            continue
        if figures:
            words.append(_fragment(figures))
            figures = ""
        words += [_plain(raw).strip(",;")] if "@" in raw else normalise(raw).split()
    if figures:
        words.append(_fragment(figures))
    words = list(dict.fromkeys(word for word in words if any(map(str.isalnum, word))))[:MOST_WORDS]
    terms = tuple(word for word in words if len(word) >= SHORTEST_TERM)
    digits = next((word for word in terms if word.isdigit()), None)
    return Query(terms, tuple(word for word in words if len(word) < SHORTEST_TERM), digits)


def _is_figures(word: str) -> bool:
    return all(char in "0123456789+()-./–" for char in word) and any(char.isdigit() for char in word)


def _fragment(figures: str) -> str:
    """The bare digits, as they stand in the stored forms: without the (0) that some write after the country."""
    if figures.startswith(("+", "00")):
        figures = figures.replace("(0)", "")
    return "".join(char for char in figures if char.isdigit())


def prefix_key(first_part: str | None, *rest: str | None) -> str:
    """The names in the order given, normalised: found by its beginning, and what lists are sorted by.

    At most `LONGEST_KEY` characters.
    """
    return normalise(" ".join(part for part in (first_part, *rest) if part))[:LONGEST_KEY]


@dataclass(frozen=True, slots=True)
class Person:
    """What tells one client from another. `birth` is a date, or (year, month) where no day is known; phones E.164."""

    first: str
    last: str
    preferred: str | None = None
    birth: date | tuple[int, int] | None = None
    phone: str | None = None
    second_phone: str | None = None
    email: str | None = None


NAME_REASONS = {
    # how alike the names are, how alike the birth dates are -> score, words
    ("whole", "date"): (90, _("Same name, same birth date")),
    ("whole", "month"): (70, _("Same name, birth month")),
    ("whole", "unknown"): (50, _("Same name")),
    ("whole", "other"): (20, _("Same name, other birth date")),
    ("alike", "date"): (75, _("Similar name, same birth date")),
    ("alike", "month"): (55, _("Similar name, birth month")),
    ("alike", "unknown"): (35, _("Similar name")),
    ("last", "date"): (50, _("Last name, same birth date")),
    ("last", "month"): (40, _("Last name, birth month")),
    ("first", "date"): (45, _("First name, same birth date")),
}
SAME_MOBILE = (40, _("Same mobile"))
SAME_EMAIL = (40, _("Same e-mail"))


def duplicate_score(candidate: Person, existing: Person) -> tuple[int, tuple[str, ...]]:
    """How likely the two are one person, 0 to 100, and why, in words marked for translation, the strongest first.

    From `POSSIBLE` on the existing client is shown before saving. Twins share last name and birth date, couples a
    number, so no reason alone but name with birth date comes near certainty.
    """
    found = []
    if reason := NAME_REASONS.get((_names_alike(candidate, existing), _births_alike(candidate.birth, existing.birth))):
        found.append(reason)
    if _phones(candidate) & _phones(existing):
        found.append(SAME_MOBILE)
    if candidate.email and existing.email and candidate.email.casefold() == existing.email.casefold():
        found.append(SAME_EMAIL)
    found.sort(key=lambda reason: -reason[0])
    return min(sum(score for score, _words in found), 100), tuple(words for _score, words in found)


def _phones(person: Person) -> set[str]:
    return {number for number in (person.phone, person.second_phone) if number}


def _names_alike(one: Person, other: Person) -> str:
    last, other_last = normalise(one.last), normalise(other.last)
    given = {normalise(name) for name in (one.first, one.preferred) if name}
    other_given = {normalise(name) for name in (other.first, other.preferred) if name}
    is_same_given = bool(given & other_given)
    is_alike_given = is_same_given or any(_is_alike(a, b) for a in given for b in other_given)
    if last == other_last:
        return "whole" if is_same_given else "alike" if is_alike_given else "last"
    # First and last name put into each other's field.
    if last in other_given and other_last in given:
        return "alike"
    if _is_alike(last, other_last):
        return "alike" if is_alike_given else "none"
    return "first" if is_same_given else "none"


def _is_alike(one: str, other: str) -> bool:
    """True for a slip of the pen, or a name that is the beginning of the other: Jon and John, Alex and Alexandra."""
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_TERM and long.startswith(short):
        return True
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > SIMILAR


def _births_alike(one: date | tuple[int, int] | None, other: date | tuple[int, int] | None) -> str:
    if one is None or other is None:
        return "unknown"
    if isinstance(one, date) and isinstance(other, date):
        if one == other:
            return "date"
        if (one.year, one.day, one.month) == (other.year, other.month, other.day):
            return "month"  # day and month put the wrong way round
    return "month" if _month_of(one) == _month_of(other) else "other"


def _month_of(birth: date | tuple[int, int]) -> tuple[int, int]:
    return (birth.year, birth.month) if isinstance(birth, date) else birth
