"""Names in the reports of closed months: those of somebody erased are taken out, and the report's hash is taken anew.

The room of reports stands beside this one, so its table is known by name only.
"""
import hashlib
import json

from sqlalchemy import select, update

from practice.access.actor import Actor
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.core.columns import canonical_json
from practice.core.db import Base, db

# Tables of a report whose rows begin with a client's number, or with a document's.
OF_CLIENTS, OF_DOCUMENTS, OF_PAYMENTS = ("debtors",), ("documents", "owed", "earned"), "payments"


def forget_in_reports(actor: Actor, client_id: int, words: dict[str, str], references: set[str]) -> None:
    """Put other words where a kept report tells of the client, and nothing for their references of payments.

    Each changed report is recorded with both hashes.
    """
    table, connection = Base.metadata.tables["closed_month"], db.session.connection()
    documents = set(db.session.scalars(select(Document.id).where(Document.client_id == client_id)))
    keys = dict.fromkeys(OF_CLIENTS, {client_id}) | dict.fromkeys(OF_DOCUMENTS, documents)
    for row in connection.execute(select(table.c.id, table.c.report, table.c.sha256)).all():
        report = json.loads(row.report)
        for name, held in report["tables"].items():
            known = dict.fromkeys(references, "") if name == OF_PAYMENTS else words
            held["rows"] = [[known.get(cell, cell) if isinstance(cell, str) else cell for cell in line]
                            if name == OF_PAYMENTS or line[0] in keys.get(name, ()) else line for line in held["rows"]]
        text = canonical_json(report)
        if text != row.report:
            digest = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(update(table).where(table.c.id == row.id).values(report=text, sha256=digest))
            audit.record(actor, "month.forget", client_id=client_id, before=row.sha256, after=digest)
