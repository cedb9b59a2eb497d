"""Finding clients. Search and paging stay fast with many clients; every answer goes through the row rule."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import selectinload

from practice.access.guard import system_session
from practice.clients.matching import POSSIBLE, Person, Query, duplicate_score, normalise, prefix_key, query_terms
from practice.clients.models import Care, ChartLimit, Client, name_of
from practice.core import clock
from practice.core.db import db, read_already
from practice.core.errors import NotFound

PAGE = 25
MOST_FRAGMENTS = 400  # of all that hold a fragment; names that begin with it are found beside these
FEW_IN_CARE = 2000
MOST_OF_A_TRAIT = 60  # looked at for a possible duplicate

CLIENT = Client.__table__
CARE = Care.__table__
LIMIT = ChartLimit.__table__
ONE = select(Client).where(Client.id == bindparam("client_id"))
NAMED = select(LIMIT.c.user_id).where(LIMIT.c.client_id == bindparam("client_id"), LIMIT.c.ended_at.is_(None))


def get_client(client_id: int) -> Client:
    """Raises NotFound for an unknown client and for one who is not this person's to see."""
    row = read_already(Client, client_id) or db.session.scalars(ONE, {"client_id": client_id}).first()
    if row is None:
        raise NotFound()
    return row


def names_of(client_ids: Iterable[int]) -> dict[int, str]:
    """The names of those of these clients that the actor sees."""
    chosen = select(Client.id, Client.first_name, Client.preferred_name, Client.last_name)
    return {row.id: name_of(*row[1:]) for row in db.session.execute(chosen.where(Client.id.in_(set(client_ids))))}


def named_for(client_id: int) -> set[int]:
    """Whom a chart is kept to, by number; nobody where it is not: asked by every booking, so past the row rule."""
    return set(db.session.connection().scalars(NAMED, {"client_id": client_id}))


# --- the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a page of the list begins or ends: the sort key and id of a row."""

    sort_key: str
    row_id: int


def place_of(client_id: int | None) -> Place | None:
    """Where a client stands in the list; None for an unknown one, who is not seen or no number at all."""
    if client_id is None or not 0 < client_id < 2**53:
        return None
    key = db.session.scalar(select(Client.sort_key).where(Client.id == client_id))
    return Place(key, client_id) if key is not None else None


@dataclass(frozen=True)
class ClientPage:
    rows: list[Client]
    has_before: bool
    has_after: bool


def list_clients(*, archived: bool = False, in_care_of: int | None = None, after: Place | None = None,
                 before: Place | None = None, limit: int = PAGE) -> ClientPage:
    """One page of the list by last name; `after` and `before` are the ends of the page one comes from.

    `in_care_of` keeps to the clients of one user. Name it also for who sees no others: it leads to these few at once.
    """
    chosen = select(Client).options(selectinload(Client.usual_therapist)).limit(limit + 1)
    chosen = chosen.where(_shelf(archived))
    if in_care_of is not None:
        few = _few_in_care(in_care_of)
        chosen = chosen.where(Client.id.in_(few) if few is not None else _in_care(in_care_of))
    key = tuple_(Client.sort_key, Client.id)
    if before is not None:
        chosen = chosen.where(key < (before.sort_key, before.row_id)).order_by(Client.sort_key.desc(), Client.id.desc())
        rows = list(db.session.scalars(chosen))
        return ClientPage(rows[:limit][::-1], len(rows) > limit, True)
    if after is not None:
        chosen = chosen.where(key > (after.sort_key, after.row_id))
    rows = list(db.session.scalars(chosen.order_by(Client.sort_key, Client.id)))
    return ClientPage(rows[:limit], after is not None, len(rows) > limit)


def _held(user_id: int) -> Select:
    now = clock.now()
    return select(CARE.c.client_id).where(CARE.c.user_id == user_id, CARE.c.from_at <= now, CARE.c.until_at > now)


def _few_in_care(user_id: int) -> list[int] | None:
    """The clients a user has in care, None when they are many: then walking the whole list soon meets enough."""
    found = list(db.session.scalars(_held(user_id).limit(FEW_IN_CARE + 1)))
    return found if len(found) <= FEW_IN_CARE else None


def _in_care(user_id: int) -> ColumnElement:
    return exists(_held(user_id).where(CARE.c.client_id == Client.id))


# --- the search ------------------------------------------------------------------------------------------------


def find_clients(words: str, limit: int = 20, *, in_care_of: int | None = None, archived: bool = False) -> list[Client]:
    """Clients that fit what was typed: part of a name in any order, of an e-mail address or of a phone number.

    Last names that begin with it come first, then first names, then phones that end with it. When very many fit, those
    that begin with it are all there and the rest is a part: whoever searches types more. `in_care_of` as in
    `list_clients`.
    """
    query = query_terms(words)
    if query.is_empty:
        return []
    start = normalise(words)[:80]
    fits = and_(_shelf(archived), _fits(query))
    few = _few_in_care(in_care_of) if in_care_of is not None else None
    if few is not None:
        led = Client.id.in_(few)
    elif in_care_of is not None:
        led = and_(Client.id.in_(_candidates(query, start, MOST_FRAGMENTS, archived)), _in_care(in_care_of))
    else:
        led = Client.id.in_(_candidates(query, start, limit, archived))
    chosen = select(Client).where(led, fits)
    rank = [(_starts(Client.sort_key, start), 0), (_starts(Client.first_key, start), 1)]
    if query.digits:
        rank.append((Client.phone.endswith(query.digits, autoescape=True), 1))
    chosen = chosen.order_by(case(*rank, else_=2), Client.sort_key, Client.id).limit(limit)
    return list(db.session.scalars(chosen.options(selectinload(Client.usual_therapist))))


def _fits(query: Query) -> ColumnElement:
    """The rule in full; `_candidates` only leads to where it may hold."""
    said = Client.search_text.concat("")  # of those alone: as the bare column PostgreSQL would look through its index
    parts = [said.contains(term, autoescape=True) for term in query.terms]
    for word in query.short:  # at the start of a word; every line and word of the search text begins after a break
        parts.append(or_(said.startswith(word, autoescape=True), said.contains(f" {word}", autoescape=True),
                         said.contains(f"\n{word}", autoescape=True)))
    return and_(*parts)


def _candidates(query: Query, start: str, limit: int, archived: bool) -> Select:
    """Ids from three indexes, none read beyond a bound, whatever is typed and however many clients there are.

    Fragments are looked for only where fewer than `limit` begin with what was typed: those come first anyway.
    """
    keys = [(CLIENT.c.sort_key, start, limit), (CLIENT.c.first_key, start, limit)]
    if not query.terms and len(query.short) > 1:  # "b an": any of the words may begin the last name
        keys += [(CLIENT.c.sort_key, word, MOST_FRAGMENTS) for word in query.short]
    begins = union(*(select(arm.c.id) for arm in (_first_of(*key, archived).subquery() for key in keys))).cte("begins")
    if not query.terms:
        return select(begins.c.id)
    fragments = _with_fragments(query.terms).subquery()
    too_few = select(func.count()).select_from(begins).scalar_subquery() < limit
    return union_all(select(begins.c.id), select(fragments.c.id).where(too_few))


def _first_of(column, start: str, limit: int, archived: bool) -> Select:
    return select(CLIENT.c.id).where(_starts(column, start), _shelf(archived)).order_by(column).limit(limit)


def _shelf(archived: bool) -> ColumnElement:
    return CLIENT.c.archived_at.is_not(None) if archived else CLIENT.c.archived_at.is_(None)


def _starts(column, start: str) -> ColumnElement:
    """A range that an ordinary index answers on both databases."""
    return and_(column >= start, column < start + "\U0010ffff")


def _with_fragments(terms: tuple[str, ...]) -> Select:
    """Ids of some clients whose search text holds all of these, each at least three characters long."""
    if db.session.get_bind().dialect.name == "sqlite":
        # The trigram table holds the same text under the client's number.
        match = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
        return (select(literal_column("rowid").label("id")).select_from(text("client_search"))
                .where(text("client_search MATCH :client_match").bindparams(client_match=match)).limit(MOST_FRAGMENTS))
    return (select(CLIENT.c.id).where(*(CLIENT.c.search_text.contains(term, autoescape=True) for term in terms))
            .limit(MOST_FRAGMENTS))


# --- possible duplicates ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Possible:
    """Somebody who could be the same person, and why: contact data only, as the desk sees of any client."""

    client_id: int
    name: str
    born_on: date | None
    phone: str
    is_archived: bool
    reasons: tuple[str, ...]
    score: int


def possible_duplicates(person: Person, *, not_id: int | None = None, limit: int = 3) -> list[Possible]:
    """Clients that may be this person, most likely first. Looks among all of them, archived ones too."""
    traits = _traits(person)
    if not traits:
        return []
    columns = (Client.id, Client.first_name, Client.last_name, Client.preferred_name, Client.born_on, Client.phone,
               Client.email, Client.archived_at)
    # Each trait on its own, so that a frequent one does not crowd out a telling one.
    arms = [select(CLIENT.c.id).where(trait).limit(MOST_OF_A_TRAIT).subquery() for trait in traits]
    with system_session("possible duplicates") as session:
        rows = session.execute(
            select(*columns).where(Client.id.in_(union_all(*(select(arm.c.id) for arm in arms))))).all()
    found = []
    for row in rows:
        other = Person(row.first_name, row.last_name, row.preferred_name or None, row.born_on, row.phone or None, None,
                       row.email or None)
        score, reasons = duplicate_score(person, other)
        if score >= POSSIBLE and row.id != not_id:
            found.append(Possible(row.id, f"{row.preferred_name or row.first_name} {row.last_name}", row.born_on,
                                  row.phone, row.archived_at is not None, reasons, score))
    return sorted(found, key=lambda item: (-item.score, item.client_id))[:limit]


def _traits(person: Person) -> list[ColumnElement]:
    """What a double could share, each answered by an index."""
    last, first = prefix_key(person.last), prefix_key(person.first)
    traits = []
    if last and first:
        traits += [CLIENT.c.sort_key == prefix_key(person.last, person.first),
                   CLIENT.c.sort_key == prefix_key(person.first, person.last),  # put into each other's field
                   _starts(CLIENT.c.sort_key, f"{last} {first[:2]}"),
                   and_(_starts(CLIENT.c.last_key, last[:3]), _starts(CLIENT.c.first_key, first[:3]))]
    elif last:
        traits.append(CLIENT.c.last_key == last)
    if person.phone:
        traits.append(CLIENT.c.phone == person.phone)
    if person.email:
        traits.append(CLIENT.c.email == person.email)
    if person.birth is not None:
        from_on, until_on = _month(person.birth)
        in_month = and_(CLIENT.c.born_on >= from_on, CLIENT.c.born_on < until_on)
        traits.append(and_(in_month, _starts(CLIENT.c.last_key, last[:2])) if last else in_month)
    return traits


def _month(birth: date | tuple[int, int]) -> tuple[date, date]:
    """The first day of the month of a birth and of the month after it."""
    year, month = (birth.year, birth.month) if isinstance(birth, date) else birth
    after = min(year + month // 12, date.max.year)  # nobody was born in the last month there is, but it can be typed
    return date(year, month, 1), date(after, month % 12 + 1, 1)
