"""The second step on the web: setting it up, signing in with it, and who has to have one by when."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.accounts.models import SignIn
from practice.accounts.queries import get_user
from practice.accounts.services import second_step
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db, transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.accounts.test_second_step import code_of, demand, later, password_of, set_up
from tests.personas import NOW


def enter(browser, name: str, **options):
    return browser.post("/sign-in", data=password_of(name), **options)


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


def set_up_on_the_page(browser, address: str = "/account/second-step/"):
    """Scan the picture's key, type a code of it; gives the key and the answer."""
    page = browser.get(address).text
    key = re.search(r'app-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    offer = re.search(r'name="offer"[^>]*value="([0-9a-f]+)"', page)[1]
    return key, browser.post(address, data={"offer": offer, "code": code_of(key)})


@pytest.mark.requirement("second-factor")
def test_set_up_and_sign_in_with_it(as_person, app):
    theo = as_person("theo")
    key, answer = set_up_on_the_page(theo)
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)
    assert len(codes) == 10 and codes[0] not in theo.get("/account/").text
    other = app.test_client()
    answer = enter(other, "theo", query_string={"next": "/notes/"})
    assert answer.headers["Location"] == "/sign-in/code?next=/notes/" and not is_in(other)
    assert other.post("/sign-in/code", data={"code": "000000"}).status_code == 422 and not is_in(other)
    with later(1):
        answer = other.post("/sign-in/code?next=/notes/", data={"code": code_of(key)})
        assert answer.headers["Location"] == "/notes/" and is_in(other)
        with other.session_transaction() as session:
            assert "step" not in session
    third = app.test_client()
    enter(third, "theo")
    assert third.post("/sign-in/code", data={"code": codes[0]}).status_code == 302 and is_in(third)
    assert "9 recovery codes left" in third.get("/account/").text


@pytest.mark.requirement("second-factor")
def test_without_the_password_there_is_no_second_step(app, people):
    set_up(people.theo, second_step.new_secret())
    stranger = app.test_client()
    assert stranger.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert stranger.post("/sign-in/code", data={"code": "000000"}).headers["Location"] == "/sign-in"


@pytest.mark.requirement("second-factor")
def test_who_is_no_longer_let_in_is_not_let_in_by_a_code(app, people):
    key = second_step.new_secret()
    codes = set_up(people.theo, key)
    browser = app.test_client()
    enter(browser, "theo")
    with guard.acting(people.system), transaction():
        user = get_user(people.theo.user_id)
        user.is_active = False
        audit.record(people.system, "user.change", user)
    assert browser.post("/sign-in/code", data={"code": codes[0]}).headers["Location"] == "/sign-in"
    assert not is_in(browser)
    with guard.acting(people.system):
        assert db.session.scalars(select(SignIn)).all() == []


def test_the_picture_holds_the_key_and_a_wrong_code_keeps_it(as_person):
    theo = as_person("theo")
    page = theo.get("/account/second-step/").text
    assert 'src="data:image/svg+xml' in page and "otpauth://totp/Linden%20Lane%20Massage:theo%40example.com" in page
    key, offer = re.search(r'app-key">([A-Z2-7 ]+)<', page)[1], re.search(r'name="offer"[^>]*value="(\w+)"', page)[1]
    again = theo.post("/account/second-step/", data={"offer": offer, "code": "000000"})
    assert again.status_code == 422 and key in again.text
    broken = theo.post("/account/second-step/", data={"offer": offer[:-2], "code": code_of(key.replace(" ", ""))})
    assert broken.status_code == 422 and key not in broken.text


@pytest.mark.requirement("second-factor")
def test_an_owner_has_seven_days_in_a_new_practice(app, people):
    demand(people)
    olive, theo = app.test_client(), app.test_client()
    enter(olive, "olive")
    assert "24 Nov 2026" in olive.get("/account/").text, "told at the door"
    with clock.frozen(NOW + timedelta(days=6, hours=23)):
        enter(olive, "olive")
        assert olive.get("/setup/").status_code == 200
    with clock.frozen(NOW + timedelta(days=8)):
        enter(olive, "olive"), enter(theo, "theo")
        assert theo.get("/notes/").status_code == 200, "others may, and need not"
        for address in ("/", "/setup/", "/account/", "/account/pin", "/reports/"):
            assert olive.get(address).headers["Location"] == "/account/second-step/", address
        page = olive.get("/account/second-step/").text
        assert "Set up your second step" in page and 'class="nav"' not in page
        assert set_up_on_the_page(olive)[1].status_code == 200
        assert olive.get("/setup/").status_code == 200
        olive.post("/account/second-step/out")
        assert "Your role needs a second step" in olive.get("/account/").text


@pytest.mark.requirement("second-factor")
def test_the_practice_may_ask_it_of_everybody(app, people, as_person):
    olive, rae = as_person("olive"), as_person("rae")
    page = olive.get("/setup/practice/").text
    names = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    assert "Everybody needs a second step" in page and names
    demand(people, has_second_step_for_all=True)
    assert rae.get("/clients/").status_code == 200
    with clock.frozen(NOW + timedelta(days=8)):
        enter(rae, "rae")
        assert rae.get("/clients/").headers["Location"] == "/account/second-step/"


@pytest.mark.requirement("second-factor")
def test_asking_it_of_everybody_gives_an_owner_who_owes_it_no_new_week(app, people):
    demand(people)
    with clock.frozen(NOW + timedelta(days=8)):
        with guard.acting(people.olive), transaction():
            change_settings(people.olive, version=get_practice().version, has_second_step_for_all=True)
        olive, rae = app.test_client(), app.test_client()
        enter(olive, "olive"), enter(rae, "rae")
        assert olive.get("/clients/").headers["Location"] == "/account/second-step/"
        assert rae.get("/clients/").status_code == 200 and "2 Dec 2026" in rae.get("/account/").text
    with clock.frozen(NOW + timedelta(days=16)):
        enter(rae, "rae")
        assert rae.get("/clients/").headers["Location"] == "/account/second-step/"


def test_a_therapist_takes_it_out_and_gets_new_codes(as_person, app):
    theo = as_person("theo")
    assert theo.post("/account/second-step/codes").status_code == 302, "nothing to renew yet"
    set_up_on_the_page(theo)
    fresh = theo.post("/account/second-step/codes")
    assert len(re.findall(r"<code>\w{5}-\w{5}</code>", fresh.text)) == 10
    assert theo.post("/account/second-step/out").headers["Location"] == "/account/"
    assert enter(app.test_client(), "theo").headers["Location"] == "/"
