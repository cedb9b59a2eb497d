"""Reading memberships."""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from practice.billing.models.documents import Document
from practice.billing.models.memberships import Membership, MembershipMonth
from practice.billing.models.packages import Package
from practice.clients.models import Client
from practice.core.db import db
from practice.core.errors import NotFound

MOST = 500


@dataclass(frozen=True)
class Month:
    """A month with its package and invoice; without them while it was paused."""

    month: MembershipMonth
    package: Package | None
    document: Document | None


def get_membership(membership_id: int, *, lock: bool = False) -> Membership:
    """Raises NotFound."""
    chosen = select(Membership).where(Membership.id == membership_id)
    if lock:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(chosen).first()
    if row is None:
        raise NotFound()
    return row


def list_memberships(*, is_live: bool = True) -> list[tuple[Membership, Client]]:
    """The memberships by their next month, those without one last; `is_live` leaves those out."""
    chosen = select(Membership, Client).join(Client, Client.id == Membership.client_id)
    if is_live:
        chosen = chosen.where(Membership.next_on.is_not(None))
    chosen = chosen.order_by(Membership.next_on.is_(None), Membership.next_on, Membership.id.desc()).limit(MOST)
    return [tuple(row) for row in db.session.execute(chosen)]


def memberships_of(client_id: int) -> list[Membership]:
    """A client's memberships that go on."""
    return list(db.session.scalars(select(Membership).where(
        Membership.client_id == client_id, Membership.next_on.is_not(None)).order_by(Membership.id)))


def due_memberships(today: date) -> list[int]:
    """Those of which a month has begun that is not invoiced."""
    return list(db.session.scalars(select(Membership.id).where(Membership.next_on <= today).order_by(Membership.id)))


def months_of(membership_id: int) -> list[Month]:
    """The newest first."""
    rows = db.session.execute(
        select(MembershipMonth, Package, Document)
        .outerjoin(Package, Package.id == MembershipMonth.package_id)
        .outerjoin(Document, Document.id == Package.document_id)
        .where(MembershipMonth.membership_id == membership_id).order_by(MembershipMonth.first_on.desc()))
    return [Month(*row) for row in rows]
