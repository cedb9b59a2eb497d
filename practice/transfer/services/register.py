"""The file of erasures, kept beside the backups: a backup of before holds who was erased since, and is told by it.

It holds no word about anybody: a row's own random number, what was erased, and when.
"""
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.clients.models import Client
from practice.core.db import db
from practice.transfer.models import Erasure, ErasureKind
from practice.transfer.services.erasing import carry_out

NAME = "erasures.jsonl"


@dataclass(frozen=True, order=True)
class Entry:
    """One erasure: when (ISO), of whose row, and of what kind."""

    at: str
    uid: str
    kind: str


def write_register(folder: Path) -> None:
    """Bring the file up to what the database knows; what it holds beyond that stays. Whole or not at all."""
    with guard.acting(system("the file of erasures")):
        rows = db.session.execute(select(Erasure.began_at, Erasure.client_uid, Erasure.kind)).all()
    known = {Entry(row.began_at.isoformat(), row.client_uid, row.kind.value) for row in rows}
    there = set(read_register([folder]))
    if not known - there:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{NAME}.{os.getpid()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(json.dumps([one.at, one.uid, one.kind]) + "\n" for one in sorted(known | there))
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, folder / NAME)


def read_register(folders: Iterable[Path]) -> list[Entry]:
    """Every erasure that these folders know of, in their order. Raises ValueError for a file that is none."""
    found = set()
    for folder in folders:
        if (folder / NAME).exists():
            found |= {_entry(line) for line in (folder / NAME).read_text("utf-8").splitlines() if line}
    return sorted(found)


def _entry(line: str) -> Entry:
    try:
        at, uid, kind = json.loads(line)
        return Entry(datetime.fromisoformat(at).isoformat(), str(uid), ErasureKind(kind).value)
    except TypeError as error:
        raise ValueError("a line that tells of no erasure") from error


def erase_again(entries: Iterable[Entry]) -> int:
    """Erase those that this database still holds; inside transaction(), gives how many there were."""
    house, done = system("erased since the backup was made"), 0
    with guard.acting(house):
        for one in entries:
            client_id = db.session.scalar(select(Client.id).where(Client.uid == one.uid))
            if client_id is not None and not _is_done(client_id, one):
                carry_out(house, client_id, ErasureKind(one.kind))
                done += 1
    return done


def _is_done(client_id: int, entry: Entry) -> bool:
    """Whether it is all gone, or went then or later: contact that was entered again may go twice."""
    rows = db.session.execute(select(Erasure.kind, Erasure.began_at).where(Erasure.client_id == client_id)).all()
    return any(row.kind is ErasureKind.WHOLE
               or (row.kind.value == entry.kind and row.began_at >= datetime.fromisoformat(entry.at)) for row in rows)
