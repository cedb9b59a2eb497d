"""The till: opened with a float, cash put in and taken out, counted and closed. A difference is recorded, never
refused; a closed day stays as it was."""
from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.clicks import same
from practice.billing.models.payments import Method, Payment
from practice.billing.models.till import TillCount, TillDay, TillMove
from practice.billing.queries.till import expected, get_till_day, open_till
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import main_location_id, the_practice

MOST = 10**12  # minor units
HELD_OPEN = (select(TillDay.id).where(TillDay.location_id == bindparam("location_id"), TillDay.closed_at.is_(None))
             .with_for_update(read=True))


class TillOpen(DomainError):
    message = _("The till is open already.")


class TillClosed(DomainError):
    message = _("The till is closed. Open it with its float first, then take cash.")


def till_for(method: Method) -> int | None:
    """The open till that money of this method goes into, held open until the transaction ends; None where the practice
    keeps no till. Raises TillClosed for cash."""
    if not the_practice().has_till:
        return None
    found = db.session.scalar(HELD_OPEN, {"location_id": main_location_id()})
    if found is None and method == Method.CASH:
        raise TillClosed()
    return found


def open_the_till(actor: Actor, *, float_amount: int) -> TillDay:
    """Open the till with what lies in the drawer. Card and bank money of today that came before is counted with it.

    Raises TillOpen, Invalid.
    """
    require(actor, Permission.PAYMENT_TAKE)
    if not 0 <= whole(float_amount) < MOST:
        raise Invalid(_("Enter what lies in the drawer, zero or more."), "float_amount")
    if open_till() is not None:
        raise TillOpen()
    now = clock.now()
    on = clock.local_date(now, the_practice().time_zone)
    row = TillDay(location_id=main_location_id(), float_amount=float_amount, opened_at=now, opened_on=on,
                  opened_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    db.session.execute(
        update(Payment).where(Payment.till_day_id.is_(None), Payment.received_on == on, Payment.method != Method.CASH,
                              Payment.location_id == row.location_id)
        .values(till_day_id=row.id).execution_options(synchronize_session=False))
    audit.record(actor, "till.open", row, amount=float_amount)
    return row


def move_cash(actor: Actor, *, amount: int, reason: str, request_key: str) -> TillMove:
    """Put cash into the open drawer, or take it out (below zero): to the bank, for stamps. Raises TillClosed, Invalid.
    """
    require(actor, Permission.PAYMENT_TAKE)
    till_day_id = till_for(Method.CASH)
    if till_day_id is None:
        raise TillClosed()
    first = db.session.scalars(select(TillMove).where(TillMove.request_key == request_key)).first()
    if same(first, amount=amount):
        return first
    if not 0 < abs(whole(amount)) < MOST:
        raise Invalid(_("Enter an amount above zero."), "amount")
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    row = TillMove(till_day_id=till_day_id, amount=amount, reason=reason.strip()[:200], moved_at=clock.now(),
                   moved_by_id=actor.user_id, request_key=request_key)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "till.move", row, amount=amount)
    return row


def close_the_till(actor: Actor, till_day_id: int, *, counted: Mapping[Method, int], note: str = "") -> TillDay:
    """Write down what was expected and what was counted of each method, and close. What is not counted counts as
    expected, but for cash. Raises TillClosed, Invalid, NotFound."""
    require(actor, Permission.PAYMENT_TAKE)
    row = get_till_day(till_day_id, lock=True)
    if row.closed_at is not None:
        raise TillClosed(_("This till was closed already."))
    if Method.CASH not in counted:
        raise Invalid(_("Count the cash first."), "cash")
    for method, amount in counted.items():
        if not -MOST < whole(amount) < MOST or (method == Method.CASH and amount < 0):
            raise Invalid(_("Enter what was counted."), str(method))
    for one in expected(row):
        row.counts.append(TillCount(method=one.method, expected_amount=one.amount,
                                    counted_amount=counted.get(one.method, one.amount)))
    row.closed_at, row.closed_by_id, row.note = clock.now(), actor.user_id, note.strip()[:200]
    db.session.flush()
    audit.record(actor, "till.close", row,
                 difference=sum(count.counted_amount - count.expected_amount for count in row.counts))
    return row
