"""How a client stands: owed, credit, packages, recent documents."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from practice.billing.models.documents import Document, DocumentState
from practice.billing.models.packages import Package, PackageUse
from practice.billing.queries.deposits import Deposit, deposits_of
from practice.billing.queries.documents import credit_of, open_of_clients
from practice.catalog.models import Treatment
from practice.core.db import db
from practice.core.errors import NotFound


@dataclass(frozen=True)
class Account:
    """Amounts in minor units; `credit` is free, `deposits` are kept for appointments; `packages` are those with
    sessions left that have not run out; `treatment_names` name what they are for."""

    owed: int
    open_documents: list[Document]
    credit: int
    packages: list[Package]
    recent: list[Document]
    treatment_names: dict[int, str]
    deposits: list[Deposit]


def account_of(client_id: int, today: date, *, recent: int = 10) -> Account:
    """How the client stands today, with so many of the latest documents."""
    documents, packages = open_of_clients([client_id]).get(client_id, []), live_packages(client_id, today)
    latest = list(db.session.scalars(
        select(Document).where(Document.client_id == client_id, Document.state != DocumentState.DRAFT)
        .order_by(Document.issued_on.desc(), Document.id.desc()).limit(recent))) if recent else []
    kept = deposits_of(client_id)
    free = max(0, credit_of(client_id) - sum(one.amount for one in kept))
    return Account(sum(row.open_amount for row in documents), documents, free, packages, latest,
                   treatment_names(row.treatment_id for row in packages), kept)


def treatment_names(treatment_ids: Iterable[int]) -> dict[int, str]:
    """Names of treatments, retired ones too."""
    ids = set(treatment_ids)
    if not ids:
        return {}
    return dict(db.session.execute(select(Treatment.id, Treatment.name).where(Treatment.id.in_(ids))).all())


def live_packages(client_id: int, today: date) -> list[Package]:
    """Packages with sessions left, the one that runs out first coming first."""
    return list(db.session.scalars(
        select(Package).where(Package.client_id == client_id, Package.sessions_left > 0,
                              or_(Package.expires_on.is_(None), Package.expires_on >= today))
        .order_by(Package.expires_on.is_(None), Package.expires_on, Package.id)))


def get_package(package_id: int) -> Package:
    """Raises NotFound."""
    row = db.session.scalars(select(Package).where(Package.id == package_id)).first()
    if row is None:
        raise NotFound()
    return row


def uses_of(package_id: int) -> list[PackageUse]:
    """The sessions taken from a package, those given back included, oldest first."""
    return list(db.session.scalars(select(PackageUse).where(PackageUse.package_id == package_id)
                                   .order_by(PackageUse.id)))
