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
from tests.factories import intake


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
