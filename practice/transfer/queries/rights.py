"""Reading what is kept of a client's rights."""
from collections.abc import Sequence

from sqlalchemy import exists, select

from practice.core.db import db
from practice.sessions.models import SessionNote
from practice.transfer.models import Correction, Disclosure, TrailReview

NOTE = SessionNote.__table__


def disclosures_of(client_id: int) -> Sequence[Disclosure]:
    """To whom something was given, the last first."""
    return db.session.scalars(select(Disclosure).where(Disclosure.client_id == client_id)
                              .order_by(Disclosure.given_on.desc(), Disclosure.id.desc())).all()


def corrections_of(client_id: int) -> Sequence[Correction]:
    """What was asked to be put right, the last first."""
    return db.session.scalars(select(Correction).where(Correction.client_id == client_id)
                              .order_by(Correction.asked_on.desc(), Correction.id.desc())).all()


def is_note_of(client_id: int, note_id: int) -> bool:
    """Whether a note is of this client: asked of its number alone, also for who may not read it."""
    chosen = select(exists().where(NOTE.c.id == note_id, NOTE.c.client_id == client_id))
    return bool(db.session.connection().scalar(chosen))


def reviews() -> Sequence[TrailReview]:
    """The months of the trail that were signed for, the last first."""
    return db.session.scalars(select(TrailReview).order_by(TrailReview.month.desc())).all()
