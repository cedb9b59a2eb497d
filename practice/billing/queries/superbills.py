"""Reading referrers' papers and superbills. The desk learns that a paper is there, never what stands on it."""
from datetime import date

from sqlalchemy import func, or_, select

from practice.access.guard import system_session
from practice.billing.models.documents import Document, DocumentState
from practice.billing.models.superbills import Referral, Superbill
from practice.core.db import db
from practice.core.errors import NotFound


def referral_for(client_id: int, first: date, last: date) -> int | None:
    """The newest paper that holds for all these days, by number, whoever asks."""
    with system_session("whether a referrer's paper is there") as session:
        return session.scalar(
            select(Referral.id).where(Referral.client_id == client_id, Referral.from_on <= first,
                                      or_(Referral.until_on.is_(None), Referral.until_on >= last))
            .order_by(Referral.from_on.desc(), Referral.id.desc()).limit(1))


def referrals_of(client_id: int) -> list[Referral]:
    """The newest first; with the chart's rights."""
    return list(db.session.scalars(select(Referral).where(Referral.client_id == client_id)
                                   .order_by(Referral.from_on.desc(), Referral.id.desc())))


def get_referral(referral_id: int) -> Referral:
    """Raises NotFound."""
    row = db.session.scalars(select(Referral).where(Referral.id == referral_id)).first()
    if row is None:
        raise NotFound()
    return row


def superbill_of(document_id: int) -> Superbill | None:
    """The newest of the invoice."""
    return db.session.scalars(select(Superbill).where(Superbill.document_id == document_id)
                              .order_by(Superbill.id.desc()).limit(1)).first()


def holds(row: Superbill) -> bool:
    """Whether its invoice stands and no newer one was made of it, whoever asks: therapists see no invoices."""
    document_id, superbill_id = row.document_id, row.id
    with system_session("whether a superbill still holds") as session:
        state = session.scalar(select(Document.state).where(Document.id == document_id))
        newest = session.scalar(select(func.max(Superbill.id)).where(Superbill.document_id == document_id))
    return state is DocumentState.ISSUED and newest == superbill_id


def superbills_of(client_id: int) -> list[Superbill]:
    """The newest first."""
    return list(db.session.scalars(select(Superbill).where(Superbill.client_id == client_id)
                                   .order_by(Superbill.id.desc())))


def get_superbill(superbill_id: int) -> Superbill:
    """Raises NotFound."""
    row = db.session.scalars(select(Superbill).where(Superbill.id == superbill_id)).first()
    if row is None:
        raise NotFound()
    return row
