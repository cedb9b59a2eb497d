"""What card processors paid out and kept: written down from their statements, and taken back."""
from datetime import date

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.billing.clicks import same
from practice.billing.models.payments import Method
from practice.billing.models.payouts import CardPayout
from practice.billing.queries.payouts import PAYS_DAYS, get_payout, paid_out_methods
from practice.billing.services.closed import refuse_closed
from practice.billing.services.documents import today
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.money import whole
from practice.core.text import _
from practice.premises.queries import get_practice

MOST = 10**12  # minor units


class DaysPaidOut(DomainError):
    message = _("Some of these days are in another payout: %(first)s to %(last)s.")


class TakenBackAlready(DomainError):
    message = _("This payout was taken back already.")


def record_payout(actor: Actor, *, method: Method, first_on: date, last_on: date, paid_on: date, bank_amount: int,
                  fee_amount: int, request_key: str, reference: str = "") -> CardPayout:
    """Write down what came to the bank on `paid_on` for the payments of the days until `last_on`, and the fee that was
    kept of them. The same `request_key` again is the same payout. It need not come to what was expected.

    Raises DaysPaidOut, BooksClosed, Invalid.
    """
    require(actor, Permission.MONEY_EXPORT)
    first = _written(method, request_key, first_on=first_on, last_on=last_on, bank_amount=bank_amount,
                     fee_amount=fee_amount)
    if first is not None:
        return first
    if not first_on <= last_on:
        raise Invalid(_("The last day is not before the first."), "last_on")
    if paid_on < last_on:
        raise Invalid(_("Nothing is paid out before its last day is over."), "paid_on")
    refuse_closed(paid_on, field="paid_on")
    if not 0 <= whole(fee_amount) < MOST:
        raise Invalid(_("The fee is zero or more."), "fee_amount")
    if not abs(whole(bank_amount)) < MOST or not (bank_amount or fee_amount):
        raise Invalid(_("Enter what came to the bank."), "bank_amount")
    _refuse_twice(method, first_on, last_on)
    row = _add(actor, CardPayout(method=method, first_on=first_on, last_on=last_on, paid_on=paid_on,
                                 bank_amount=bank_amount, fee_amount=fee_amount, reference=reference.strip()[:80],
                                 request_key=request_key))
    audit.record(actor, "payout.record", row, method=str(method), bank=bank_amount, fee=fee_amount)
    return row


def record_fee(actor: Actor, *, method: Method, paid_on: date, fee_amount: int, request_key: str,
               reference: str = "") -> CardPayout:
    """Write down a fee that the processor pays out nothing less for, but bills apart: it left the bank on `paid_on`.
    The same `request_key` again is the same fee. Raises BooksClosed, Invalid.
    """
    require(actor, Permission.MONEY_EXPORT)
    first = _written(method, request_key, paid_on=paid_on, fee_amount=fee_amount)
    if first is not None:
        return first
    refuse_closed(paid_on, field="paid_on")
    if not 0 < whole(fee_amount) < MOST:
        raise Invalid(_("Enter an amount above zero."), "fee_amount")
    row = _add(actor, CardPayout(method=method, first_on=paid_on, last_on=paid_on, paid_on=paid_on, is_fee_bill=True,
                                 bank_amount=-fee_amount, fee_amount=fee_amount, reference=reference.strip()[:80],
                                 request_key=request_key))
    audit.record(actor, "payout.record_fee", row, method=str(method), fee=fee_amount)
    return row


def take_payout_back(actor: Actor, payout_id: int, *, reason: str) -> CardPayout:
    """Both amounts turned, today; its days can be paid out again. Raises TakenBackAlready, Invalid, NotFound."""
    require(actor, Permission.MONEY_EXPORT)
    get_practice(for_change=True)
    found = get_payout(payout_id)
    if found.is_taken_back or found.row.reverses_id:
        raise TakenBackAlready()
    if len(reason.strip()) < 3:
        raise Invalid(_("Say why, in a few words."), "reason")
    of = found.row
    row = _add(actor, CardPayout(method=of.method, first_on=of.first_on, last_on=of.last_on, paid_on=today(),
                                 bank_amount=-of.bank_amount, fee_amount=-of.fee_amount, is_fee_bill=of.is_fee_bill,
                                 reference=of.reference, request_key=f"back-{of.id}", reverses_id=of.id,
                                 reason=reason.strip()[:200]))
    audit.record(actor, "payout.take_back", row, bank=of.bank_amount, fee=of.fee_amount)
    return row


def _written(method: Method, request_key: str, **typed) -> CardPayout | None:
    """What the form has written already. Two at once: one after the other, so no day is paid out twice."""
    get_practice(for_change=True)
    first = db.session.scalars(select(CardPayout).where(CardPayout.request_key == request_key)).first()
    if first is None and method not in paid_out_methods():
        raise Invalid(_("Choose how it was paid."), "method")
    return same(first, method=method, **typed)


def _add(actor: Actor, row: CardPayout) -> CardPayout:
    row.recorded_at, row.recorded_by_id = clock.now(), actor.user_id
    db.session.add(row)
    db.session.flush()
    return row


def _refuse_twice(method: Method, first_on: date, last_on: date) -> None:
    other = db.session.execute(
        select(CardPayout.first_on, CardPayout.last_on)
        .where(CardPayout.method == method, PAYS_DAYS, CardPayout.first_on <= last_on, CardPayout.last_on >= first_on)
        .limit(1)).first()
    if other is not None:
        raise DaysPaidOut(field="first_on", first=other.first_on, last=other.last_on)
