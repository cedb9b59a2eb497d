"""Every text on every page goes through gettext: a made-up language wraps what does, and the rest shows itself."""
import re
from html import unescape

import pytest
from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.support import NullTranslations
from flask_babel import Domain
from sqlalchemy import String, Text, select

from practice.access import guard
from practice.core.columns import Enum_, JsonText
from practice.core.db import Base, db
from tests.house.walking import address, rules
from tests.plugins.people import sign_in
from tests.world import FOR_THE_DESK, build_world

OPEN, CLOSE = "\u27e6", "\u27e7"
# Names of countries, currencies, zones and languages come from Unicode's own tables.
HIDDEN = re.compile(r'<select[^>]*name="[^"]*(?:country|currency|time_zone|language)".*?</select>'
                    r"|<(?:script|style|svg|code)\b.*?</(?:script|style|svg|code)>|<!--.*?-->", re.S)
ATTRIBUTES = re.compile(r'\s(?:aria-label|placeholder|title|alt)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{3,}")
# Names and signs that are the same in every language.
SAME_EVERYWHERE = {"practice", "csv", "pdf", "eur", "enter", "esc", "ctrl", "https", "example", "com", "soap", "sms",
                   "walton", "tracy", "she", "her", "him", "they", "them"}


class Wrapped(NullTranslations):
    """Each translated text between two brackets that stand nowhere else."""

    def gettext(self, message):
        return f"{OPEN}{message}{CLOSE}" if message else message

    def ngettext(self, one, many, number):
        return self.gettext(one if number == 1 else many)

    def pgettext(self, context, message):
        return self.gettext(message)

    ugettext, ungettext = gettext, ngettext


def left_over(page: str) -> str:
    """The visible text of a page without what went through gettext."""
    page = HIDDEN.sub(" ", page)
    texts = [unescape(text) for text in [*re.split(r"<[^>]+>", page), *ATTRIBUTES.findall(page)]]
    plain = []
    for text in texts:
        depth = 0
        kept = []
        for sign in text:
            depth += (sign == OPEN) - (sign == CLOSE)
            if depth <= 0 and sign not in (OPEN, CLOSE):
                kept.append(sign)
        plain.append("".join(kept))
    return "\n".join(plain)


def stored_words(people) -> set[str]:
    """Every word that stands in the database: names, addresses, texts of forms."""
    words: set[str] = set()
    with guard.acting(people.system):
        for table in Base.metadata.tables.values():
            columns = [column for column in table.c if isinstance(column.type, (String, Text, JsonText))
                       and not isinstance(column.type, Enum_)]
            for row in db.session.connection().execute(select(*columns)) if columns else ():
                words.update(word.casefold() for value in row for word in WORD.findall(str(value or "")))
    return words


def calendar_words() -> set[str]:
    names = [*get_month_names("wide", locale="en").values(), *get_month_names("abbreviated", locale="en").values(),
             *get_day_names("wide", locale="en").values(), *get_day_names("abbreviated", locale="en").values()]
    return {name.casefold() for name in [*names, Locale.parse("en").get_display_name("en")]}  # the language, by name


@pytest.mark.only_on("sqlite", "words do not depend on the database")
def test_no_text_goes_around_gettext(app, people, monkeypatch):
    world = build_world(people)
    browser, untranslated = sign_in(app.test_client(), "sol"), []
    known = stored_words(people) | calendar_words() | SAME_EVERYWHERE | {
        FOR_THE_DESK, "doyle"}  # sealed where they stand: what Ann wrote into her form
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(Domain, "get_translations", lambda self: Wrapped())
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint in ("static", "health"):
            continue
        answer = browser.get(address(app, rule, world))
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        odd = sorted({word for word in WORD.findall(left_over(answer.get_data(as_text=True)))
                      if word.casefold() not in known})
        if odd:
            untranslated.append(f"{rule.endpoint}: {' '.join(odd[:25])}")
    assert untranslated == [], "\n".join(untranslated)
