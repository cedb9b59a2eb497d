"""PostgreSQL itself is restarted, on purpose and as in a crash, while people work."""
import itertools
import random
import string
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.services import verify
from practice.clients.models import Client
from practice.core import clock
from practice.core.db import db, snapshot
from tests import personas
from tests.house.test_faults import is_refused
from tests.plugins import postgres
from tests.plugins.databases import make_app, migrate_fresh
from tests.plugins.people import sign_in

DESKS, PATIENCE = 3, 60.0  # seconds


@pytest.fixture
def server():
    """A server of this test's own, which keeps what it says it has kept."""
    own = postgres.PostgresServer()
    own.start()
    try:
        postgres.run(own.url, "ALTER SYSTEM SET synchronous_commit = on", "SELECT pg_reload_conf()")
        yield own
    finally:
        own.stop()


@pytest.fixture
def house(server, database_worker):
    """The practice on that server, with its cast; errors are answered as a server does."""
    url, keys = postgres.named(server.url, postgres.TEMPLATE), database_worker.told["keys"]
    migrate_fresh(url, keys)
    app = make_app(url, keys)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        clock.set_to(personas.NOW)
        personas.open_house()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


class Desk(threading.Thread):
    """Registers one client after the other, each of a name of their own; keeps what the answers were."""

    def __init__(self, app, number: int, is_over: threading.Event):
        super().__init__(name=f"desk {number}")
        self.browser, self.is_over, self.chance = sign_in(app.test_client(), "rae"), is_over, random.Random(number)
        self.taken, self.refused, self.strange = [], [], []

    def run(self):
        while not self.is_over.is_set():
            first, last = ("".join(self.chance.choices(string.ascii_lowercase, k=12)).title() for _word in range(2))
            answer = self.browser.post("/clients/new", data={"first_name": first, "last_name": last,
                                                             "reminder_channel": "none"})
            if answer.status_code == 302 and "/clients/" in answer.headers["Location"]:
                self.taken.append(last)
            elif is_refused(answer.status_code, answer.get_data(as_text=True)):
                self.refused.append(last)
            else:
                self.strange.append((answer.status_code, answer.get_data(as_text=True)[-2000:]))
                return


@contextmanager
def at_work(app):
    """Desks that work as long as the block runs."""
    is_over = threading.Event()
    desks = [Desk(app, number, is_over) for number in range(DESKS)]
    for desk in desks:
        desk.start()
    try:
        yield desks
    finally:
        is_over.set()
        for desk in desks:
            desk.join(PATIENCE)


def wait_for(desks, kept: str) -> None:
    """Until each desk has one more of these answers."""
    before, until = [len(getattr(desk, kept)) for desk in desks], time.monotonic() + PATIENCE
    while any(len(getattr(desk, kept)) <= count for desk, count in zip(desks, before, strict=True)):
        assert time.monotonic() < until and not any(desk.strange for desk in desks), [desk.strange for desk in desks]
        time.sleep(0.01)


@pytest.mark.requirement("faults", "never-locked", "durable")
@pytest.mark.only_on("postgresql", "SQLite has no server that could be restarted")
def test_postgresql_is_restarted_while_people_work(database_kind, server, house):
    """While it is away each click is refused in words; when it is back the next one is taken, and what was taken is
    there once, what was refused not twice."""
    with at_work(house) as desks:
        for how in ("fast", "immediate"):
            wait_for(desks, "taken")
            server.go_down(how)
            wait_for(desks, "refused")
            server.come_back()
        wait_for(desks, "taken")
    assert [desk.strange for desk in desks] == [[]] * DESKS
    taken, refused = (sorted(itertools.chain.from_iterable(getattr(desk, kept) for desk in desks))
                      for kept in ("taken", "refused"))
    with guard.acting(personas.system("looking")), snapshot() as session:
        there = sorted(session.scalars(select(Client.last_name)))
        assert list(verify(session)) == []
    assert len(there) == len(set(there)) and set(taken) <= set(there) <= {*taken, *refused}
