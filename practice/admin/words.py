"""Translated words in templates: `_`, `ngettext`, `pgettext`, `npgettext`, with the catalogue looked up once a request.

They do what Jinja's own do with Flask-Babel, which looks the catalogue up anew for each of a page's hundreds of words.
A template is rendered in one language: that of its request.
"""
from weakref import WeakKeyDictionary

from flask import Flask, g
from flask_babel import get_translations
from markupsafe import Markup

MOST_SAID = 5000  # texts that are kept as they were said; a practice's screens have fewer
_said: WeakKeyDictionary = WeakKeyDictionary()  # {catalogue: {text: the text as it stands in a page}}


def _catalogue():
    try:
        return g.words
    except AttributeError:
        g.words = get_translations()
        return g.words


def translated(text: str) -> str:
    """The translated text, as it stands."""
    return _catalogue().ugettext(text)


def gettext(text: str, /, **values) -> str:
    """Flask-Babel's gettext, for a page's Python that says many words."""
    return translated(text) % values if values else translated(text)


def word(text: str, /, **values) -> Markup:
    """The translated text; what is put in for %(name)s is escaped."""
    catalogue = _catalogue()
    if values:
        return Markup(catalogue.ugettext(text)) % values
    said = _said.setdefault(catalogue, {})
    if text not in said:
        if len(said) >= MOST_SAID:
            said.clear()
        said[text] = Markup(catalogue.ugettext(text)) % values
    return said[text]


def counted(one: str, many: str, number: int, /, **values) -> Markup:
    """The translated text for that number, which stands in it as %(num)s."""
    return Markup(_catalogue().ungettext(one, many, number)) % {"num": number, **values}


def meant(meaning: str, text: str, /, **values) -> Markup:
    """The translation of a word that has several meanings."""
    return Markup(_catalogue().upgettext(meaning, text)) % values


def meant_and_counted(meaning: str, one: str, many: str, number: int, /, **values) -> Markup:
    return Markup(_catalogue().unpgettext(meaning, one, many, number)) % {"num": number, **values}


def init_app(app: Flask) -> None:
    """After Flask-Babel, whose functions these replace."""
    app.jinja_env.globals.update(_=word, gettext=word, ngettext=counted, pgettext=meant, npgettext=meant_and_counted)
