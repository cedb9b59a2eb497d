"""Erasing a client: what stays stands, and no word of theirs is left in any table or file of the database."""
import json
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, String, inspect, select, update

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.documents import Document
from practice.billing.models.memberships import Membership
from practice.billing.models.payments import Method, Payment
from practice.billing.queries.memberships import due_memberships
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.services.memberships import start_membership
from practice.billing.services.payments import reverse_payment, take_payment, use_credit
from practice.billing.services.write_offs import write_off
from practice.clients.models import Client
from practice.clients.queries import find_clients
from practice.clients.services import break_glass, change_client, register_client
from practice.core import clock, sealed
from practice.core.columns import Enum_, JsonText
from practice.core.db import Base, db, transaction
from practice.files.models import FileKind
from practice.files.services import hand_in
from practice.intake.services.mailing import invite_by_mail
from practice.ops.books.check import check_books
from practice.outbox.models import Message
from practice.premises.queries import tax_codes
from practice.reports.period import Period
from practice.reports.queries.closed import closed_month
from practice.reports.services.closing import close_month
from practice.safety.content import ConditionContent
from practice.safety.queries.known import judged
from practice.safety.services.conditions import add_condition
from practice.safety.services.profile import set_limits
from practice.sessions.models import SessionNote
from practice.transfer.models import Erasure, ErasureKind
from practice.transfer.queries.belongings import BELONGINGS
from practice.transfer.services.erasing import ErasedAlready, HeldBack, StillOpen, carry_out, erase, press_out
from practice.transfer.services.holds import lift_hold, set_hold
from practice.transfer.services.register import erase_again, read_register, write_register
from tests import personas
from tests.factories import clients
from tests.factories.billing import Stage
from tests.factories.pictures import jpeg
from tests.factories.safety import look
from tests.world import CLINICAL_WORDS, build_world

PLANTED = ("lanternfish", "crumpetwolf", "puddlewren", "thimblefox", "saffronmole", "gravelswan", "muslinhare",
           "ospreybell")
WORDS = (*CLINICAL_WORDS, *PLANTED, "annwen", "quill", "353855550138")
LONG_AFTER = personas.NOW + timedelta(days=366 * 12)


def plant(people, numbers) -> None:
    """A word wherever the desk may type one, on papers that never change and in a month that is closed."""
    client_id, olive, rae = numbers["client_id"], people.olive, people.rae
    with guard.acting(rae), transaction():
        client = db.session.get(Client, client_id)
        change_client(rae, client_id, version=client.version, street=f"{PLANTED[0]} street", city=PLANTED[1],
                      email=f"{PLANTED[2]}@example.com", preferred_name=PLANTED[3].title())
        invite_by_mail(rae, client_id, form_key="full", letter=lambda secret: ("Your form", f"Annwen Quill {secret}"))
    with guard.acting(olive), transaction():
        break_glass(olive, client_id, f"The {PLANTED[4]} asked for it.")
    with guard.acting(rae), transaction():
        line = LineInput(f"Something for {PLANTED[5]}", 5000, tax_codes()[0].id)
        document_id = issue_invoice(rae, client_id=client_id, lines=[line]).id
        write_off(rae, document_id, amount=1000, on=clock.now().date(), reason=f"{PLANTED[6]} is poor")
        payment = db.session.scalars(select(Payment).where(Payment.amount == 5000)).one()
        reverse_payment(rae, payment.id, reason=f"{PLANTED[7]} paid twice")
    with clock.frozen(personas.NOW + timedelta(days=20)), guard.acting(olive), transaction():
        close_month(olive, Period.parse("2026-11"))


@pytest.fixture
def world(cloned_database):
    clock.set_to(personas.NOW)
    people = personas.open_house()
    world = build_world(people)
    world.people = people
    plant(people, world.numbers)
    return world


def found_in_tables() -> dict[str, set[str]]:
    """Which planted words stand in which table, what is sealed opened."""
    found: dict[str, set[str]] = {}
    with guard.acting(personas.system("looking for words")):
        for table in Base.metadata.sorted_tables:
            for row in db.session.connection().execute(select(table)).mappings():
                for column in table.c:
                    value = row[column.name]
                    if isinstance(column.type, LargeBinary) and value is not None and "uid" in table.c:
                        data = sealed.keyring().open_bytes(value, f"{table.name}:{column.name}:{row['uid']}")
                        value = data.decode("utf-8", "replace")
                    text = str(value).casefold()
                    found.setdefault(table.name, set()).update(word for word in WORDS if word in text)
    return {name: words for name, words in found.items() if words}


def found_in_files(cloned_database) -> set[str]:
    """Which words that are not sealed stand in the bytes of the database's files."""
    if cloned_database.kind != "sqlite":
        return set()
    path = db.engine.url.database
    data = b"".join(Path(name).read_bytes() for name in (path, f"{path}-wal")).lower()
    return {word for word in WORDS if word.encode() in data}


def sums() -> list[tuple]:
    with guard.acting(personas.system("adding up")):
        return db.session.execute(select(
            Document.id, Document.number_text, Document.kind, Document.state, Document.issued_on, Document.net_amount,
            Document.tax_amount, Document.gross_amount, Document.open_amount).order_by(Document.id)).all()


def go(people, client_id):
    with guard.acting(people.olive), transaction():
        done = erase(people.olive, client_id)
    press_out()
    return done


def go_unasked(people, client_id):
    """All of it, whatever is open: as after a restored backup."""
    with guard.acting(people.olive), transaction():
        carry_out(people.olive, client_id, ErasureKind.WHOLE)
    press_out()


@pytest.mark.requirement("rights")
def test_erasure_leaves_invoices_standing_and_no_word_anywhere(world, cloned_database):
    people, client_id = world.people, world.numbers["client_id"]
    before, words = sums(), found_in_tables()
    look(people, client_id)
    with guard.acting(people.system):
        proved = list(check_books())
    if cloned_database.kind == "sqlite":
        assert {"annwen", "quill", PLANTED[0], PLANTED[4], PLANTED[5]} <= found_in_files(cloned_database)
    assert set().union(*words.values()) == set(WORDS), "every word stands somewhere, or this shows nothing"
    assert {"client", "document", "document_line", "write_off", "payment", "care", "closed_month", "file",
            "session_note", "submission"} <= set(words)
    with clock.frozen(LONG_AFTER):
        assert judged.cache_info().currsize
        go_unasked(people, client_id)
        assert found_in_tables() == {} and judged.cache_info().currsize == 0
        assert found_in_files(cloned_database) == set()
        assert sums() == before
        with guard.acting(people.system):
            assert [one for one in check_books() if one not in proved] == []
            assert list(audit.verify(db.session())) == []
            for typed in ("quill", "annw", "lantern", "555550138"):
                assert find_clients(typed, 5) == []
            assert {row.finished_at is not None for row in db.session.scalars(select(Erasure))} == {True}
        with guard.acting(people.olive), pytest.raises(ErasedAlready), transaction():
            erase(people.olive, client_id)


@pytest.mark.requirement("rights")
def test_before_its_day_only_contact_goes_and_it_says_until_when(world):
    people, client_id = world.people, world.numbers["client_id"]
    done = go(people, client_id)
    assert (done.kind, done.until) == (ErasureKind.CONTACT, date(2037, 1, 1)), "ten years after the year of the papers"
    with guard.acting(people.system):
        client = db.session.get(Client, client_id)
        assert (client.phone, client.email, client.street, client.city, client.postal_code) == ("",) * 5
        assert client.name == "Thimblefox Quill" and client.born_on == date(1988, 2, 21)
        assert PLANTED[2] not in client.search_text and "138" not in client.search_text
        assert db.session.scalars(select(Message)).all() == []
        assert db.session.scalars(select(SessionNote)).all() != []
    left = found_in_tables()
    assert PLANTED[1] not in set().union(*(words for name, words in left.items() if name != "document"))
    assert not any(words & {PLANTED[2], "353855550138"} for words in left.values())


@pytest.mark.requirement("rights")
def test_a_hold_stops_both(world):
    people, client_id = world.people, world.numbers["client_id"]
    with guard.acting(people.olive), transaction():
        set_hold(people.olive, client_id, reason="A claim is before the court")
    before = found_in_tables()
    for moment in (personas.NOW, LONG_AFTER):
        with clock.frozen(moment), guard.acting(people.olive), pytest.raises(HeldBack), transaction():
            erase(people.olive, client_id)
    assert found_in_tables() == before
    with guard.acting(people.olive), transaction():
        lift_hold(people.olive, client_id)
    assert go(people, client_id).kind is ErasureKind.CONTACT


@pytest.mark.requirement("rights")
def test_somebody_of_whom_nothing_is_kept_may_go_at_once(people):
    with guard.acting(people.rae), transaction():

        client_id = register_client(people.rae, first_name="Lanternfish", last_name="Crumpetwolf").id
    with guard.acting(people.olive), transaction():
        assert erase(people.olive, client_id).kind is ErasureKind.WHOLE
    assert found_in_tables() == {}


@pytest.mark.requirement("rights")
def test_erasing_one_client_takes_nothing_from_the_payments_of_others_in_a_closed_month(people):
    stage = Stage(people)
    ben = stage.client("Ben", "Hale")
    for client_id, amount, method, reference in (
            (stage.ann, 100, Method.CASH, "card"), (ben, 5000, Method.CARD, ""),
            (ben, 700, Method.CASH, "card"), (stage.ann, 700, Method.CASH, "card")):
        document_id = stage.invoice(amount, client_id=client_id)
        stage.do(lambda given=(client_id, amount, method, reference, document_id): take_payment(
            stage.rae, client_id=given[0], amount=given[1], method=given[2], reference=given[3],
            document_id=given[4], request_key=f"form-{given[4]}"))
    with clock.frozen(personas.NOW + timedelta(days=20)), guard.acting(people.olive), transaction():
        close_month(people.olive, Period.parse("2026-11"))
    with clock.frozen(LONG_AFTER):
        assert go(people, stage.ann).kind is ErasureKind.WHOLE
    with guard.acting(people.olive):
        rows = json.loads(closed_month(Period.parse("2026-11")).report)["tables"]["payments"]["rows"]
    assert [row[2:] for row in rows] == [["cash", "", 100], ["card", "", 5000], ["cash", "", 700],
                                         ["cash", "card", 700]]


@pytest.mark.requirement("issued-immutable", "rights")
def test_only_an_erasure_takes_words_from_what_is_issued_and_none_takes_sums(world):
    people, document_id = world.people, world.numbers["document_id"]
    table = Document.__table__

    def change(**values):
        db.session.connection().execute(update(table).where(table.c.id == document_id).values(values))

    with guard.acting(people.system):
        with pytest.raises(Exception, match="document_issued"), transaction():
            change(billed_name="Somebody")
        with pytest.raises(Exception, match="document_issued"), transaction():
            db.session.add(Erasure(client_id=1, client_uid="x", kind=ErasureKind.WHOLE, began_at=clock.now()))
            audit.record(people.system, "client.erase")
            db.session.flush()
            change(billed_name="Somebody")
            change(gross_amount=1, net_amount=1, tax_amount=0)
        assert db.session.scalars(select(Erasure)).all() == []


@pytest.mark.requirement("rights")
def test_every_text_that_stays_was_judged():
    """A column of text in a table whose rows stay is emptied, or one of those that hold no word of a person."""
    harmless = {
        "care.reason", "appointment.state", "handover.products", "document.kind", "document.state",
        "document.number_text", "document.currency", "document.price_mode", "document.language",
        "document.issuer_head", "document.content_hash", "document.request_key", "document_line.kind",
        "document_line.given_by",
        "document_line.tax_category", "document_line.tax_reason", "document_tax.category", "payment.method",
        "membership.request_key", "payment.currency", "payment.request_key", "voucher.kind", "voucher.code",
        "erasure.client_uid", "erasure.kind",
        "document.billed_name", "document_line.text"}  # these two are written anew
    for one in BELONGINGS:
        table = one.model.__table__
        if one.goes or table.name in ("client", "audit_row"):
            continue
        for column in table.c:
            if isinstance(column.type, (String, JsonText, LargeBinary)) or isinstance(column.type, Enum_):
                assert column.name in one.emptied or f"{table.name}.{column.name}" in harmless, column


def test_the_client_keeps_no_column_that_nobody_emptied(world):
    with clock.frozen(LONG_AFTER):
        go_unasked(world.people, world.numbers["client_id"])
    with guard.acting(world.people.system):
        client = db.session.get(Client, world.numbers["client_id"])
        said = {a.key: getattr(client, a.key) for a in inspect(Client).column_attrs}
    for name in ("id", "uid", "created_at", "archived_at", "version", "reminder_channel"):
        said.pop(name)
    assert {name: value for name, value in said.items() if value not in ("", None)} == {
        "first_name": "Erased client", "last_name": "1", "sort_key": said["sort_key"], "first_key": said["first_key"],
        "last_key": said["last_key"], "search_text": said["search_text"]}


@pytest.mark.requirement("rights", "backup")
def test_the_register_holds_no_name_and_erases_again(world, tmp_path):
    people, client_id = world.people, world.numbers["client_id"]
    with clock.frozen(LONG_AFTER):
        go_unasked(people, client_id)
        write_register(tmp_path)
        write_register(tmp_path)
        entries = read_register([tmp_path, tmp_path / "nowhere"])
        text = (tmp_path / "erasures.jsonl").read_text()
        assert len(entries) == 1 and json.loads(text)[2] == "whole"
        assert not any(word in text for word in WORDS)
        with transaction():
            assert erase_again(entries) == 0, "it is erased in this database"


@pytest.mark.requirement("rights", "backup")
def test_contact_entered_again_before_the_backup_is_erased_again_after_it(world, tmp_path):
    people, client_id = world.people, world.numbers["client_id"]
    go(people, client_id)
    with clock.frozen(personas.NOW + timedelta(days=9)):
        with guard.acting(people.olive), transaction():
            row = db.session.get(Client, client_id)
            change_client(people.olive, client_id, version=row.version, city=PLANTED[1])
            uid, at = row.uid, clock.now() + timedelta(hours=1)
    (tmp_path / "erasures.jsonl").write_text(json.dumps([at.isoformat(), uid, "contact"]) + "\n")
    for count in (1, 0):
        with clock.frozen(personas.NOW + timedelta(days=30)), transaction():
            assert erase_again(read_register([tmp_path])) == count
    with guard.acting(people.system):
        assert db.session.get(Client, client_id).city == ""


@pytest.mark.parametrize("line", ['["2026-11-17T09:00:00+00:00", "a"]', '[1, "a", "whole"]', "7", "[1, 2",
                                  '["2026-11-17T09:00:00+00:00", "a", "half"]'])
def test_a_register_that_is_none_is_refused(tmp_path, line):
    (tmp_path / "erasures.jsonl").write_text(line)
    with pytest.raises(ValueError):
        read_register([tmp_path])


@pytest.mark.requirement("rights")
def test_what_a_therapist_keeps_holds_as_long_as_a_note_does(people):
    """A file, a condition, a measure: each alone is a record."""
    stage = Stage(people)

    def keeps(write) -> ErasureKind:
        client_id = stage.client("Ben", "Hale")
        with guard.acting(people.system), transaction():
            clients.care(client_id, people.theo.user_id)
        with guard.acting(people.theo), transaction():
            write(people.theo, client_id)
        return go(people, client_id).kind

    for write in (
        lambda theo, client_id: hand_in(theo, client_id, jpeg(), kind=FileKind.PAPER_FORM,
                                        record="client", record_id=client_id),
        lambda theo, client_id: add_condition(theo, client_id, ConditionContent(words="gout")),
        lambda theo, client_id: set_limits(theo, client_id, ()),
    ):
        assert keeps(write) is ErasureKind.CONTACT


@pytest.mark.requirement("rights")
def test_nobody_goes_whole_while_something_is_open(people):
    stage = Stage(people)
    owed = stage.invoice(500)
    with clock.frozen(LONG_AFTER):
        with pytest.raises(StillOpen):
            go(people, stage.ann)
        stage.do(lambda: write_off(stage.rae, owed, amount=500, on=clock.now().date(), reason="too long ago"))
        stage.pay(700)
    with clock.frozen(LONG_AFTER + timedelta(days=366 * 12)):
        with pytest.raises(StillOpen):
            go(people, stage.ann)
        another = stage.invoice(700)
        stage.do(lambda: use_credit(stage.rae, another))
    with clock.frozen(LONG_AFTER + timedelta(days=366 * 24)):
        assert go(people, stage.ann).kind is ErasureKind.WHOLE


@pytest.mark.requirement("rights")
def test_no_month_of_a_membership_is_invoiced_after_an_erasure(people):
    stage = Stage(people)
    stage.do(lambda: start_membership(stage.rae, client_id=stage.ann, treatment_id=stage.treatment, sessions=2,
                                      price_amount=12_000, starts_on=stage.today))
    assert go(people, stage.ann).kind is ErasureKind.CONTACT
    with guard.acting(people.olive):
        assert due_memberships(stage.today + timedelta(days=200)) == []
        (row,) = db.session.scalars(select(Membership))
        assert row.ends_on < stage.today


@pytest.mark.requirement("rights")
def test_an_erasure_waits_for_a_hold_that_is_being_set(cloned_database):
    clock.set_to(personas.NOW)
    people, app, told = personas.open_house(), cloned_database.app, []
    with guard.acting(people.rae), transaction():
        client_id = register_client(people.rae, first_name="Lanternfish", last_name="Crumpetwolf").id

    def work():
        with app.app_context(), guard.acting(people.olive):
            try:
                with transaction():
                    told.append(erase(people.olive, client_id).kind)
            except HeldBack as held:
                told.append(type(held))

    other = threading.Thread(target=work)
    with guard.acting(people.olive), transaction():
        set_hold(people.olive, client_id, reason="A claim is before the court")
        other.start()
        other.join(0.5)
    other.join()
    assert told == [HeldBack]
