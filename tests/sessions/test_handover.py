"""What the desk is told: no clinical word, and the appointment is done with it."""
from datetime import timedelta

import pytest
from sqlalchemy import text

from practice.catalog.models import Product
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.premises.queries import tax_codes
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.states import AppointmentState as S
from practice.sessions.queries.notes import handover_of
from practice.sessions.services.handover import hand_over
from tests.factories.schedule import at
from tests.factories.sessions import draft, visit, words


@pytest.fixture
def session(people) -> int:
    return visit(people, at(9, 0))


@pytest.fixture
def oil(people, acting) -> int:
    from practice.audit import services as audit
    acting(people.system)
    with transaction():
        row = Product(name="Grapeseed oil", price_amount=1200, tax_code_id=tax_codes()[0].id)
        db.session.add(row)
        audit.record(people.system, "product.save")
        db.session.flush()
        return row.id


def give(actor, appointment_id: int, **values):
    with transaction():
        treatment_id = values.pop("treatment_id", None) or get_appointment(appointment_id).treatment_id
        return hand_over(actor, appointment_id, **{"treatment_id": treatment_id, "minutes": 60, **values}).id


@pytest.mark.parametrize("state", [S.BOOKED, S.ARRIVED, S.IN_SESSION, S.DONE])
def test_handing_over_ends_the_session(people, acting, oil, state):
    session = visit(people, at(8, 0), state=state)
    acting(people.theo)
    give(people.theo, session, products=[(oil, 2)], back_in_days=14, message=" Card is on the desk ")
    acting(people.rae)
    given = handover_of(session)
    assert (given.minutes, given.products, given.back_in_days, given.message) == (60, [[oil, 2]], 14,
                                                                                 "Card is on the desk")
    assert get_appointment(session).state is S.DONE


def test_it_may_be_changed_with_the_version_seen(people, acting, session):
    acting(people.theo)
    give(people.theo, session)
    give(people.theo, session, minutes=75, version=1)
    assert handover_of(session).minutes == 75
    for version in (None, 1, 7):
        with pytest.raises(Stale):
            give(people.theo, session, minutes=30, version=version)
    with pytest.raises(Stale):
        give(people.theo, visit_later(people), version=3)


def visit_later(people) -> int:
    from practice.access import guard
    with guard.acting(people.theo):
        return visit(people, at(11))


def test_not_by_others_and_not_for_what_did_not_happen(people, acting, session):
    acting(people.tara)
    with pytest.raises(NotFound):
        give(people.tara, session)
    acting(people.rae)
    with pytest.raises(Forbidden):
        give(people.rae, session)
    gone = visit(people, at(12), state=S.NO_SHOW)
    later = visit(people, at(9) + timedelta(days=1), state=S.BOOKED)
    acting(people.theo)
    for appointment in (gone, later):
        with pytest.raises(Invalid):
            give(people.theo, appointment)


@pytest.mark.parametrize("values", [{"minutes": 0}, {"minutes": 481}, {"back_in_days": 0}, {"back_in_days": 731},
                                    {"message": "x" * 201}])
def test_sense_is_asked_for(people, acting, session, values):
    acting(people.theo)
    with pytest.raises(Invalid):
        give(people.theo, session, **values)


def test_pieces_and_products_are_real(people, acting, session, oil):
    acting(people.theo)
    for products in ([(oil, 0)], [(oil, 100)]):
        with pytest.raises(Invalid):
            give(people.theo, session, products=products)
    with pytest.raises(NotFound):
        give(people.theo, session, products=[(oil + 999, 1)])
    with pytest.raises(NotFound):
        give(people.theo, session, treatment_id=987654)


@pytest.mark.requirement("no-clinical-at-desk")
def test_no_word_of_the_note_reaches_the_hand_over(people, acting, session):
    draft(people.theo, session, words("quokkaword", plan="quokkaword"))
    acting(people.theo)
    give(people.theo, session)
    acting(people.system)
    for stored in db.session.connection().execute(text("SELECT * FROM handover")):
        assert "quokkaword" not in str(stored)
