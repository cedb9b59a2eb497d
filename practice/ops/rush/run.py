"""The rush: eight desks for a minute, one act in ten failing in the middle, desks killed and replaced; then the proof.
"""
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from config import ROOT
from practice.access import guard
from practice.access.actor import system
from practice.billing.models.documents import Document
from practice.billing.models.payments import Payment
from practice.clients.services import register_client
from practice.core.db import db, transaction
from practice.ops.bench import places
from practice.ops.bench.sizes import SIZES
from practice.ops.bench.stage import set_stage
from practice.ops.books.broken import Broken
from practice.ops.books.check import check_books

DESKS = 8
CLIENTS = 12


@dataclass(frozen=True)
class Told:
    """What the desks did, and whether the books close afterwards."""

    acts: Counter
    killed: int
    documents: int
    payments: int
    broken: list[Broken]

    @property
    def errors(self) -> list[str]:
        return [word for word in self.acts if word.startswith("error")]

    @property
    def is_good(self) -> bool:
        return not self.broken and not self.errors and self.acts["done"] > 0


def prepare() -> None:
    """A practice with as many therapists as desks, and a few clients for all of them; needs an empty database."""
    set_stage(replace(SIZES["S"], therapists=DESKS))
    house = system("the rush")
    with guard.acting(house), transaction():
        for number in range(CLIENTS):
            register_client(house, first_name="Client", last_name=f"Number {number}")


@contextmanager
def prepared(database: str, name: str, make_app, migrate) -> Iterator[dict[str, str]]:
    """The environment of processes on a fresh, prepared database called `name`; a context on it is active.

    `database` is `sqlite`, `postgresql`, or the address of a PostgreSQL server.
    """
    with places.place(database, replace(SIZES["S"], name=name)) as place:
        place.begin_afresh()
        app = make_app(place.config())
        migrate(app)
        with app.app_context():
            prepare()
            yield os.environ | {"DATABASE_URL": place.url, "PRACTICE_KEYS": str(place.keys),
                                "SECRET_KEY": app.config["SECRET_KEY"]}
            db.session.remove()
            db.engine.dispose()


def rush(environ: Mapping[str, str], seconds: float, *, kills: int = 2) -> Told:
    """Let the desks work on the database of `environ`, kill `kills` of them on the way and start others instead.

    Needs an application context on the same database, prepared.
    """
    db.session.rollback()
    ends, desks, killed = time.monotonic() + seconds, [], 0
    try:
        desks = [start(environ, seconds, number) for number in range(DESKS)]
        for turn in range(kills):
            time.sleep(max(0.1, (ends - time.monotonic()) / (kills - turn + 1)))
            desks[turn].kill()
            desks[turn].communicate()
            killed += 1
            desks[turn] = start(environ, max(0.5, ends - time.monotonic()), DESKS + turn)
        acts = Counter()
        for desk in desks:
            acts.update(heard(desk))
    finally:
        for desk in desks:
            desk.kill()
    return look(acts, killed)


def start(environ: Mapping[str, str], seconds: float, number: int) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "practice", "check", "desk", str(seconds), str(number)],
                            cwd=ROOT, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard(desk: subprocess.Popen) -> Counter:
    """What a desk said; that it broke off counts as an error."""
    said, wrong = desk.communicate(timeout=600)
    if desk.returncode:
        return Counter({f"error: {(wrong.strip().splitlines() or ['nothing said'])[-1]}": 1})
    return Counter(json.loads(said))


def look(acts: Counter, killed: int) -> Told:
    db.session.rollback()
    with guard.acting(system("the rush")):
        documents = db.session.scalar(select(func.count(Document.id)))
        payments = db.session.scalar(select(func.count(Payment.id)))
    return Told(acts, killed, documents, payments, check_books())


def run(database: str, seconds: float, make_app, migrate) -> Told:
    """The rush on a database of its own: `sqlite`, `postgresql`, or the address of a PostgreSQL server."""
    with prepared(database, "rush", make_app, migrate) as environ:
        return rush(environ, seconds)
