"""Words in the reader's language, with the catalogue looked up once a request: `gettext` for the screens' Python, and
`_`, `ngettext`, `pgettext`, `npgettext` in templates.

They do what Flask-Babel's and Jinja's own do, which look the catalogue up anew for each of a page's hundreds of words.
A page is made in one language: that of its request.
"""
from functools import cached_property
from weakref import WeakKeyDictionary

from babel import Locale
from flask import Flask
from flask.globals import _cv_app
from flask_babel import get_locale, get_translations
from markupsafe import Markup, escape

from practice.premises.queries import the_practice

MOST_SAID = 5000  # texts that are kept as they were said; a practice's screens have fewer
_said: WeakKeyDictionary = WeakKeyDictionary()  # {catalogue: ({text: its translation}, {text: as it stands in a page})}


class Language:
    """The reader's language: the catalogue, what was said from it before (as text and as it stands in a page), how days
    and numbers are written, and the time zone that wall clocks show."""

    def __init__(self):
        self.catalogue, self.locale = get_translations(), get_locale()
        self.texts, self.said = _said.setdefault(self.catalogue, ({}, {}))

    @cached_property
    def zone(self) -> str:
        return the_practice().time_zone


def language() -> Language:
    """The language of this request."""
    kept = _cv_app.get().g  # past the proxy: this is asked hundreds of times a page
    try:
        return kept.language
    except AttributeError:
        kept.language = Language()
        return kept.language


def locale() -> Locale:
    return language().locale


def translated(text: str) -> str:
    """The translated text, as it stands."""
    own = language()
    found = own.texts.get(text)
    if found is None:
        if len(own.texts) >= MOST_SAID:
            own.texts.clear()
        found = own.texts[text] = own.catalogue.ugettext(text)
    return found


def gettext(text: str, /, **values) -> str:
    """Flask-Babel's gettext at an eighth of its time, for the pages with a budget: the brief and a therapist's Today.

    Never under force_locale: it speaks the language of the request.
    """
    return translated(text) % values if values else translated(text)


def word(text: str, /, **values) -> Markup:
    """The translated text; what is put in for %(name)s is escaped."""
    if values:
        return Markup(translated(text) % {name: escape(value) for name, value in values.items()})
    own = language()
    if text not in own.said:
        if len(own.said) >= MOST_SAID:
            own.said.clear()
        own.said[text] = Markup(own.catalogue.ugettext(text)) % values
    return own.said[text]


def counted(one: str, many: str, number: int, /, **values) -> Markup:
    """The translated text for that number, which stands in it as %(num)s."""
    return Markup(language().catalogue.ungettext(one, many, number)) % {"num": number, **values}


def meant(meaning: str, text: str, /, **values) -> Markup:
    """The translation of a word that has several meanings."""
    return Markup(language().catalogue.upgettext(meaning, text)) % values


def meant_and_counted(meaning: str, one: str, many: str, number: int, /, **values) -> Markup:
    return Markup(language().catalogue.unpgettext(meaning, one, many, number)) % {"num": number, **values}


def init_app(app: Flask) -> None:
    """After Flask-Babel, whose functions these replace."""
    app.jinja_env.globals.update(say=translated, _=word, gettext=word, ngettext=counted, pgettext=meant,
                                 npgettext=meant_and_counted)
