"""What of a reason is the rulebook's own, as it stands in a page: the same for every client, so it is written once."""
from weakref import WeakKeyDictionary

from practice.admin.words import language
from practice.safety.rules_verdict import Reason, ReasonKind

MOST_KEPT = 2000  # more than the rulebook has reasons and levels
# the others quote the client or the therapist
OF_THE_BOOK = (ReasonKind.STANDING, ReasonKind.CONDITION, ReasonKind.CONSENT, ReasonKind.CATALOGUE)
_kept: WeakKeyDictionary = WeakKeyDictionary()  # {catalogue of a language: {what a reason says: its parts in a page}}


def parts(one: Reason) -> list:
    """Where the page keeps what it has written of such a reason: empty the first time. Nothing of a client is kept."""
    if one.kind not in OF_THE_BOOK:
        return []
    kept = _kept.setdefault(language().catalogue, {})
    if len(kept) >= MOST_KEPT:
        kept.clear()
    return kept.setdefault((one.label, one.level, one.why, one.note, one.grade, one.basis, one.sources, one.extended,
                            one.is_own, one.is_proposed), [])
