"""The outbox against a real mail server: after the commit, once, again when put off; when unsure, a person decides."""
import ssl
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select

from practice.access import guard
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Invalid
from practice.outbox.letter import File, NoMailServer
from practice.outbox.models import Attachment, Message
from practice.outbox.queries import messages_about
from practice.outbox.services import sending
from practice.outbox.services.posting import post, send_again
from practice.outbox.services.sending import send_waiting
from practice.outbox.states import LOST_AFTER, WAITS, MessageState
from tests import personas
from tests.factories.mail import SENDER, mail_server
from tests.plugins.databases import ROOT

PAPER = File("invoice-2026-0001.pdf", "application/pdf", b"%PDF-1.7 paper")


@pytest.fixture
def box():
    with mail_server() as found:
        yield found


def put(people, to="ann@example.com", **values):
    with guard.acting(people.rae), transaction():
        return post(people.rae, to, "Your documents", "Good morning,\n\nyour documents are attached: Ł, ş, ש.",
                    [PAPER], about="document:1", from_name="Willow Street Łódź", **values).id


def look(people, work):
    with guard.acting(people.system):
        return work()


def test_mail_that_was_erased_while_it_went_out_stops_nobody(people, box, monkeypatch):
    """A client's erasure takes their mail; what waits behind it goes out all the same."""
    put(people)
    put(people, to="ben@example.com")
    hand_over = sending.hand_over

    def erased_meanwhile(connection, sender, letter):
        if letter.to == "ann@example.com":
            with transaction():
                for model in (Attachment, Message):
                    db.session.delete(db.session.scalars(select(model).order_by(model.id)).first())
        return hand_over(connection, sender, letter)

    monkeypatch.setattr(sending, "hand_over", erased_meanwhile)
    assert send_waiting(box.server) == {MessageState.SENT: 2}
    assert states(people) == [MessageState.SENT]


def states(people) -> list[MessageState]:
    return look(people, lambda: [row.state for row in messages_about(["document:1"])])


def test_what_was_posted_arrives_whole(people, box):
    put(people)
    assert send_waiting(box.server) == {MessageState.SENT: 1}
    mail, = box.mails
    assert (mail["To"], mail["Subject"]) == ("ann@example.com", "Your documents")
    assert mail["From"].addresses[0].addr_spec == SENDER and "Łódź" in mail["From"]
    assert mail["Message-ID"].endswith("@willow.example.com>") and "Ł, ş, ש" in mail.get_body().get_content()
    file, = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("invoice-2026-0001.pdf", "application/pdf")
    assert file.get_content() == PAPER.data
    row, = look(people, lambda: messages_about(["document:1"]))
    assert row.server_words == "250 taken" and row.sent_at == clock.now()
    kept = look(people, lambda: db.session.scalars(select(Attachment)).one())
    assert kept.content is None and len(kept.sha256) == 64
    assert send_waiting(box.server) == {} and len(box.mails) == 1


def test_what_failed_was_never_posted(people, box):
    with pytest.raises(ZeroDivisionError), guard.acting(people.rae), transaction():
        post(people.rae, "ann@example.com", "Your documents", "Hello")
        raise ZeroDivisionError
    assert send_waiting(box.server) == {} and box.mails == []


@pytest.mark.parametrize("address", ["ann", "ann@", "ann@exa mple.com", "a@example.com, b@example.com",
                                     "ann@example.com\nBcc: eve@example.com", "änn@example.com"])
def test_an_address_that_is_none_is_refused(people, address):
    with pytest.raises(Invalid):
        put(people, address)


def test_a_subject_is_one_line(people, box):
    with guard.acting(people.rae), transaction():
        post(people.rae, "ann@example.com", "Your\r\nBcc: eve@example.com", "Hello", from_name="A\nB")
    send_waiting(box.server)
    assert box.mails[0]["Subject"] == "Your Bcc: eve@example.com" and box.mails[0]["Bcc"] is None


def test_put_off_is_tried_again_and_in_the_end_given_up(people, box):
    put(people)
    box.answers = ["451 come back later"] * (len(WAITS) + 1)
    at = personas.NOW
    for wait in WAITS:
        assert send_waiting(box.server) == {MessageState.WAITING: 1}
        assert send_waiting(box.server) == {}
        at += wait
        clock.set_to(at)
    assert send_waiting(box.server) == {MessageState.REFUSED: 1}
    assert look(people, lambda: messages_about(["document:1"])[0].server_words) == "451 come back later"


def test_one_refused_message_holds_up_no_other(people, box):
    for name in ("ann", "ben", "cara"):
        put(people, f"{name}@example.com")
    box.answers = ["550 nobody here"]
    assert send_waiting(box.server) == {MessageState.REFUSED: 1, MessageState.SENT: 2}
    assert [mail["To"] for mail in box.mails] == ["ben@example.com", "cara@example.com"]


def test_cut_off_in_the_middle_is_for_a_person_to_decide(people, box):
    number = put(people)
    box.hangs_up = True
    assert send_waiting(box.server) == {MessageState.UNSURE: 1}
    box.hangs_up = False
    assert send_waiting(box.server) == {} and len(box.mails) == 1
    with guard.acting(people.rae), transaction():
        send_again(db.session.get(Message, number))
    assert send_waiting(box.server) == {MessageState.SENT: 1}
    assert box.mails[0]["Message-ID"] == box.mails[1]["Message-ID"]
    with pytest.raises(Invalid), guard.acting(people.rae), transaction():
        send_again(db.session.get(Message, number))


def test_no_server_leaves_everything_as_it_was(people, box):
    put(people)
    gone = type(box.server)("127.0.0.1", 1, SENDER)
    with pytest.raises(NoMailServer):
        send_waiting(gone)
    assert states(people) == [MessageState.WAITING]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_server_is_told_who_is_there(people):
    put(people)
    with mail_server(user="desk", password="pa:ss/w") as box:
        with pytest.raises(NoMailServer, match="535"):
            send_waiting(replace(box.server, password="wrong"))
        assert states(people) == [MessageState.WAITING] and box.mails == []
        assert send_waiting(box.server) == {MessageState.SENT: 1}


def test_a_server_that_nobody_vouches_for_gets_nothing(people, tmp_path):
    put(people)
    with mail_server(tls=vouched_for_by_itself(tmp_path)) as box:
        with pytest.raises(NoMailServer, match="certificate"):
            send_waiting(box.server)
    assert states(people) == [MessageState.WAITING] and box.mails == []


def vouched_for_by_itself(folder) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256()))
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                     + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def run(database, box, folder):
    return subprocess.Popen([sys.executable, "-m", "practice", "outbox", "send"], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, env=database.environ(folder) | box.environ)


def test_two_senders_at_once_send_each_message_once(cloned_database, tmp_path, box):
    clock.set_to(None)
    people = personas.open_house()
    for number in range(24):
        put(people, f"client{number}@example.com")
    app = cloned_database.app

    def write():  # a sender that held a transaction meanwhile would not let anybody else write
        with app.app_context(), guard.acting(people.system), transaction():
            audit.record(people.system, "test.write")

    box.meanwhile = write
    senders = [run(cloned_database, box, tmp_path) for _sender in range(2)]
    said = [sender.communicate(timeout=300)[0] for sender in senders]
    assert [sender.returncode for sender in senders] == [0, 0], said
    assert Counter(mail["To"] for mail in box.mails) == {f"client{number}@example.com": 1 for number in range(24)}
    assert set(states(people)) == {MessageState.SENT}


def test_a_sender_killed_in_between_sends_nothing_twice(cloned_database, tmp_path, box):
    clock.set_to(None)
    people = personas.open_house()
    put(people)
    killed = []

    def kill():
        killed[0].kill()
        killed[0].wait()

    box.meanwhile = kill
    killed.append(run(cloned_database, box, tmp_path))
    assert box.arriving.wait(120)
    killed[0].communicate()
    box.meanwhile = None
    assert states(people) == [MessageState.SENDING] and len(box.mails) <= 1
    before = len(box.mails)
    assert send_waiting(box.server) == {}
    with clock.frozen(clock.now() + LOST_AFTER + timedelta(seconds=1)):
        assert send_waiting(box.server) == {}
    assert states(people) == [MessageState.UNSURE] and len(box.mails) == before
