"""Tips handed out to the therapists they are owed to."""
from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.models import User
from practice.audit import services as audit
from practice.billing.clicks import same
from practice.billing.models.payments import Method, TipPayout
from practice.billing.queries.tips import HANDED_OUT, tip_accounts
from practice.billing.services.documents import today
from practice.billing.services.till import till_for
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.money import whole
from practice.core.text import _


class NotSoManyTips(DomainError):
    message = _("Not that much is owed in tips.")


def pay_out_tips(actor: Actor, *, therapist_id: int, amount: int, method: Method, request_key: str) -> TipPayout:
    """Hand tips to a therapist in one of HANDED_OUT, as far as they are owed. The same `request_key` again is the same
    payout. Raises NotSoManyTips, TillClosed, Invalid, NotFound.
    """
    require(actor, Permission.PAYMENT_TAKE)
    # One after the other for a therapist: two who pay at once must not both see the same tips.
    if db.session.scalar(select(User.id).where(User.id == therapist_id).with_for_update(key_share=True)) is None:
        raise NotFound()
    first = db.session.scalars(select(TipPayout).where(TipPayout.request_key == request_key)).first()
    if same(first, therapist_id=therapist_id, amount=amount, method=method):
        return first
    if method not in HANDED_OUT:
        raise Invalid(_("Tips are handed out in cash or by bank transfer."), "method")
    owed = sum(row.owed for row in tip_accounts(therapist_id=therapist_id))
    if not 0 < whole(amount) <= owed:
        raise NotSoManyTips(field="amount")
    row = TipPayout(therapist_id=therapist_id, amount=amount, method=method, paid_on=today(),
                    paid_at=clock.now(), paid_by_id=actor.user_id, till_day_id=till_for(method),
                    request_key=request_key)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "tip.pay_out", row, amount=amount, therapist_id=therapist_id)
    return row
