"""Numbers without gaps or doubles: a counter row, locked and raised last in the transaction that issues."""
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from practice.billing.models.documents import Document, DocumentKind, Series
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _
from practice.premises.models import Issuer
from practice.premises.queries import main_location_id

PREFIXES = {DocumentKind.INVOICE: "", DocumentKind.CREDIT_NOTE: "C"}
DIGITS = 4


class DateGoesBack(DomainError):
    message = _("A later document has been issued already: the dates of a series do not go backwards.")


def number_document(document: Document, issued_on: date) -> None:
    """Give the document the next number of its series. Call it last: the row is locked until the commit."""
    series_id = _series(document, issued_on.year)
    row = db.session.execute(
        update(Series).where(Series.id == series_id).values(next_number=Series.next_number + 1)
        .returning(Series.next_number, Series.prefix).execution_options(synchronize_session=False)).one()
    number = row.next_number - 1
    with db.session.no_autoflush:
        last = db.session.scalar(select(Document.issued_on).where(Document.series_id == series_id,
                                                                  Document.number == number - 1))
    if last is not None and last > issued_on:
        raise DateGoesBack(field="issued_on")
    document.series_id, document.number = series_id, number
    document.number_text = f"{row.prefix}{number:0{DIGITS}}"


def _series(document: Document, year: int) -> int:
    """The counter of issuer, location, kind and year; made when it is first needed, by whoever comes first."""
    values = {"issuer_id": document.issuer_id, "location_id": document.location_id, "kind": document.kind, "year": year}
    same = [getattr(Series, name) == value for name, value in values.items()]
    found = db.session.scalar(select(Series.id).where(*same))
    if found is None:
        dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
        prefix = f"{PREFIXES[document.kind]}{_owner(document)}{year}-"
        db.session.execute(dialect.insert(Series).values(**values, prefix=prefix, next_number=1)
                           .on_conflict_do_nothing().execution_options(synchronize_session=False))
        found = db.session.scalar(select(Series.id).where(*same))
    return found


def _owner(document: Document) -> str:
    """Nothing for the practice at its main location; numbers of issuer and location for everybody else."""
    is_practice = db.session.scalar(select(Issuer.user_id).where(Issuer.id == document.issuer_id)) is None
    if is_practice and document.location_id == main_location_id():
        return ""
    return f"{document.issuer_id}.{document.location_id}-"
