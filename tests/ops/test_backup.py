"""A backup holds everything of one moment and nobody reads it; a restore is whole or not there."""
import io
import random
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, make_url, select
from sqlalchemy.pool import NullPool

from config import Config
from practice.access import guard
from practice.accounts.models import Attempt, SignIn
from practice.accounts.services.signing_in import start
from practice.app import create_app
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.cli.making import migrate_database
from practice.clients.models import Client
from practice.clients.services import register_client
from practice.core import clock, sealed
from practice.core.db import Base, db, transaction
from practice.ops.backup import container, make, postgresql, sqlite
from practice.ops.backup.container import BackupBroken
from practice.ops.backup.restore import restore
from practice.outbox.models import Message
from practice.outbox.states import MessageState
from practice.transfer.services.erasing import erase
from practice.transfer.services.register import write_register
from tests import personas
from tests.world import CLINICAL_WORDS, build_world

CLIENTS, AUDIT = Client.__table__, AuditRow.__table__


@pytest.fixture
def house(cloned_database):
    """The cast in a database of its own; the clock stands."""
    clock.set_to(personas.NOW)
    return personas.open_house()


@pytest.fixture
def new_place(cloned_database, tmp_path):
    """The address of a database that is not there; thrown away afterwards."""
    if cloned_database.kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'practice.db'}"
        return
    url = make_url(cloned_database.url)
    url = url.set(database=f"{url.database}_again").render_as_string(hide_password=False)
    yield url
    postgresql.drop(url)




@pytest.fixture
def put_back(cloned_database, new_place):
    """`put_back(path)`: restore into the new place; gives what was told."""
    keys = tuple(sealed.keyring()._by_id.values())

    def run(path, url=new_place):
        config = Config(database_url=url, secret_key="x" * 40, sealing_keys=keys, testing=True)
        return restore(path, config, create_app, migrate_database)

    return run


def rows_at(url: str) -> dict[str, list]:
    """Every row of every table."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in Base.metadata.sorted_tables}


def back_up(folder):
    """A backup, a second after the one before."""
    clock.set_to(clock.now() + timedelta(seconds=1))
    return make.make(folder, keep=14, months=12).path


def fill(actor, count: int) -> None:
    """Something to copy: rows that cannot be packed much."""
    rng = random.Random(5)
    with guard.acting(actor), transaction() as session:
        session.connection().execute(insert(Attempt.__table__), [
            {"key": rng.randbytes(32).hex(), "at": personas.NOW} for _number in range(count)])
        audit.record(actor, "stage.set")


@pytest.mark.requirement("backup")
def test_everything_comes_back(cloned_database, house, tmp_path, new_place, put_back):
    build_world(house)
    before = rows_at(cloned_database.url)
    path = back_up(tmp_path / "backups")
    told = put_back(path)
    after = rows_at(new_place)
    assert told.faults == [] and told.rows == sum(map(len, before.values()))
    for name in before.keys() - {"audit_row", "audit_head", "sign_in", "outbox_message"}:
        assert after[name] == before[name], name
    assert after["audit_row"][:-1] == before["audit_row"] and after["audit_row"][-1][4] == "backup.restore"
    assert sum(map(len, before.values())) > 150


@pytest.mark.requirement("backup")
def test_what_went_on_since_is_not_done_again(cloned_database, house, tmp_path, new_place, put_back):
    """A sign-in of then is over, and mail that waited then is for a person to decide: it may have been sent since."""
    with guard.acting(house.system), transaction():
        start(house.theo.user_id, house.theo.roles, "Theo", address="192.0.2.1", device="a browser")
        for state in MessageState:
            db.session.add(Message(state=state, to_address="ann@example.com", subject=state, posted_at=personas.NOW,
                                   next_at=personas.NOW, tries=0))
    put_back(back_up(tmp_path / "backups"))
    held, before = rows_at(new_place), rows_at(cloned_database.url)
    ended = [column.name for column in SignIn.__table__.c].index("ended_at")
    assert [row[ended] is None for row in before["sign_in"]] == [True]
    assert [row[ended] is None for row in held["sign_in"]] == [False]
    columns = [column.name for column in Message.__table__.c]
    states = {row[columns.index("subject")]: row[columns.index("state")] for row in held["outbox_message"]}
    assert states == {state: state for state in MessageState} | {"waiting": "unsure", "sending": "unsure"}


@pytest.mark.requirement("backup")
def test_the_restored_practice_goes_on(cloned_database, house, tmp_path, new_place, put_back):
    """It is a database like any other: the triggers are there, new rows get new numbers, sealed text opens."""
    build_world(house)
    put_back(back_up(tmp_path / "backups"))
    app = create_app(Config(database_url=new_place, secret_key="x" * 40, testing=True,
                            sealing_keys=tuple(sealed.keyring()._by_id.values())))
    with app.app_context():
        with guard.acting(house.rae), transaction():
            register_client(house.rae, first_name="After", last_name="Wards")
        with guard.acting(house.system), pytest.raises(Exception, match="audit_row_append_only"):
            db.session.connection().execute(AUDIT.delete())
        db.session.remove()
        db.engine.dispose()


@pytest.mark.requirement("backup", "sealed")
def test_nobody_reads_it(cloned_database, house, tmp_path):
    build_world(house)
    path = back_up(tmp_path / "backups")
    held = path.read_bytes()
    for word in (*CLINICAL_WORDS, "Annwen", "Quill", "audit_row", "head.json"):
        assert word.encode() not in held
    assert path.stat().st_mode & 0o077 == 0
    assert [left.name for left in path.parent.iterdir()] == [path.name]
    if cloned_database.kind == "sqlite":
        beside = path_of(cloned_database).parent.glob(f".{path_of(cloned_database).name}.copy*")
        assert list(beside) == [], "a copy in the clear was left"


def path_of(database):
    return Path(make_url(database.url).database)


@pytest.mark.requirement("backup")
def test_while_people_work(cloned_database, house, tmp_path, new_place, put_back):
    """A client and the record of it are written together, all the time; a backup has both or neither."""
    app, stop, failures, written = cloned_database.app, threading.Event(), [], []
    fill(house.system, 20_000)

    def work(number):
        try:
            with app.app_context():
                while not stop.is_set():
                    with guard.acting(house.rae), transaction():
                        register_client(house.rae, first_name=f"Desk{number}", last_name="Works")
                    written.append(number)
        except Exception as error:
            failures.append(error)

    desks = [threading.Thread(target=work, args=[number]) for number in range(3)]
    [desk.start() for desk in desks]
    try:
        while len(written) < 10:
            assert not failures
        before = len(written)
        path = back_up(tmp_path / "backups")
        during = len(written) - before
    finally:
        stop.set()
        [desk.join() for desk in desks]
    assert failures == [] and during > 0, "nobody wrote while the backup was made"
    assert put_back(path).faults == []
    held = rows_at(new_place)
    registered = sum(row[4] == "client.register" for row in held["audit_row"])
    assert registered == len(held["client"]) and before <= registered < len(written) + 1


@pytest.mark.requirement("backup", "sealed")
def test_damage_and_foreign_keys_are_refused(cloned_database, house, tmp_path, new_place, put_back):
    fill(house.system, 60_000)
    path = back_up(tmp_path / "backups")
    whole, piece = path.read_bytes(), container.PIECE + container.TAG
    assert len(whole) > container.HEAD + 2 * piece
    flipped = [bytearray(whole) for _place in range(3)]
    for copy, place in zip(flipped, (container.HEAD - 1, container.HEAD + 5, len(whole) - 1), strict=True):
        copy[place] ^= 1
    exchanged = (whole[:container.HEAD] + whole[container.HEAD + piece:container.HEAD + 2 * piece]
                 + whole[container.HEAD:container.HEAD + piece] + whole[container.HEAD + 2 * piece:])
    for bad in (*flipped, whole[:container.HEAD + piece], whole[:-1], whole + b"\0", exchanged, whole[:20], b""):
        path.write_bytes(bad)
        with pytest.raises(BackupBroken, match="damaged|not a backup"):
            put_back(path)
    path.write_bytes(whole)
    kept = sealed.keyring()
    try:
        sealed.use(sealed.Keyring([b"another key of thirty-two bytes!"]))
        with pytest.raises(BackupBroken, match="key that is not in the file"):
            make.read(path)
    finally:
        sealed.use(kept)
    assert not is_there(new_place), "something was left of it"


def is_there(url: str) -> bool:
    if url.startswith("sqlite"):
        folder = Path(make_url(url).database).parent
        return folder.exists() and any(folder.iterdir())
    draft = make_url(url).set(database=f"{make_url(url).database}_restoring").render_as_string(hide_password=False)
    return postgresql.exists(url) or postgresql.exists(draft)


@pytest.mark.requirement("backup")
def test_into_a_new_place_only(cloned_database, house, tmp_path, put_back):
    path = back_up(tmp_path / "backups")
    before = rows_at(cloned_database.url)
    with pytest.raises(BackupBroken, match="already"):
        put_back(path, cloned_database.url)
    assert rows_at(cloned_database.url) == before


def test_one_at_a_time(cloned_database, house, tmp_path):
    held = (sqlite.only_one(path_of(cloned_database)) if cloned_database.kind == "sqlite"
            else postgresql.one_moment(db.engine))
    with held, pytest.raises(BackupBroken, match="Another backup"):
        back_up(tmp_path / "backups")
    back_up(tmp_path / "backups")


def test_it_is_recorded_and_old_ones_go(cloned_database, house, tmp_path):
    folder = tmp_path / "backups"
    for _time in range(3):
        clock.set_to(clock.now() + timedelta(seconds=1))
        made = make.make(folder, keep=2, months=0)
    assert len(made.removed) == 1 and make.names(folder)[-1] == made.path.name and len(make.names(folder)) == 2
    with guard.acting(house.olive):
        facts = db.session.scalars(select(AuditRow.facts).where(AuditRow.action == "backup.make")).all()
    assert [one["removed"] for one in facts] == [0, 0, 1] and facts[-1]["name"] == made.path.name


@pytest.mark.parametrize(("keep", "months", "left"), [
    (1, 0, ["20260301T0"]), (2, 0, ["20260228T0", "20260301T0"]), (1, 2, ["20260203T0", "20260301T0"]),
    (1, 3, ["20260101T0", "20260203T0", "20260301T0"]), (9, 0, None)])
def test_which_are_kept(keep, months, left):
    days = ["20260101T0", "20260131T0", "20260203T0", "20260228T0", "20260301T0"]
    found = [f"practice-{day}.backup" for day in days]
    removed = make.to_remove(found, keep=keep, months=months)
    assert [name[9:-7] for name in found if name not in removed] == (left or days)


def test_pieces_keep_their_places():
    """By the seal alone: no piece is changed, exchanged, repeated or left out, at the end neither."""
    keyring, sealed_file = sealed.Keyring([b"k" * 32]), io.BytesIO()
    with closing(container.Sealing(sealed_file, keyring)) as sealing:
        sealing.write(bytes(3 * container.PIECE + 5))
    whole, piece = sealed_file.getvalue(), container.PIECE + container.TAG
    head, pieces = whole[:container.HEAD], [whole[container.HEAD + n * piece:][:piece] for n in range(4)]
    assert container.Opening(io.BytesIO(whole), keyring).read(len(whole)) == bytes(3 * container.PIECE + 5)
    for order in ([1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 3], [0, 1, 2], [0, 1, 2, 2, 3], []):
        with pytest.raises(BackupBroken):
            container.Opening(io.BytesIO(head + b"".join(pieces[n] for n in order)), keyring).close()


@pytest.mark.requirement("backup", "rights")
def test_who_was_erased_since_is_erased_in_a_restored_backup_too(house, tmp_path, put_back, new_place):
    with guard.acting(house.rae), transaction():
        gone = register_client(house.rae, first_name="Puddlewren", last_name="Thimblefox", phone="0855550142").id
        stays = register_client(house.rae, first_name="Ann", last_name="Doyle").id
    path = back_up(tmp_path)
    with guard.acting(house.olive), transaction():
        erase(house.olive, gone)
    write_register(tmp_path)
    assert put_back(path).erased == 1
    names = {row[0]: row for row in rows_at(new_place)["client"]}
    assert "puddlewren" not in str(names[gone]).lower() and "thimblefox" not in str(names[gone]).lower()
    assert "Ann" in str(names[stays])
    for file in tmp_path.rglob("new/practice.db*"):
        assert b"puddlewren" not in file.read_bytes().lower()


def test_a_register_that_cannot_be_read_stops_the_restore(house, tmp_path, put_back):
    path = back_up(tmp_path)
    (tmp_path / "erasures.jsonl").write_text("[1, 2\n")
    with pytest.raises(BackupBroken, match="erasures.jsonl"):
        put_back(path)
