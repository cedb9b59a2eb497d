"""The commands themselves: killed at any moment they leave nothing half done, and what is wrong is one sentence."""
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, make_url, select
from sqlalchemy.pool import NullPool

from practice.access import guard
from practice.accounts.models import Attempt
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.core.db import transaction
from practice.ops.backup import make, postgresql
from tests import personas
from tests.plugins.commands import Command

KILLS = 4
PATIENCE = 120.0  # seconds


@pytest.fixture
def house(cloned_database):
    """The cast and a few megabytes, so that a backup takes a while."""
    people, rng = personas.open_house(), random.Random(5)
    with guard.acting(people.system), transaction() as session:
        session.connection().execute(insert(Attempt.__table__), [
            {"key": rng.randbytes(32).hex(), "at": personas.NOW} for _number in range(60_000)])
        audit.record(people.system, "stage.set")
    return people


@pytest.fixture
def start(cloned_database, tmp_path):
    """`start("backup", …)`: a process of its own."""
    environ = cloned_database.environ(tmp_path) | {"PRACTICE_BACKUPS": str(tmp_path / "backups")}

    return lambda *arguments, **options: Command(*arguments, environ=environ, **options)


def finish(process: Command) -> tuple[int, str]:
    code, said, wrong = process.finish()
    assert "Traceback" not in wrong, wrong
    return code, said + wrong


def kill_in_the_middle(process: Command, has_begun: Callable[[], bool], after: float) -> bool:
    """Kill it some seconds after it has begun; whether it was still at work."""
    until = time.monotonic() + PATIENCE
    while not has_begun() and process.poll() is None:
        assert time.monotonic() < until, "it does not begin"
    time.sleep(after)
    process.kill()
    return process.wait() == -9


@pytest.mark.requirement("backup", "kill-anywhere")
def test_a_killed_backup(cloned_database, house, start, tmp_path):
    folder, rng, killed = tmp_path / "backups", random.Random(9), 0
    beside = Path(make_url(cloned_database.url).database)

    def has_begun() -> bool:
        return any(folder.glob(".*.draft")) or any(beside.parent.glob(f".{beside.name}.copy"))

    for _turn in range(KILLS):
        for left in [*folder.glob(".*.draft"), *beside.parent.glob(f".{beside.name}.copy")]:
            left.unlink()  # so that the next beginning is seen
        killed += kill_in_the_middle(start("backup"), has_begun, rng.uniform(0, 0.25))
        for name in make.names(folder):
            make.read(folder / name)
    assert killed > 1, "too few were still at work"
    (folder / ".practice-20200101T000000Z.backup.draft").write_bytes(b"left by one that was killed")
    code, said = finish(start("backup"))
    assert code == 0 and "read back and whole" in said
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert not any(beside.parent.glob(f".{beside.name}.copy*")), "a copy in the clear was left"
    assert make.read(folder / make.names(folder)[-1])["rows"]["attempt"] == 60_000


@pytest.mark.requirement("backup", "kill-anywhere")
def test_a_killed_restore(cloned_database, house, start, tmp_path):
    assert finish(start("backup"))[0] == 0
    backup = str(next((tmp_path / "backups").iterdir()))
    is_sqlite = cloned_database.kind == "sqlite"
    address = make_url(cloned_database.url)
    new = (f"sqlite:///{tmp_path}/new.db" if is_sqlite
           else address.set(database=f"{address.database}_new").render_as_string(hide_password=False))
    draft = make_url(new).set(database=f"{make_url(new).database}_restoring").render_as_string(hide_password=False)

    def is_there() -> bool:
        return (tmp_path / "new.db").exists() if is_sqlite else postgresql.exists(new)

    def has_begun() -> bool:
        return (tmp_path / ".new.db.restoring").exists() if is_sqlite else postgresql.exists(draft)

    rng, killed = random.Random(9), 0
    try:
        for _turn in range(KILLS):
            for left in tmp_path.glob(".new.db.restoring*"):
                left.unlink()
            if not is_sqlite:
                postgresql.drop(draft)
            was_killed = kill_in_the_middle(start("restore", backup, "--to", new), has_begun, rng.uniform(0, 0.3))
            if is_there():  # it had just come to its end
                assert_whole(new)
                break
            killed += was_killed
        assert killed > 1, "too few were still at work"
        if not is_there():
            code, said = finish(start("restore", backup, "--to", new))
            assert code == 0 and "Restored 60," in said and "trail is whole" in said, said
        assert_whole(new)
        assert finish(start("restore", backup, "--to", new))[0] == 1, "over what is there"
        assert not any(tmp_path.glob(".new.db.restoring*"))
    finally:
        if not is_sqlite:
            postgresql.drop(new)
            postgresql.drop(draft)


def assert_whole(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Attempt.__table__)) == 60_000
        last = connection.scalar(select(AuditRow.__table__.c.action).order_by(AuditRow.__table__.c.id.desc()).limit(1))
        assert last == "backup.restore"


@pytest.mark.requirement("faults")
def test_no_room_on_the_disk(cloned_database, house, start, tmp_path):
    """As on a full disk: no file may grow beyond a megabyte. What was there stays as it was."""
    assert finish(start("backup"))[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "backups").iterdir()}
    time.sleep(1.1)  # another second, another name

    code, said = finish(start("backup", largest_file=1 << 20))
    assert code == 1 and ("No backup was made" in said or "could not be copied" in said), said
    assert {path.name: path.read_bytes() for path in (tmp_path / "backups").iterdir()} == before


def test_what_is_wrong_is_one_sentence(cloned_database, house, start, tmp_path):
    assert finish(start("backup"))[0] == 0
    backup = next((tmp_path / "backups").iterdir())
    (tmp_path / "backups" / "file").touch()
    code, said = finish(start("backup", "--to", str(tmp_path / "backups" / "file" / "below")))
    assert code == 1 and said.startswith("Error: No backup was made")
    keys = tmp_path / "sealing_keys"
    kept = keys.rename(tmp_path / "kept")
    code, said = finish(start("restore", str(backup), "--to", str(tmp_path / "new.db")))
    assert code == 1 and "is missing: put the key file of the backup there first" in said and not keys.exists()
    kept.rename(keys)
    other = str(tmp_path / "new.db") if cloned_database.kind == "postgresql" else "postgresql://nobody@127.0.0.1:1/x"
    code, said = finish(start("restore", str(backup), "--to", other))
    assert code == 1 and ("This is a backup of postgresql" in said or "does not answer" in said), said
    assert not (tmp_path / "new.db").exists() and os.listdir(tmp_path / "backups") != []
