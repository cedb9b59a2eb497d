"""How long each client's record and papers are kept, and who may be erased when. Asked by whom may answer for them.

The record is kept by the rule the practice chose, counted from its last entry; invoices ten years from the end of their
year, the longest that tax law asks for where the practice can be. Nothing is erased before both have passed.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.billing.models.documents import Document
from practice.clients.models import Client, name_of
from practice.core import clock
from practice.core.db import db
from practice.intake.models import Submission
from practice.premises.queries import the_practice
from practice.premises.retention import keep_until
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import Addendum, SessionNote
from practice.transfer.models import Erasure, ErasureKind, LegalHold

PAPER_YEARS = 10  # whole years after the one a paper was made in
HELD = (S.BOOKED, S.ARRIVED, S.IN_SESSION, S.DONE)


def _last(column, *more):
    table = column.class_
    return select(func.max(column)).where(table.client_id == Client.id, *more).correlate(Client).scalar_subquery()


# Core columns would go around the row rule; the house asks this, after `require`.
LASTS = select(
    Client.id, Client.first_name, Client.preferred_name, Client.last_name, Client.born_on, Client.sort_key,
    _last(SessionNote.on_date), _last(Appointment.on_date, Appointment.state.in_(HELD)),
    _last(Submission.submitted_at), _last(Addendum.added_at), _last(Document.issued_on))


@dataclass(frozen=True)
class Kept:
    """One client's dates. `until` is the first day on which they may be erased, None when nothing is kept."""

    client_id: int
    name: str
    last_entry_on: date | None
    last_paper_on: date | None
    until: date | None
    is_held: bool
    erased: ErasureKind | None

    def may_go(self, today: date) -> bool:
        return not self.is_held and self.erased is not ErasureKind.WHOLE and (self.until is None or self.until <= today)


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
    for row in db.session.execute(chosen):
        client_id, first, called, last, born_on, _key, noted, visited, sent, added, paper = row
        days = [noted, visited, *(clock.local_date(at, practice.time_zone) for at in (sent, added) if at)]
        entry = max((day for day in days if day), default=None)
        ends = [keep_until(practice.retention_rule, entry, born_on)] if entry else []
        ends += [date(paper.year + PAPER_YEARS + 1, 1, 1)] if paper else []
        found.append(Kept(client_id, name_of(first, called, last), entry, paper, max(ends, default=None),
                          client_id in held, erased.get(client_id)))
    return sorted(found, key=lambda one: (one.until or date.min, one.name, one.client_id))
