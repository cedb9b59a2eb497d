"""How long each client's record and papers are kept, and who may be erased when. Asked by whom may answer for them.

The record is kept by the rule the practice chose, counted from its last entry; invoices ten years from the end of their
year, the longest that tax law asks for where the practice can be. Nothing is erased before both have passed, nor while
something is open between a client and the practice.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, or_, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import Document
from practice.billing.models.memberships import Membership
from practice.billing.models.packages import Package
from practice.billing.models.payments import Allocation, Payment, Tip
from practice.billing.models.superbills import Referral
from practice.billing.models.vouchers import Voucher
from practice.billing.queries.documents import IS_OPEN
from practice.clients.models import Client, name_of
from practice.core import clock
from practice.core.db import db
from practice.files.models import File
from practice.intake.models import Submission
from practice.premises.queries import the_practice
from practice.premises.retention import keep_until
from practice.safety.models import Condition, SafetyProfile
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import Addendum, CarePlan, Handover, Measurement, SessionNote
from practice.transfer.models import Erasure, ErasureKind, LegalHold

PAPER_YEARS = 10  # whole years after the one a paper was made in
HELD = (S.BOOKED, S.ARRIVED, S.IN_SESSION, S.DONE)


def _last(column, *more):
    table = column.class_
    return select(func.max(column)).where(table.client_id == Client.id, *more).correlate(Client).scalar_subquery()


def _any(model, *more):
    return select(model.id).where(model.client_id == Client.id, *more).correlate(Client).exists()


def _live(model):
    return or_(model.expires_on.is_(None), model.expires_on >= bindparam("today"))


def _paid(column):
    """A sum over what hangs on a client's payments, or over these."""
    table = column.class_
    chosen = select(func.coalesce(func.sum(column), 0)).where(Payment.client_id == Client.id)
    if table is not Payment:
        chosen = chosen.join(Payment, Payment.id == table.payment_id)
    return chosen.correlate(Client).scalar_subquery()


HAS_CREDIT = _paid(Payment.amount) != _paid(Allocation.amount) + _paid(Tip.amount)
STILL_OPEN = or_(_any(Document, IS_OPEN), HAS_CREDIT, _any(Package, Package.sessions_left > 0, _live(Package)),
                 _any(Voucher, Voucher.left_amount > 0, _live(Voucher)),
                 _any(Membership, Membership.next_on.is_not(None)))
MOMENTS = (Submission.submitted_at, Addendum.added_at, File.added_at, Condition.created_at, Condition.decided_at,
           Condition.ended_at, SafetyProfile.changed_at, CarePlan.changed_at, Handover.handed_at, Referral.entered_at)

# Core columns would go around the row rule; the house asks this, after `require`.
LASTS = select(
    Client.id, Client.first_name, Client.preferred_name, Client.last_name, Client.born_on, Client.sort_key,
    STILL_OPEN, _last(Document.issued_on), _last(Payment.received_on), _last(SessionNote.on_date),
    _last(Appointment.on_date, Appointment.state.in_(HELD)), _last(Measurement.taken_on), *map(_last, MOMENTS))


@dataclass(frozen=True)
class Kept:
    """One client's dates. `until` is the first day on which they may be erased, None when nothing is kept."""

    client_id: int
    name: str
    last_entry_on: date | None
    last_paper_on: date | None
    until: date | None
    is_held: bool
    is_open: bool  # credit, a debt, sessions paid ahead, a membership
    erased: ErasureKind | None

    def may_go(self, today: date) -> bool:
        return self.is_over(today) and not self.is_held and not self.is_open and self.erased is not ErasureKind.WHOLE

    def is_over(self, today: date) -> bool:
        """Whether nothing has to be kept any longer by its day alone."""
        return self.until is None or self.until <= today


def kept(actor: Actor, client_ids: Iterable[int] | None = None) -> list[Kept]:
    """The dates of these clients, of all without a choice; who may go first comes first.

    Whoever calls has bound the house as the actor, so that charts count that are not this person's to read.
    """
    require(actor, Permission.CLIENT_RIGHTS)
    practice = the_practice()
    chosen = LASTS if client_ids is None else LASTS.where(Client.id.in_(list(client_ids)))
    held = set(db.session.scalars(select(LegalHold.client_id).where(LegalHold.lifted_at.is_(None))))
    erased = dict(db.session.execute(select(Erasure.client_id, Erasure.kind).order_by(Erasure.id)).all())
    found = []
    for row in db.session.execute(chosen, {"today": clock.local_date(clock.now(), practice.time_zone)}):
        client_id, first, called, last, born_on, _key, is_open, issued, paid, noted, visited, measured, *moments = row
        days = [noted, visited, measured, *(clock.local_date(at, practice.time_zone) for at in moments if at)]
        entry = max((day for day in days if day), default=None)
        paper = max((day for day in (issued, paid) if day), default=None)
        ends = [keep_until(practice.retention_rule, entry, born_on)] if entry else []
        ends += [date(paper.year + PAPER_YEARS + 1, 1, 1)] if paper else []
        found.append(Kept(client_id, name_of(first, called, last), entry, paper, max(ends, default=None),
                          client_id in held, is_open, erased.get(client_id)))
    return sorted(found, key=lambda one: (one.until or date.min, one.name, one.client_id))
