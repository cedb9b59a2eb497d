"""Reading files: each through the chart it belongs to."""
from collections.abc import Collection

from sqlalchemy import select

from practice.core.db import db
from practice.core.errors import NotFound
from practice.files.models import File, FileKind


def get_file(file_id: int) -> File:
    """Raises NotFound for an unknown file and for one of a chart that is not this person's to open."""
    row = db.session.scalars(select(File).where(File.id == file_id)).first()
    if row is None:
        raise NotFound()
    return row


def files_named(client_id: int, uids: Collection[str]) -> list[File]:
    """The files of a client that answers name, in the order they were handed in."""
    if not uids:
        return []
    return list(db.session.scalars(select(File).where(File.client_id == client_id, File.uid.in_(uids))
                                   .order_by(File.id)))


def files_on(record: str, record_id: int, kind: FileKind) -> list[File]:
    """What hangs on a record, the newest first."""
    return list(db.session.scalars(
        select(File).where(File.record == record, File.record_id == record_id, File.kind == kind)
        .order_by(File.id.desc())))
