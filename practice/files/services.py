"""A file is handed in: checked, sealed, and from then on reached through the chart only."""
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select, true

from practice.access.actor import Actor, Kind
from practice.access.guard import require_any, system_session
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.sealed import new_uid, uid_of
from practice.core.text import _
from practice.files.kinds import LARGEST, PDF, is_phone_format, media_type_of
from practice.files.models import File, FileKind
from practice.files.pictures import NoPicture, bare

MOST_EACH = 30  # files of one kind on one record
MOST_PIXELS = 250_000_000  # more than the largest camera of a telephone; opened, four bytes each


def hand_in(actor: Actor, client_id: int, content: bytes, *, kind: FileKind, record: str, record_id: int,
            request_key: str | None = None) -> str:
    """Keep a file of a client; returns the word by which an answer may name it.

    A client's form hands in for its own client only. The same file sent again with the same `request_key` is kept once.
    Raises NotFound, Invalid.
    """
    require_any(actor, Permission.INTAKE_SUBMIT, Permission.INTAKE_INVITE, Permission.CHART_WRITE)
    client = get_client(client_id)
    if len(content) > LARGEST:
        raise Invalid(_("This file is too big: at most %(size)s MB."), "file", size=LARGEST // 2**20)
    if is_phone_format(content):
        raise Invalid(_("This photo is in a format of telephones (HEIC) that other devices do not open. Please take it "
                        "here with the camera, or choose a screenshot of it."), "file")
    media_type = media_type_of(content)
    if media_type is None:
        raise Invalid(_("Please take a photo, or choose a picture (JPEG, PNG) or a PDF."), "file")
    if count_of(kind, record, record_id) >= MOST_EACH:
        raise Invalid(_("That is more than fits here. Please bring the rest with you."), "file")
    if media_type != PDF:
        content = _bare(content)
    uid = uid_of(f"{client.id}:{kind}:{record}:{record_id}:{request_key}", content) if request_key else new_uid()
    if request_key and _is_kept(client.id, uid):
        return uid
    row = File(uid=uid, client_id=client.id, kind=kind, record=record, record_id=record_id, media_type=media_type,
               size=len(content), content=content, added_at=clock.now(),
               added_by_id=actor.user_id if actor.kind is Kind.STAFF else None)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "file.hand_in", row, client_id=client.id, kind=kind, size=row.size)
    return row.uid


def _is_kept(client_id: int, uid: str) -> bool:
    """Whether an earlier click handed it in; two clicks at once wait for each other."""
    db.session.scalar(select(Client.id).where(Client.id == client_id).with_for_update(key_share=True))
    with system_session("whether this file was handed in by an earlier click") as session:
        return session.scalar(select(File.id).where(File.uid == uid)) is not None


def _bare(content: bytes) -> bytes:
    """The picture without what a camera wrote beside it."""
    try:
        found, pixels = bare(content)
    except NoPicture:
        raise Invalid(_("This picture cannot be read, a part is missing. Please take it again."), "file") from None
    if pixels > MOST_PIXELS:
        raise Invalid(_("This picture is too large: please take a smaller one."), "file")
    return found


def take_back(actor: Actor, client_id: int, *, record: str, record_ids: Collection[int], but: Collection[str],
              kind: FileKind | None = None, since: datetime | None = None) -> None:
    """Remove what a client handed in on these records, of one kind or of any, before anybody received it; `but` stays,
    and what was handed in up to `since`."""
    require_any(actor, Permission.INTAKE_SUBMIT)
    table = File.__table__
    gone = db.session.connection().execute(
        delete(table).where(table.c.client_id == client_id, table.c.record == record,
                            table.c.record_id.in_(record_ids), table.c.uid.not_in(but),
                            true() if kind is None else table.c.kind == kind,
                            true() if since is None else table.c.added_at > since))
    if gone.rowcount:
        audit.record(actor, "file.take_back", client_id=client_id, kind=kind, count=gone.rowcount)


def count_of(kind: FileKind, record: str, record_id: int, *, since: datetime | None = None) -> int:
    """How many there are, all of them or those handed in since then, also for who may not read a single one."""
    wanted = select(func.count(File.id)).where(File.kind == kind, File.record == record, File.record_id == record_id)
    with system_session("how many files were handed in") as session:
        return session.scalar(wanted.where(File.added_at >= since) if since else wanted)
