"""How a client stands: owed, credit, packages, recent documents."""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from practice.billing.models.documents import Document, DocumentState
from practice.billing.models.packages import Package
from practice.billing.queries.documents import credit_of, open_of_clients
from practice.core.db import db


@dataclass(frozen=True)
class Account:
    """Amounts in minor units; `packages` are those with sessions left that have not run out."""

    owed: int
    open_documents: list[Document]
    credit: int
    packages: list[Package]
    recent: list[Document]


def account_of(client_id: int, today: date, *, recent: int = 10) -> Account:
    """How the client stands today."""
    documents = open_of_clients([client_id]).get(client_id, [])
    latest = db.session.scalars(
        select(Document).where(Document.client_id == client_id, Document.state != DocumentState.DRAFT)
        .order_by(Document.issued_on.desc(), Document.id.desc()).limit(recent))
    return Account(sum(row.open_amount for row in documents), documents, credit_of(client_id),
                   live_packages(client_id, today), list(latest))


def live_packages(client_id: int, today: date) -> list[Package]:
    """Packages with sessions left, the one that runs out first coming first."""
    return list(db.session.scalars(
        select(Package).where(Package.client_id == client_id, Package.sessions_left > 0,
                              or_(Package.expires_on.is_(None), Package.expires_on >= today))
        .order_by(Package.expires_on.is_(None), Package.expires_on, Package.id)))
