"""Making a backup: everything as of one moment, sealed, read back once, and only then given its name."""
import gzip
import hashlib
import io
import itertools
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from practice.access.actor import system
from practice.access.guard import acting
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import db, transaction
from practice.ops.backup import postgresql, sqlite
from practice.ops.backup.container import DAMAGED, PIECE, BackupBroken, Opening, Sealing
from practice.transfer.services.register import write_register

NAME = "practice-%Y%m%dT%H%M%SZ.backup"
HEAD, PROOF, FILE = "head.json", "proof.json", "practice.db"


@dataclass(frozen=True)
class Made:
    """A finished backup: where it is, its size in bytes, the rows in it, and which older ones were taken away."""

    path: Path
    size: int
    rows: int
    removed: list[str]


def make(folder: Path, *, keep: int, months: int) -> Made:
    """Back up the database of this application into `folder`; needs its context.

    Afterwards the newest `keep` are kept and the first of each of the last `months` months. Raises BackupBroken, and
    OSError where the disk does not take it: then nothing has been added to the folder.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made_at = clock.now()
    path = folder / made_at.strftime(NAME)
    draft = folder / f".{path.name}.draft"
    engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"
    with _sqlite_parts(Path(engine.url.database)) if is_sqlite else _postgresql_parts(engine) as parts:
        for left in folder.glob(".*.draft"):  # of one that was killed: this is the only one now
            left.unlink()
        if path.exists():
            raise BackupBroken("A backup was made this very second.")
        try:
            _write(draft, parts, made_at)
            proof = read(draft)
            os.replace(draft, path)
            _settle(folder)
        finally:
            draft.unlink(missing_ok=True)
    write_register(folder)
    removed = to_remove(names(folder), keep=keep, months=months)
    for name in removed:
        (folder / name).unlink()
    actor, size = system("practice backup"), path.stat().st_size
    with acting(actor), transaction():
        audit.record(actor, "backup.make", name=path.name, size=size, removed=len(removed))
    return Made(path, size, sum(proof["rows"].values()), removed)


def _settle(folder: Path) -> None:
    """Let the new name reach the disk; some systems do not open folders."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    finally:
        os.close(number)


# --- what goes in -----------------------------------------------------------------------------------------------


@contextmanager
def _sqlite_parts(source: Path):
    """Head, members and proof of an SQLite file; its copy lies beside it for as long as that takes."""
    copied = source.with_name(f".{source.name}.copy")
    leftovers = [copied, *(copied.with_name(copied.name + tail) for tail in ("-wal", "-shm", "-journal"))]
    with sqlite.only_one(source):
        try:
            for left in leftovers:
                left.unlink(missing_ok=True)
            sqlite.copy(source, copied)
            revision, rows = sqlite.describe(copied)
            yield {"kind": "sqlite", "revision": revision}, _file_members(copied), rows
        finally:
            for left in leftovers:
                left.unlink(missing_ok=True)


def _file_members(path: Path) -> Iterator[tuple[str, Iterable[bytes]]]:
    with path.open("rb") as file:
        yield FILE, iter(lambda: file.read(PIECE), b"")


@contextmanager
def _postgresql_parts(engine):
    """Head, members and proof of a PostgreSQL database in one moment of it; the proof is filled while reading."""
    with postgresql.one_moment(engine) as connection:
        tables, rows = postgresql.tables(connection), {}

        def members():
            for table, columns in tables.items():
                rows[table] = 0
                yield table, _counted(postgresql.rows_out(connection, table, columns), rows, table)

        yield ({"kind": "postgresql", "revision": connection.scalar(postgresql.REVISION), "tables": tables}, members(),
               rows)


def _counted(pieces: Iterable[bytes], rows: dict[str, int], table: str) -> Iterator[bytes]:
    for piece in pieces:
        rows[table] += piece.count(b"\n")  # a line break inside a value is written as \n
        yield piece


def _write(path: Path, parts, made_at: datetime) -> None:
    head, members, rows = parts
    hashes = {}
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with closing(Sealing(file, sealed.keyring())) as sealing, gzip.GzipFile("", "wb", 3, sealing) as packing:
            with tarfile.open(fileobj=packing, mode="w|", bufsize=PIECE) as archive:
                _add(archive, HEAD, json.dumps({**head, "made_at": made_at.isoformat()}).encode())
                for name, pieces in members:
                    digest = hashlib.sha256()
                    for number, data in enumerate(_gathered(pieces)):
                        digest.update(data)
                        _add(archive, f"{name}/{number}", data)
                    hashes[name] = digest.hexdigest()
                _add(archive, PROOF, json.dumps({"rows": rows, "sha256": hashes}).encode())
        file.flush()
        os.fsync(file.fileno())


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about 4 MiB."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= 4 * PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)  # for nothing as well: an empty table is there, too


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


# --- what comes out ---------------------------------------------------------------------------------------------


def read(path: Path, take=None) -> dict:
    """Read a whole backup and prove it; gives what stands at its beginning and end.

    `take(head, members)` is handed the beginning, and each (name, pieces) in turn, of which it reads every one.
    Raises BackupBroken when the file is not whole or not what was written.
    """
    hashes = {}
    try:
        with path.open("rb") as file, closing(Opening(file, sealed.keyring())) as opening:
            with tarfile.open(fileobj=opening, mode="r|gz", bufsize=PIECE) as archive:
                head, proof = json.load(archive.extractfile(archive.next())), {}
                (take or _pass)(head, _members(archive, hashes, proof))
    except (tarfile.TarError, ValueError, AttributeError, TypeError, EOFError) as error:
        raise BackupBroken(DAMAGED) from error
    if not proof or hashes != proof["sha256"]:
        raise BackupBroken("This backup does not hold what it says it holds; take another one.")
    return {**head, **proof}


def _pass(head: dict, members) -> None:
    for _name, pieces in members:
        for _piece in pieces:
            pass


def _members(archive: tarfile.TarFile, hashes: dict, proof: dict) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each (name, pieces), hashed into `hashes` while it is read; what stands at the end goes into `proof`."""
    waiting = iter(archive.next, None)

    def name_of(member) -> str:
        return member.name.rpartition("/")[0]

    for name, group in itertools.groupby(waiting, name_of):
        if not name:
            proof.update(json.load(archive.extractfile(next(group))))
            continue
        hashes[name] = hashlib.sha256()
        yield name, _pieces(archive, group, hashes[name])
        hashes[name] = hashes[name].hexdigest()


def _pieces(archive: tarfile.TarFile, group, digest) -> Iterator[bytes]:
    for member in group:
        data = archive.extractfile(member).read()
        digest.update(data)
        yield data


# --- which are kept ---------------------------------------------------------------------------------------------


def names(folder: Path) -> list[str]:
    """The finished backups in a folder, oldest first."""
    return sorted(path.name for path in folder.glob("practice-*.backup"))


def to_remove(found: list[str], *, keep: int, months: int) -> list[str]:
    """The names that are neither among the newest `keep` nor the first of one of the newest `months` months."""
    first = {}
    for name in sorted(found):
        first.setdefault(name[len("practice-"):len("practice-") + 6], name)
    kept = {*sorted(found)[-keep:], *(first[month] for month in sorted(first)[-months:] if months)}
    return [name for name in sorted(found) if name not in kept]
