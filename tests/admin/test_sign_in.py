"""The door: what a cookie is worth and for how long, where one lands, and that a form needs its token."""
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix

from practice.access import guard
from practice.access.roles import Role
from practice.accounts.models import SignIn
from practice.accounts.queries import get_user
from practice.accounts.services import users
from practice.accounts.services.signing_in import TRIES_HERE
from practice.admin import proof
from practice.core import clock
from practice.core.db import db, transaction
from tests.personas import PASSWORD
from tests.plugins.people import sign_in


@pytest.fixture
def door(app, people):
    """A browser in front of the door."""
    return app.test_client()


def enter(browser, email="rae@example.com", password=PASSWORD, **options):
    return browser.post("/sign-in", data={"email": email, "password": password}, **options)


def cookie(browser, app) -> str:
    return browser.get_cookie(app.config["SESSION_COOKIE_NAME"]).value


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


def change(people, who: str, **values) -> None:
    with guard.acting(people.olive):
        user = get_user(getattr(people, who).user_id)
        given = {"name": user.name, "email": user.email, "roles": {row.role for row in user.roles},
                 "is_active": True, "version": user.version} | values
        user_id = user.id
        with transaction():
            users.change_user(people.olive, user_id, **given)


def test_in_and_out(door, app):
    assert door.get("/account/").headers["Location"].startswith("/sign-in")
    assert enter(door).status_code == 302 and is_in(door)
    assert door.get("/sign-in").status_code == 302
    assert door.post("/sign-out").status_code == 302 and not is_in(door)


@pytest.mark.requirement("same-answer")
def test_unknown_wrong_and_disabled_get_the_same_answer(door, people):
    change(people, "bo", is_active=False)
    answers = [enter(door, email, password) for email, password in (
        ("nobody@example.com", PASSWORD), ("rae@example.com", "wrong horse battery"), ("bo@example.com", PASSWORD))]
    assert {answer.status_code for answer in answers} == {422}
    pages = {answer.get_data(as_text=True).replace(email, "E").count("do not fit together")
             for answer, email in zip(answers, ("nobody@", "rae@", "bo@"), strict=True)}
    assert pages == {1}


@pytest.mark.requirement("roles-act-at-once", "same-answer")
@pytest.mark.parametrize("name", ["check_password", "by_passkey"])
def test_access_taken_between_the_proof_and_the_sign_in(door, people, monkeypatch, name):
    def shown_and_disabled(*_given):
        change(people, "rae", is_active=False)
        return people.rae.user_id

    monkeypatch.setattr(proof, name, shown_and_disabled)
    answer = door.post("/sign-in", data={"email": "rae@example.com", "password": PASSWORD} | (
        {"credential": "{}"} if name == "by_passkey" else {}))
    assert answer.status_code == 422 and "do not fit together" in answer.text and not is_in(door)
    with guard.acting(people.system):
        assert db.session.scalars(select(SignIn)).all() == []


@pytest.mark.requirement("secrets")
def test_a_new_secret_key_signs_nobody_out(door, app, monkeypatch):
    enter(door)
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.config["SECRET_KEY"]])
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, " * 4)
    assert is_in(door) and door.post("/account/sign-ins/end").status_code == 302
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    monkeypatch.setitem(app.config, "SECRET_KEY", "a third one, " * 4)
    assert not is_in(door)


@pytest.mark.requirement("anonymous")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_is_unknown_leads_nowhere(door, method):
    for address in ("/", "/clients/1", "/sign-out", "/clients/1/rights/erase"):
        assert door.open(address, method=method).status_code == 405
    assert door.get("/no-such-page").status_code == 302


def test_what_was_typed_stays_but_the_password(door):
    page = enter(door, password="wrong horse battery").get_data(as_text=True)
    assert "rae@example.com" in page and "wrong horse" not in page


@pytest.mark.requirement("sign-in-brake")
def test_the_brake_holds_the_right_password_too(door):
    for _try in range(TRIES_HERE):
        enter(door, " RAE@example.com", "wrong horse battery")
    answer = enter(door)
    assert answer.status_code == 422 and "Too many tries" in answer.get_data(as_text=True)
    answer = enter(door, headers={"X-Forwarded-For": "198.51.100.9"})
    assert answer.status_code == 422, "the address is not what the visitor says it is"


@pytest.mark.requirement("sign-in-brake")
def test_behind_a_proxy_what_the_visitor_writes_before_it_changes_nothing(door, app, monkeypatch):
    """The proxy adds the address it sees at the end; only that one is believed."""
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1))
    for number in range(TRIES_HERE):
        enter(door, password="wrong horse battery",
              headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7", "Forwarded": f"for=198.51.100.{number}",
                       "X-Real-IP": f"198.51.100.{number}", "Client-IP": f"198.51.100.{number}"})
    refused = enter(door, headers={"X-Forwarded-For": "198.51.100.99, 203.0.113.7"})
    assert refused.status_code == 422 and "Too many tries" in refused.text
    assert enter(door, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 302


@pytest.mark.requirement("session-rotates")
def test_the_cookie_changes_at_sign_in(door, app):
    door.get("/sign-in")
    with door.session_transaction() as session:
        session["planted"] = "yes"
    before = cookie(door, app)
    enter(door)
    assert cookie(door, app) != before
    with door.session_transaction() as session:
        assert "planted" not in session and set(session) <= {"_user_id", "_fresh", "_id", "csrf_token", "_flashes"}


@pytest.mark.requirement("sign-out")
def test_a_copied_cookie_dies_with_the_sign_out(door, app):
    enter(door)
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie(door, app))
    assert is_in(thief)
    door.post("/sign-out")
    assert not is_in(thief)


@pytest.mark.requirement("cookie")
def test_cookie_flags(door, app):
    sent = enter(door).headers["Set-Cookie"]
    assert "HttpOnly" in sent and "SameSite=Lax" in sent


@pytest.mark.requirement("roles-act-at-once")
def test_disabling_and_new_roles_act_on_the_next_click(door, people):
    enter(door, "theo@example.com")
    assert door.get("/setup/").status_code == 403
    change(people, "theo", is_active=False)
    assert not is_in(door)
    change(people, "theo", roles={Role.THERAPIST, Role.OWNER})
    assert not is_in(door), "the old sign-in stays ended"
    enter(door, "theo@example.com")
    assert door.get("/setup/").status_code == 200


@pytest.mark.requirement("session-ends")
def test_it_ends_when_idle_and_not_before(door, app):
    idle, start = app.config["IDLE_TIMEOUT"], clock.now()
    enter(door)
    minute = timedelta(minutes=1)
    with clock.frozen(start + idle - minute):
        assert is_in(door)
    with clock.frozen(start + 2 * idle - 3 * minute):
        assert is_in(door), "used in between"
    with clock.frozen(start + 3 * idle):
        assert not is_in(door)


@pytest.mark.requirement("session-ends")
def test_what_the_page_fetches_by_itself_is_no_use(door, app):
    idle, start = app.config["IDLE_TIMEOUT"], clock.now()
    enter(door)
    with clock.frozen(start + idle - timedelta(minutes=1)):
        assert door.get("/account/", headers={"X-Background": "1"}).status_code == 200
    with clock.frozen(start + idle + timedelta(minutes=1)):
        assert not is_in(door)


@pytest.mark.requirement("session-ends")
def test_it_ends_after_a_day_of_work_however_busy(door, app):
    start, longest = clock.now(), app.config["SESSION_LIFETIME"]
    enter(door)
    step = app.config["IDLE_TIMEOUT"] * 2 // 3
    elapsed = step
    while elapsed < longest:
        with clock.frozen(start + elapsed):
            assert is_in(door), elapsed
        elapsed += step
    with clock.frozen(start + longest + timedelta(seconds=1)):
        assert not is_in(door)


@pytest.mark.requirement("no-open-redirect")
@pytest.mark.parametrize("target", [
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example", "http:evil.example", "javascript:alert(1)", "%2f%2fevil.example", " //evil.example",
    "/\n/evil.example", "https:///evil.example", "evil.example", "/a\\..\\evil"])
def test_nobody_is_sent_elsewhere(door, target):
    answer = enter(door, query_string={"next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_one_lands_where_one_wanted_to_go(door):
    away = door.get("/account/password?x=1").headers["Location"]
    answer = door.post(away, data={"email": "rae@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/password?x=1"


def test_who_sent_a_form_after_the_end_lands_on_its_page(door):
    away = door.post("/notes/7/edit", data={"do": "sign", "subjective": "long"}).headers["Location"]
    assert away.startswith("/sign-in?") and "subjective" not in away
    answer = door.post(away, data={"email": "rae@example.com", "password": PASSWORD})
    assert answer.headers["Location"] == "/notes/7/edit"
    door.post("/sign-out")
    assert door.post("/notes/7/save").headers["Location"] == "/sign-in", "there is no such page to open"


def test_signing_in_needs_the_token_of_the_page(door, app):
    for csrf in (False, True):
        answer = enter(door, csrf=csrf)
        assert answer.status_code == (302 if csrf else 400)


@pytest.mark.requirement("sign-out")
def test_signing_out_needs_the_token_too(door):
    enter(door)
    assert door.post("/sign-out", csrf=False).status_code == 400 and is_in(door)
    assert door.get("/sign-out").status_code == 405


@pytest.mark.requirement("password-reset")
def test_who_must_choose_a_password_gets_nowhere_else(door, people):
    with guard.acting(people.olive), transaction():
        temporary = users.reset_password(people.olive, people.rae.user_id)
    enter(door, password=temporary)
    for method in (door.get, door.post):
        for path in ("/", "/account/", "/clients/", "/setup/staff/1"):
            answer = method(path)
            assert answer.status_code == 302 and answer.headers["Location"] == "/account/password", path
    page = door.get("/account/password").get_data(as_text=True)
    assert "Choose your own password" in page and 'class="nav"' not in page
    data = {"current": temporary, "password": "a walk by the river"}
    assert door.post("/account/password", data=data | {"password": temporary}).status_code == 422
    assert door.post("/account/password", data=data).status_code == 302
    assert door.get("/").status_code == 200


@pytest.mark.requirement("audit-complete")
def test_start_end_and_failure_are_recorded(door, people):
    from sqlalchemy import select

    from practice.audit.models import AuditRow

    enter(door, password="wrong horse battery")
    enter(door)
    door.post("/sign-out")
    with guard.acting(people.system):
        actions = db.session.scalars(select(AuditRow.action).order_by(AuditRow.id.desc()).limit(3)).all()
        assert actions == ["sign_in.end", "sign_in.start", "sign_in.fail"]
        row = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
        assert row.ended_at is not None and len(row.secret_hash) == 64


def test_the_page_says_how_long_a_sign_in_lasts_and_is_not_kept(door):
    answer = door.get("/sign-in")
    assert "Signed out after 15 minutes without work." in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_frame_leads_to_the_account(app, people):
    page = sign_in(app.test_client(), "rae").get("/account/").get_data(as_text=True)
    assert 'href="/account/"' in page and "Your account: Rae Adeyemi, Reception" in page
