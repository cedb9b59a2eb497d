"""The plan, the measures taken, and whom the desk calls."""
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.access.policy import NoReadGrant
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.states import AppointmentState as S
from practice.sessions.plan import HomeTask, PlanContent, compared
from practice.sessions.queries.plans import due_clients, measurements_of, plan_row
from practice.sessions.services.measurements import take_measure
from practice.sessions.services.plans import save_plan
from tests.factories import clients, intake, schedule, sessions
from tests.personas import NOW

TODAY = NOW.date()
CALF = Place("calf", "left")
PLAN = PlanContent(goals=("Sleep through",), frequency="every_two_weeks", every_days=14,
                   home_care=(HomeTask("ball", "2 × 1 minute", (CALF,)), HomeTask("breathing", "5 minutes")),
                   combined=("yoga",), combined_words="Tuesdays", reassess_on=date(2027, 3, 1), note="slowly",
                   rows=(sessions.row(CALF), sessions.row(sessions.NECK, "friction", 1, 5)))


@pytest.fixture
def ann(people) -> int:
    return intake.client_of(people, "theo")


def do(people, verb, *args, who="theo", **values):
    actor = getattr(people, who)
    with guard.acting(actor), transaction():
        return verb(actor, *args, **values).id


def plan(people, client_id) -> PlanContent:
    db.session.rollback()
    with guard.acting(people.theo):
        return PlanContent.from_json(plan_row(client_id).content)


def test_there_and_back(people, ann):
    assert PlanContent.from_json(PLAN.to_json()) == PLAN and PlanContent.from_json(None) == PlanContent()
    do(people, save_plan, ann, PLAN, version=0)
    assert plan(people, ann) == PLAN
    for old in (0, 7):
        with pytest.raises(Stale):
            do(people, save_plan, ann, PLAN, version=old)


@pytest.mark.parametrize("content", [
    PlanContent(rows=(sessions.row(CALF, "magic"),)),
    PlanContent(every_days=0), PlanContent(frequency="hourly"), PlanContent(combined=("magic",)),
    PlanContent(home_care=(HomeTask("magic", ""),)), PlanContent(goals=("x",) * 9),
    PlanContent(home_care=(HomeTask("foam_roller", "", (Place("spine", "middle"),)),))])
def test_what_makes_no_sense_or_has_no_business_there_is_refused(people, ann, content):
    with pytest.raises(Invalid):
        do(people, save_plan, ann, content, version=0)


def test_planned_against_done_place_by_place():
    planned = (sessions.row(CALF), sessions.row(sessions.NECK, "friction", 1, 5))
    assert compared((), planned) == [] and all(one.is_as_planned for one in compared(planned, planned[::-1]))
    elsewhere, deeper = sessions.row(sessions.LOWER_BACK), sessions.row(CALF, pressure=4)
    found = compared(planned, (elsewhere, deeper))
    assert [(one.place, len(one.planned), len(one.done)) for one in found] == [
        (CALF, 1, 1), (sessions.NECK, 1, 0), (sessions.LOWER_BACK, 0, 1)]
    assert not any(one.is_as_planned for one in found)


def test_nothing_at_home_on_acute_pain(people, ann):
    do(people, save_plan, ann, PLAN, version=0)
    do(people, add_condition, ann, ConditionContent(key="acute_pain", places=(CALF,)))
    with pytest.raises(Invalid):
        do(people, save_plan, ann, PLAN, version=1)


def test_who_may(people, ann):
    for name, error in (("tara", NotFound), ("rae", Forbidden)):
        with pytest.raises(error):
            do(people, save_plan, ann, PLAN, version=0, who=name)
        with pytest.raises(error):
            do(people, take_measure, ann, "roland_morris", (3,), who=name)
    do(people, save_plan, ann, PLAN, version=0)
    with guard.acting(people.rae), pytest.raises(NoReadGrant):
        plan_row(ann)


def test_who_is_due_and_has_nothing_booked(people, ann):
    def due(who="rae", days=0):
        db.session.rollback()
        with guard.acting(getattr(people, who)):
            return [(one.client_id, one.due_on) for one in
                    due_clients(TODAY + timedelta(days=days), NOW + timedelta(days=days))]

    day = TODAY - timedelta(days=20)
    with clock.frozen(schedule.at(9, day=day)):
        with guard.acting(people.system), transaction():
            clients.care(ann, people.theo.user_id, days=90)
        sessions.visit(people, schedule.at(8, day=day), client_id=ann, state=S.DONE)
    assert due() == []
    do(people, save_plan, ann, PlanContent(frequency="monthly", every_days=28), version=0)
    assert due() == [] and due(days=1) == [(ann, day + timedelta(days=28))]
    do(people, save_plan, ann, PlanContent(frequency="weekly", every_days=7), version=1)
    assert due() == due("theo") == [(ann, day + timedelta(days=7))] and due("tara") == []
    with guard.acting(people.system), transaction():
        treatment_id = schedule.treatment("Coming").id
        schedule.appointment(ann, people.tara.user_id, treatment_id, NOW + timedelta(days=2))
    assert due() == [], "a colleague's hour counts as well"


@pytest.mark.parametrize(("key", "answers", "values"), [
    ("magic", (1,), {}), ("roland_morris", (99,), {}), ("ndi", (1, 2), {}), ("psfs", (3,), {"names": [" "]}),
    ("roland_morris", (3,), {"taken_on": TODAY + timedelta(days=1)})])
def test_measures_that_make_no_sense(people, ann, key, answers, values):
    with pytest.raises(Invalid):
        do(people, take_measure, ann, key, answers, **values)


def test_measures_are_kept_as_they_were_answered(people, ann):
    do(people, take_measure, ann, "psfs", (3, 5), names=["Stairs", "Sitting"], taken_on=date(2026, 9, 1))
    do(people, take_measure, ann, "psfs", (6, None), names=["Stairs", "Sitting"], words="good week")
    db.session.rollback()
    with guard.acting(people.theo):
        found = [data for _row, data in measurements_of(ann)]
    assert [one["score"] for one in found] == [4.0, 6.0] and found[1]["answers"] == [6, None]
    with guard.acting(people.system):
        raw = db.session.connection().exec_driver_sql("SELECT _content FROM measurement").scalars().all()
    assert all(b"Stairs" not in bytes(value) for value in raw)
