"""A returning client finds what they said last time, to be looked at and changed, once the birth date is proven."""
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import exists, select

from practice.access import guard
from practice.access.actor import Actor, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db
from practice.intake.definition import FormDefinition, Question, Section
from practice.intake.kinds import QuestionKind
from practice.intake.models import FormVersion, IntakeLink, Submission, Way
from practice.intake.queries import answers_of
from practice.intake.services.links import is_tried_too_often
from practice.intake.services.seen import is_private

# What was so that day, or must be said anew; "none of these" is pressed again, and no "no" is taken over: silence about
# health would pass for an answer.
ANEW_KINDS = (QuestionKind.SIGNATURE, QuestionKind.SCALE, QuestionKind.PAIN_MAP)
ANEW = ("agreements", "helped_by", "pain_acute", "pain_acute_where", "now", "leg_now", "feeling")
NOTHING = ("no", ["no"], "unknown", ["none"], ["unknown"])


def from_last_form(actor: Actor, definition: FormDefinition, section: Section,
                   answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """`answers` with those of the client's last form of this kind under them; None where nothing may be shown.

    Only at the part that asks for the birth date, only while nothing else is filled in, and only when the date is the
    one the practice has: whoever merely holds the address reads nothing of last time. Nor does the desk, which knows
    the date too: an address it has seen shows them only on the client's own device, the one that sent the last form;
    and what came in after an address was made stays behind another one. Wrong dates are counted by the caller with
    links.count_failure.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    own = {question.key for question in _with_follow_ups(section.questions)} | {f"group:{section.key}"}
    if "birth_date" not in own or set(answers) - own or is_tried_too_often(actor.link_id):
        return None
    last = _last_answers(actor, to_be_shown=True)
    if last is None or not is_own_birth_date(actor, answers):
        return None
    asked = {question.key: question for question in definition.questions()}
    kept = {key: value for key, value in last.items() if key in asked and key not in ANEW
            and asked[key].kind not in ANEW_KINDS and value not in NOTHING}
    audit.record(actor, "intake.prefill", client_id=actor.client_id)
    return {**kept, **answers}


def _with_follow_ups(questions: Iterable[Question]) -> Iterator[Question]:
    for question in questions:
        yield question
        yield from _with_follow_ups(follow.question for follow in question.follow_ups)


def has_last_form(actor: Actor) -> bool:
    """Whether there is anything of last time to protect."""
    return _last_answers(actor) is not None


def is_own_birth_date(actor: Actor, answers: Mapping[str, Any]) -> bool:
    """Whether the birth date that was typed is the one the practice has."""
    born_on = db.session.scalar(select(Client.born_on).where(Client.id == actor.client_id))
    return born_on is not None and answers.get("birth_date") == born_on.isoformat()


def _last_answers(actor: Actor, *, to_be_shown: bool = False) -> dict[str, Any] | None:
    with guard.acting(system("what the client said last time", address=actor.address)):
        link = db.session.get_one(IntakeLink, actor.link_id)
        key = db.session.scalar(select(FormVersion.key).where(FormVersion.id == link.form_version_id))
        row = db.session.scalars(
            select(Submission).join(FormVersion, FormVersion.id == Submission.form_version_id)
            .where(Submission.client_id == actor.client_id, FormVersion.key == key,
                   Submission.submitted_at <= clock.now())
            .order_by(Submission.submitted_at.desc(), Submission.id.desc()).limit(1)).first()
        may = row is not None and (not to_be_shown or _is_same_device(link, row)
                                   or (row.submitted_at <= link.created_at and is_private(link.id)))
        found = answers_of(row) if may else None
    db.session.expire_all()  # the house's look leaves nothing behind for the link
    return found


def _is_same_device(link: IntakeLink, last: Submission) -> bool:
    """Whether the last form was sent from the client's own device, and this is it: one on which nobody else's form was
    filled in, and none that was handed over here. The practice has telephones and tablets too.
    """
    if last.way is not Way.LINK or last.link_id is None:
        return False
    before = db.session.get_one(IntakeLink, last.link_id)
    if before.device_hash is None or before.device_hash != link.device_hash:
        return False
    return not db.session.scalar(select(exists().where(
        IntakeLink.device_hash == link.device_hash,
        (IntakeLink.client_id != link.client_id) | (IntakeLink.way != Way.LINK))))
