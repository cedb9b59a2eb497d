"""Booking, moving, states and messages, on both databases."""
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.clients.models import Care, Client
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from practice.schedule.models import Appointment, DeskMessage
from practice.schedule.services.blocks import block_time
from practice.schedule.services.booking import SlotTaken, book, move
from practice.schedule.services.messages import tell_therapist
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from tests import personas
from tests.factories import clients, schedule
from tests.factories.schedule import HOUR


class Stage:
    def __init__(self, people):
        self.people = people
        with guard.acting(people.system), transaction():
            self.ann, self.ben = clients.client("Ann", "Doyle").id, clients.client("Ben", "Okafor").id
            self.treatment = schedule.treatment().id
            for person in (people.theo, people.tara, people.sol):
                schedule.hours(person.user_id)
        self.at = personas.NOW + HOUR  # a Tuesday, 10:00
        self.theo, self.tara = people.theo.user_id, people.tara.user_id

    def book(self, actor, client_id=None, therapist_id=None, at=None, **values):
        with guard.acting(actor), transaction():
            return book(actor, client_id=client_id or self.ann, therapist_id=therapist_id or self.theo,
                        treatment_id=self.treatment, starts_at=at or self.at, **values).id


@pytest.fixture
def stage(people):
    return Stage(people)


def test_booking_gives_the_therapist_the_client(people, stage, acting):
    acting(people.theo)
    assert db.session.scalars(select(Client)).all() == []
    stage.book(people.rae)
    acting(people.theo)
    assert [row.first_name for row in db.session.scalars(select(Client))] == ["Ann"]
    care = db.session.scalars(select(Care)).one()
    assert care.until_at == stage.at + HOUR + timedelta(days=30)


def test_a_room_is_found_and_the_third_at_once_has_none(people, stage):
    first, second = stage.book(people.rae), stage.book(people.rae, stage.ben, stage.tara)
    with guard.acting(people.rae):
        assert len({db.session.get(Appointment, number).room_id for number in (first, second)}) == 2
    with pytest.raises(SlotTaken, match="room"):
        stage.book(people.rae, stage.ben, people.sol.user_id)


def test_a_taken_time_is_refused_with_the_nearest_free_ones(people, stage):
    stage.book(people.rae)
    with pytest.raises(SlotTaken) as refused:
        stage.book(people.rae, stage.ben, at=stage.at + timedelta(minutes=30))
    own = [slot for slot in refused.value.nearest if slot.therapist_id == stage.theo]
    assert own[0].start == stage.at + HOUR
    assert stage.book(people.rae, stage.ben, at=stage.at + HOUR)


@pytest.mark.requirement("no-double-booking")
def test_the_database_refuses_an_overlap_by_itself(people, stage):
    stage.book(people.rae)
    for column in ("user_id", "room_id"):
        with guard.acting(people.system), pytest.raises(IntegrityError, match="taken"), transaction():
            row = db.session.connection().execute(text("SELECT * FROM appointment")).mappings().one()
            other = dict(row) | {"id": 900_000, "client_id": stage.ben}
            if column == "room_id":
                other["user_id"] = stage.tara
            else:
                other["room_id"] = None
            db.session.connection().execute(Appointment.__table__.insert(), [_typed(other)])


def _typed(row: dict) -> dict:
    """Times as aware instants again: raw rows of SQLite are text."""
    from datetime import UTC, date, datetime
    for name, value in row.items():
        if isinstance(value, str) and name.endswith("_at"):
            row[name] = datetime.fromisoformat(value).replace(tzinfo=UTC)
        elif isinstance(value, str) and name == "on_date":
            row[name] = date.fromisoformat(value)
    return row


@pytest.mark.requirement("no-double-booking")
def test_two_at_once_and_one_is_told(cloned_database):
    clock.set_to(personas.NOW)
    people = personas.open_house()
    stage, app, outcomes = Stage(people), cloned_database.app, []
    barrier = threading.Barrier(2)

    def work(client_id):
        with app.app_context():
            barrier.wait()
            try:
                stage.book(people.rae, client_id)
                outcomes.append("booked")
            except SlotTaken:
                outcomes.append("taken")

    threads = [threading.Thread(target=work, args=(number,)) for number in (stage.ann, stage.ben)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["booked", "taken"]


def test_moving_takes_the_care_along(people, stage, acting):
    number = stage.book(people.rae)
    with guard.acting(people.rae), transaction():
        move(people.rae, number, version=1, starts_at=stage.at + 2 * HOUR, therapist_id=stage.tara)
    acting(people.theo)
    assert db.session.scalars(select(Client)).all() == []
    acting(people.tara)
    assert len(db.session.scalars(select(Client)).all()) == 1
    with guard.acting(people.rae), pytest.raises(Stale), transaction():
        move(people.rae, number, version=1, starts_at=stage.at, therapist_id=stage.theo)


def test_states_and_their_way_back(people, stage):
    number = stage.book(people.rae)
    with guard.acting(people.rae):
        for state in (S.ARRIVED, S.IN_SESSION, S.DONE, S.ARRIVED, S.BOOKED, S.NO_SHOW, S.BOOKED, S.CANCELLED_EARLY):
            with transaction():
                set_state(people.rae, number, state)
        assert db.session.get(Appointment, number).state is S.CANCELLED_EARLY
        with pytest.raises(IllegalMove), transaction():
            set_state(people.rae, number, S.DONE)


def test_cancelling_ends_the_care_and_coming_back_gives_it(people, stage, acting):
    number = stage.book(people.rae)
    for state, seen in ((S.CANCELLED_LATE, 0), (S.BOOKED, 1)):
        with guard.acting(people.rae), transaction():
            set_state(people.rae, number, state)
        acting(people.theo)
        assert len(db.session.scalars(select(Client)).all()) == seen


def test_coming_back_to_a_time_given_away_is_refused(people, stage):
    number = stage.book(people.rae)
    with guard.acting(people.rae), transaction():
        set_state(people.rae, number, S.CANCELLED_EARLY)
    stage.book(people.rae, stage.ben)
    with guard.acting(people.rae), pytest.raises(SlotTaken), transaction():
        set_state(people.rae, number, S.BOOKED)


def test_who_may(people, stage):
    number = stage.book(people.rae)
    with pytest.raises(Forbidden):
        stage.book(people.theo)
    with guard.acting(people.theo), transaction():
        set_state(people.theo, number, S.ARRIVED)
    with guard.acting(people.theo), pytest.raises(Forbidden), transaction():
        set_state(people.theo, number, S.CANCELLED_LATE)
    with guard.acting(people.tara), pytest.raises(NotFound), transaction():
        set_state(people.tara, number, S.DONE)


def test_a_message_is_for_the_therapist_alone(people, stage, acting):
    number = stage.book(people.rae)
    with guard.acting(people.rae), transaction():
        tell_therapist(people.rae, number, "velvet walrus on the stairs")
    acting(people.rae)
    with pytest.raises(NoReadGrant):
        db.session.scalars(select(DeskMessage)).all()
    stored = db.session.connection().execute(text("SELECT _text FROM desk_message")).scalar()
    assert b"walrus" not in bytes(stored)
    acting(people.theo)
    assert db.session.scalars(select(DeskMessage)).one().text.startswith("velvet walrus")
    acting(people.tara)
    assert db.session.scalars(select(DeskMessage)).all() == []


def test_blocked_time_is_not_booked(people, stage):
    with guard.acting(people.rae), transaction():
        block_time(people.rae, therapist_id=stage.theo, starts_at=stage.at, ends_at=stage.at + HOUR)
    with pytest.raises(SlotTaken):
        stage.book(people.rae)
    with guard.acting(people.rae), pytest.raises(Invalid), transaction():
        block_time(people.rae, therapist_id=stage.theo, starts_at=stage.at, ends_at=stage.at)
