"""The soak: people at work, the server killed at random; then what they were told is done is looked for."""
import contextlib
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.accounts.models import TherapistProfile
from practice.audit import services as audit
from practice.catalog.models import Treatment
from practice.clients.models import Care, CareReason, Client
from practice.core import clock
from practice.core.db import db, transaction
from practice.ops.bench.stage import TIME_ZONE
from practice.ops.rush.run import DESKS, prepared
from practice.ops.soak.house import House
from practice.ops.soak.people import Desk, Person, Therapist, Told, Work
from practice.ops.soak.proof import faults
from practice.premises.queries import main_location_id
from practice.schedule.models import Appointment
from practice.schedule.states import AppointmentState

CALM = 0.4  # the last part of the time: nobody is killed, and the memory is watched
LONG_ENOUGH = 45.0  # seconds of calm after which the memory is judged
MAY_GROW = 0.1  # of what it was a quarter into the calm
SESSIONS_A_SECOND = 4  # for each person; more than they get through


@dataclass(frozen=True)
class Soaked:
    """What people did and what is wrong with it; `memory` in bytes a quarter into the last calm and at its end."""

    told: list[Told]
    kills: int
    wrong: list[str]
    memory: tuple[int, int] | None

    @property
    def answers(self) -> Counter:
        return sum((one.answers for one in self.told), Counter())

    @property
    def done(self) -> Counter:
        return sum((Counter(registered=len(one.registered), booked=len(one.booked), charged=len(one.charged),
                            notes=len(one.noted)) for one in self.told), Counter())

    @property
    def is_flat(self) -> bool:
        return self.memory is None or self.memory[1] <= self.memory[0] * (1 + MAY_GROW)

    @property
    def is_good(self) -> bool:
        return not self.wrong and self.is_flat and len(self.done) == 4


def work_for(seconds: float) -> list[Work]:
    """Sessions that are done, for each person: the desks charge theirs, the therapists write about theirs."""
    house, now, count = system("the soak"), clock.now(), int(10 + seconds * SESSIONS_A_SECOND)
    with guard.acting(house), transaction():
        therapists = db.session.scalars(select(TherapistProfile.user_id).order_by(TherapistProfile.user_id)).all()
        clients = db.session.scalars(select(Client.id).order_by(Client.id).limit(DESKS)).all()
        treatment_id, work = db.session.scalar(select(Treatment.id).limit(1)), []
        for number, (therapist_id, client_id) in enumerate(zip(therapists, clients, strict=True)):
            db.session.add(Care(client_id=client_id, user_id=therapist_id, from_at=now - timedelta(days=900),
                                until_at=now + timedelta(days=30), reason=CareReason.BOOKING))
            rows = [done_session(client_id, therapist_id, treatment_id, now - timedelta(hours=turn + 2))
                    for turn in range(count)]
            db.session.add_all(rows)
            db.session.flush()
            work.append(Work(number, therapist_id, treatment_id, client_id, [row.id for row in rows]))
        audit.record(house, "stage.set")
    return work


def done_session(client_id: int, therapist_id: int, treatment_id: int, starts_at) -> Appointment:
    ends_at = starts_at + timedelta(minutes=50)
    return Appointment(client_id=client_id, user_id=therapist_id, treatment_id=treatment_id, starts_at=starts_at,
                       location_id=main_location_id(), ends_at=ends_at, busy_until_at=ends_at,
                       on_date=clock.local_date(starts_at, TIME_ZONE), state=AppointmentState.DONE, state_at=ends_at,
                       booked_at=starts_at)


def soak(environ: Mapping[str, str], folder: Path, seconds: float, *, kills: int) -> Soaked:
    """Let eight people work on the database of `environ` and kill their server `kills` times on the way.

    Needs an application context on the same database, prepared. `folder` takes what the servers say.
    """
    work, is_over = work_for(seconds), threading.Event()
    db.session.remove()
    told = [Told() for _one in work]
    house = House(environ, folder / "soak.log")
    with contextlib.closing(house):
        house.open()
        people = [(Desk if one.number % 2 else Therapist)(house, one, told[one.number], is_over) for one in work]
        for person in people:
            person.arrive()
        for person in people:
            person.start()
        memory = watch(house, people, seconds, kills)
        is_over.set()
        for person in people:
            person.join(60)
            person.pages.close()
    wrong = [line for one in told for line in one.wrong]
    wrong += ["somebody does not come to an end" for person in people if person.is_alive()]
    with guard.acting(system("the soak")):
        wrong += faults(told)
    return Soaked(told, kills, wrong, memory)


def watch(house: House, people: list[Person], seconds: float, kills: int) -> tuple[int, int] | None:
    """Kill the server at random moments, then leave it alone; gives its memory in that time, when it is long enough."""
    chance, begin = random.Random(4), time.monotonic()
    for moment in sorted(chance.uniform(0.1, 1 - CALM) * seconds for _kill in range(kills)):
        pause(people, begin + moment)
        house.kill()
        house.open()
    ends = begin + seconds
    calm = ends - time.monotonic()
    pause(people, ends - calm * 0.75)
    before = house.memory()
    pause(people, ends)
    return (before, house.memory()) if calm >= LONG_ENOUGH and before else None


def pause(people: list[Person], until: float) -> None:
    """Wait, but not for people of whom none works any more."""
    while time.monotonic() < until and any(person.is_alive() for person in people):
        time.sleep(min(0.2, max(0.0, until - time.monotonic())))


def run(database: str, seconds: float, kills: int, make_app, migrate) -> Soaked:
    """The soak on a database of its own: `sqlite`, `postgresql`, or the address of a PostgreSQL server."""
    with prepared(database, "soak", make_app, migrate) as environ, tempfile.TemporaryDirectory() as folder:
        return soak(environ, Path(folder), seconds, kills=kills)
