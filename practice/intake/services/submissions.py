"""A form as sent: answers and version bound by one hash to the signature, never changed afterwards."""
import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.intake.answers import AnswerProblem, validate_answers
from practice.intake.definition import FormDefinition, visible_questions, visible_sections
from practice.intake.desk_side import desk_keys
from practice.intake.kinds import QuestionKind
from practice.intake.models import VISIT_CHECK, DeskAnswers, FormVersion, IntakeArrival, IntakeDraft, Submission, Way
from practice.intake.queries import answers_of, definition_of, needs_guardian
from practice.intake.services.links import open_link
from practice.intake.signature import clean
from practice.premises.queries import the_practice

GUARDIAN_SIGNS = _("A parent or guardian has to sign for anyone under 18. Please choose “I am parent or guardian”, "
                   "and let them sign.")


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


def is_untouched(row: Submission) -> bool:
    """Whether form and answers are still those that were signed."""
    now = content_hash(row.form_version, answers_of(row))
    return row.content_hash == now == json.loads(row.signature)["content_hash"]


def send(actor: Actor, answers: Mapping[str, Any], signature: Mapping[str, Any]) -> Submission:
    """Send the form of the link that asks: checked, signed, and the address is spent.

    A minor does not sign alone. Raises FormClosed, AnswersMissing.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = open_link(actor)
    form, client_id = link.form_version, link.client_id
    practice, now = the_practice(), clock.now()
    today = clock.local_date(now, practice.time_zone)
    definition, signed = definition_of(form), clean(signature)
    asked = [question.key for question in definition.questions() if question.kind == QuestionKind.SIGNATURE]
    sheet = {**answers, **dict.fromkeys(asked, signed)}
    is_for_minor = needs_guardian(client_id, sheet, today)
    problems = validate_answers(definition, sheet, on=today, final=True, on_paper=link.way is Way.PAPER,
                                is_for_minor=is_for_minor)
    if asked and signature.get("by") == "self" and is_for_minor:
        problems.append(AnswerProblem(asked[0], GUARDIAN_SIGNS))
    if problems:
        raise AnswersMissing(problems)
    # In the answers stands only who signed; the ink has a seal of its own.
    kept = only_met(definition, {**sheet, **{key: {"by": signed["by"]} for key in asked if signed}}, today)
    until = today + timedelta(days=practice.intake_valid_days) if form.key != VISIT_CHECK else None
    bound = content_hash(form, kept)
    typed_by = link.created_by_id if link.way is Way.PAPER else None
    row = Submission(client_id=client_id, form_version_id=form.id, link_id=link.id, way=link.way, submitted_at=now,
                     entered_by_id=typed_by, answers=canonical_json(kept),
                     signature=canonical_json({**signed, "content_hash": bound}), content_hash=bound,
                     valid_until_on=until)
    db.session.add(row)
    db.session.flush()
    db.session.add(IntakeArrival(client_id=client_id, submission_id=row.id, title=form.title, arrived_at=now,
                                 arrived_on=today, valid_until_on=until))
    for_desk = {key: kept[key] for key in sorted(desk_keys(form.content) & kept.keys())}
    if for_desk:
        db.session.add(DeskAnswers(client_id=client_id, submission_id=row.id, form_version_id=form.id, sent_at=now,
                                   answers=canonical_json(for_desk)))
    link.spent_at = now
    db.session.execute(delete(IntakeDraft).where(IntakeDraft.link_id == link.id)
                       .execution_options(synchronize_session=False))
    db.session.flush()
    audit.record(actor, "intake.send", row, client_id=client_id, form=form.key, number=form.number)
    return row


def only_met(definition: FormDefinition, answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The answers to questions that were open at the end; what a changed answer closed again is left out."""
    met = {question.key for question in visible_questions(definition, answers, on)}
    met |= {f"group:{section.key}" for section in visible_sections(definition, answers, on)}
    return {key: value for key, value in answers.items() if key in met and value not in (None, "", [], {})}
