"""How many entries the trail takes: one desk by itself, then eight at once, whose entries wait for one another.

Each entry is chained to the one before it and stands in the transaction of what it tells, so they come one by one.
"""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from practice.audit.models import AuditRow
from practice.audit.services import verify
from practice.core.db import db, snapshot
from practice.ops.rush.run import DESKS, heard, prepared, start

SECONDS = 20.0  # of work for each desk


@dataclass(frozen=True)
class Written:
    """So many desks at once: what they did and what the trail took, each second."""

    desks: int
    acts: float
    entries: float


def measure(environ: Mapping[str, str], seconds: float = SECONDS, desks: tuple[int, ...] = (1, DESKS)
            ) -> Iterator[Written]:
    """One after the other on the database of `environ`; needs an application context on it, prepared. Raises
    RuntimeError when a desk met an error or the trail does not hold."""
    for number, count in enumerate(desks):
        before = entries()
        working = [start(environ, seconds, number * DESKS + one) for one in range(count)]
        told = [heard(desk) for desk in working]
        errors = [word for one in told for word in one if word.startswith("error")]
        if errors:
            raise RuntimeError("; ".join(errors))
        yield Written(count, sum(one["done"] for one in told) / seconds, (entries() - before) / seconds)
    with snapshot() as session:
        broken = list(verify(session))
    if broken:
        raise RuntimeError(f"the trail does not hold: {broken[:3]}")


def entries() -> int:
    db.session.rollback()
    found = db.session.connection().scalar(select(func.count()).select_from(AuditRow.__table__))
    db.session.rollback()
    return found


def run(database: str, make_app, migrate) -> list[Written]:
    """On a database of its own: `sqlite`, `postgresql`, or the address of a PostgreSQL server."""
    with prepared(database, "writers", make_app, migrate) as environ:
        return list(measure(environ))
