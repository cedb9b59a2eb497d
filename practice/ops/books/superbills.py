"""Superbills: as they were made, of their own client, and each line added up."""
import hashlib
from collections.abc import Iterator

from sqlalchemy import select

from practice.billing.models.documents import Document
from practice.billing.models.superbills import Referral, Superbill
from practice.core.columns import canonical_json
from practice.core.db import db
from practice.ops.books.broken import Broken, unequal


def superbills() -> Iterator[Broken]:
    """The hash over what stands on it is the same, its charges add up, and all of it is one client's."""
    for row in db.session.execute(
            select(Superbill.id, Superbill.client_id, Superbill.facts, Superbill.content_hash,
                   Document.client_id.label("billed_id"), Referral.client_id.label("referred_id"))
            .join(Document, Document.id == Superbill.document_id)
            .join(Referral, Referral.id == Superbill.referral_id).order_by(Superbill.id)):
        if hashlib.sha256(canonical_json(row.facts).encode()).hexdigest() != row.content_hash:
            yield Broken("superbill as made", "superbill", row.id, "it was changed after it was made")
        yield from unequal("superbill = its charges", "superbill", row.id, "it asks for", row.facts["charged"],
                           sum(line["charge"] for line in row.facts["lines"]))
        if {row.billed_id, row.referred_id} != {row.client_id}:
            yield Broken("a superbill is one client's", "superbill", row.id, "its invoice or referral is another's")


CHECKS = (superbills,)
