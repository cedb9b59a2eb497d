"""What is new in the brief since the last session: conditions, all that is known, scores, forms, who else treated."""
from collections.abc import Callable
from datetime import datetime

from practice.admin import show
from practice.admin.brief import words
from practice.admin.brief.read import Brief
from practice.admin.courses import activities
from practice.admin.words import gettext
from practice.core.body import Place, level_words
from practice.safety.changes import Change, How, Sheet, What, answered_otherwise, between_forms, medicines_between
from practice.safety.content import ConditionContent
from practice.safety.queries.book import rulebook
from practice.safety.queries.forms import LastForm, sent_on
from practice.safety.queries.since import changed_since, conditions_since
from practice.sessions.measures import MEASURES

MOST_CHANGES = 4
FEW_QUESTIONS = 2
# Of what changed, what is read first.
IMPORTANCE = (What.CONDITION, What.ALLERGY, What.OWN_LIMIT, What.NEVER_MORE, What.CONSENT, What.LETTER, What.MEDICINE,
              What.BLOOD_PRESSURE, What.ENTRIES, What.PAIN, What.SCORE, What.WISH, What.TREATED_BY, What.REMARK)


def label_of(content: ConditionContent) -> str:
    """The rule's own words, or the therapist's, not translated."""
    rule = rulebook().rules.get(content.key or "")
    return rule.label if rule else content.words or content.told


def new_refs(brief: Brief) -> frozenset[str]:
    if brief.since is None:
        return frozenset()
    return frozenset(str(row.id) for row, _content in brief.known.conditions if row.created_at >= brief.since)


def changes(brief: Brief) -> list[Change]:
    """Since the last session with this therapist, most important first; on the first visit, all the form says."""
    if brief.since is None:
        found = [Change(How.NEW, What.CONDITION, label_of(content), places=content.places)
                 for _row, content in brief.known.conditions] + _form_changes(brief)
    else:
        found = [_condition(how, content, brief.since)
                 for how, _row, content in conditions_since(brief.known, brief.since)]
        found += changed_since(brief.known, brief.since) + _scores(brief)
        found += _form_changes(brief, medicines_between)
    found += [Change(How.NEW, What.TREATED_BY, one.name, show.day_short(one.last_started_at))
              for one in brief.others]
    found.sort(key=lambda one: IMPORTANCE.index(one.what))
    if brief.since and brief.form and brief.form.submitted_at >= brief.since:
        found += _form(brief, is_news=bool(found))
    return found


def _condition(how: How, content: ConditionContent, since: datetime) -> Change:
    """A condition with what was otherwise of it: where, how severe, how deep at the most."""
    was = content.before(since)
    said = [words.places(was.places)] if was.places != content.places and was.places else []
    if was.own_limit != content.own_limit:
        said.append(gettext("No limit") if was.own_limit is None else level_words(was.own_limit, gettext))
    if (was.key, was.words, was.variant) != (content.key, content.words, content.variant):
        said.append(gettext(label_of(was)))
    return Change(how, What.CONDITION, label_of(content), ", ".join(said) if how is How.CHANGED else "", content.places,
                  content.own_limit if was.own_limit != content.own_limit else None)


def _scores(brief: Brief) -> list[Change]:
    """Outcome measures taken since: the newest of each, with the one before it."""
    last: dict[tuple, list] = {}
    for row, data in brief.measured:
        if data["key"] in MEASURES:
            movement = data["words"] if data["key"] == "range" else ", ".join(sorted(activities(data)))
            last.setdefault((data["key"], data["place"], movement), []).append((row, data))
    found = []
    for (key, place, _movement), rows in last.items():
        if rows[-1][0].created_at >= brief.since:
            before = [data["score"] for row, data in rows if row.created_at < brief.since]
            unit = MEASURES[key].unit
            found.append(Change(How.CHANGED if before else How.NEW, What.SCORE, MEASURES[key].label,
                                f"{before[-1]:g}{unit}" if before else "",
                                (Place.parse(place),) if place else (), detail=f"{rows[-1][1]['score']:g}{unit}"))
    return found


def _form(brief: Brief, *, is_news: bool) -> list[Change]:
    """A form that came in since, where its other answers differ, and where it says nothing new at all."""
    before = _history_before(brief)
    if before is None:
        return [] if is_news else [Change(How.NEW, What.FORM)]
    differ = answered_otherwise(_sheet(before), _sheet(brief.histories()[0]))
    if differ:
        return [Change(How.CHANGED, What.FORM, " · ".join(words.clip(one, 50) for one in differ[:FEW_QUESTIONS]),
                       detail=str(len(differ) - FEW_QUESTIONS) if len(differ) > FEW_QUESTIONS else "")]
    return [] if is_news else [Change(How.NEW, What.FORM)]


def _form_changes(brief: Brief, compare: Callable = between_forms) -> list[Change]:
    histories = brief.histories()
    if not histories:
        return []
    now, since = histories[0], brief.since
    if since is None:
        return compare(None, _sheet(now))
    if now.submission.submitted_at < since:
        return []
    before = _history_before(brief)
    return compare(_sheet(before) if before else None, _sheet(now))


def _history_before(brief: Brief) -> LastForm | None:
    """The health history as it stood at the last session."""
    return next((one for one in brief.histories() if one.submission.submitted_at < brief.since), None)


def _sheet(form: LastForm) -> Sheet:
    return Sheet(form.definition, form.answers, sent_on(form.submission))
