"""A form as sent: answers and version bound by one hash to the signature, never changed afterwards."""
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from practice.access.actor import Actor
from practice.access.guard import require, require_any
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.intake.answers import AnswerProblem, validate_answers
from practice.intake.models import FormVersion, IntakeArrival, IntakeDraft, Submission, Way
from practice.intake.queries import definition_of
from practice.intake.services.drafts import FormClosed
from practice.intake.services.links import own_link
from practice.premises.queries import the_practice


class AnswersMissing(DomainError):
    """The form cannot be sent yet; `problems` says where and why."""

    message = _("A few answers are missing or need another look.")

    def __init__(self, problems: list[AnswerProblem]):
        super().__init__()
        self.problems = problems


def content_hash(form: FormVersion, answers: Mapping[str, Any]) -> str:
    """SHA-256 over the form's key, number and content and the answers: what the signature is bound to."""
    whole = {"form": form.key, "number": form.number, "content": form.content, "answers": answers}
    return hashlib.sha256(canonical_json(whole).encode()).hexdigest()


def send(actor: Actor, answers: Mapping[str, Any], signature: Mapping[str, Any]) -> Submission:
    """Send the form of the link that asks: checked, signed, and the address is spent.

    Raises FormClosed, AnswersMissing.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = own_link(actor)
    if link.spent_at or link.revoked_at or link.expires_at <= clock.now():
        raise FormClosed()
    row = _store(actor, link.client_id, link.form_version, answers, signature, way=Way.LINK, link_id=link.id)
    link.spent_at = clock.now()
    db.session.execute(delete(IntakeDraft).where(IntakeDraft.link_id == link.id)
                       .execution_options(synchronize_session=False))
    return row


def type_in(actor: Actor, client_id: int, form: FormVersion, answers: Mapping[str, Any],
            signature: Mapping[str, Any]) -> Submission:
    """A paper form typed in by the therapist. Raises AnswersMissing."""
    require_any(actor, Permission.CHART_WRITE)
    return _store(actor, client_id, form, answers, signature, way=Way.PAPER, link_id=None)


def _store(actor, client_id, form, answers, signature, *, way, link_id) -> Submission:
    practice, now = the_practice(), clock.now()
    today = clock.local_date(now, practice.time_zone)
    problems = validate_answers(definition_of(form), answers, on=today, final=True)
    if problems:
        raise AnswersMissing(problems)
    until = today + timedelta(days=practice.intake_valid_days)
    row = Submission(client_id=client_id, form_version_id=form.id, link_id=link_id, way=way, submitted_at=now,
                     entered_by_id=actor.user_id, answers=canonical_json(dict(answers)),
                     signature=canonical_json(dict(signature)), content_hash=content_hash(form, answers),
                     valid_until_on=until)
    db.session.add(row)
    db.session.flush()
    db.session.add(IntakeArrival(client_id=client_id, submission_id=row.id, title=form.title, arrived_at=now,
                                 arrived_on=today, valid_until_on=until))
    db.session.flush()
    audit.record(actor, "intake.send", row, client_id=client_id, form=form.key, number=form.number)
    return row
