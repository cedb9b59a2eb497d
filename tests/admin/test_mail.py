"""Papers by e-mail: the frozen paper attached, a subject that says nothing about a treatment, off without a server."""
import io
import re

import pytest
from pypdf import PdfReader

from practice.access import guard
from practice.billing.services.reminders import remind
from practice.clients.queries import get_client
from practice.clients.services import change_client
from practice.core import clock
from practice.core.db import db, transaction
from practice.outbox.models import Message
from practice.outbox.services.sending import send_waiting
from practice.outbox.states import MessageState
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests import personas
from tests.factories.billing import Stage
from tests.factories.mail import mail_server
from tests.plugins.browsers import PHONE, serving, sign_in, violations


@pytest.fixture
def stage(people):
    return Stage(people)


@pytest.fixture
def box(app):
    with mail_server() as found:
        app.config["MAIL_SERVER"] = found.server
        yield found


def look(browser, address: str, code: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == code
    return answer.get_data(as_text=True)


def send(browser, address: str, **values) -> str:
    page = look(browser, address)
    words = re.search(r'name="body"[^>]*>([^<]*)<', page)[1]
    answer = browser.post(address, data={"to": "ann@example.com", "body": words} | values, follow_redirects=True)
    return answer.get_data(as_text=True)


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_invoice_goes_out_as_it_was_issued(as_person, stage, box):
    invoice, browser = stage.invoice(), as_person("rae")
    before = browser.get(f"/money/invoices/{invoice}.pdf").data
    page = send(browser, f"/money/mail/documents/{invoice}")
    assert "On its way to ann@example.com" in page and "Sent by e-mail" in page
    assert send_waiting(box.server) == {MessageState.SENT: 1}
    mail, = box.mails
    file, = mail.iter_attachments()
    assert file.get_content() == before and file.get_filename() == "invoice-2026-0001.pdf"
    assert mail["Subject"] == "Invoice 2026-0001" and "Hello Ann" in mail.get_body().get_content()
    assert "Deep tissue" not in mail.as_string() and "Deep tissue" not in words_of(before)
    assert "Sent" in look(browser, f"/money/invoices/{invoice}")


def test_receipt_statement_and_reminder(as_person, stage, box):
    with guard.acting(stage.people.olive), transaction():
        change_settings(stage.people.olive, version=get_practice().version, has_reminders=True)
    with clock.frozen(clock.now().replace(month=9)):
        old = stage.invoice()
    paid, browser = stage.invoice(), as_person("rae")
    stage.pay(7800, paid)
    letter = stage.do(lambda: remind(stage.rae, old))
    for address in (f"/money/mail/receipts/{paid}", f"/money/mail/statements/{stage.ann}",
                    f"/money/mail/reminders/{letter}"):
        assert "On its way" in send(browser, address)
    assert send_waiting(box.server) == {MessageState.SENT: 3}
    assert [mail["Subject"] for mail in box.mails] == [
        "Receipt 2026-0002", "Statement of account", "Payment reminder 2026-0001"]
    texts = [words_of(next(mail.iter_attachments()).get_content()) for mail in box.mails]
    assert "Paid" in texts[0] and "Statement of account" in texts[1] and "overlooked" in texts[2]
    assert "Sent" in look(browser, "/money/reminders/")


def test_what_was_refused_is_shown_and_sent_again(as_person, stage, box):
    invoice, browser = stage.invoice(), as_person("rae")
    assert "Enter an e-mail address" in browser.post(
        f"/money/mail/documents/{invoice}", data={"to": "", "body": "x"}).get_data(as_text=True)
    send(browser, f"/money/mail/documents/{invoice}")
    box.answers = ["550 no such person"]
    send_waiting(box.server)
    page = look(browser, f"/money/invoices/{invoice}")
    assert "Not sent" in page and "550 no such person" in page
    with guard.acting(stage.rae):
        number = db.session.query(Message).one().id
    for expected in ("It is on its way again.", "on its way or was sent already"):
        answer = browser.post(f"/money/mail/{number}/again", follow_redirects=True)
        assert expected in answer.get_data(as_text=True)
    assert send_waiting(box.server) == {MessageState.SENT: 1}


def test_without_a_mail_server_nothing_speaks_of_mail(as_person, stage):
    invoice, browser = stage.invoice(), as_person("rae")
    for address in (f"/money/invoices/{invoice}", f"/money/owed/statements/{stage.ann}"):
        assert "mail/" not in look(browser, address) and "E-mail<" not in look(browser, address)
    look(browser, f"/money/mail/documents/{invoice}", 404)


def test_the_bookkeeper_sees_what_was_sent_and_sends_nothing(as_person, stage, box):
    invoice = stage.invoice()
    send(as_person("rae"), f"/money/mail/documents/{invoice}")
    page = look(as_person("bo"), f"/money/invoices/{invoice}")
    assert "Sent by e-mail" in page and f"/money/mail/documents/{invoice}" not in page
    assert as_person("bo").post(f"/money/mail/documents/{invoice}").status_code == 403


def test_the_server_sends_right_after_the_request(cloned_database, tmp_path, browser):
    """From the receipt in a real browser: two clicks, and the mail is there."""
    clock.set_to(None)
    stage = Stage(personas.open_house())
    invoice = stage.invoice()
    stage.pay(7800, invoice)
    with guard.acting(stage.rae), transaction():
        change_client(stage.rae, stage.ann, version=get_client(stage.ann).version, email="ann@example.com")
    with mail_server() as box, serving(cloned_database, tmp_path, **box.environ) as server:
        context = browser.new_context(base_url=server.url, viewport=PHONE)
        page = context.new_page()
        sign_in(page, "rae")
        page.goto(f"/money/invoices/{invoice}")
        page.click("a.btn:has-text('E-mail')")
        assert page.input_value("#to") == "ann@example.com"
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("button:has-text('Send')")
        page.wait_for_selector("text=On its way to")
        assert box.arriving.wait(60), "no mail within a minute"
        page.reload()
        page.wait_for_selector("text=Sent by e-mail")
        assert violations(page) == []
        context.close()
    assert box.mails[0]["To"] == "ann@example.com"
