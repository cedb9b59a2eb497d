"""The audit trail, asked by client or by account: each answer is one statement that an index leads to.

A therapist's Today shows several clients at once and is recorded as one reading that names them; such a row counts for
each of them. Whose it may be is found through care: Today shows nobody who is not in the therapist's care.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, null, or_, select, type_coerce, union, union_all

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.models import User
from practice.audit.models import AuditRow
from practice.clients.models import Care, CareReason, Client, name_of
from practice.core.columns import JsonText
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _

DAY = "day.read"
MOST = 20_000  # rows of one answer
MOST_GLASS = 50


@dataclass(frozen=True)
class Seen:
    """A client whose records an account touched: how often, when first, when last."""

    client_id: int
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Looker:
    """Somebody who touched a client's records, and one thing they did."""

    kind: str
    user_id: int | None
    action: str
    times: int
    first_at: datetime
    last_at: datetime


COUNTED = (func.count(AuditRow.id).label("times"), func.min(AuditRow.at).label("first_at"),
           func.max(AuditRow.at).label("last_at"))
IN_PERIOD = and_(AuditRow.actor_id == bindparam("user_id"), AuditRow.at >= bindparam("first_at"),
                 AuditRow.at < bindparam("last_at"))
SEEN = union_all(
    select(AuditRow.client_id, type_coerce(null(), JsonText).label("facts"), *COUNTED)
    .where(IN_PERIOD, AuditRow.client_id.is_not(None))
    .group_by(AuditRow.client_id),
    select(null().label("client_id"), AuditRow.facts, *COUNTED).where(IN_PERIOD, AuditRow.action == DAY)
    .group_by(AuditRow.facts))


def _names(facts: ColumnElement) -> ColumnElement:
    """Whether a reading of a day names the client: facts are canonical JSON, and this list is the only one in them."""
    return or_(*(facts.like(literal(before).concat(bindparam("client")).concat(after))
                 for before in ("%[", "%,") for after in (",%", "]%")))


OF_CLIENT = union(
    select(AuditRow.id).where(AuditRow.client_id == bindparam("client_id")),
    select(AuditRow.id).join(Care, and_(Care.user_id == AuditRow.actor_id, AuditRow.at >= Care.from_at,
                                        AuditRow.at <= Care.until_at))
    .where(Care.client_id == bindparam("client_id"), AuditRow.action == DAY, _names(AuditRow.facts)))
LOOKERS = (select(AuditRow.actor_kind, AuditRow.actor_id, AuditRow.action, *COUNTED)
           .where(AuditRow.id.in_(OF_CLIENT.subquery().select()))
           .group_by(AuditRow.actor_kind, AuditRow.actor_id, AuditRow.action))
ENTRY = (AuditRow.id, AuditRow.at, AuditRow.actor_kind, AuditRow.actor_id, AuditRow.action, AuditRow.entity,
         AuditRow.entity_id, AuditRow.client_id, AuditRow.address, AuditRow.facts)
EVER_DONE_TO = select(*ENTRY).where(AuditRow.id.in_(OF_CLIENT.subquery().select())).order_by(AuditRow.id)
DONE_TO = EVER_DONE_TO.where(AuditRow.at >= bindparam("first_at"), AuditRow.at < bindparam("last_at")).limit(MOST + 1)
DONE_BY = select(*ENTRY).where(IN_PERIOD).order_by(AuditRow.at, AuditRow.id).limit(MOST + 1)
GLASS = (select(Care.client_id, Care.user_id, Care.from_at, Care.words, User.name)
         .join(User, User.id == Care.user_id)
         .where(Care.reason == CareReason.BREAK_GLASS, Care.user_id != bindparam("user_id"))
         .order_by(Care.from_at.desc()).limit(MOST_GLASS))


class TooMuch(Invalid):
    """A period with more entries than one paper holds."""

    def __init__(self):
        super().__init__(_("There is more than fits on one paper. Choose fewer days."), "first")


def seen_by(actor: Actor, user_id: int, first_at: datetime, last_at: datetime) -> list[Seen]:
    """Whose records an account touched in [first_at, last_at), the last first."""
    require(actor, Permission.AUDIT_READ)
    found: dict[int, Seen] = {}
    for row in db.session.execute(SEEN, {"user_id": user_id, "first_at": first_at, "last_at": last_at}):
        for client_id in [row.client_id] if row.facts is None else row.facts.get("clients", ()):
            held = found.get(client_id)
            found[client_id] = Seen(client_id, row.times + (held.times if held else 0),
                                    min(row.first_at, held.first_at) if held else row.first_at,
                                    max(row.last_at, held.last_at) if held else row.last_at)
    return sorted(found.values(), key=lambda one: (one.last_at, one.client_id), reverse=True)


def who_saw(actor: Actor, client_id: int) -> list[Looker]:
    """Everybody who touched a client's records, by what they did, the last first."""
    require(actor, Permission.AUDIT_READ)
    rows = db.session.execute(LOOKERS, {"client_id": client_id, "client": str(client_id)})
    return sorted((Looker(*row) for row in rows), key=lambda one: (one.last_at, one.action), reverse=True)


def done_to(actor: Actor, client_id: int, first_at: datetime, last_at: datetime) -> Sequence:
    """Each entry about a client in [first_at, last_at). Raises TooMuch."""
    return _entries(actor, DONE_TO, {"client_id": client_id, "client": str(client_id), "first_at": first_at,
                                     "last_at": last_at})


def ever_done_to(actor: Actor, client_id: int) -> Sequence:
    """Every entry about a client, however many: theirs to have."""
    require(actor, Permission.AUDIT_READ)
    return db.session.execute(EVER_DONE_TO, {"client_id": client_id, "client": str(client_id)}).all()


def done_by(actor: Actor, user_id: int, first_at: datetime, last_at: datetime) -> Sequence:
    """Each entry of an account in [first_at, last_at). Raises TooMuch."""
    return _entries(actor, DONE_BY, {"user_id": user_id, "first_at": first_at, "last_at": last_at})


def _entries(actor: Actor, statement, asked: dict) -> Sequence:
    require(actor, Permission.AUDIT_READ)
    rows = db.session.execute(statement, asked).all()
    if len(rows) > MOST:
        raise TooMuch()
    return rows


@dataclass(frozen=True)
class Glass:
    """Somebody opened a chart that was not theirs, and said why."""

    client_id: int
    client_name: str
    user_name: str
    at: datetime
    words: str


def glass_broken(user_id: int) -> list[Glass]:
    """Charts which this person may see and which somebody else opened with a reason, the newest first."""
    chosen = GLASS.join(Client, Client.id == Care.client_id).add_columns(
        Client.first_name, Client.preferred_name, Client.last_name)
    return [Glass(row.client_id, name_of(row.first_name, row.preferred_name, row.last_name), row.name, row.from_at,
                  row.words)
            for row in db.session.execute(chosen, {"user_id": user_id})]


def words_of_glass(care_ids: list[int]) -> dict[int, str]:
    """The reasons given for opening a chart, by the row of care."""
    chosen = select(Care.id, Care.words).where(Care.id.in_(care_ids), Care.words != "")
    return dict(db.session.execute(chosen).all()) if care_ids else {}
