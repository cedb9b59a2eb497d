"""The last notes in the brief: what was done where, how it was taken, what was said on the way and after."""
from collections.abc import Mapping
from dataclasses import dataclass

from practice.admin import show
from practice.admin.brief import cards, words
from practice.admin.brief.read import Brief
from practice.admin.words import gettext
from practice.catalog.techniques import Technique
from practice.core.text import _
from practice.sessions.content import AFTER_HOURS, AFTER_LABELS, SAID_LABELS, NoteContent, Score
from practice.sessions.items import item_name
from practice.sessions.models import SessionNote

MOST_LINES = 6  # of the work of one session
MOST_ASKED = 6  # of what was said on the way and scored
AFTER_WORDS = dict(zip(AFTER_HOURS, (_("the day after: %(how)s"), _("two days after: %(how)s")), strict=True))


@dataclass(frozen=True)
class Past:
    """A note in a few lines: `done` is the work, `taken` all that tells how the client took it."""

    note: SessionNote
    done: str
    taken: str
    adverse: str
    added: list[str]


def past(brief: Brief) -> list[Past]:
    """The last notes, newest first. How the days after were stands with its session: the next note has asked.

    Where that session has no note, it stands with its day in the note that has asked.
    """
    catalogue = brief.known.verdict.catalogue
    written = {note.on_date for note, _content in brief.notes}
    found, later = [], NoteContent()
    for note, content in brief.notes:
        is_next = later.after_on in (None, note.on_date)
        elsewhere = [gettext("after the session of %(day)s, %(said)s", day=show.day_short(content.after_on), said=said)
                     for said in after(content) if content.after_on and content.after_on not in written]
        taken = [cards.how_taken(content).rstrip("."), *asked(content), *(after(later) if is_next else ()), *elsewhere]
        found.append(Past(note, done(content, catalogue), " · ".join(part for part in taken if part),
                          words.clip(content.adverse, 120), added_later(brief, note)))
        later = content
    return found


def added_later(brief: Brief, note: SessionNote) -> list[str]:
    """What was added to a signed note, with its day."""
    return [gettext("Added later, %(day)s: “%(words)s”", day=show.day_short(one.added_at),
                    words=words.clip(one.text, 160)) for one in brief.added.get(note.id, ())]


def done(content: NoteContent, catalogue: Mapping[str, Technique]) -> str:
    """The work in a line; what was found, where no work was written down."""
    rows = cards.work_rows(content, catalogue)
    lines = [", ".join((row["places"], row["technique"], words.wish_words(row["level"]),
                        gettext("%(n)s min", n=row["minutes"]))) for row in rows[:MOST_LINES]]
    more = [gettext("%(count)s more", count=len(rows) - MOST_LINES)] if len(rows) > MOST_LINES else []
    return "; ".join([*lines, *more]) or words.clip(content.objective or content.subjective, 120)


def asked(content: NoteContent) -> list[str]:
    """What the client said of the pressure on the way, in their words, and the scores before and after."""
    found = [" ".join(part for part in (gettext(SAID_LABELS[key]) if key in SAID_LABELS else "",
                                        f"“{words.clip(said, 60)}”" if said else "") if part)
             for key, said in content.said if key or said]
    return found + [_score(one) for one in content.scores if one.before is not None or one.after is not None]


def asked_in_short(content: NoteContent) -> list[str]:
    """The same for the first screen, which holds no more."""
    found = asked(content)
    more = [gettext("%(count)s more", count=len(found) - MOST_ASKED)] if len(found) > MOST_ASKED else []
    return found[:MOST_ASKED] + more


def _score(one: Score) -> str:
    figures = " → ".join("–" if figure is None else str(figure) for figure in (one.before, one.after))
    return f"{item_name(one.name, gettext)} {figures if one.after is not None else one.before}"


def after(later: NoteContent) -> list[str]:
    """How the client was in the days after a session, as the note of the next visit has it."""
    return [gettext(AFTER_WORDS[hours], how=gettext(AFTER_LABELS[key]))
            for hours, key in zip(AFTER_HOURS, later.after_last, strict=False) if key in AFTER_LABELS]
