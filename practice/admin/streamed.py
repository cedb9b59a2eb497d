"""A list on file, as CSV or XLSX: what is filtered, as many rows as there are, one after the other.

Rows are read as they are written, so memory does not grow with them, and the file begins at once.
The head `X-Rows` says how many rows come, for who shows how far it is.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from time import monotonic

from flask import Response, abort, flash, redirect, stream_with_context, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext
from sqlalchemy import func, type_coerce
from sqlalchemy.types import NullType

from practice.access.guard import as_seen
from practice.admin.auth import current_actor
from practice.admin.sending import XLSX
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db, snapshot, transaction
from practice.core.spreadsheet import Column, Kind, Sheet, csv_pieces
from practice.core.xlsx_stream import MOST_ROWS, xlsx_pieces
from practice.premises.queries import the_practice

AT_A_TIME = 2000  # rows fetched from the database
MOST_SECONDS = 30 * 60  # that who takes a file slowly may keep a connection to the database


class TookTooLong(Exception):
    """The file breaks off, which whoever saves it is told: a browser by itself, others by `X-Rows`."""


@dataclass(frozen=True)
class Field:
    """A column on file: the SQL it is read from, and words for what is kept as a code."""

    title: str
    value: object
    kind: Kind = Kind.TEXT
    words: Callable | None = None


class Streamed:
    """For a ListView with `stream_fields` (see Field), and `stream_joins` for what they need beside the list's own
    table: (model, condition), left out of rows where there is none."""

    export_types = ["csv", "xlsx"]
    stream_fields: tuple[Field, ...] = ()
    stream_joins: tuple = ()

    @expose("/export/<export_type>/")
    def export(self, export_type):
        if export_type not in self.export_types or not self.can_export:
            abort(404)
        with transaction():
            audit.record(current_actor(), "list.export", table=self.model.__tablename__, kind=export_type)
        query = self._filtered()
        count = query.order_by(None).with_entities(func.count(self.model.id)).scalar()
        if export_type == "xlsx" and count > MOST_ROWS:
            flash(gettext("A sheet holds about a million rows. Choose fewer, or take CSV."), "error")
            return redirect(url_for(f"{self.endpoint}.index_view"))
        for model, condition in self.stream_joins:
            query = query.outerjoin(model, condition)
        # As they are stored: a value that comes again is read once (see Column.read), not once a row.
        query = query.with_entities(*(type_coerce(field.value, NullType()) for field in self.stream_fields))
        columns, name = stream_columns(self.stream_fields), f"{self.endpoint.removesuffix('_list')}.{export_type}"
        rows = stream_rows(query.statement)
        if export_type == "csv":
            body, media_type = csv_pieces(columns, rows), "text/csv"
        else:
            body, media_type = xlsx_pieces(Sheet(gettext(str(self.name)), columns, rows)), XLSX
        return Response(stream_with_context(body), mimetype=media_type, headers={
            "Content-Disposition": f'attachment; filename="{name}"', "X-Rows": str(count)})

    def _filtered(self):
        """The list as it is searched, filtered and sorted, without pages."""
        asked = self._get_list_extra_args()
        sort = self._get_column_by_idx(asked.sort)
        _none, query = ModelView.get_list(self, 0, sort[0] if sort else None, asked.sort_desc, asked.search,
                                          asked.filters, execute=False, page_size=0)
        return query.enable_eagerloads(False)


def stream_columns(fields: tuple[Field, ...]) -> list[Column]:
    """With heads in the reader's language; each knows how its cells are read from what the database gives."""
    practice, dialect = the_practice(), db.engine.dialect
    return [Column(str(place), gettext(field.title), kind=field.kind, read=_reading(field, dialect, practice.time_zone),
                   currency=practice.currency if field.kind is Kind.MONEY else None)
            for place, field in enumerate(fields)]


def _reading(field: Field, dialect, zone: str) -> Callable | None:
    """From the stored value to the cell: codes as words, instants on the practice's clock. None: as it is stored."""
    steps = [field.value.type.dialect_impl(dialect).result_processor(dialect, None)]
    if field.words:
        steps.append(field.words)
    elif field.kind is Kind.DATETIME:
        steps.append(lambda instant: clock.local(instant, zone).replace(tzinfo=None))
    steps = [step for step in steps if step]
    return (lambda stored: reduce(lambda value, step: step(value), steps, stored)) if steps else None


def stream_rows(statement) -> Iterator[tuple]:
    """The rows that the actor sees, by and by, which a server sends within a transaction only. Past the session, which
    would take longer to hand a row on than the database to find it.

    Who asks is asked now: a server sends the rows when the request, and with it whoever was bound to it, is over.
    """
    return _rows_of(as_seen(statement))


def _rows_of(statement) -> Iterator[tuple]:
    until = monotonic() + MOST_SECONDS
    asked_so = {"yield_per": AT_A_TIME}
    with snapshot() as session, session.connection().execute(statement, execution_options=asked_so) as result:
        for rows in result.partitions():
            yield from rows
            if monotonic() > until:
                raise TookTooLong
