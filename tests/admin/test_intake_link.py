"""The desk's page of a client's form: an address made, shown once, sent, printed, taken back."""
import re
from datetime import date
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.audit.models import AuditRow
from practice.core.db import db, transaction
from practice.intake.models import IntakeLink
from practice.intake.services import submissions
from practice.outbox.models import Message
from practice.outbox.services.sending import send_waiting
from practice.outbox.states import MessageState
from tests.factories import intake
from tests.factories.mail import mail_server
from tests.kiosk.test_pages import ABOUT


@pytest.fixture
def ann(people):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21), phone="+353855550138",
                                 email="ann@example.com")
    with guard.acting(people.system), transaction():
        intake.publish(people)
    return client_id


def path(client_id: int, rest: str = "") -> str:
    return f"/clients/{client_id}/form-link/{rest}"


def made(browser, client_id: int):
    return browser.post(path(client_id, "make"), data={"form": "full"})


def secret_in(text: str) -> str:
    return re.search(r'value="http://localhost/f/([\w-]+)"', text)[1]


@pytest.mark.parametrize("name", ["rae", "theo", "olive"])
def test_an_address_is_made_and_shown_once(as_person, ann, name):
    browser = as_person(name)
    assert "Form missing" in browser.get(path(ann)).text
    page = made(browser, ann)
    assert page.status_code == 200
    secret = secret_in(page.text)
    assert 'src="data:image/svg+xml' in page.text and "style=" not in page.text
    again = browser.get(path(ann)).text
    assert secret not in again and "Asked for" in again
    assert browser.application.test_client().get(f"/f/{secret}").status_code == 200


def test_messages_are_ready_and_neutral(as_person, ann):
    page = made(as_person("rae"), ann).text
    sms = unquote(re.search(r'href="(sms:[^"]+)"', page)[1].replace("&amp;", "&"))
    mail = unquote(re.search(r'href="(mailto:[^"]+)"', page)[1].replace("&amp;", "&"))
    assert sms.startswith("sms:+353855550138?&body=Linden Lane Massage: please fill in your form")
    assert mail.startswith("mailto:ann@example.com?subject=Your form for Linden Lane Massage&body=")
    assert secret_in(page) in sms and secret_in(page) in mail and "health" not in (sms + mail).lower()


def test_without_phone_or_mail_there_is_no_message_button(as_person, people):
    with guard.acting(people.system), transaction():
        intake.publish(people)
    page = made(as_person("rae"), intake.client_of(people, "theo")).text
    assert "sms:" not in page and "mailto:" not in page and "Copy" in page


@pytest.fixture
def box(app):
    with mail_server() as found:
        app.config["MAIL_SERVER"] = found.server
        yield found


def mailed(browser, client_id: int, box) -> str:
    """The address that came by mail to whoever it went to."""
    assert "On its way to" in browser.post(path(client_id, "mail"), data={"form": "full"}, follow_redirects=True).text
    assert send_waiting(box.server) == {MessageState.SENT: 1}
    return re.search(r"http://localhost(/f/\w+)", box.mails[-1].get_content())[1]


def returning(people, client_id: int, email: str) -> None:
    actor, _secret = intake.address(people, client_id)
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(email=email, work="Zebrafinch"), intake.TYPED)


@pytest.mark.requirement("no-clinical-at-desk")
def test_by_mail_it_reaches_the_client_and_nobody_here(as_person, ann, people, box):
    returning(people, ann, "Ann@Example.com ")
    browser = as_person("rae")
    address = mailed(browser, ann, box)
    page = browser.get(path(ann)).text
    assert "By e-mail" in page and "Sent" in page and address not in page
    assert (box.mails[0]["To"], box.mails[0]["Subject"]) == ("ann@example.com", "Your form for Linden Lane Massage")
    client = browser.application.test_client()
    client.post(address)
    client.post(f"{address}/part/about_you", data={**ABOUT, "go": "next"})
    assert "Zebrafinch" in client.get(f"{address}/part/visit").text, "it is the client's own mail: last time is shown"
    with guard.acting(people.rae):
        assert db.session.scalars(select(Message).where(Message.about.like("form:%"))).all() == []
        assert db.session.scalars(select(Message.id).where(Message.about.like("form:%"))).all() == []


@pytest.mark.requirement("no-clinical-at-desk")
def test_an_address_the_desk_put_there_since_proves_nothing(as_person, ann, people, box):
    returning(people, ann, "before@example.com")
    browser = as_person("rae")
    address = mailed(browser, ann, box)
    client = browser.application.test_client()
    client.post(address)
    client.post(f"{address}/part/about_you", data={**ABOUT, "go": "next"})
    assert "Zebrafinch" not in client.get(f"{address}/part/visit").text


def test_what_the_mail_server_refused_is_seen_at_the_desk(as_person, ann, people, box):
    box.answers = ["550 no such mailbox"]
    browser = as_person("rae")
    browser.post(path(ann, "mail"), data={"form": "full"})
    assert send_waiting(box.server) == {MessageState.REFUSED: 1}
    assert "Not sent" in browser.get(path(ann)).text


def test_without_a_mail_server_or_an_address_nothing_is_mailed(as_person, ann, people):
    browser = as_person("rae")
    assert browser.post(path(ann, "mail"), data={"form": "full"}).status_code == 404
    assert "Send it by e-mail" not in browser.get(path(ann)).text
    with mail_server() as found:
        browser.application.config["MAIL_SERVER"] = found.server
        assert "Send it by e-mail" in browser.get(path(ann)).text
        ben = intake.client_of(people, "theo", first_name="Ben")
        assert "Send it by e-mail" not in browser.get(path(ben)).text
        page = browser.post(path(ben, "mail"), data={"form": "full"}, follow_redirects=True).text
        assert "There is no e-mail address for this client yet." in page
        assert as_person("tara").post(path(ann, "mail"), data={"form": "full"}).status_code == 404


def test_the_slip_is_a_pdf_for_who_holds_the_secret(as_person, ann, people):
    browser = as_person("rae")
    secret = secret_in(made(browser, ann).text)
    slip = browser.post(path(ann, "slip"), data={"secret": secret})
    assert (slip.status_code, slip.mimetype) == (200, "application/pdf") and slip.data.startswith(b"%PDF")
    assert browser.post(path(ann, "slip"), data={"secret": "guessed"}).status_code == 404
    other = intake.client_of(people, "theo", first_name="Ben")
    assert browser.post(path(other, "slip"), data={"secret": secret}).status_code == 404


@pytest.mark.requirement("children")
def test_taken_back_it_opens_nothing(as_person, ann, client, people):
    browser = as_person("rae")
    secret = secret_in(made(browser, ann).text)
    number = re.search(r'name="link" value="(\d+)"', browser.get(path(ann)).text)[1]
    other = intake.client_of(people, "theo", first_name="Ben")
    browser.post(path(other, "take-back"), data={"link": number})
    assert client.get(f"/f/{secret}").status_code == 200
    assert browser.post(path(ann, "take-back"), data={"link": number}).status_code == 302
    assert "Taken back" in browser.get(path(ann)).text
    assert client.get(f"/f/{secret}").status_code == 404


def test_a_new_one_closes_the_one_before(as_person, ann, client):
    browser = as_person("rae")
    first, second = secret_in(made(browser, ann).text), secret_in(made(browser, ann).text)
    assert client.get(f"/f/{first}").status_code == 404
    assert client.get(f"/f/{second}").status_code == 200


@pytest.mark.requirement("own-rows")
def test_foreign_clients_and_wrong_roles(as_person, ann, people, acting):
    stranger, bookkeeper = as_person("tara"), as_person("bo")
    assert stranger.get(path(ann)).status_code == 404
    assert made(stranger, ann).status_code == 404
    assert bookkeeper.get(path(ann)).status_code == 403
    assert made(bookkeeper, ann).status_code == 403
    acting(people.system)
    assert db.session.scalars(select(IntakeLink)).all() == []


def test_junk_is_refused_without_an_error(as_person, ann):
    browser = as_person("rae")
    for junk in ("", "x", "-1", "9" * 40, "²"):
        assert browser.post(path(ann, "take-back"), data={"link": junk}).status_code == 400
        assert browser.post(path(ann, "make"), data={"form": junk}).status_code == 400
        assert browser.post(path(ann, "slip"), data={"secret": junk}).status_code == (404 if junk else 400)
    assert browser.post(path(ann, "take-back"), data={"link": "999999"}).status_code == 302


def test_the_desk_sees_that_it_came_in_and_nothing_else(as_person, ann, people):
    actor, _secret = intake.address(people, ann)
    with guard.acting(actor), transaction():
        submissions.send(actor, intake.healthy(boundaries="Zebrafinch"), intake.TYPED)
    page = as_person("rae").get(path(ann)).text
    assert "Form in" in page and "Form came in" in page and "Zebrafinch" not in page


# --- the form as it was sent, and the versions of forms --------------------------------------------------------------

@pytest.fixture
def sent(people, ann) -> int:
    actor, _secret = intake.address(people, ann)
    with guard.acting(actor), transaction():
        return submissions.send(actor, intake.healthy(boundaries="Zebrafinch <b>bold</b>"), intake.TYPED).id


@pytest.mark.requirement("audit-complete")
def test_the_therapist_reads_it_and_that_is_recorded(as_person, people, sent, acting):
    page = as_person("theo").get(f"/forms-in/{sent}")
    assert page.status_code == 200 and "Zebrafinch &lt;b&gt;" in page.text and "As it was signed" in page.text
    acting(people.system)
    last = db.session.scalars(select(AuditRow).where(AuditRow.action == "submission.read")).one()
    assert (last.actor_id, last.facts["row"]) == (people.theo.user_id, sent)


def test_nobody_else_reads_it(as_person, sent):
    assert as_person("tara").get(f"/forms-in/{sent}").status_code == 404
    assert as_person("olive").get(f"/forms-in/{sent}").status_code == 404  # until the glass is broken
    for name in ("rae", "bo"):
        browser = as_person(name)
        for url in (f"/forms-in/{sent}", "/lists/submissions/", f"/lists/submissions/details/?id={sent}"):
            assert browser.get(url).status_code == 403


def test_the_list_holds_the_forms_of_clients_in_care(as_person, sent):
    own = as_person("theo").get("/lists/submissions/").text
    assert "Ann Doyle" in own and f"/forms-in/{sent}" in own and "Zebrafinch" not in own
    assert as_person("theo").get(f"/lists/submissions/details/?id={sent}").status_code == 200
    assert "Ann Doyle" not in as_person("tara").get("/lists/submissions/").text


def test_the_owner_reads_the_versions_of_forms(as_person, ann):
    browser = as_person("olive")
    listed = browser.get("/lists/forms/").text
    assert "Health form" in listed
    pages = [browser.get(url) for url in sorted(set(re.findall(r"/setup/forms/\d+", listed)))]
    assert len(pages) == 3 and all(page.status_code == 200 for page in pages)
    assert any("Ever had a blood clot?" in page.text for page in pages)
    assert as_person("rae").get("/lists/forms/").status_code == 403


@pytest.mark.parametrize(("asked", "ticked"), [("", "full"), ("?form=visit", "visit"), ("?form=nonsense", "full")])
def test_the_form_that_the_address_names_is_ticked(as_person, ann, asked, ticked):
    page = as_person("rae").get(path(ann, asked)).text
    assert re.findall(r'name="form" value="(\w+)" checked', page) == [ticked]
