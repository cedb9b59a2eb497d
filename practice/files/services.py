"""A file is handed in: checked, sealed, and from then on reached through the chart only."""
from sqlalchemy import func, select

from practice.access.actor import Actor, Kind
from practice.access.guard import require_any, system_session
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.files.kinds import LARGEST, media_type_of
from practice.files.models import File, FileKind

MOST_EACH = 30  # files of one kind on one record


def hand_in(actor: Actor, client_id: int, content: bytes, *, kind: FileKind, record: str, record_id: int) -> str:
    """Keep a file of a client; returns the word by which an answer may name it.

    A client's form hands in for its own client only. Raises NotFound, Invalid.
    """
    require_any(actor, Permission.INTAKE_SUBMIT, Permission.INTAKE_INVITE, Permission.CHART_WRITE)
    client = get_client(client_id)
    if len(content) > LARGEST:
        raise Invalid(_("This file is too big: at most %(size)s MB."), "file", size=LARGEST // 2**20)
    media_type = media_type_of(content)
    if media_type is None:
        raise Invalid(_("Please take a photo, or choose a picture (JPEG, PNG) or a PDF."), "file")
    if count_of(kind, record, record_id) >= MOST_EACH:
        raise Invalid(_("That is more than fits here. Please bring the rest with you."), "file")
    row = File(client_id=client.id, kind=kind, record=record, record_id=record_id, media_type=media_type,
               size=len(content), content=content, added_at=clock.now(),
               added_by_id=actor.user_id if actor.kind is Kind.STAFF else None)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "file.hand_in", row, client_id=client.id, kind=kind, size=row.size)
    return row.uid


def count_of(kind: FileKind, record: str, record_id: int) -> int:
    """How many there are, also for who may not read a single one."""
    with system_session("how many files were handed in") as session:
        return session.scalar(select(func.count(File.id)).where(File.kind == kind, File.record == record,
                                                                File.record_id == record_id))
