"""A client's conditions, profile and reviews, as they are stored."""

from datetime import datetime

from sqlalchemy import func, select

from practice.core.db import db
from practice.core.errors import NotFound
from practice.safety.models import BriefReview, Condition, ConditionState, SafetyProfile


def conditions_of(client_id: int, *states: ConditionState) -> list[Condition]:
    """A client's conditions in these states (all when none is named), oldest first."""
    chosen = select(Condition).where(Condition.client_id == client_id).order_by(Condition.id)
    if states:
        chosen = chosen.where(Condition.state.in_(states))
    return list(db.session.scalars(chosen))


def get_condition(condition_id: int) -> Condition:
    """Raises NotFound."""
    return _one(select(Condition).where(Condition.id == condition_id))


def condition_to_change(condition_id: int) -> Condition:
    """The row as it stands now, held until the transaction ends. Raises NotFound."""
    return _one(select(Condition).where(Condition.id == condition_id).with_for_update()
                .execution_options(populate_existing=True))


def client_of_condition(condition_id: int) -> int:
    """Whose it is, without opening it. Raises NotFound."""
    client_id = db.session.scalar(select(Condition.client_id).where(Condition.id == condition_id))
    if client_id is None:
        raise NotFound()
    return client_id


def _one(chosen) -> Condition:
    row = db.session.scalars(chosen).first()
    if row is None:
        raise NotFound()
    return row


def profile_row(client_id: int) -> SafetyProfile | None:
    return db.session.scalars(select(SafetyProfile).where(SafetyProfile.client_id == client_id)).first()


def profile_to_change(client_id: int) -> SafetyProfile | None:
    """The row as it stands now, held until the transaction ends."""
    return db.session.scalars(select(SafetyProfile).where(SafetyProfile.client_id == client_id).with_for_update()
                              .execution_options(populate_existing=True)).first()


def reviewed_at(client_id: int, appointment_id: int, user_id: int, until: datetime | None = None) -> datetime | None:
    """When this therapist last reviewed the brief of that appointment; with `until`, not after that moment."""
    asked = select(func.max(BriefReview.reviewed_at)).where(
        BriefReview.client_id == client_id, BriefReview.appointment_id == appointment_id,
        BriefReview.user_id == user_id)
    return db.session.scalar(asked if until is None else asked.where(BriefReview.reviewed_at <= until))
