"""What was brought over from before, by client."""
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from practice.billing.models.documents import Document, DocumentKind, DocumentState
from practice.billing.models.packages import Package
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.accounts import treatment_names
from practice.core.db import db


@dataclass(frozen=True)
class Brought:
    """One opening balance: a debt, credit or a package of which `sessions` were left. `document_id` for the first and
    the last, `payment_id` for credit; `amount` in minor units."""

    on: date
    reference: str
    amount: int
    is_standing: bool
    document_id: int | None = None
    payment_id: int | None = None
    due_on: date | None = None
    sessions: int = 0
    treatment: str = ""


def brought_over(client_id: int) -> list[Brought]:
    """Everything that was brought over for a client, oldest first, what was taken back included."""
    rows = db.session.execute(
        select(Document, Package).outerjoin(Package, Package.document_id == Document.id)
        .where(Document.client_id == client_id, Document.kind == DocumentKind.OPENING).order_by(Document.id)).all()
    names = treatment_names(package.treatment_id for _document, package in rows if package)
    found = [Brought(document.issued_on, document.reason,
                     -document.lines[-1].gross_amount if package else document.gross_amount,
                     document.state is DocumentState.ISSUED, document_id=document.id, due_on=document.due_on,
                     sessions=package.sessions_bought if package else 0,
                     treatment=names[package.treatment_id] if package else "") for document, package in rows]
    payments = db.session.scalars(select(Payment).where(Payment.client_id == client_id,
                                                        Payment.method == Method.OPENING).order_by(Payment.id)).all()
    undone = {row.reverses_id for row in payments}
    return found + [Brought(row.received_on, row.reference, row.amount, row.id not in undone, payment_id=row.id)
                    for row in payments if row.amount > 0]
