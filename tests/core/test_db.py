"""transaction() and snapshot(): the one door for writing, and one moment for reading."""
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from practice.access import guard
from practice.audit import services as audit
from practice.core import columns
from practice.core.db import WriteOutsideTransaction, check_version, db, hold, snapshot, transaction
from practice.core.errors import Stale
from practice.premises.models import Room
from tests import personas
from tests.factories import clients
from tests.plugins.statements import counted


def test_commit_outside_is_refused(people, acting):
    acting(people.system)
    with pytest.raises(WriteOutsideTransaction):
        db.session.commit()


def test_where_a_reading_is_written_down_nothing_else_is(people, acting):
    acting(people.system)
    room = db.session.query(Room).order_by(Room.id).first()
    before = room.name
    with pytest.raises(WriteOutsideTransaction), transaction(is_of_reading=True):
        room.name = "Elsewhere"
        audit.record(people.system, "room.read", room)
    with pytest.raises(WriteOutsideTransaction), transaction(is_of_reading=True):
        db.session.execute(update(Room).values(name="Elsewhere"))
    assert db.session.scalars(select(Room.name).order_by(Room.id)).first() == before


def test_nesting_is_refused(people, acting):
    acting(people.system)
    with transaction(), pytest.raises(RuntimeError):
        with transaction():
            pass


def test_an_exception_writes_nothing(people, acting):
    acting(people.system)
    with pytest.raises(ZeroDivisionError), transaction():
        clients.client("Gone", "Again")
        raise ZeroDivisionError
    assert db.session.query(clients.Client).count() == 0


@pytest.mark.parametrize("is_of_reading", [True, False])
def test_only_what_writes_forgets_what_was_read(people, acting, is_of_reading):
    acting(people.system)
    room = db.session.query(Room).order_by(Room.id).first()
    with counted() as statements:
        with transaction(is_of_reading=is_of_reading):
            audit.record(people.system, "room.read", room)
        assert room.name
    asked = [one for one in statements if "FROM room" in one]
    assert len(asked) == (0 if is_of_reading else 2), "before what is written, and after"


@pytest.mark.requirement("never-locked")
def test_many_writers_wait_for_each_other(cloned_database):
    """Eight threads raise one number by one, ten times each; a lost update would show in the sum."""
    people = personas.open_house()
    app, failures = cloned_database.app, []

    def work():
        try:
            with app.app_context():
                guard.bind(people.system)
                for _turn in range(10):
                    with transaction() as session:
                        room = session.query(Room).order_by(Room.id).with_for_update().first()
                        room.version += 1
                        audit.record(people.system, "room.save", room)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    with guard.acting(people.system):
        assert db.session.query(Room).order_by(Room.id).first().version == 81


def test_snapshot_shows_one_moment(cloned_database):
    people = personas.open_house()
    app = cloned_database.app
    count = text("SELECT count(*) FROM client")

    def register():
        with app.app_context():
            with guard.acting(people.system), transaction():
                clients.client()

    with snapshot() as session:
        before = session.connection().execute(count).scalar()
        thread = threading.Thread(target=register)
        thread.start()
        thread.join()
        assert session.connection().execute(count).scalar() == before
    assert db.session.connection().execute(count).scalar() == before + 1


@pytest.mark.requirement("lost-update")
def test_a_stale_version_is_refused():
    room = Room(version=3)
    check_version(room, 3)
    assert room.version == 4
    with pytest.raises(Stale):
        check_version(room, 3)


@pytest.mark.requirement("lost-update")
def test_a_row_that_is_held_keeps_what_was_changed_on_it_before(people, acting):
    acting(people.system)
    with transaction() as session:
        room = session.query(Room).order_by(Room.id).first()
        room.name = "The changed one"
        hold(room)
        assert room.name == "The changed one"
        added = Room(name="The new one", location_id=room.location_id)
        session.add(added)
        hold(added)
        audit.record(people.system, "room.save", room)
    assert {"The changed one", "The new one"} <= {one.name for one in db.session.query(Room)}


@pytest.mark.requirement("values-checked")
@pytest.mark.parametrize("value", [1.0, True, "1"])
def test_money_columns_refuse_what_is_not_a_whole_number(value):
    with pytest.raises(TypeError):
        columns.MinorUnits().process_bind_param(value, None)


@pytest.mark.requirement("time")
def test_instants_must_be_aware():
    with pytest.raises(TypeError):
        columns.UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)
    assert columns.UtcDateTime().process_result_value(datetime(2026, 1, 1), None).tzinfo is UTC


@pytest.mark.only_on("postgresql", "the other database has no server to lose")
def test_a_connection_the_server_has_closed_is_replaced(cloned_database, monkeypatch):
    monkeypatch.setattr("practice.core.db.STILL_THERE", 0)
    kept = db.engine.connect()
    with db.engine.connect() as other:
        number = other.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    kept.exec_driver_sql(f"SELECT pg_terminate_backend({number})")
    with db.engine.connect() as other:
        assert other.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != number
    kept.close()


@pytest.mark.only_on("postgresql", "the other database plans no cursor apart")
def test_what_is_streamed_is_planned_to_be_read_to_its_end(people, acting):
    """Else rows sorted by number are looked for among all there ever were, for the sake of a quick first one."""
    acting(people.system)
    with snapshot() as session:
        assert session.connection().exec_driver_sql("SHOW cursor_tuple_fraction").scalar_one() == "1"
