"""The plan of a client's care, and when the desk reminds the client."""
from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.catalog.techniques import home_care
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import Invalid, Stale
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.safety.queries.book import rulebook
from practice.safety.queries.known import known
from practice.safety.rules import is_home_care_refused
from practice.sessions.content import MOST_ROWS
from practice.sessions.models import CarePlan, Recall
from practice.sessions.plan import COMBINED_LABELS, FREQUENCIES, PlanContent
from practice.sessions.queries.plans import plan_to_change, recall_of
from practice.sessions.services.notes import require_chart

FARTHEST = 730  # days
MOST_GOALS, MOST_TASKS = 5, 8


def save_plan(actor: Actor, client_id: int, content: PlanContent, *, version: int) -> CarePlan:
    """Keep the plan; `version` 0 means there was none. What it asks at home is checked by the rules.

    Raises Invalid, Stale, NotFound.
    """
    require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    require_chart(actor, client.id)
    _check(client.id, content)
    row = plan_to_change(client.id)
    if row is None:
        if version:
            raise Stale()
        row = CarePlan(client_id=client.id, version=1)
        db.session.add(row)
    else:
        check_version(row, version)
    row.content, row.changed_at, row.changed_by_id = content.to_json(), clock.now(), actor.user_id
    db.session.flush()
    audit.record(actor, "plan.save", row, client_id=client.id)
    _write_recall(actor, client.id, content)
    return row


def _write_recall(actor: Actor, client_id: int, content: PlanContent) -> None:
    """The rhythm without its reasons, in a row of its own: all the desk gets of a plan."""
    row = recall_of(client_id)
    if row is None:
        row = Recall(client_id=client_id)
        db.session.add(row)
    row.therapist_id, row.every_days, row.reassess_on = actor.user_id, content.every_days, content.reassess_on
    db.session.flush()


def _check(client_id: int, content: PlanContent) -> None:
    if content.frequency not in FREQUENCIES or len(content.goals) > MOST_GOALS or len(content.home_care) > MOST_TASKS:
        raise Invalid(_("This plan cannot be kept as it is."))
    if content.every_days is not None and not 1 <= content.every_days <= FARTHEST:
        raise Invalid(_("A rhythm is from 1 to 730 days."), "every_days")
    if any(key not in COMBINED_LABELS for key in content.combined):
        raise Invalid(_("This plan cannot be kept as it is."))
    if len(content.rows) > MOST_ROWS or any(row.technique not in rulebook().techniques for row in content.rows):
        raise Invalid(_("This plan cannot be kept as it is."))
    verdict = known(client_id, clock.local_date(clock.now(), the_practice().time_zone)).verdict
    for task in content.home_care:
        if task.key not in home_care():
            raise Invalid(_("This home care is not in the catalogue."), "home_care")
        if is_home_care_refused(verdict, task.key, task.places):
            raise Invalid(_("%(what)s has no business there: see the limits of this client."), "home_care",
                          what=home_care()[task.key].label)
