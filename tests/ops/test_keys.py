"""A new key while people work: everything is sealed anew, cut off it goes on, and no other key opens anything."""
import random
import time
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, func, make_url, select, text

from config import ConfigError, changed_keys, parse_keys
from practice.access import guard
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import Base, db, transaction
from practice.core.sealed import Sealed
from practice.ops import keys, triggers
from practice.ops.backup import postgresql
from practice.sessions.models import Snippet
from tests import personas
from tests.plugins.commands import Command
from tests.world import CLINICAL_WORDS, build_world

OTHER = b"another key of thirty-two bytes!"


@pytest.fixture
def house(cloned_database):
    clock.set_to(personas.NOW)
    return personas.open_house()


@pytest.fixture
def key_file(cloned_database, tmp_path):
    """The file of the keys, and this process using it as a server does."""
    cloned_database.environ(tmp_path)
    path, before = tmp_path / "sealing_keys", sealed.keyring()
    sealed.use(sealed.Keyring(list(parse_keys(path, path.read_text())), changed_keys(str(path))))
    yield path
    sealed.use(before)


@pytest.fixture
def rotate(cloned_database, tmp_path, key_file):
    """Start `practice keys rotate` on the database of the test."""
    environ = cloned_database.environ(tmp_path)

    return lambda: Command("keys", "rotate", environ=environ)


def finish(process: Command) -> str:
    code, said, wrong = process.finish()
    assert code == 0, said + wrong
    return said + wrong


def opened(keyring) -> dict[str, list[bytes]]:
    """Everything sealed, opened with that keyring. Raises SealBroken."""
    connection, found = db.session.connection(), {}
    for table, columns in keys.sealed_tables().items():
        for name in columns:
            rows = connection.execute(select(table.c.uid, table.c[name]).where(table.c[name].is_not(None))
                                      .order_by(table.c.id)).all()
            found[f"{table.name}.{name}"] = [keyring.open_bytes(value, f"{table.name}:{name}:{uid}")
                                             for uid, value in rows]
    db.session.rollback()
    return found


def keys_in(path) -> list[bytes]:
    return list(parse_keys(path, path.read_text()))


def snippets(people, count: int) -> None:
    with guard.acting(people.theo), transaction():
        db.session.add_all(Snippet(user_id=people.theo.user_id, field="plan", content=f"words {number}")
                           for number in range(count))
        audit.record(people.theo, "stage.set")


def test_every_sealed_column_is_known(app):
    """Whatever is bytes is sealed and bound to a row, and a Sealed attribute writes to such a column."""
    binary = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.c
              if isinstance(column.type, LargeBinary)}
    known = {(table.name, name) for table, names in keys.sealed_tables().items() for name in names}
    written = {(mapper.local_table.name, one.column) for mapper in Base.registry.mappers
               for kind in mapper.class_.__mro__ for one in vars(kind).values() if isinstance(one, Sealed)}
    assert binary == known and written <= known and len(written) > 10


@pytest.mark.requirement("sealed")
def test_all_of_it_is_sealed_anew(cloned_database, house, key_file, rotate):
    build_world(house)
    before, old = opened(sealed.keyring()), keys_in(key_file)
    said = finish(rotate())
    new = keys_in(key_file)
    assert new[1:] == old and new[0] not in old and key_file.stat().st_mode & 0o777 == 0o600
    assert opened(sealed.Keyring(new[:1])) == before, "not all of it is under the new key"
    assert f"{sum(map(len, before.values())) - len(before['submission._signature'])} rows are sealed" in said
    with pytest.raises(sealed.SealBroken):
        opened(sealed.Keyring(old))
    with guard.acting(house.olive):
        assert list(audit.verify(db.session())) == []
    with db.engine.connect() as connection:
        if cloned_database.kind == "sqlite":
            found = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
            assert found == set(triggers.SQLITE_TRIGGERS)
        with pytest.raises(Exception, match="session_note_signed"):
            connection.execute(text("UPDATE session_note SET _content = NULL WHERE state = 'signed'"))


@pytest.mark.requirement("sealed", "kill-anywhere")
def test_cut_off_it_goes_on(house, key_file, rotate):
    snippets(house, 6000)
    before, rng, cut_off, begun = opened(sealed.keyring()), random.Random(3), 0, 0
    for _turn in range(3):
        process, until = rotate(), time.monotonic() + 30
        wanted = begun + rng.randrange(1, 1000)
        while process.poll() is None and count_under_first(key_file) < wanted:
            assert time.monotonic() < until, "it does not begin"
        process.kill()
        if process.wait() == 0:
            break
        begun = count_under_first(key_file)
        cut_off += 0 < begun < 6000
        assert opened(sealed.Keyring(keys_in(key_file))) == before
        assert len(keys_in(key_file)) == 2, "a new start is a new change"
    assert cut_off, "never in the middle"
    if len(keys_in(key_file)) == 2 and count_under_first(key_file) < 6000:
        assert "Going on" in finish(rotate())
    assert opened(sealed.Keyring(keys_in(key_file)[:1])) == before
    assert not list(key_file.parent.glob(".sealing_keys*"))


def count_under_first(key_file) -> int:
    """How many snippets are sealed with the first of two keys."""
    found = keys_in(key_file)
    return count_under(sealed.Keyring(found).first_id) if len(found) > 1 else 0


def count_under(key_id: bytes) -> int:
    value = Snippet.__table__.c._content
    with db.engine.connect() as connection:
        return connection.scalar(select(func.count()).where(func.substr(value, 2, 8) == key_id))


@pytest.mark.requirement("sealed")
def test_whoever_runs_takes_the_new_key_up(house, key_file, rotate):
    """A server that was started before writes and reads all the time, and needs no new start."""
    snippets(house, 1500)
    process, turns = rotate(), 0
    while process.poll() is None:
        turns += 1
        with guard.acting(house.theo), transaction():
            db.session.add(Snippet(user_id=house.theo.user_id, field="plan", content=f"meanwhile {turns}"))
            audit.record(house.theo, "snippet.save")
        with guard.acting(house.theo):
            assert {row.content.split()[0] for row in db.session.query(Snippet).limit(50)} <= {"words", "meanwhile"}
        db.session.remove()
    finish(process)
    found = opened(sealed.Keyring(keys_in(key_file)[:1]))["snippet._content"]
    assert turns > 3 and len(found) == 1500 + turns


@pytest.mark.requirement("sealed")
def test_keys_that_do_not_fit_are_said_at_once(cloned_database, house, key_file, rotate, tmp_path):
    """Nothing is served, and nothing is sealed with a key that would hide that the right one is missing."""
    build_world(house)
    before = opened(sealed.keyring())
    kept = key_file.rename(tmp_path / "kept")
    sealed.use(sealed.Keyring([OTHER]))
    with pytest.raises(ConfigError, match="not the keys"):
        keys.check()
    sealed.use(sealed.Keyring(list(parse_keys(kept, kept.read_text()))))
    keys.check()
    environ = cloned_database.environ(tmp_path)
    for wrong in ("bm90IHRoZSBrZXkgdGhhdCB3YXMgdXNlZCBoZXJlICE=", None):
        key_file.write_text(wrong + "\n") if wrong else key_file.unlink()
        for command in (["serve", "--port", "8124"], ["keys", "rotate"]):
            code, _said, wrong_said = Command(*command, environ=environ).finish()
            assert code == 2 and wrong_said.startswith("PRACTICE_KEYS: "), wrong_said
            assert "Put back the key file" in wrong_said or "put the keys back" in wrong_said
    assert opened(sealed.keyring()) == before


@pytest.mark.requirement("sealed", "audit-silent")
def test_no_planted_word_anywhere(cloned_database, house, key_file, rotate, caplog):
    """In the clear they stand nowhere: not in the database file, what lies beside it, its tables, nor the log."""
    caplog.set_level("DEBUG")
    build_world(house)
    finish(rotate())
    held = caplog.text.encode()
    if cloned_database.kind == "sqlite":
        path = make_url(cloned_database.url).database
        held += b"".join(file.read_bytes() for file in Path(path).parent.glob(f"{Path(path).name}*"))
        assert b"Annwen" in held, "what is not sealed is there, so this looks in the right place"
    else:
        with postgresql.one_moment(db.engine) as connection:
            for table, columns in postgresql.tables(connection).items():
                held += b"".join(postgresql.rows_out(connection, table, columns))
        assert b"Annwen" in held
        held += b"".join(bytes.fromhex(part) for part in hexes(held))
    assert [word for word in CLINICAL_WORDS if word.encode() in held] == []


def hexes(held: bytes) -> list[str]:
    """What stands in hexadecimal in the lines of a table."""
    return [part.decode()[:len(part) // 2 * 2] for part in held.replace(b"\\\\x", b"\t").split(b"\t")
            if len(part) > 40 and set(part) <= set(b"0123456789abcdef")]
