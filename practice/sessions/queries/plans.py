"""Plans of care, measures, and who is due by their plan."""
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, or_, select

from practice.access.guard import system_session
from practice.clients.models import Client, name_of
from practice.core.db import db
from practice.schedule.models import Appointment
from practice.schedule.states import HOLDING_TIME
from practice.sessions.models import CarePlan, Measurement, MeasureWording, Recall
from practice.sessions.plan import PlanContent
from practice.sessions.queries.notes import CARRIED_OUT

PLAN = select(CarePlan).where(CarePlan.client_id == bindparam("client"))
MEASUREMENTS = (select(Measurement).where(Measurement.client_id == bindparam("client"))
                .order_by(Measurement.taken_on.desc(), Measurement.id.desc()).limit(bindparam("most")))


def plan_row(client_id: int) -> CarePlan | None:
    """The plan of a client's care."""
    return db.session.scalars(PLAN, {"client": client_id}).first()


def plan_content(row: CarePlan | None) -> PlanContent:
    """What the plan says; an empty one where there is none."""
    return PlanContent.from_json(row.content if row is not None else None)


def care_plan_of(client_id: int) -> PlanContent:
    """What the plan of a client's care says."""
    return plan_content(plan_row(client_id))


def plan_to_change(client_id: int) -> CarePlan | None:
    """The row as it stands now, held until the transaction ends."""
    return db.session.scalars(select(CarePlan).where(CarePlan.client_id == client_id).with_for_update()
                              .execution_options(populate_existing=True)).first()


def recall_of(client_id: int) -> Recall | None:
    return db.session.scalars(select(Recall).where(Recall.client_id == client_id)).first()


def measurements_of(client_id: int, limit: int = 200) -> list[tuple[Measurement, dict]]:
    """The measures of a client with what they hold, oldest first."""
    rows = db.session.scalars(MEASUREMENTS, {"client": client_id, "most": limit})
    return [(row, json.loads(row.content)) for row in reversed(list(rows))]


@dataclass(frozen=True)
class Due:
    """A client whose rhythm says that it is time, and who has nothing booked."""

    client_id: int
    name: str
    phone: str
    therapist_id: int
    last_on: date | None
    due_on: date | None
    reassess_on: date | None


def due_clients(today: date, now: datetime, ahead_days: int = 7) -> list[Due]:
    """Who is due by their plan within `ahead_days` and has no next appointment, the longest overdue first.

    Nothing clinical: a rhythm in days. When a client comes next is asked of the whole book, colleagues' hours too.
    """
    rows = db.session.execute(
        select(Recall.client_id, Recall.therapist_id, Recall.every_days, Recall.reassess_on, Client.first_name,
               Client.preferred_name, Client.last_name, Client.phone).join(Client, Client.id == Recall.client_id)
        .where(Client.archived_at.is_(None),
               or_(Recall.every_days.is_not(None), Recall.reassess_on.is_not(None)))).all()
    table, recall = Appointment.__table__.c, Recall.__table__.c
    ids = select(recall.client_id)  # a list of numbers would grow beyond what a statement takes
    with system_session("who comes again is asked of the whole book") as session:
        last = dict(session.execute(
            select(table.client_id, func.max(table.on_date)).where(
                table.client_id.in_(ids), table.state.in_(CARRIED_OUT)).group_by(table.client_id)).all())
        coming = set(session.execute(
            select(table.client_id).where(table.client_id.in_(ids), table.starts_at > now,
                                          table.state.in_(HOLDING_TIME))).scalars())
    found = []
    for row in rows:
        last_on = last.get(row.client_id)
        due_on = last_on + timedelta(days=row.every_days) if last_on and row.every_days else None
        days = [day for day in (due_on, row.reassess_on) if day]
        if row.client_id not in coming and days and min(days) <= today + timedelta(days=ahead_days):
            found.append(Due(row.client_id, name_of(row.first_name, row.preferred_name, row.last_name), row.phone,
                             row.therapist_id, last_on, due_on, row.reassess_on))
    return sorted(found, key=lambda one: (min(day for day in (one.due_on, one.reassess_on) if day), one.client_id))


def wordings() -> dict[str, MeasureWording]:
    """The questions of licensed measures that this practice has loaded, by the measure's key."""
    return {row.key: row for row in db.session.scalars(select(MeasureWording))}
