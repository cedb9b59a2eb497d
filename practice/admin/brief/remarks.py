"""What stands word for word in the brief, and the reasons that no region of the map and no technique can say."""
from dataclasses import dataclass

from practice.admin import show
from practice.admin.brief import words
from practice.admin.brief.cards import Limit
from practice.admin.brief.news import label_of
from practice.admin.brief.read import Brief
from practice.admin.words import gettext
from practice.core.body import level_words
from practice.intake.models import VISIT_CHECK
from practice.intake.words import lines
from practice.safety.queries.forms import sent_on
from practice.safety.rules_verdict import Reason, ReasonKind, Shown, Verdict
from practice.safety.said import Said, also_said
from practice.sessions.content import NoteContent


@dataclass(frozen=True)
class Remark:
    """Words as somebody wrote them, and what they are about."""

    about: str
    said: str


def remarks(brief: Brief) -> list[Remark]:
    """Notes of conditions, of places, of wishes and of limits, in that order; each as it was written.

    The words of a form's wishes and limits are the form's own and stand in no one's hand: they are left out.
    """
    known = brief.known
    found = [Remark(gettext(label_of(content)), content.note) for _row, content in known.conditions if content.note]
    found += [Remark(words.places([place]), said) for place, said in known.profile.place_notes]
    found += [Remark(_where(gettext("Wish: %(now)s", now=words.wish_words(wish.level)), wish.place), wish.words)
              for wish in known.profile.wishes if wish.words]
    for label, limits in ((gettext("Never more than"), known.profile.never_more_than),
                          (gettext("Own limit"), known.profile.therapist_limits)):
        found += [Remark(_where(f"{label}: {level_words(limit.level, gettext)}", limit.place), limit.words)
                  for limit in limits if limit.words]
    return list(dict.fromkeys(found))


def answers_said(brief: Brief) -> list[Said]:
    """What the newest form of each kind says beside all that is proposed, counted or read; no check but the day's."""
    found: dict[str, Said] = {}
    kinds = set()
    for form in brief.known.forms:
        kind = form.definition.key
        if kind not in kinds and (kind != VISIT_CHECK or form is brief.known.check):
            for one in also_said(form.definition, form.answers, sent_on(form.submission)):
                found.setdefault(one.question.key, one)
        kinds.add(kind)
    return list(found.values())


def in_words(said: list[Said]) -> list[Remark]:
    """Question and answer as the client met them."""
    return [Remark(one.question.label, ", ".join(_lines(one))) for one in said]


def lying(said: list[Said], verdict: Verdict) -> list[str]:
    """Of them, what is to be known before the client lies down; the engine's own word for it is said already."""
    if verdict.shown_as is Shown.DO_NOT:
        return []
    return [line for one in said if one.question.key == "positions" for line in _lines(one)]


def _lines(one: Said) -> list[str]:
    return lines(one.question, one.value, translate=gettext, show_day=show.day)


def _where(label: str, place) -> str:
    return f"{label}, {words.places([place])}" if place else label


def other_reasons(verdict: Verdict, shown: list[Limit]) -> list[Reason]:
    """What counts and limits no place: a rule about products or one technique, a condition of one's own."""
    said = {(one.rule, one.ref) for row in shown for one in row.reasons}
    said |= {(one.rule, one.ref) for position in verdict.positioning for one in position.reasons}
    said |= {(one.rule, one.ref) for one in (*verdict.heat.reasons, *verdict.product_warnings)}
    return [one for one in verdict.why if (one.rule, one.ref) not in said and one.kind is not ReasonKind.CONSENT]


def remarks_of_use(content: NoteContent) -> str:
    """Products, heat, position and room of a session in one line."""
    heat = gettext("with heat") if content.with_heat else ""
    return ", ".join(part for part in (content.products, heat, content.setting) if part)
