"""A form came in: it is stored, its answers propose conditions, and nothing clinical is decided."""
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from practice.access import guard
from practice.access.actor import Actor, system
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.intake.models import VISIT_CHECK
from practice.intake.queries import answers_of, definition_of, get_submission
from practice.intake.services import submissions
from practice.premises.queries import the_practice
from practice.safety.content import ConditionContent
from practice.safety.models import Condition, ConditionState
from practice.safety.proposals import Proposal, proposals
from practice.safety.queries.book import rulebook
from practice.safety.queries.rows import conditions_of
from practice.safety.services.consequences import rewrite
from practice.safety.services.profile import keep_open


def receive_form(actor: Actor, answers: Mapping[str, Any], signature: Mapping[str, Any]) -> int:
    """Take the form the link's client sends, and propose what its answers mean. Returns the submission's id.

    Raises FormClosed, AnswersMissing.
    """
    submission = submissions.send(actor, answers, signature)
    submission_id, client_id = submission.id, submission.client_id
    # A client's link may write its form and read nothing of the chart; comparing with what is known is the house's.
    with guard.acting(system("a form came in", address=actor.address)):
        row = get_submission(submission_id)
        today, is_check = clock.local_date(clock.now(), the_practice().time_zone), row.form_version.key == VISIT_CHECK
        found = proposals(definition_of(row.form_version), answers_of(row), rulebook(), today)
        held = [ConditionContent.from_json(condition.content) for condition in
                conditions_of(client_id, ConditionState.ACCEPTED, ConditionState.PROPOSED)]
        for proposal in found:
            content = content_of(proposal)
            if not any(content.adds_nothing_to(other, is_of_today=is_check) for other in held):
                _add(actor, client_id, submission_id, content)
                held.append(content)
        keep_open(actor, client_id)
    rewrite(actor, client_id)
    return submission_id


def content_of(proposal: Proposal) -> ConditionContent:
    """What a proposal stores; the client's own words are kept."""
    content = ConditionContent(
        key=proposal.condition_key, words="" if proposal.condition_key else proposal.label, places=proposal.places,
        spots=proposal.spots, side=proposal.side, since=proposal.since, variant=proposal.variant,
        due_on=proposal.due_on, told=proposal.words, question_key=proposal.question_key)
    return replace(content, origin=content.fingerprint())


def _add(actor: Actor, client_id: int, submission_id: int, content: ConditionContent) -> None:
    row = Condition(client_id=client_id, state=ConditionState.PROPOSED, submission_id=submission_id,
                    content=content.to_json(), created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "condition.propose", row, client_id=client_id)
