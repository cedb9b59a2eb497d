"""What the practice's own rules allow this client beyond the book, in a line each: it is never left unsaid."""
from practice.admin.brief import words
from practice.admin.words import gettext
from practice.core.body import level_words
from practice.safety.queries.known import Known
from practice.safety.rules_loosened import Loosened


def lines(known: Known) -> list[str]:
    """Nothing, and no work, where the practice has no rules of its own."""
    return [_line(one) for one in known.loosened()]


def _line(one: Loosened) -> str:
    what = ", ".join(part for part in (gettext(one.label) if one.label else "", words.places(one.places)) if part)
    return gettext("%(what)s: %(own)s (the book: %(book)s)", what=what, own=_value(one, one.own),
                   book=_value(one, one.book))


def _value(one: Loosened, value: str | int | None) -> str:
    if one.is_depth:
        return gettext("No limit") if value is None else level_words(value, gettext)
    return gettext(value)
