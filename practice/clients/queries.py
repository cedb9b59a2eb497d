"""Finding clients. Search and paging stay fast with many clients; every answer goes through the row rule."""
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select, text, tuple_
from sqlalchemy.orm import selectinload

from practice.access.guard import system_session
from practice.clients.matching import POSSIBLE, Person, duplicate_score, normalise, query_terms
from practice.clients.models import Client
from practice.core.db import db
from practice.core.errors import NotFound

PAGE = 50


def get_client(client_id: int) -> Client:
    """Raises NotFound for an unknown client and for one who is not this person's to see."""
    row = db.session.scalars(select(Client).where(Client.id == client_id)).first()
    if row is None:
        raise NotFound()
    return row


def names_of(client_ids: Iterable[int]) -> dict[int, str]:
    """The names of those of these clients that the actor sees."""
    chosen = select(Client).where(Client.id.in_(set(client_ids)))
    return {row.id: row.name for row in db.session.scalars(chosen)}


@dataclass(frozen=True)
class Place:
    """Where a page of the list begins or ends: the sort key and id of a row."""

    sort_key: str
    row_id: int


@dataclass(frozen=True)
class ClientPage:
    rows: list[Client]
    has_before: bool
    has_after: bool


def list_clients(*, archived: bool = False, therapist_id: int | None = None, after: Place | None = None,
                 before: Place | None = None, limit: int = PAGE) -> ClientPage:
    """One page of the list by last name; `after` and `before` are the ends of the page one comes from."""
    chosen = select(Client).options(selectinload(Client.usual_therapist)).limit(limit + 1)
    chosen = chosen.where(Client.archived_at.is_not(None) if archived else Client.archived_at.is_(None))
    if therapist_id is not None:
        chosen = chosen.where(Client.usual_therapist_id == therapist_id)
    key = tuple_(Client.sort_key, Client.id)
    if before is not None:
        chosen = chosen.where(key < (before.sort_key, before.row_id)).order_by(Client.sort_key.desc(), Client.id.desc())
        rows = list(db.session.scalars(chosen))
        return ClientPage(rows[:limit][::-1], len(rows) > limit, True)
    if after is not None:
        chosen = chosen.where(key > (after.sort_key, after.row_id))
    rows = list(db.session.scalars(chosen.order_by(Client.sort_key, Client.id)))
    return ClientPage(rows[:limit], after is not None, len(rows) > limit)


def find_clients(words: str, limit: int = 20) -> list[Client]:
    """Clients that fit what was typed: part of a name in any order, of an e-mail address or of a phone number."""
    criterion = _criterion(words)
    if criterion is None:
        return []
    chosen = (select(Client).where(criterion, Client.archived_at.is_(None)).order_by(Client.sort_key, Client.id)
              .limit(limit))
    return list(db.session.scalars(chosen))


def _criterion(words: str) -> ColumnElement | None:
    query = query_terms(words)
    if query.is_empty:
        return None
    if query.prefix is not None:
        return or_(_starts(Client.sort_key, query.prefix), _starts(Client.first_key, query.prefix),
                   _starts(Client.last_key, query.prefix))
    parts = []
    if query.terms:
        parts.append(_contains(query.terms))
    for word in query.short:  # at the start of a word; every line and word of the search text begins after a break
        parts.append(or_(Client.search_text.startswith(word, autoescape=True),
                         Client.search_text.contains(f" {word}", autoescape=True),
                         Client.search_text.contains(f"\n{word}", autoescape=True)))
    return and_(*parts)


def _starts(column, prefix: str) -> ColumnElement:
    """A range that an ordinary index answers on both databases."""
    return and_(column >= prefix, column < prefix + "\U0010ffff")


def _contains(terms: tuple[str, ...]) -> ColumnElement:
    if db.session.get_bind().dialect.name == "sqlite":
        # The trigram table holds the same text under the client's number.
        match = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
        found = (select(literal_column("rowid")).select_from(text("client_search"))
                 .where(text("client_search MATCH :client_match").bindparams(client_match=match)))
        return Client.id.in_(found)
    return and_(*(Client.search_text.like(f"%{_escaped(term)}%", escape="\\") for term in terms))


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True)
class Possible:
    """Somebody who could be the same person, and why."""

    client_id: int
    name: str
    born_on: object
    phone: str
    reasons: tuple[str, ...]
    score: int


def possible_duplicates(person: Person, *, not_id: int | None = None, limit: int = 3) -> list[Possible]:
    """Clients that may be this person, most likely first. Looks among all of them, shows contact data only."""
    with system_session("possible duplicates") as session:
        rows = session.execute(_candidates(person)).all()
    found = []
    for row in rows:
        other = Person(row.first_name, row.last_name, row.preferred_name, row.born_on, row.phone or None, None,
                       row.email or None)
        score, reasons = duplicate_score(person, other)
        if score >= POSSIBLE and row.id != not_id:
            found.append(Possible(row.id, f"{row.preferred_name or row.first_name} {row.last_name}", row.born_on,
                                  row.phone, reasons, score))
    return sorted(found, key=lambda item: -item.score)[:limit]


def _candidates(person: Person) -> Select:
    """Those who share an indexed trait: phone, e-mail, birth date, or the start of the last or first name."""
    traits = [_starts(Client.last_key, normalise(person.last)[:4])] if normalise(person.last) else []
    if person.phone:
        traits.append(Client.phone == person.phone)
    if person.email:
        traits.append(Client.email == person.email)
    if person.birth is not None and not isinstance(person.birth, tuple):
        traits.append(Client.born_on == person.birth)
    return (select(Client.id, Client.first_name, Client.last_name, Client.preferred_name, Client.born_on, Client.phone,
                   Client.email)
            .where(or_(*traits) if traits else Client.id.is_(None), Client.archived_at.is_(None)).limit(300))
