"""The door of the client's form: what opens it, what it tells before that, and who stands outside."""
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Attempt
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.intake.models import IntakeLink, Way
from practice.intake.services import links
from tests.factories import intake
from tests.kiosk.test_pages import ABOUT, begun, draft_of, state_of
from tests.personas import NOW


@pytest.mark.requirement("get-changes-nothing")
def test_scanners_and_previews_spend_nothing(people, form, app):
    path, _actor = form
    for method in ("get", "head", "get", "head"):
        answer = getattr(app.test_client(), method)(path, headers={"User-Agent": "LinkScanner/1.0"})
        assert answer.status_code == 200 and "Set-Cookie: form_device" not in str(answer.headers)
    assert state_of(people, IntakeLink.opened_at, IntakeLink.spent_at, IntakeLink.device_hash) == (None, None, None)
    assert state_of(people, func.count(Attempt.id)) == (0,)
    assert state_of(people, func.count(AuditRow.id).filter(AuditRow.action == "intake.open")) == (0,)


def test_the_welcome_says_the_first_name_until_it_is_begun(form, app):
    path, _actor = form
    assert "Hello Annika" in app.test_client().get(path).text
    begun(app.test_client(), path)
    other = app.test_client().get(path).text
    assert "Annika" not in other and "Doyle" not in other and "Date of birth" in other and "(01) 555 0100" in other


def test_starting_gives_a_cookie_for_the_form_only(form, client):
    path, _actor = form
    cookie = client.post(path).headers["Set-Cookie"]
    assert re.match(r"form_device=[\w-]{32};", cookie)
    for word in ("HttpOnly", "Path=/f/", "SameSite=Lax", "Max-Age=34560000"):
        assert word in cookie
    assert "Secure" not in cookie
    assert "Secure" in client.application.test_client().post(
        path, base_url="https://localhost", data={"birth_date": "21 Feb 1988"},
        headers={"Referer": "https://localhost/"}).headers["Set-Cookie"]


def test_the_first_device_goes_on_where_it_was(form, client):
    path, _actor = form
    begun(client, path)
    assert client.get(path).headers["Location"] == f"{path}/part/about_you"
    client.post(f"{path}/part/about_you", data={**ABOUT, "go": "next"})
    client.post(f"{path}/part/visit", data={"go": "next", "js": "1"})
    assert client.get(path).headers["Location"] == f"{path}/part/wishes"


def test_another_device_sees_nothing_before_the_birth_date(people, app):
    client_id = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    path = f"/f/{intake.address(people, client_id, who='theo')[1]}"
    first = begun(app.test_client(), path)
    first.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    other = app.test_client()
    for rest in ("", "/part/agree", "/review", "/thanks"):
        page = other.get(path + rest, follow_redirects=True)
        assert page.status_code == 200 and "Zebrafinch" not in page.text
    for rest in ("/part/agree", "/save/agree", "/review"):
        assert other.post(path + rest, data={"q-boundaries": "stolen"}).status_code == 303
    wrong = other.post(path, data={"birth_date": "1 Jan 1990"})
    assert wrong.status_code == 422 and "not the birth date we have" in wrong.text and "1 Jan 1990" in wrong.text
    assert other.post(path, data={"birth_date": "gibberish"}).status_code == 422
    assert other.post(path, data={"birth_date": "21.2.1988"}).status_code == 303
    assert "Zebrafinch" in other.get(f"{path}/part/agree").text
    assert "Zebrafinch" not in first.get(f"{path}/part/agree", follow_redirects=True).text  # one device at a time


@pytest.mark.requirement("no-clinical-at-desk")
def test_an_address_the_desk_has_seen_begins_anew_on_another_device(people, form, app):
    """The desk knows the birth date too: it proves nothing there."""
    path, _actor = form
    first = begun(app.test_client(), path)
    first.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    other = app.test_client()
    page = other.get(path).text
    assert "can be seen only there" in page and "Begin anew here" in page and "Zebrafinch" not in page
    assert other.post(path, data={"birth_date": "1 Jan 1990"}).status_code == 422
    assert "Zebrafinch" in first.get(f"{path}/part/agree").text, "a wrong date throws nothing away"
    assert other.post(path, data={"birth_date": "21 Feb 1988"}).status_code == 303
    assert "Zebrafinch" not in other.get(f"{path}/part/agree").text
    assert first.get(f"{path}/part/agree").status_code == 303, "one device at a time"
    other.post(f"{path}/save/agree", data={"q-boundaries": "Wren"})
    assert draft_of(people) == {"boundaries": "Wren"}


def test_guessing_birth_dates_is_throttled(form, app):
    path, _actor = form
    begun(app.test_client(), path)
    other = app.test_client()
    for _time in range(links.TRIES):
        assert other.post(path, data={"birth_date": "1 Jan 1990"}).status_code == 422
    refused = other.post(path, data={"birth_date": "21 Feb 1988"})
    assert refused.status_code == 429 and "Too many tries" in refused.text and "quarter of an hour" in refused.text
    clock.set_to(NOW + links.WINDOW + timedelta(seconds=1))
    assert other.post(path, data={"birth_date": "21 Feb 1988"}).status_code == 303


def test_every_closed_address_looks_the_same(people, form, app):
    path, actor = form
    bodies = {}
    bodies["unknown"] = app.test_client().get("/f/" + "x" * 32)
    clock.set_to(NOW + links.HOLDS)
    bodies["expired"] = app.test_client().get(path)
    clock.set_to(NOW)
    with guard.acting(people.rae), transaction():
        links.revoke(people.rae, actor.client_id, actor.link_id)
    bodies["revoked"] = app.test_client().get(path)
    texts = {re.sub(r'nonce="[^"]+"', "", answer.text) for answer in bodies.values()}
    assert {answer.status_code for answer in bodies.values()} == {404} and len(texts) == 1
    assert "(01) 555 0100" in bodies["revoked"].text and "Annika" not in bodies["revoked"].text
    for rest in ("/part/heart", "/review", "/thanks"):
        assert app.test_client().get(path + rest).status_code == 404
        if rest != "/thanks":
            assert app.test_client().post(path + rest).status_code == 404


def test_trying_addresses_is_throttled_but_not_for_a_known_device(form, app):
    path, _actor = form
    known = begun(app.test_client(), path)
    stranger = app.test_client()
    for _time in range(links.TRIES_UNKNOWN):
        assert stranger.get("/f/guess").status_code == 404
    assert stranger.get("/f/guess").status_code == 429
    assert stranger.get(path).status_code == 429
    assert known.get(f"{path}/part/visit").status_code == 200
    clock.set_to(NOW + links.WINDOW + timedelta(seconds=1))
    assert stranger.get(path).status_code == 200


def test_one_network_is_one_who_tries(form, app):
    """A household of IPv6 has more addresses than anybody can count."""
    path, _actor = form
    for number in range(links.TRIES_UNKNOWN):
        app.test_client().get("/f/guess", environ_base={"REMOTE_ADDR": f"2001:db8:1:1::{number:x}"})
    assert app.test_client().get(path, environ_base={"REMOTE_ADDR": "2001:db8:1:1:ffff::1"}).status_code == 429
    assert app.test_client().get(path, environ_base={"REMOTE_ADDR": "2001:db8:1:2::1"}).status_code == 200


@pytest.mark.requirement("csp", "no-store")
def test_headers_keep_it_to_itself(form, client):
    path, _actor = form
    begun(client, path)
    answer = client.get(f"{path}/part/heart")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    hrefs = set(re.findall(r'(?:href|src|action)="([^"]+)"', answer.text))
    assert all(one.startswith((path, "/static/", "tel:", "#")) for one in hrefs), hrefs
    assert "style=" not in answer.text and "Sign out" not in answer.text and "Shortcuts" not in answer.text


def test_a_staff_browser_acts_as_the_link_there(as_person, people, form):
    path, actor = form
    browser = begun(as_person("theo"), path)
    browser.post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    page = browser.get(f"{path}/part/agree")
    assert "Zebrafinch" in page.text and "Theo" not in page.text and "Sign out" not in page.text
    assert browser.get("/").status_code == 200
    with guard.acting(people.system):
        opened = db.session.scalars(select(AuditRow).where(AuditRow.action == "intake.open")).one()
        assert (opened.actor_kind, opened.actor_id, opened.facts["link_id"]) == ("link", None, actor.link_id)


@pytest.mark.requirement("no-clinical-at-desk")
@pytest.mark.parametrize("name", ["rae", "olive", "bo"])
def test_in_the_browser_of_who_reads_no_charts_it_stays_shut(as_person, client, people, form, name):
    """The desk makes the address and knows the birth date: it would read what was typed, and said last time."""
    path, _actor = form
    begun(client, path).post(f"{path}/save/agree", data={"q-boundaries": "Zebrafinch"})
    staff = as_person(name)
    answers = [staff.get(path), staff.post(path, data={"birth_date": "21 Feb 1988"}), staff.get(f"{path}/part/agree")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert "on the client’s own device" in answers[0].text
    assert not any("Zebrafinch" in answer.text for answer in answers)
    assert "Zebrafinch" in client.get(f"{path}/part/agree").text


def test_a_change_needs_its_token(form, client):
    path, _actor = form
    answer = client.post(path, csrf=False)
    assert answer.status_code == 400 and "open too long" in answer.text and "Back to the form" in answer.text
    assert 'href="/"' not in answer.text


def test_a_tablet_just_handed_over_opens_whoever_tries_links_next_door(people, app):
    ann = intake.client_of(people, "theo", born_on=date(1988, 2, 21))
    stranger = app.test_client()
    for _time in range(links.TRIES_UNKNOWN + 1):
        last = stranger.get("/f/guess")
    assert last.status_code == 429
    _actor, secret = intake.address(people, ann, way=Way.TABLET)
    assert app.test_client().get(f"/f/{secret}").status_code == 200
