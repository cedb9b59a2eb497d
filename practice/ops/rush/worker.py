"""One desk of the rush, a process of its own (`practice check desk`): works until its time is over, says what it did.
"""
import json
import random
import time
from collections import Counter

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.access.actor import staff, system
from practice.access.roles import Role
from practice.accounts.models import TherapistProfile, User
from practice.catalog.models import Treatment
from practice.clients.models import Client
from practice.core.db import db, is_conflict, transaction
from practice.core.errors import DomainError
from practice.ops.bench.stage import DESK
from practice.ops.rush.acts import ACTS, Desk
from practice.premises.queries import main_location_id, tax_codes

FAIL_EACH = 10  # one act in so many fails when all of it is written and nothing is committed
TRIES = 3


class InTheMiddle(Exception):
    """What fails on purpose."""


def desk_of(number: int, actor) -> Desk:
    """Each desk charges the sessions of a therapist, on days of its own."""
    therapists = db.session.scalars(select(TherapistProfile.user_id).order_by(TherapistProfile.user_id)).all()
    return Desk(actor, list(db.session.scalars(select(Client.id))), therapists[number % len(therapists)],
                db.session.scalar(select(Treatment.id).limit(1)), main_location_id(), tax_codes()[0].id,
                random.Random(number), number * 1000)


def work(desk: Desk, seconds: float, number: int) -> Counter:
    """Acts until the time is over: how many were done, refused by the rules, failed on purpose, or were errors."""
    told, ends, turn = Counter(), time.monotonic() + seconds, number
    while time.monotonic() < ends:
        told[once(desk, desk.chance.choice(ACTS), turn % FAIL_EACH == 0)] += 1
        turn += 1
    return told


def once(desk: Desk, act, fails: bool) -> str:
    for attempt in range(TRIES):
        try:
            with transaction():
                act(desk)
                if fails:
                    raise InTheMiddle
                changed = bool(db.session().info.get("audit"))
            return "done" if changed else "nothing to do"
        except InTheMiddle:
            return "failed on purpose"
        except DomainError:
            return "refused"
        except DBAPIError as error:
            if not is_conflict(error) or attempt == TRIES - 1:
                return f"error: {act.__name__}: {str(error.orig)[:200]}"
    return "error: never"


def say(app, seconds: float, number: int) -> str:
    """What desk `number` did in its time, as JSON."""
    with app.app_context():
        with guard.acting(system("the rush")):
            actor = staff(db.session.scalar(select(User.id).where(User.email == DESK)), {Role.RECEPTION})
            desk = desk_of(number, actor)
        guard.bind(actor)
        db.session.rollback()
        told = work(desk, seconds, number)
        db.engine.dispose()
    return json.dumps(told)
