"""A day with something in it: Theo and Tara work, Ann and Ben are clients."""
from dataclasses import dataclass

import pytest

from practice.access import guard
from practice.core.db import transaction
from practice.premises.queries import rooms
from practice.schedule.services import booking
from tests.factories import clients, schedule


@dataclass(frozen=True)
class Day:
    ann: int
    ben: int
    classic: int
    deep: int
    rooms: list[int]


@pytest.fixture
def day(people) -> Day:
    with guard.acting(people.system), transaction():
        for who in (people.theo, people.tara):
            schedule.hours(who.user_id)
        return Day(clients.client("Ann", "Doyle").id, clients.client("Ben", "Okafor").id,
                     schedule.treatment().id, schedule.treatment("Deep tissue 75", minutes=75, buffer_minutes=15).id,
                     [room.id for room in rooms()])


@pytest.fixture
def book(people, day):
    """`book(start, client=…, therapist=…)`: Rae books Ann with Theo unless said otherwise; gives the id."""
    def booked(starts_at, *, client=None, therapist=None, treatment=None, **values):
        with guard.acting(people.rae), transaction():
            return booking.book(people.rae, client_id=client or day.ann,
                                therapist_id=(therapist or people.theo).user_id,
                                treatment_id=treatment or day.classic, starts_at=starts_at, **values).id
    return booked
