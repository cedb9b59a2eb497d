"""Reasons as they stand in the page. What of them is the rulebook's own is the same for every client: written once."""
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from flask import current_app
from markupsafe import Markup

from practice.admin.brief import words
from practice.admin.words import language
from practice.core.markup import joined
from practice.safety import rulebook
from practice.safety.rules_verdict import Reason, ReasonKind

MOST_KEPT = 2000  # more than the rulebook has reasons and levels
# the others quote the client or the therapist
OF_THE_BOOK = (ReasonKind.STANDING, ReasonKind.CONDITION, ReasonKind.CONSENT, ReasonKind.CATALOGUE)
_kept: WeakKeyDictionary = WeakKeyDictionary()  # {catalogue of a language: {what a reason says: its place in a page}}


def writer() -> Callable[[Iterable[Reason]], Markup]:
    """Writes reasons one after the other, for one page of one verdict: one that holds for many places is made once.
    Beyond the page nothing of a client is kept: neither words nor days."""
    kept = _kept.setdefault(language().catalogue, {})
    if len(kept) >= MOST_KEPT:
        kept.clear()
    pieces = current_app.jinja_env.get_template("admin/brief/pieces.html").module
    made: dict[int, Markup] = {}  # by identity: the verdict holds them as long as the page is made

    def written(found: Iterable[Reason]) -> Markup:
        found = list(found)
        for one in found:
            if id(one) not in made:
                made[id(one)] = _written(one, kept, pieces)
        return joined((made[id(one)] for one in found), "\n")

    return written


def _written(one: Reason, kept: dict, pieces) -> Markup:
    key = (one.label, one.level, one.why, one.note, one.grade, one.basis, one.sources, one.extended, one.is_own,
           one.is_proposed)
    parts = kept.get(key)
    if parts is None:
        parts = pieces.reason_begins(one), pieces.reason_ends(one, rulebook)
        if one.kind in OF_THE_BOOK:
            kept[key] = parts
    own = pieces.reason_words(one, words.since) if one.words or one.since else Markup()
    return joined((parts[0], own, parts[1]))
