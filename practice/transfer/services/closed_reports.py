"""Names in the reports of closed months: those of somebody erased are taken out, and the report's hash is taken anew.

The room of reports stands beside this one, so its table is known by name only.
"""
import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select, update

from practice.access.actor import Actor
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.billing.models.payments import METHOD_LABELS, Payment
from practice.core.columns import canonical_json
from practice.core.db import Base, db

# Tables of a report whose rows begin with a client's number, or with a document's; and the one of payments, whose rows
# are nobody's: day, method, reference, amount.
OF_CLIENTS, OF_PAYMENTS = ("debtors", "credit"), "payments"
OF_DOCUMENTS = ("documents", "other_documents", "owed", "earned", "packages", "vouchers")


def told_of_payments(client_id: int) -> Counter:
    """The client's payments with a reference, as rows of a report tell of them, and how many alike."""
    chosen = select(Payment.received_on, Payment.method, Payment.reference, Payment.amount)
    return Counter(_told(on.isoformat(), *more) for on, *more in db.session.execute(
        chosen.where(Payment.client_id == client_id, Payment.reference != "")))


def forget_in_reports(actor: Actor, client_id: int, words: dict[str, str], payments: Counter) -> None:
    """Put other words where a kept report tells of the client, and no reference in the rows of their own payments.

    Each changed report is recorded with both hashes.
    """
    table, connection = Base.metadata.tables["closed_month"], db.session.connection()
    documents = set(db.session.scalars(select(Document.id).where(Document.client_id == client_id)))
    keys = dict.fromkeys(OF_CLIENTS, {client_id}) | dict.fromkeys(OF_DOCUMENTS, documents)
    for row in connection.execute(select(table.c.id, table.c.report, table.c.sha256)).all():
        report = json.loads(row.report)
        for name, held in report["tables"].items():
            held["rows"] = _without_references(held["rows"], payments) if name == OF_PAYMENTS else [
                [words.get(cell, cell) if isinstance(cell, str) else cell for cell in line]
                if line[0] in keys.get(name, ()) else line for line in held["rows"]]
        text = canonical_json(report)
        if text != row.report:
            digest = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(update(table).where(table.c.id == row.id).values(report=text, sha256=digest))
            audit.record(actor, "month.forget", client_id=client_id, before=row.sha256, after=digest)


def _without_references(lines: Iterable[list], payments: Counter) -> list[list]:
    left, found = Counter(payments), []
    for key, on, method, reference, amount in lines:
        told = _told(on, method, reference, amount)
        is_own = left[told] > 0
        left[told] -= is_own
        found.append([key, on, method, "" if is_own else reference, amount])
    return found


def _told(on: str, method: str, reference: str, amount: int) -> tuple:
    """An own method may have another name since: these count as one."""
    return on, str(method) if method in METHOD_LABELS else "", reference, int(amount)
