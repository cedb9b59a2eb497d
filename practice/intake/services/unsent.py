"""What was filled in for a form and never sent: kept for a while after its address ran out, then cleared away."""
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import aliased

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.files.services import take_back
from practice.intake.models import IntakeDraft, IntakeLink

KEPT = timedelta(days=7)  # a new address made by then goes on with what was typed


def clear_next(actor: Actor, *, spare: Collection[int] = ()) -> bool:
    """Clear away the answers and files of one client's form that ran out unsent; False when none is left to clear.

    Nothing of the clients of `spare` is touched. While another address of the same form holds, what it took over may
    hang on the one before: then all of it waits. What was sent stays: sending removed the photos it did not name.
    """
    require(actor, Permission.INTAKE_INVITE)
    found = _next(spare)
    if found is None:
        return False
    client_id, form_version_id = found
    of_this_form = (IntakeLink.client_id == client_id, IntakeLink.form_version_id == form_version_id)
    unsent = db.session.scalars(select(IntakeLink.id).where(*of_this_form, IntakeLink.spent_at.is_(None))
                                .order_by(IntakeLink.id).with_for_update()).all()
    if _next(spare) != found:  # a new address took it over meanwhile
        return True
    sent_at = db.session.scalar(select(func.max(IntakeLink.spent_at)).where(*of_this_form))
    take_back(actor, client_id, record="intake_link", record_ids=unsent, but=(), since=sent_at)
    gone = db.session.execute(delete(IntakeDraft).where(IntakeDraft.link_id.in_(unsent))
                              .execution_options(synchronize_session=False))
    audit.record(actor, "intake.clear", client_id=client_id, drafts=gone.rowcount)
    return True


def _next(spare: Collection[int]) -> tuple[int, int] | None:
    """(client, form version) of the oldest draft that is to go."""
    limit, other = clock.now() - KEPT, aliased(IntakeLink)  # the other may be the same
    holds = exists().where(other.client_id == IntakeLink.client_id, other.expires_at > limit, other.spent_at.is_(None),
                           other.form_version_id == IntakeLink.form_version_id)
    row = db.session.execute(
        select(IntakeLink.client_id, IntakeLink.form_version_id)
        .join(IntakeDraft, IntakeDraft.link_id == IntakeLink.id)
        .where(IntakeLink.client_id.not_in(spare), ~holds)
        .order_by(IntakeDraft.id).limit(1)).first()
    return tuple(row) if row else None
