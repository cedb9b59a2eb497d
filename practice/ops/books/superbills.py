"""Superbills: as they were made, of their own client, each line added up, and nothing paid that was not."""
import hashlib
from collections.abc import Iterator

from sqlalchemy import func, or_, select

from practice.billing.models.documents import Document
from practice.billing.models.payments import Allocation
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


def paid() -> Iterator[Broken]:
    """The newest of an invoice says at most what money and vouchers had paid of it when it was made."""
    newest = select(func.max(Superbill.id)).group_by(Superbill.document_id)
    money = (select(func.coalesce(func.sum(Allocation.amount), 0))
             .where(Allocation.document_id == Superbill.document_id, Allocation.made_at <= Superbill.made_at,
                    or_(Allocation.payment_id.is_not(None), Allocation.voucher_id.is_not(None)))
             .scalar_subquery())
    for row in db.session.execute(select(Superbill.id, Superbill.facts, money.label("money"))
                                  .where(Superbill.id.in_(newest)).order_by(Superbill.id)):
        if row.facts["paid"] > row.money:
            yield Broken("a superbill says what was paid", "superbill", row.id,
                         f"it says {row.facts['paid']}, paid was {row.money}")


CHECKS = (superbills, paid)
