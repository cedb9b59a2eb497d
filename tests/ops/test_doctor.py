"""The doctor sees what is wrong, says it in one sentence each, and changes nothing."""
import os
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from practice.app import create_app
from practice.core import clock, sealed
from practice.core.db import db
from practice.ops import doctor
from practice.ops.backup import make
from practice.ops.doctor import Level
from tests import personas
from tests.plugins.commands import Command
from tests.world import build_world


@pytest.fixture
def environ(cloned_database, tmp_path):
    """A sound installation: an owner, keys, a backup of just now."""
    clock.set_to(personas.NOW)
    people, before = personas.open_house(), sealed.keyring()
    build_world(people)
    folder = tmp_path / "backups"
    make.make(folder, keep=3, months=0)
    settings = cloned_database.environ(tmp_path) | {"PRACTICE_BACKUPS": str(folder)}
    (tmp_path / "sealing_keys").chmod(0o600)
    if cloned_database.kind == "sqlite":
        database_file(cloned_database).chmod(0o600)
    yield {name: value for name, value in settings.items() if not name.startswith(("TRUSTED", "PRACTICE_HTTPS"))}
    sealed.use(before)


def database_file(database) -> Path:
    return Path(make_url(database.url).database)


def found(environ) -> dict[Level, str]:
    """What the doctor says, joined by level."""
    said = dict.fromkeys(Level, "")
    for one in doctor.examine(environ, create_app):
        said[one.level] += one.words + "\n"
    return said


def test_a_sound_one(environ):
    said = found(environ)
    assert said[Level.WRONG] == "" and "owner" not in said[Level.ADVICE]
    for words in ("for this user only", "Only this machine", "newest backup is of 2026-11-17", "newest schema",
                  "keys open what is stored", "clock goes on", "are free for"):
        assert words in said[Level.FINE]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.requirement("secrets")
def test_what_others_can_read(environ, tmp_path):
    (tmp_path / "sealing_keys").chmod(0o644)
    next((tmp_path / "backups").glob("*.backup")).chmod(0o640)
    said = found(environ)[Level.WRONG]
    assert said.count("Others on this machine can read") == 2 and "chmod 600" in said


@pytest.mark.parametrize(("settings", "level", "words"), [
    ({"TRUSTED_HOSTS": "desk.local"}, Level.WRONG, "not encrypted"),
    ({"PRACTICE_HTTPS": "1"}, Level.WRONG, "everybody is refused"),
    ({"PRACTICE_HTTPS": "1", "TRUSTED_HOSTS": "desk.local"}, Level.ADVICE, "without PRACTICE_PROXIES"),
    ({"PRACTICE_HTTPS": "1", "TRUSTED_HOSTS": "desk.local", "PRACTICE_PROXIES": "1"}, Level.FINE, "is encrypted"),
    ({"PRACTICE_HTTPS": "perhaps"}, Level.WRONG, "PRACTICE_HTTPS"),
    ({"PRACTICE_BACKUPS": "none/here"}, Level.WRONG, "There is no backup")])
def test_settings(environ, settings, level, words):
    assert words in found(environ | settings)[level]


@pytest.mark.parametrize(("age", "level", "words"), [
    (timedelta(hours=20), Level.FINE, "newest backup is of"), (timedelta(hours=30), Level.ADVICE, "30 hours old"),
    (timedelta(days=9), Level.WRONG, "9 days old")])
def test_backups_that_grow_old(environ, age, level, words):
    with clock.frozen(personas.NOW + age):
        assert words in found(environ)[level]


def test_a_backup_of_other_keys(environ, tmp_path):
    (tmp_path / "sealing_keys").write_text("bm90IHRoZSBrZXkgdGhhdCB3YXMgdXNlZCBoZXJlICE=\n")
    said = found(environ)[Level.WRONG]
    assert "The newest backup does not open" in said and "these are not the keys" in said


def test_keys_that_are_gone(environ, tmp_path):
    (tmp_path / "sealing_keys").unlink()
    said = found(environ)
    assert "is missing" in said[Level.WRONG] and said[Level.FINE] == ""
    assert not (tmp_path / "sealing_keys").exists(), "a fresh one would hide it"


def test_a_clock_that_is_behind(environ):
    with clock.frozen(personas.NOW - timedelta(days=1)):
        assert "clock of this machine is behind" in found(environ)[Level.WRONG]


def test_an_older_schema(environ):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "has schema 0001" in found(environ)[Level.WRONG]


def test_a_disk_without_room(environ, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 5 * 1024**2, 5 * 1024**2))
    assert "Only 5 MB are free" in found(environ)[Level.WRONG]


def test_a_database_that_does_not_answer(environ, cloned_database, tmp_path):
    gone = ("postgresql://nobody@127.0.0.1:1/x" if cloned_database.kind == "postgresql"
            else f"sqlite:///{tmp_path}/gone.db")
    said = found(environ | {"DATABASE_URL": gone})[Level.WRONG]
    assert "does not answer" in said or "is missing: restore" in said
    assert not (tmp_path / "gone.db").exists()


def test_before_the_first_start(tmp_path):
    said = found({"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PRACTICE_KEYS": f"{tmp_path}/keys"})
    assert "practice serve" in said[Level.ADVICE] and list(tmp_path.iterdir()) == []


def test_the_command_fails_when_something_is_wrong(environ):
    code, said, wrong = Command("doctor", environ=environ | {"PRACTICE_BACKUPS": "nowhere/there"}).finish()
    assert code == 1 and "WRONG  There is no backup" in said and wrong == ""
