"""Form fields the screens share: choices from labelled values."""
from collections.abc import Iterable, Mapping
from enum import StrEnum

from flask_babel import lazy_gettext
from wtforms.fields.choices import SelectChoice


def enum_choices(labels: Mapping[StrEnum, str], *, first: str | None = None) -> list[SelectChoice]:
    """One choice for each member; `first` words an empty choice before them."""
    empty = [SelectChoice("", lazy_gettext(first))] if first else []
    return empty + [SelectChoice(member.value, lazy_gettext(words)) for member, words in labels.items()]


def row_choices(pairs: Iterable[tuple[int, str]], *, first: str | None = None) -> list[SelectChoice]:
    """One choice for each (id, name); `first` words an empty choice before them."""
    empty = [SelectChoice("", lazy_gettext(first))] if first else []
    return empty + [SelectChoice(str(number), name) for number, name in pairs]
