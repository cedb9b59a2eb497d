"""The row rule behind every statement: what it covers, and that the gaps around it are closed."""
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from practice.access import guard
from practice.access.guard import NoActor
from practice.access.policy import NoReadGrant
from practice.audit import services as audit
from practice.clients.models import Care, Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import WriteOutsideTransaction, db, read_already, transaction
from practice.core.errors import NotFound
from practice.safety.models import Condition, ConditionState
from practice.schedule.models import Appointment
from tests.factories import clients, schedule


@pytest.fixture
def two(people):
    """Ann is in Theo's care, Ben in Tara's; each has a condition."""
    with guard.acting(people.system), transaction():
        ann, ben = clients.client("Ann", "Doyle"), clients.client("Ben", "Okafor")
        clients.care(ann.id, people.theo.user_id)
        clients.care(ben.id, people.tara.user_id)
        for row in (ann, ben):
            db.session.add(Condition(client_id=row.id, state=ConditionState.ACCEPTED, content="{}",
                                     created_at=clock.now()))
        ids = ann.id, ben.id
    return ids


def names():
    return sorted(row.first_name for row in db.session.scalars(select(Client)))


@pytest.mark.requirement("own-rows")
def test_therapist_sees_clients_in_care(people, two, acting):
    acting(people.theo)
    assert names() == ["Ann"]
    acting(people.tara)
    assert names() == ["Ben"]


@pytest.mark.requirement("own-rows")
def test_rows_read_past_the_session_are_ruled_too(people, two, acting):
    for actor, seen in ((people.theo, ["Ann"]), (people.tara, ["Ben"]), (people.rae, ["Ann", "Ben"])):
        acting(actor)
        assert db.session.connection().scalars(guard.as_seen(KEPT)).all() == seen
    with pytest.raises(NoReadGrant):
        db.session.connection().execute(guard.as_seen(select(Condition.id)))
    guard.bind(None)
    with pytest.raises(NoActor):
        guard.as_seen(KEPT)


@pytest.mark.requirement("own-rows")
def test_what_one_read_is_not_kept_for_the_next(people, two, acting):
    ann, _ben = two
    acting(people.theo)
    row = get_client(ann)
    assert get_client(ann) is row and read_already(Client, ann) is row
    guard.bind(people.tara)
    assert read_already(Client, ann) is None
    with pytest.raises(NotFound):
        get_client(ann)
    assert row.first_name == "Ann"  # the row itself still lives
    acting(people.theo)
    row = get_client(ann)
    with transaction():
        assert read_already(Client, ann) is None, "a transaction reads afresh what it changes"
        assert get_client(ann) is row
        audit.record(people.theo, "client.look", row, client_id=ann)


KEPT = select(Client.first_name).order_by(Client.first_name)
KEPT_CONDITIONS = select(Condition)


def test_what_was_changed_is_written_before_the_house_looks(people, two, acting):
    """Rows are forgotten when somebody else asks; a change to them is not."""
    acting(people.system)
    with transaction():
        ann = db.session.scalars(select(Client).order_by(Client.id)).first()
        client_id, ann.preferred_name = ann.id, "Changed"
        audit.record(people.system, "client.change", client_id=client_id)
        with guard.acting(people.rae):
            db.session.get(Client, client_id).city = "Here too"
    with guard.acting(people.system):
        row = db.session.execute(select(Client.preferred_name, Client.city).where(Client.id == client_id)).one()
    assert row == ("Changed", "Here too")


@pytest.mark.requirement("own-rows")
def test_a_kept_statement_is_ruled_for_each_actor_anew(people, two, acting):
    for actor, seen in ((people.theo, ["Ann"]), (people.tara, ["Ben"]), (people.rae, ["Ann", "Ben"])) * 2:
        acting(actor)
        assert db.session.scalars(KEPT).all() == seen
    acting(people.rae)
    with pytest.raises(NoReadGrant):
        db.session.scalars(KEPT_CONDITIONS).all()
    acting(people.tara)
    assert len(db.session.scalars(KEPT_CONDITIONS).all()) == 1


def test_a_kept_statement_asks_anew_what_is_in_care(people, two, acting):
    acting(people.theo)
    assert db.session.scalars(KEPT).all() == ["Ann"]
    with clock.frozen(clock.now() + timedelta(days=3650)):
        assert db.session.scalars(KEPT).all() == []


@pytest.mark.requirement("no-clinical-at-desk")
def test_reception_sees_all_clients_and_no_condition(people, two, acting):
    acting(people.rae)
    assert names() == ["Ann", "Ben"]
    with pytest.raises(NoReadGrant):
        db.session.scalars(select(Condition)).all()


def test_bookkeeper_reads_no_client(people, two, acting):
    acting(people.bo)
    with pytest.raises(NoReadGrant):
        names()


@pytest.mark.requirement("break-glass")
def test_owner_needs_to_break_the_glass(people, two, acting):
    acting(people.olive)
    assert db.session.scalars(select(Condition)).all() == []


@pytest.mark.requirement("deny-by-default")
def test_nobody_bound_raises(people, two, acting):
    acting(None)
    with pytest.raises(NoActor):
        names()


@pytest.mark.requirement("own-rows")
def test_columns_aliases_counts_and_subqueries_are_covered(people, two, acting):
    acting(people.theo)
    other = aliased(Client)
    assert db.session.scalars(select(other.first_name)).all() == ["Ann"]
    assert db.session.scalar(select(func.count(Client.id))) == 1
    assert db.session.scalars(select(Condition.client_id)).all() == [two[0]]
    joined = select(Client.first_name).join(Condition, Condition.client_id == Client.id)
    assert db.session.scalars(joined).all() == ["Ann"]


@pytest.mark.requirement("own-rows")
def test_look_up_by_key_is_covered(people, two, acting):
    acting(people.theo)
    assert db.session.get(Client, two[1]) is None


@pytest.mark.requirement("own-rows")
def test_care_ends(people, two, acting):
    acting(people.theo)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert names() == []
    assert names() == ["Ann"]


def test_shared_charts_open_every_chart(people, two, acting):
    from dataclasses import replace
    acting(replace(people.theo, has_shared_charts=True))
    assert names() == ["Ann", "Ben"]


@pytest.mark.requirement("no-hidden-write")
def test_bulk_update_and_delete_are_scoped(people, two, acting):
    acting(people.theo)
    with transaction():
        db.session.execute(update(Client).values(city="Cork").execution_options(synchronize_session=False))
        db.session.execute(delete(Condition).execution_options(synchronize_session=False))
    acting(people.system)
    assert dict(db.session.execute(select(Client.first_name, Client.city)).all()) == {"Ann": "Cork", "Ben": ""}
    assert db.session.scalars(select(Condition.client_id)).all() == [two[1]]


@pytest.mark.requirement("no-hidden-write")
def test_flush_of_a_foreign_row_is_refused(people, two, acting):
    acting(people.system)
    foreign = db.session.get(Client, two[1])
    _ = foreign.first_name
    db.session.expunge(foreign)
    acting(people.theo)
    with pytest.raises(NotFound), transaction():
        db.session.add(foreign)
        foreign.city = "Galway"


def test_writing_outside_a_transaction_is_refused(people, two, acting):
    acting(people.theo)
    row = db.session.scalars(select(Client)).one()
    row.city = "Sligo"
    with pytest.raises(WriteOutsideTransaction):
        db.session.flush()
    db.session.expunge_all()
    with pytest.raises(WriteOutsideTransaction):
        db.session.execute(update(Client).values(city="Sligo"))


def test_system_session_reads_columns_only(people, two, acting):
    acting(people.theo)
    with guard.system_session("a rule that must see everything") as session:
        assert session.scalar(select(func.count(Client.id))) == 2
        with pytest.raises(RuntimeError):
            session.scalars(select(Client)).all()


@pytest.mark.requirement("own-rows", "children")
def test_eager_loading_is_covered(people, two, acting):
    acting(people.theo)
    with transaction():
        row = db.session.scalars(select(Client)).one()
        row.usual_therapist_id = people.theo.user_id
        audit.record(people.theo, "client.change", row, client_id=row.id)
    for loading in (selectinload, joinedload):
        db.session.expunge_all()
        found = db.session.scalars(select(Client).options(loading(Client.usual_therapist))).unique().all()
        assert [row.usual_therapist.name for row in found] == ["Theo Marsh"]
    assert db.session.scalars(select(Care.user_id)).all() == [people.theo.user_id]


CLINICAL, OTHER = select(Condition.client_id), aliased(Condition)


@pytest.mark.requirement("own-rows", "children")
@pytest.mark.parametrize("statement", [
    select(Client.first_name).where(Client.id.in_(select(Care.client_id))),
    select(Client.first_name).where(select(Condition.id).where(Condition.client_id == Client.id).exists()),
    select(CLINICAL.subquery().c.client_id),
    select(CLINICAL.cte().c.client_id),
    CLINICAL.union_all(CLINICAL),
    select(func.count()).select_from(CLINICAL.subquery()),
    select(select(func.count(Condition.id)).scalar_subquery()),
    select(OTHER.client_id).join(Client, Client.id == OTHER.client_id),
    select(Client.first_name).join_from(Client, Care, Care.client_id == Client.id).where(Care.user_id > 0),
    select(Client.first_name, func.row_number().over(order_by=Client.id)),
], ids=["in", "exists", "subquery", "cte", "union", "count", "scalar", "alias", "join", "window"])
def test_the_rule_reaches_into_every_shape_of_statement(people, two, acting, statement):
    """Theo sees what hangs on Ann and nothing that hangs on Ben; reception is refused where a condition is named."""
    acting(people.theo)
    seen = {str(value) for row in db.session.execute(statement) for value in row[:1]}
    assert seen <= {"Ann", str(two[0]), "1"}
    acting(people.rae)
    if "condition" in str(statement):
        with pytest.raises(NoReadGrant):
            db.session.execute(statement).all()
    else:
        assert db.session.execute(statement).all() != []


@pytest.mark.requirement("own-rows")
@pytest.mark.parametrize("statement", [
    select(Appointment.id).join(Appointment.client),
    select(select(Appointment.id).join(Appointment.client).subquery().c.id),
    select(Appointment.id).where(Appointment.id.in_(select(Appointment.id).join(Appointment.client)))],
    ids=["plain", "subquery", "in"])
def test_a_join_over_a_relationship_brings_the_rule_of_its_table(people, two, acting, statement):
    with guard.acting(people.system), transaction():
        treatment = schedule.treatment("Classic")
        for hour, client_id in ((9, two[0]), (11, two[1])):
            schedule.raw_appointment(client_id, people.theo.user_id, treatment.id, None, schedule.at(hour))
    acting(people.theo)
    everything = db.session.scalars(select(Appointment.client_id)).all()
    assert sorted(everything) == sorted(two), "his own calendar has both"
    found = db.session.scalars(statement).all()
    assert len(found) == 1, "of clients he sees"
