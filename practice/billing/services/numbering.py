"""Numbers without gaps or doubles: a counter row, locked and raised last in the transaction that issues.

A number that is taken belongs to the document committed with it; what fails or is killed gives it back untouched.
"""
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from practice.billing.models.documents import Document, DocumentKind, Series, number_text
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.models import Issuer
from practice.premises.queries import main_location_id, series_year, the_practice

SERIES = select(Series.id).where(
    Series.issuer_id == bindparam("issuer_id"), Series.location_id == bindparam("location_id"),
    Series.kind == bindparam("kind"), Series.year == bindparam("year")).with_for_update()
LATEST = (select(Document.issued_on).where(Document.series_id == bindparam("series_id"))
          .order_by(Document.number.desc()).limit(1))
MOVE_ON = (update(Series).where(Series.id == bindparam("counter")).values(next_number=Series.next_number + 1)
           .returning(Series.next_number, Series.prefix).execution_options(synchronize_session=False))
OUTSIDE = "OB-"  # opening balances
PREFIXES = {DocumentKind.INVOICE: "", DocumentKind.CREDIT_NOTE: "C", DocumentKind.VOUCHER_SALE: "V"}


@dataclass(frozen=True)
class Taken:
    """A number, and the moment it was taken: the document's own."""

    series_id: int | None
    number: int
    number_text: str
    issued_at: datetime
    issued_on: date


class DateGoesBack(DomainError):
    message = _("A later document has been issued already: the dates of a series do not go backwards.")


def outside_series(document: Document, on: date) -> Taken:
    """The name and dates of what stands in no series: it is named after its row."""
    return Taken(None, 0, f"{OUTSIDE}{document.id}", clock.now(), on)


def take_number(document: Document) -> Taken:
    """The next number of the document's series, and its dates. Call it last: the row is locked until the commit.

    The time is read after the lock was won, so that the order of numbers is the order of dates. What was put against
    the document before is written with its number. Raises DateGoesBack where the machine's clock was set back.
    """
    zone = the_practice().time_zone
    with db.session.no_autoflush:
        while True:
            year = series_year(clock.local_date(clock.now(), zone))
            series_id = _lock_series(document, year)
            issued_at = clock.now()
            issued_on = clock.local_date(issued_at, zone)
            if series_year(issued_on) == year:  # else the year ended while we waited
                break
        _refuse_going_back(series_id, issued_on)
        row = db.session.execute(MOVE_ON, {"counter": series_id}).one()
    number = row.next_number - 1
    return Taken(series_id, number, number_text(row.prefix, number), issued_at, issued_on)


def _lock_series(document: Document, year: int) -> int:
    """The counter of issuer, location, kind and year, locked; made when first needed, by whoever comes first."""
    values = {"issuer_id": document.issuer_id, "location_id": document.location_id, "kind": document.kind, "year": year}
    found = db.session.scalar(SERIES, values)
    if found is None:
        dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
        prefix = f"{PREFIXES[document.kind]}{_owner(document)}{f'{year}-' if year else ''}"
        db.session.execute(dialect.insert(Series).values(**values, prefix=prefix, next_number=1)
                           .on_conflict_do_nothing().execution_options(synchronize_session=False))
        found = db.session.scalar(SERIES, values)
    return found


def _owner(document: Document) -> str:
    """Nothing for the practice at its main location; numbers of issuer and location for everybody else."""
    is_practice = db.session.scalar(select(Issuer.user_id).where(Issuer.id == document.issuer_id)) is None
    if is_practice and document.location_id == main_location_id():
        return ""
    return f"{document.issuer_id}.{document.location_id}-"


def _refuse_going_back(series_id: int, issued_on: date) -> None:
    last = db.session.scalar(LATEST, {"series_id": series_id})
    if last is not None and last > issued_on:
        raise DateGoesBack(field="issued_on")
