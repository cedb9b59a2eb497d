"""Sentences of the brief: why, what is not assessed, reasons, changes. Everything comes out translated."""
from collections.abc import Iterable

from flask_babel import ngettext

from practice.admin import show
from practice.admin.words import gettext
from practice.core.body import Place, Side, Spot, level_words, names
from practice.core.text import _
from practice.safety.changes import Change, How, What
from practice.safety.content import ConditionContent
from practice.safety.queries.book import rulebook
from practice.safety.rules_verdict import EVERYBODYS, GAP_LABELS, Gap, NotAssessed, Reason, ReasonKind, Shown, Verdict

FEW = 3
LONGEST_GAP = 44  # letters of a question that fit into the banner
HOW_LABELS = {How.NEW: _("new"), How.CHANGED: _("changed"), How.ENDED: _("ended")}
SIDES = {Side.LEFT: _("Left"), Side.RIGHT: _("Right"), Side.MIDDLE: _("Middle")}
HOW_KINDS = {How.NEW: "stop", How.CHANGED: "accent", How.ENDED: "info"}
PLAIN_WHY = {
    Shown.GO_AHEAD: _("Nothing that is known limits the work today."),
    Shown.NOT_ASSESSED: _("Nothing is known that limits the work, and not everything was asked."),
}
# Limits that everybody has: said once, after what is this client's own.
A_CONDITION = (ReasonKind.CONDITION, ReasonKind.OWN_CONDITION)


def clip(text: str, most: int) -> str:
    """The text in one line, cut at a word."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def places(found: Iterable[Place | Spot]) -> str:
    """"Lower back; Lower leg, left": both sides of a region said once."""
    return names(found, gettext)


def why(verdict: Verdict) -> str:
    """One line: the reasons of the outcome, hardest first."""
    if not verdict.has_form and verdict.shown_as is Shown.NOT_ASSESSED and not verdict.why:
        return gettext("No form yet: ask before you work.")
    reasons = sorted(verdict.decided_by or verdict.why, key=lambda reason: reason.kind not in A_CONDITION)
    named = list(dict.fromkeys(reason_name(reason) for reason in reasons))
    if not named:
        return gettext(PLAIN_WHY.get(verdict.shown_as, PLAIN_WHY[Shown.NOT_ASSESSED]))
    rest = len(named) - FEW
    line = " · ".join(named[:FEW])
    return f"{line} · " + ngettext("%(num)s more", "%(num)s more", rest) if rest > 0 else line


def not_assessed(verdict: Verdict) -> str | None:
    """Every kind of gap once: named where it is a single one, else counted."""
    groups: dict[Gap, list[NotAssessed]] = {}
    for gap in verdict.not_assessed:
        groups.setdefault(gap.kind, []).append(gap)
    return " · ".join(_gap(kind, found) for kind, found in groups.items()) or None


def _gap(kind: Gap, found: list[NotAssessed]) -> str:
    label = gettext(GAP_LABELS[kind])
    if len(found) > 1:
        return f"{label} ({len(found)})"
    if kind is Gap.FORM_EXPIRED:
        return label
    one = found[0]
    said = clip(gettext(one.words), LONGEST_GAP) if one.words else ""
    return f"{label}: {said}" if said else f"{label}: {places(one.places)}" if one.places else label


def reason_name(reason: Reason) -> str:
    return gettext(reason.label)


def short_reason(reasons: Iterable[Reason]) -> str:
    """What stands under a limit in the list: this client's own reasons, or the rule that holds for everybody."""
    reasons = list(reasons)
    own = [reason for reason in reasons if reason.kind not in EVERYBODYS]
    return " · ".join(list(dict.fromkeys(_short(reason) for reason in own or reasons))[:2])


def _short(reason: Reason) -> str:
    if reason.kind is ReasonKind.STANDING:
        return gettext("Standing rule")
    if reason.kind is ReasonKind.CLIENT:
        return reason_name(reason)
    parts = [reason_name(reason)]
    if reason.since:
        parts.append(since(reason))
    if reason.words and reason.kind is not ReasonKind.OWN_CONDITION and reason.words != reason.label:
        parts.append(f"“{clip(reason.words, 40)}”")
    if reason.is_proposed:
        parts.append(gettext("not yet decided"))
    return ", ".join(parts)


def variant(content: ConditionContent) -> str:
    """How severe it is called, in the rule's words; "" where nobody said, or where it is the usual."""
    rule = rulebook().rules.get(content.key or "")
    return next((one.label for one in rule.variants if one.key == content.variant), "") if rule else ""


def since(reason: Reason | ConditionContent) -> str:
    """A year alone where that is all that was said: partial dates are kept as their first day."""
    day = reason.since
    return str(day.year) if (day.month, day.day) == (1, 1) else show.day_short(day)


def change(one: Change) -> str:
    """One line of what is different since the last session."""
    said = _CHANGES.get(one.what)
    if said is not None:
        return said(one)
    words = gettext(one.words)
    if one.level is not None:
        words = gettext("%(what)s, no deeper than %(level)s", what=words, level=level_words(one.level, gettext))
    words = f"{words}: {places(one.places)}" if one.places else words
    return _was(words, one.before)


def _was(now: str, before: str) -> str:
    return gettext("%(now)s, was %(before)s", now=now, before=before) if before else now


def _there(one: Change) -> str:
    return places(one.places) if one.places else gettext("everywhere")


def _wish(one: Change) -> str:
    at = f", {places(one.places)}" if one.places else ""
    if one.how is How.ENDED:
        return gettext("No longer wished: %(now)s", now=wish_words(one.level)) + at
    return _was(gettext("Wish: %(now)s", now=wish_words(one.level)) + at,
                "" if one.level_before in (None, one.level) else wish_words(one.level_before))


def _never_more(one: Change) -> str:
    if one.how is How.ENDED:
        return gettext("No longer said: never firm at %(places)s", places=_there(one))
    words = gettext("Never more than %(now)s at %(places)s", now=level_words(one.level, gettext), places=_there(one))
    return _limit(one, words)


def _own_limit(one: Change) -> str:
    if one.how is How.ENDED:
        return gettext("No longer: own limit at %(places)s", places=_there(one))
    return _limit(one, gettext("Own limit: %(now)s at %(places)s", now=level_words(one.level, gettext),
                               places=_there(one)))


def _limit(one: Change, words: str) -> str:
    words = _was(words, "" if one.level_before in (None, one.level) else level_words(one.level_before, gettext))
    return f"{words} “{clip(one.detail, 40)}”" if one.detail else words


def _allergy(one: Change) -> str:
    words = gettext("Allergy: %(words)s", words=one.words)
    if one.level and not one.level_before:
        words = gettext("%(what)s, an emergency", what=words)
    if one.how is How.CHANGED and one.detail != one.before:
        return _was(": ".join(part for part in (words, one.detail) if part), one.before)
    return words


def _consent(one: Change) -> str:
    what = places(one.places) if one.places else gettext(_technique(one.words))
    words = _("Consent taken back: %(what)s") if one.how is How.ENDED else _("Consent given: %(what)s")
    return gettext(words, what=what)


def _technique(key: str) -> str:
    return rulebook().techniques[key].label if key in rulebook().techniques else key


def _pain(one: Change) -> str:
    if one.how is How.ENDED:
        return gettext("No longer painful: %(places)s", places=places(one.places))
    words = gettext("Pain: %(places)s", places=places(one.places))
    return _was(f"{words} {one.words}".strip(), one.before)


def _form(one: Change) -> str:
    if not one.words:
        return gettext("New form, with the same answers") if one.how is How.NEW else gettext("New form")
    words = gettext("New form, answered otherwise: %(questions)s", questions=one.words)
    return f"{words} · " + ngettext("%(num)s more", "%(num)s more", int(one.detail)) if one.detail else words


_CHANGES = {
    What.WISH: _wish, What.NEVER_MORE: _never_more, What.OWN_LIMIT: _own_limit, What.ALLERGY: _allergy,
    What.CONSENT: _consent, What.PAIN: _pain, What.FORM: _form,
    What.LETTER: lambda one: gettext("Doctor, %(what)s: %(state)s", what=gettext(one.words), state=gettext(one.detail)),
    What.BLOOD_PRESSURE: lambda one: _was(gettext("Blood pressure %(reading)s", reading=one.words), one.before),
    What.SCORE: lambda one: _was(f"{gettext(one.words)}{', ' + places(one.places) if one.places else ''}: {one.detail}",
                                 one.before),
    What.REMARK: lambda one: clip(f"{places(one.places)}: {one.words}" if one.places else one.words, 90),
    What.ENTRIES: lambda _one: gettext("Allergies, limits, wishes or consents were written since: look at them"),
    What.TREATED_BY: lambda one: gettext("Treated by %(name)s, %(day)s", name=one.words, day=one.before),
}


def wish_words(level: int) -> str:
    """"deep (5)": a wish is no ceiling, so five is a word like the others."""
    return gettext("deep (5)") if level == 5 else level_words(level, gettext)
