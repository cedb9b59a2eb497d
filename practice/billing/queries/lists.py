"""Pages of invoices, payments and packages. Paged by key and never counted to the end, however many there are."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any

from sqlalchemy import Select, Subquery, func, or_, select, true, tuple_

from practice.billing.models.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentState,
    LineShare,
    Series,
    number_text,
)
from practice.billing.models.packages import Package
from practice.billing.models.payments import Allocation, Method, Payment
from practice.billing.queries.documents import IS_OPEN
from practice.core.db import db
from practice.core.text import _

PAGE = 25
COUNTED = 200  # a chip counts this far and says "200+"
LAST_SIGN = "\U0010ffff"


class Shown(StrEnum):
    """The saved filters of the list of invoices."""

    ALL = "all"
    OPEN = "open"
    OVERDUE = "overdue"
    TODAY = "today"
    PAID = "paid"


SHOWN_LABELS = {Shown.ALL: _("All"), Shown.OPEN: _("Open"), Shown.OVERDUE: _("Overdue"), Shown.TODAY: _("Today"),
                Shown.PAID: _("Paid")}


@dataclass(frozen=True)
class Search:
    """What is looked for: `numbers` are number texts, `prefix` the start of one, None all of them; `client_ids` None
    everybody; issued from `first` to `last`, both included."""

    shown: Shown = Shown.ALL
    numbers: tuple[str, ...] | None = None
    prefix: str | None = None
    client_ids: tuple[int, ...] | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Page:
    """Rows of one page as plain values, and whether there are some before and after it."""

    rows: list
    has_before: bool
    has_after: bool


Key = tuple[Any, int]  # the value of the column a list is sorted by, and the id


def list_documents(search: Search, today: date, *, after: Key | None = None, before: Key | None = None,
                   limit: int = PAGE) -> Page:
    """One page of issued documents; `after` and `before` are keys (see `key_of`) of the page one comes from.

    Newest first; overdue ones by due date, the longest overdue first.
    """
    column, is_descending = _order(search)
    return _page(_matching(search, today), Document, column, is_descending, after, before, limit)


def _order(search: Search) -> tuple[Any, bool]:
    """The column that an index gives in order for this search, so that a page costs the same everywhere."""
    if search.prefix is not None:
        return Document.number_text, True
    if search.shown is Shown.OVERDUE:
        return Document.due_on, False
    return (Document.due_on if search.shown is Shown.OPEN else Document.issued_on), True


def key_of(row, search: Search) -> Key:
    """Where a list goes on after this row."""
    return getattr(row, _order(search)[0].key), row.id


def is_by_day(search: Search) -> bool:
    """Whether keys of this list are days; they are number texts otherwise."""
    return search.prefix is None


SHOWN = select(Document.id, Document.kind, Document.state, Document.number_text, Document.issued_on, Document.due_on,
               Document.client_id, Document.billed_name, Document.gross_amount, Document.open_amount,
               Document.written_off_amount)


def _matching(search: Search, today: date) -> Select:
    chosen = SHOWN.where(Document.state != DocumentState.DRAFT)
    if search.shown in (Shown.OPEN, Shown.OVERDUE):
        chosen = chosen.where(IS_OPEN)
    if search.shown is Shown.OVERDUE:
        chosen = chosen.where(Document.due_on < today)
    if search.shown is Shown.PAID:
        chosen = chosen.where(Document.open_amount == 0, Document.kind == DocumentKind.INVOICE,
                              Document.state == DocumentState.ISSUED)
    if search.shown is Shown.TODAY:
        chosen = chosen.where(Document.issued_on == today)
    if search.numbers is not None:
        chosen = chosen.where(Document.number_text.in_(search.numbers))
    if search.prefix is not None:
        chosen = chosen.where(Document.number_text >= search.prefix,
                              Document.number_text < search.prefix + LAST_SIGN)
    if search.client_ids is not None:
        chosen = chosen.where(Document.client_id.in_(search.client_ids))
    if search.first is not None:
        chosen = chosen.where(Document.issued_on >= search.first)
    if search.last is not None:
        chosen = chosen.where(Document.issued_on <= search.last)
    return chosen


def _page(chosen: Select, model, column, is_descending: bool, after: Key | None, before: Key | None,
          limit: int) -> Page:
    key, is_back = tuple_(column, model.id), before is not None
    start = before if is_back else after
    goes_down = is_descending is not is_back
    if start is not None:
        chosen = chosen.where(key < start if goes_down else key > start)
    order = (column.desc(), model.id.desc()) if goes_down else (column, model.id)
    rows = db.session.execute(chosen.order_by(*order).limit(limit + 1)).all()
    has_more, rows = len(rows) > limit, rows[:limit]
    if is_back:
        return Page(rows[::-1], has_more, True)
    return Page(rows, after is not None, has_more)


@dataclass(frozen=True)
class Tally:
    """How many documents of a kind there are, and what is still owed on them; both only so far as was counted."""

    count: int
    owed: int
    is_all: bool


def tallies(searches: Iterable[Search], today: date) -> dict[Search, Tally]:
    """Counts at most COUNTED documents of each, all in one statement."""
    counts = {search: _counted(search, today) for search in searches}
    row = db.session.execute(
        select(*(column for one in counts.values() for column in one.c))
        .select_from(reduce(lambda left, right: left.join(right, true()), counts.values()))).one()
    return {search: Tally(min(count, COUNTED), int(owed), count <= COUNTED)
            for search, count, owed in zip(counts, row[::2], row[1::2], strict=True)}


def _counted(search: Search, today: date) -> Subquery:
    some = _matching(search, today).with_only_columns(Document.open_amount).limit(COUNTED + 1).subquery()
    return select(func.count(), func.coalesce(func.sum(some.c.open_amount), 0)).select_from(some).subquery()


def numbers_like(digits: str) -> tuple[str, ...]:
    """"934" may be 2026-0934, 2025-0934 or C2026-0934: that number in every series."""
    prefixes = db.session.scalars(select(Series.prefix))
    return tuple(number_text(prefix, int(digits)) for prefix in prefixes)


def therapists_of(document_ids: Iterable[int]) -> dict[int, list[int]]:
    """Who gave the first line that names a therapist, alone or together, by document."""
    rows = db.session.execute(
        select(DocumentLine.document_id, DocumentLine.position,
               func.coalesce(LineShare.therapist_id, DocumentLine.therapist_id))
        .outerjoin(LineShare, LineShare.line_id == DocumentLine.id)
        .where(DocumentLine.document_id.in_(list(document_ids)), DocumentLine.therapist_id.is_not(None))
        .order_by(DocumentLine.document_id, DocumentLine.position, LineShare.id))
    found: dict[int, list[int]] = {}
    places: dict[int, int] = {}
    for document_id, position, therapist_id in rows:
        if places.setdefault(document_id, position) == position:
            found.setdefault(document_id, []).append(therapist_id)
    return found


def notes_of(document_ids: Iterable[int]) -> dict[int, str]:
    """The number of the last credit note, by invoice."""
    return dict(db.session.execute(
        select(Document.refers_to_id, Document.number_text)
        .where(Document.refers_to_id.in_(list(document_ids))).order_by(Document.id)).all())


TAKEN = select(Payment.id, Payment.received_on, Payment.received_at, Payment.client_id, Payment.method, Payment.amount,
               Payment.reference, Payment.reason, Payment.reverses_id)


def list_payments(*, method: Method | None = None, first: date | None = None, last: date | None = None,
                  client_id: int | None = None, after: Key | None = None, before: Key | None = None,
                  limit: int = PAGE) -> Page:
    """One page of payments, newest first; keys are (received_on, id)."""
    chosen = TAKEN
    if method is not None:
        chosen = chosen.where(Payment.method == method)
    if client_id is not None:
        chosen = chosen.where(Payment.client_id == client_id)
    if first is not None:
        chosen = chosen.where(Payment.received_on >= first)
    if last is not None:
        chosen = chosen.where(Payment.received_on <= last)
    return _page(chosen, Payment, Payment.received_on, True, after, before, limit)


@dataclass(frozen=True)
class Paid:
    """A document a payment was put against."""

    document_id: int
    number_text: str
    billed_name: str


def paid_by(payment_ids: Iterable[int]) -> dict[int, list[Paid]]:
    """What these payments paid for, by payment; what was freed again is left out."""
    rows = db.session.execute(
        select(Allocation.payment_id, Document.id, Document.number_text, Document.billed_name)
        .join(Document, Document.id == Allocation.document_id)
        .where(Allocation.payment_id.in_(list(payment_ids)))
        .group_by(Allocation.payment_id, Document.id, Document.number_text, Document.billed_name)
        .having(func.sum(Allocation.amount) > 0).order_by(Document.id))
    found: dict[int, list[Paid]] = {}
    for payment_id, *document in rows:
        found.setdefault(payment_id, []).append(Paid(*document))
    return found


def reversed_ids(payment_ids: Iterable[int]) -> set[int]:
    """Which of these payments were taken back."""
    return set(db.session.scalars(select(Payment.reverses_id).where(Payment.reverses_id.in_(list(payment_ids)))))


@dataclass(frozen=True)
class SoldPackage:
    package: Package
    number_text: str
    billed_name: str


def list_packages(today: date, *, is_live: bool = False, after: int | None = None, before: int | None = None,
                  limit: int = PAGE) -> Page:
    """One page of packages, the latest sale first; `is_live`: with sessions left and not run out. Keys are ids."""
    chosen = (select(Package, Document.number_text, Document.billed_name)
              .join(Document, Document.id == Package.document_id))
    if is_live:
        chosen = chosen.where(Package.sessions_left > 0,
                              or_(Package.expires_on.is_(None), Package.expires_on >= today))
    if before is not None:
        chosen = chosen.where(Package.id > before).order_by(Package.id)
    else:
        chosen = (chosen.where(Package.id < after) if after is not None else chosen).order_by(Package.id.desc())
    rows = [SoldPackage(*row) for row in db.session.execute(chosen.limit(limit + 1))]
    has_more, rows = len(rows) > limit, rows[:limit]
    if before is not None:
        return Page(rows[::-1], has_more, True)
    return Page(rows, after is not None, has_more)
