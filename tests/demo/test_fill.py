"""The demo practice, a short one on a Saturday: a day at work all the same, most invoices paid, old notes signed."""
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from practice.access import guard
from practice.access.actor import system
from practice.billing.models.documents import Document
from practice.billing.models.payments import Payment
from practice.core.db import db
from practice.demo import fill
from practice.ops.books.check import check_books
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.models import NoteState, SessionNote

SATURDAY = datetime(2026, 11, 21, 11, 20, tzinfo=UTC)


@pytest.mark.only_on("sqlite", "what is made up does not depend on the database")
def test_there_is_a_day_to_look_at(database, monkeypatch):
    monkeypatch.setattr(fill, "CLIENTS", 110)
    monkeypatch.setattr(fill, "MONTHS", 0.6)
    fill.fill(SATURDAY)
    assert fill.is_whole() and not fill.is_foreign()
    monkeypatch.setattr(fill, "NAME", "Another Name")
    assert not fill.is_foreign(), "a demo is one by another name, too"
    with guard.acting(system("looking around")):
        states = set(db.session.scalars(select(Appointment.state).where(Appointment.on_date == SATURDAY.date())))
        assert {S.DONE, S.IN_SESSION, S.ARRIVED} <= states
        drafts = db.session.scalars(select(SessionNote.on_date).where(SessionNote.state == NoteState.DRAFT)).all()
        assert all(day >= SATURDAY.date() - timedelta(days=fill.LOOSE) for day in drafts)
        issued, owing = db.session.execute(select(func.count(), func.count().filter(Document.open_amount > 0))
                                           .select_from(Document)).one()
        assert issued > 20 and owing < issued / 5
        next_visit = aliased(Appointment)
        rebooked = exists().where(next_visit.client_id == Appointment.client_id,
                                  next_visit.on_date > Appointment.on_date, next_visit.booked_at >= Appointment.ends_at,
                                  func.date(next_visit.booked_at) == Appointment.on_date)
        done, came_back = db.session.execute(select(func.count(), func.count().filter(rebooked))
                                             .where(Appointment.state == S.DONE)).one()
        assert done / 4 < came_back < done
        paid = db.session.execute(select(Payment.received_on, Payment.received_at).order_by(Payment.id)).all()
        assert [row.received_at for row in paid] == sorted(row.received_at for row in paid)
    assert check_books() == []
