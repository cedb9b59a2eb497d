"""What is known of a client against what was known at a moment before: out of what was read already."""
from collections.abc import Iterable
from datetime import datetime

from practice.safety import proposals as named
from practice.safety.changes import Change, How, What
from practice.safety.changes_known import Stood, between
from practice.safety.content import ConditionContent, ProfileContent
from practice.safety.models import Condition, ConditionState
from practice.safety.queries.book import rulebook
from practice.safety.queries.forms import LastForm, sent_on
from practice.safety.queries.known import Known, allergies_of, gone_at, never_more_of, wishes_of


def changed_since(known: Known, since: datetime) -> list[Change]:
    """Allergies, limits, wishes, consents, letters, remarks; nothing, and no work, where nothing was written since."""
    forms = tuple(form for form in known.forms if form.submission.submitted_at < since)
    held, was = known.profile, known.profile.before(since)
    found = []
    if was is not held or len(forms) < len(known.forms):
        labels = {key: rule.label for key, rule in rulebook().rules.items()} if held.letters != was.letters else {}
        facts = known.facts
        now = Stood(held, facts.allergies, facts.wishes, facts.never_more_than,
                    facts.pains if any(form.feeds("pain") for form in known.forms) else None)
        found = between(_stood(was, forms), now, known.verdict.on, labels)
    if known.profile_changed_at and not held.earlier.tells(since, known.profile_changed_at):
        found.append(Change(How.CHANGED, What.ENTRIES))
    return found


def _stood(profile: ProfileContent, forms: tuple[LastForm, ...]) -> Stood:
    return Stood(profile, allergies_of(profile, forms), wishes_of(profile, forms),
                 (*profile.never_more_than, *never_more_of(forms)), _pains(forms))


def _pains(forms: Iterable[LastForm]):
    form = next((one for one in forms if one.feeds("pain")), None)
    if form is None:
        return None
    return tuple(named.pain_marks(form.definition, form.answers, sent_on(form.submission)))


def conditions_since(known: Known, since: datetime) -> list[tuple[How, Condition, ConditionContent]]:
    """Conditions that came in, were changed, decided, put aside or ended since."""
    found = []
    for row, content in known.conditions:
        if row.created_at >= since:
            found.append((How.NEW, row, content))
        elif content.before(since) is not content or (row.decided_at and row.decided_at >= since):
            found.append((How.CHANGED, row, content))
    for row in known.past:
        gone = gone_at(row)
        if gone and gone >= since and (row.state is ConditionState.ENDED or row.created_at < since):
            found.append((How.ENDED, row, ConditionContent.from_json(row.content)))
    return found
