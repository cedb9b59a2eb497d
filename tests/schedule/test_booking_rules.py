"""The finer points of booking: rooms, buffers, refusals by field, moving, blocked time, and races for one hour."""
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from practice.access import guard
from practice.audit.models import AuditRow
from practice.clients.models import Care, Client
from practice.core import clock
from practice.core.db import db, transaction, violates
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.ops.bench.raw import statements_of
from practice.premises.queries import rooms
from practice.schedule.models import Appointment
from practice.schedule.queries import appointments
from practice.schedule.queries.diary import taken_between
from practice.schedule.services import blocks, booking
from practice.schedule.services.booking import SlotTaken
from practice.schedule.services.states import set_state
from tests import personas
from tests.factories import clients, schedule
from tests.factories.schedule import at


def one(appointment_id) -> SimpleNamespace:
    """The columns of an appointment as the house sees them."""
    with guard.system_session("test") as session:
        columns = Appointment.__table__.c
        return SimpleNamespace(**session.execute(select(columns).where(columns.id == appointment_id)).mappings().one())


def cares(appointment_id):
    with guard.system_session("test") as session:
        return session.execute(select(Care.user_id, Care.from_at, Care.until_at)
                               .where(Care.appointment_id == appointment_id).order_by(Care.id)).all()


def test_a_booking_has_length_room_buffer_and_local_date(day, book):
    row = one(book(at(23, 30), treatment=day.deep))
    assert (row.ends_at - row.starts_at, row.busy_until_at - row.ends_at) == (timedelta(minutes=75),
                                                                              timedelta(minutes=15))
    assert row.on_date == date(2026, 11, 17) and row.room_id == day.rooms[0] and row.state == "booked"


def test_a_booking_gives_care_until_thirty_days_after(people, day, book, acting):
    acting(people.theo)
    assert db.session.scalars(select(Client)).all() == []
    booked = book(at(14))
    [(user_id, from_at, until_at)] = cares(booked)
    assert (user_id, from_at, until_at) == (people.theo.user_id, clock.now(), at(15) + timedelta(days=30))
    acting(people.theo)
    assert [row.id for row in db.session.scalars(select(Client))] == [day.ann]
    acting(people.tara)
    assert db.session.scalars(select(Client)).all() == []
    acting(people.olive)
    assert "appointment.book" in db.session.scalars(select(AuditRow.action)).all()


@pytest.mark.parametrize("name", ["theo", "bo"])
def test_only_the_desk_books(name, people, day, acting):
    acting(getattr(people, name))
    with pytest.raises(Forbidden), transaction():
        booking.book(getattr(people, name), client_id=day.ann, therapist_id=people.theo.user_id,
                     treatment_id=day.classic, starts_at=at(14))


def test_a_clash_of_the_therapist_is_refused_with_free_times(people, day, book):
    book(at(14))
    with pytest.raises(SlotTaken) as refused:
        book(at(14, 30), client=day.ben)
    assert refused.value.message == "The therapist is already booked at that time"
    near = refused.value.nearest
    assert [slot.start for slot in near if slot.therapist_id == people.theo.user_id][:2] == [at(15), at(13)]
    assert at(14, 30) in {slot.start for slot in near if slot.therapist_id == people.tara.user_id}
    assert len(appointments_of_the_day(people)) == 1


def block(actor, therapist, start, end):
    return blocks.block_time(actor, therapist_id=therapist.user_id, starts_at=start, ends_at=end)


def appointments_of_the_day(people):
    with guard.acting(people.rae):
        return [row.id for row in appointments.on_day(date(2026, 11, 17))]


@pytest.mark.only_on("sqlite", "what PostgreSQL picks for few rows says nothing")
@pytest.mark.requirement("fast-at-size")
def test_whether_a_time_is_free_is_asked_of_its_days_alone(people, acting):
    """Not of all that ever took place: SQLite without statistics prefers the equal column of an index."""
    acting(people.rae)
    connection = db.session.connection()
    [plan] = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
              for statement, values in statements_of(connection, lambda: taken_between(at(9), at(10)))
              if "FROM appointment" in statement]
    assert "on_date>" in plan.replace(" ", "") and "ix_appointment" in plan, plan


def test_touching_appointments_are_fine_and_buffers_are_not_touched(day, book):
    book(at(10), treatment=day.deep)  # until 11:15, busy until 11:30
    with pytest.raises(SlotTaken):
        book(at(11, 15), client=day.ben)
    book(at(11, 30), client=day.ben)


def test_rooms_are_given_out_until_none_is_left(people, day, book):
    assert one(book(at(9))).room_id == day.rooms[0]
    assert one(book(at(9), client=day.ben, therapist=people.tara)).room_id == day.rooms[1]
    with pytest.raises(SlotTaken) as refused:
        book(at(9), client=day.ben, therapist=people.sol)
    assert refused.value.message == "No room is free at this time."


def test_a_clash_of_the_room_asked_for_is_refused(people, day, book):
    book(at(9), room_id=day.rooms[0])
    with pytest.raises(SlotTaken) as refused:
        book(at(9, 30), client=day.ben, therapist=people.tara, room_id=day.rooms[0])
    assert refused.value.message == "The room is already booked at that time"


def test_outside_working_hours_is_booked_all_the_same(book):
    assert one(book(at(20))).starts_at == at(20)


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize(("values", "field"), [
    ({"minutes": 2}, "minutes"), ({"minutes": 481}, "minutes"), ({"room_id": 2**40}, "room"),
])
def test_values_nobody_means_are_refused(values, field, book):
    with pytest.raises(Invalid) as refused:
        book(at(14), **values)
    assert refused.value.field == field


def test_far_away_times_unknown_people_and_treatments_are_refused(people, day, book, acting):
    for start in (at(9, day=date(2021, 9, 1)), at(9, day=date(2031, 1, 1))):
        with pytest.raises(Invalid):
            book(start)
    with pytest.raises(Invalid):
        book(at(14), therapist=people.rae)
    for wrong in ({"client": 2**40}, {"treatment": 2**31 - 1}):
        with pytest.raises(NotFound):
            book(at(14), **wrong)


def test_who_does_not_give_a_treatment_is_not_booked_for_it(people, day, book):
    with guard.acting(people.system), transaction():
        only_tara = schedule.treatment("Lymph 45", minutes=45, therapist_ids=[people.tara.user_id]).id
    with pytest.raises(Invalid) as refused:
        book(at(14), treatment=only_tara)
    assert refused.value.field == "therapist"
    book(at(14), treatment=only_tara, therapist=people.tara)


def test_moving_takes_the_care_along(people, day, book, acting):
    booked = book(at(14))
    acting(people.rae)
    with clock.frozen(personas.NOW + timedelta(minutes=5)), transaction():
        booking.move(people.rae, booked, version=1, starts_at=at(15), therapist_id=people.tara.user_id, room_id=None,
                     minutes=90)
    row = one(booked)
    assert (row.user_id, row.starts_at, row.ends_at, row.version) == (people.tara.user_id, at(15), at(16, 30), 2)
    (theo, _from, ended), (tara, _begun, until) = cares(booked)
    assert (theo, ended) == (people.theo.user_id, personas.NOW + timedelta(minutes=5))
    assert (tara, until) == (people.tara.user_id, at(16, 30) + timedelta(days=30))
    clock.set_to(personas.NOW + timedelta(minutes=6))
    acting(people.theo)
    with pytest.raises(NotFound):
        appointments.get_appointment(booked)


def test_moving_a_little_is_not_in_its_own_way(people, day, book, acting):
    booked = book(at(14))
    acting(people.rae)
    with transaction():
        booking.move(people.rae, booked, version=1, starts_at=at(14, 15), therapist_id=people.theo.user_id,
                     room_id=day.rooms[0], minutes=60)
    assert one(booked).starts_at == at(14, 15)


def test_moving_is_refused_when_stale_taken_begun_or_not_for_this_role(people, day, book, acting):
    booked, _other = book(at(14)), book(at(16), client=day.ben)
    wanted = {"starts_at": at(15), "therapist_id": people.theo.user_id, "room_id": None, "minutes": 60}
    acting(people.rae)
    with pytest.raises(Stale), transaction():
        booking.move(people.rae, booked, version=7, **wanted)
    with pytest.raises(SlotTaken), transaction():
        booking.move(people.rae, booked, version=1, **wanted | {"starts_at": at(15, 30)})
    with pytest.raises(NotFound), transaction():
        booking.move(people.rae, 2**40, version=1, **wanted)
    with transaction():
        set_state(people.rae, booked, "done")
    with pytest.raises(Invalid, match="booked or arrived"), transaction():
        booking.move(people.rae, booked, version=2, **wanted)
    acting(people.theo)
    with pytest.raises(Forbidden), transaction():
        booking.move(people.theo, booked, version=2, **wanted)


def test_a_blocked_hour_is_not_booked_and_a_booked_hour_not_blocked(people, day, book, acting):
    acting(people.rae)
    with transaction():
        blocks.block_time(people.rae, therapist_id=people.theo.user_id, starts_at=at(12), ends_at=at(13), words="Lunch")
    with pytest.raises(SlotTaken) as refused:
        book(at(12, 30))
    assert refused.value.message == "The therapist's time is blocked then"
    booked = book(at(14))
    acting(people.rae)
    for start, end in ((at(13, 30), at(14, 30)), (at(11), at(12, 30))):
        with pytest.raises(SlotTaken), transaction():
            block(people.rae, people.theo, start, end)
    with transaction():
        set_state(people.rae, booked, "cancelled_early")
    with transaction():
        block(people.rae, people.theo, at(14), at(15))


def test_therapists_block_their_own_time_only(people, day, acting):
    acting(people.theo)
    with transaction():
        block_id = block(people.theo, people.theo, at(12), at(13)).id
    with pytest.raises(Forbidden), transaction():
        block(people.theo, people.tara, at(12), at(13))
    acting(people.tara)
    with pytest.raises(Forbidden), transaction():
        blocks.unblock(people.tara, block_id)
    acting(people.theo)
    with transaction():
        blocks.unblock(people.theo, block_id)
    with pytest.raises(NotFound), transaction():
        blocks.unblock(people.theo, block_id)
    with pytest.raises(Invalid), transaction():
        block(people.theo, people.theo, at(13), at(13))


# --- the database by itself ---------------------------------------------------------------------------------------


@pytest.fixture
def real(cloned_database):
    """The cast and two clients in a database with real commits."""
    clock.set_to(personas.NOW)
    people = personas.open_house()
    with guard.acting(people.system), transaction():
        for who in (people.theo, people.tara):
            schedule.hours(who.user_id)
        values = {"ann": clients.client("Ann").id, "ben": clients.client("Ben").id,
                  "classic": schedule.treatment().id, "rooms": [room.id for room in rooms()]}
    return SimpleNamespace(people=people, app=cloned_database.app, kind=cloned_database.kind, **values)


@pytest.mark.requirement("no-double-booking")
@pytest.mark.parametrize("same", ["therapist", "room"])
def test_the_database_refuses_an_overlap(real, same):
    theo, tara = real.people.theo.user_id, real.people.tara.user_id
    with guard.acting(real.people.system), transaction():
        schedule.raw_appointment(real.ann, theo, real.classic, real.rooms[0], at(10))
    other = (theo, real.rooms[1]) if same == "therapist" else (tara, real.rooms[0])
    with pytest.raises(IntegrityError) as refused, guard.acting(real.people.system), transaction():
        schedule.raw_appointment(real.ben, other[0], real.classic, other[1], at(10, 59))
    assert violates(refused.value, f"appointment_{same}_taken")
    with guard.acting(real.people.system), transaction():
        schedule.raw_appointment(real.ben, other[0], real.classic, other[1], at(11))


@pytest.mark.requirement("no-double-booking")
def test_two_at_the_desk_book_one_hour_and_one_of_them_gets_it(real):
    """Two connections at once, for the therapist and, the second time, for a room."""
    from threading import Barrier, Thread

    def race(asked: list[dict]) -> list[str]:
        gate, heard = Barrier(2), []

        def desk(values):
            with real.app.app_context():
                guard.bind(real.people.rae)
                gate.wait()
                try:
                    with transaction():
                        booking.book(real.people.rae, treatment_id=real.classic, **values)
                    heard.append("booked")
                except SlotTaken as refused:
                    heard.append(type(refused).__name__)
                finally:
                    db.session.remove()

        threads = [Thread(target=desk, args=(values,)) for values in asked]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(heard)

    theo, tara = real.people.theo.user_id, real.people.tara.user_id
    db.session.rollback()
    for hour in (9, 11):
        assert race([{"client_id": real.ann, "therapist_id": theo, "starts_at": at(hour)},
                     {"client_id": real.ben, "therapist_id": theo, "starts_at": at(hour, 30)}]) == ["SlotTaken",
                                                                                                   "booked"]
    for hour in (13, 15):
        wanted = {"starts_at": at(hour), "room_id": real.rooms[0]}
        assert race([{"client_id": real.ann, "therapist_id": theo} | wanted,
                     {"client_id": real.ben, "therapist_id": tara} | wanted]) == ["SlotTaken", "booked"]


def test_what_the_database_refuses_is_told_as_taken(real, monkeypatch):
    """Somebody was faster than the look into the diary."""
    with guard.acting(real.people.system), transaction():
        schedule.raw_appointment(real.ann, real.people.theo.user_id, real.classic, real.rooms[1], at(10))
    monkeypatch.setattr(booking.diary, "taken_between", lambda first, last: [])
    with guard.acting(real.people.rae), pytest.raises(SlotTaken), transaction():
        booking.book(real.people.rae, client_id=real.ben, therapist_id=real.people.theo.user_id,
                     treatment_id=real.classic, starts_at=at(10))
