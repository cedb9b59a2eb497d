"""Recording what happened, and checking that the record is whole."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, bindparam, event, func, insert, select, update
from sqlalchemy.orm import Session

from practice.access.actor import Actor
from practice.audit.chain import START, row_hash
from practice.audit.models import AuditHead, AuditRow
from practice.core import clock, sealed
from practice.core.db import UnauditedWrite, before_commit, begin, db

ROWS = AuditRow.__table__
HEAD = AuditHead.__table__
LAST = select(HEAD.c.count, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()
MOVE_ON = update(HEAD).where(HEAD.c.id == 1).values(count=bindparam("new_count"), hash=bindparam("new_hash"))
# On PostgreSQL the last row goes in and the head moves on in one statement: one journey to the server less a page.
ROW = [bindparam(f"row_{column.name}", type_=column.type) for column in ROWS.c]
ADD_LAST = insert(ROWS).values(dict(zip(ROWS.c.keys(), ROW, strict=True))).add_cte(MOVE_ON.cte("moved_on"))
# A reading by itself is this one statement: nothing is written where the trail no longer ends as it was seen.
STILL_LAST = (MOVE_ON.where(HEAD.c.count == bindparam("seen_count"), HEAD.c.hash == bindparam("seen_hash"))
              .returning(HEAD.c.id).cte("moved_on"))
ADD_IF_LAST = insert(ROWS).from_select(ROWS.c.keys(), select(*ROW).select_from(STILL_LAST)).returning(ROWS.c.id)
_seen = (0, START)  # how many rows the trail had when this process last wrote to it, and the hash of the last


def record(actor: Actor, action: str, entity=None, *, client_id: int | None = None, **facts) -> None:
    """Collect one thing that happened; it is written, chained, when the transaction commits.

    `action` is named `resource.verb`; `entity` is the row it happened to; `client_id` says whose data it was;
    `facts` are plain values without clinical text.
    """
    if actor.why:
        facts["why"] = actor.why
    if actor.link_id:
        facts["link_id"] = actor.link_id
    facts = {name: _plain(value) for name, value in facts.items()}
    db.session().info.setdefault("audit", []).append((clock.now(), actor, action, entity, client_id, facts))


def _plain(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


def _fields(identity, at, actor_kind, actor_id, action, entity, entity_id, client_id, address, facts) -> dict:
    return {"id": identity, "at": at.astimezone(UTC).isoformat(), "actor_kind": actor_kind, "actor_id": actor_id,
            "action": action, "entity": entity, "entity_id": entity_id, "client_id": client_id, "address": address,
            "facts": facts}


def _write_chain(session: Session) -> None:
    collected = session.info.pop("audit", [])
    if session.info.pop("unaudited", False) and not collected:
        raise UnauditedWrite("rows were changed and nothing was recorded")
    if not collected:
        return
    connection = session.connection()
    is_alone = session.info["is_of_reading"] and len(collected) == 1
    if is_alone and connection.dialect.name == "postgresql" and _is_added(connection, collected):
        return
    begin(connection)
    head = connection.execute(LAST).first()
    if head is None:
        connection.execute(insert(HEAD).values(id=1, count=0, hash=START))
        head = (0, START)
    rows = _chained(collected, head)
    if connection.dialect.name == "postgresql":
        if rows[:-1]:
            connection.execute(insert(ROWS), rows[:-1])
        connection.execute(ADD_LAST, _last(rows[-1]))
    else:
        connection.execute(insert(ROWS), rows)
        connection.execute(MOVE_ON, {"new_count": rows[-1]["id"], "new_hash": rows[-1]["hash"]})
    _see(rows[-1])


def _is_added(connection: Connection, collected: list[tuple]) -> bool:
    """Whether the trail still ended as this process saw it last, and now has this reading after it."""
    seen = _seen
    (row,) = _chained(collected, seen)
    added = connection.scalar(ADD_IF_LAST, {"seen_count": seen[0], "seen_hash": seen[1], **_last(row)})
    if added:
        _see(row)
    return bool(added)


def _chained(collected: list[tuple], head: tuple[int, str]) -> list[dict]:
    """The rows that come after `head`, each with the hash of itself and of the one before."""
    key, (count, last), rows = sealed.keyring().derive("audit chain"), head, []
    for at, actor, action, entity, client_id, facts in collected:
        count += 1
        fields = _fields(count, at, actor.kind.value, actor.user_id, action,
                         entity.__tablename__ if entity is not None else None,
                         entity.id if entity is not None else None, client_id, actor.address, facts)
        last = row_hash(key, last, fields)
        rows.append({**fields, "at": at, "hash": last})
    return rows


def _last(row: dict) -> dict:
    """A row as ADD_LAST and ADD_IF_LAST take it, with the head it makes."""
    return {"new_count": row["id"], "new_hash": row["hash"], **{f"row_{name}": value for name, value in row.items()}}


def _see(row: dict) -> None:
    # Should it not be committed after all, the trail ends otherwise and the next reading asks.
    global _seen
    _seen = row["id"], row["hash"]


before_commit.append(_write_chain)


@event.listens_for(Session, "before_flush")
def _note_change(session, context, instances):
    if session.info.get("unaudited"):
        return
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(getattr(row, "__audited__", True) for row in changed):
        session.info["unaudited"] = True


@event.listens_for(Session, "after_rollback")
def _forget(session):
    session.info.pop("audit", None)
    session.info.pop("unaudited", None)


@dataclass(frozen=True)
class Broken:
    """A place where the chain does not hold."""

    row_id: int
    reason: str


def verify(session: Session) -> Iterator[Broken]:
    """Walk the whole chain; yields each row that was edited, is missing, or stands beyond a cut-off end."""
    end = yield from _walk(session, select(ROWS).order_by(ROWS.c.id), START, 0)
    head = session.connection().execute(select(HEAD.c.count, HEAD.c.hash).where(HEAD.c.id == 1)).first()
    if head is not None and (head.count, head.hash) != end:
        yield Broken(head.count, "cut off")


def verify_part(session: Session, first_id: int, last_id: int) -> Iterator[Broken]:
    """Walk the chain from one row to another, both included; yields each row that was edited or is missing."""
    chosen = select(ROWS).where(ROWS.c.id.between(first_id, last_id)).order_by(ROWS.c.id)
    before = session.connection().scalar(select(ROWS.c.hash).where(ROWS.c.id == first_id - 1)) or START
    count, _last = yield from _walk(session, chosen, before, first_id - 1)
    if count < last_id:
        yield Broken(count + 1, "missing")


def verify_between(session: Session, first_at: datetime, last_at: datetime) -> Iterator[Broken]:
    """Walk all that happened in [first_at, last_at), and what should stand between it and what was before and after:
    rows that are missing at its ends are found, and those of a time from which none is left.
    """
    connection, at = session.connection(), ROWS.c.at
    lowest, highest = connection.execute(
        select(func.min(ROWS.c.id), func.max(ROWS.c.id)).where(at >= first_at, at < last_at)).one()
    before = connection.scalar(
        select(ROWS.c.id).where(at < first_at).order_by(at.desc(), ROWS.c.id.desc()).limit(1)) or 0
    after = connection.scalar(select(ROWS.c.id).where(at >= last_at).order_by(at, ROWS.c.id).limit(1))
    if after is None:
        after = (connection.scalar(select(HEAD.c.count).where(HEAD.c.id == 1)) or 0) + 1
    # Two at once may be written in another order than they happened in: an edge lies where the last of them stands.
    first, last = min(before + 1, lowest or before + 1), max(after - 1, highest or 0)
    if first <= last:
        yield from verify_part(session, first, last)


def _walk(session: Session, chosen, last: str, expected: int):
    """Check rows in order from the one after `expected`, whose hash is `last`; gives where it ended."""
    key = sealed.keyring().derive("audit chain")
    for row in session.connection().execute(chosen).yield_per(1000):
        expected += 1
        if row.id != expected:
            yield Broken(expected, "missing")
            expected = row.id
        fields = _fields(row.id, row.at, row.actor_kind, row.actor_id, row.action, row.entity, row.entity_id,
                         row.client_id, row.address, row.facts)
        if row_hash(key, last, fields) != row.hash:
            yield Broken(row.id, "changed")
        last = row.hash
    return expected, last
