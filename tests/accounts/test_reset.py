"""A new password by a link: once, for a while, for one person, and without telling who signs in here."""
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Attempt, Ticket, User
from practice.accounts.services import reset, second_step, signing_in, users
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden
from practice.outbox.letter import MailServer
from practice.outbox.models import Message
from tests.personas import NOW, PASSWORD

NEW = "a walk by the river"


@pytest.fixture
def mail(app, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_SERVER", MailServer("127.0.0.1", 1, "desk@example.com"))


def link_on_the_page(olive, user_id: int) -> str:
    page = olive.post(f"/setup/staff/{user_id}/link").text
    return re.search(r"http://localhost(/reset/[\w-]{43})<", page)[1]


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


def enter(browser, name: str, password: str):
    return browser.post("/sign-in", data={"email": f"{name}@example.com", "password": password})


def mails(people) -> list[tuple[str, str]]:
    with guard.acting(people.system):
        found = [(f"{row.from_name} to {row.to_address}", row.body)
                 for row in db.session.scalars(select(Message).order_by(Message.id))]
        db.session.rollback()
        return found


@pytest.mark.requirement("password-reset")
def test_an_owners_link_works_once_and_ends_every_sign_in(as_person, people, app):
    olive, rae, stranger = as_person("olive"), as_person("rae"), app.test_client()
    link = link_on_the_page(olive, people.rae.user_id)
    assert is_in(rae), "nothing has changed before it is used"
    assert stranger.get(link).status_code == 200
    assert stranger.post(link, data={"password": "short"}).status_code == 422
    assert stranger.post(link, data={"password": "adeyemi walks far"}).status_code == 422
    assert stranger.post(link, data={"password": PASSWORD}).status_code == 422
    assert stranger.post(link, data={"password": NEW}).headers["Location"] == "/sign-in"
    assert not is_in(rae) and not is_in(stranger), "a link is not a sign-in"
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, data={"password": "another walk by the sea"}).status_code == 404
    assert enter(stranger, "rae", PASSWORD).status_code == 422
    assert enter(stranger, "rae", NEW).status_code == 302 and is_in(stranger)


@pytest.mark.requirement("password-reset")
def test_it_is_over_after_a_day_and_kept_as_a_hash(as_person, people, app):
    link = link_on_the_page(as_person("olive"), people.rae.user_id)
    with guard.acting(people.system):
        kept = db.session.scalars(select(Ticket.secret_hash)).one()
        db.session.rollback()
    assert link.rpartition("/")[2] not in kept and len(kept) == 64
    with clock.frozen(NOW + reset.HANDED_LASTS + timedelta(seconds=1)):
        assert app.test_client().get(link).status_code == 404
    assert app.test_client().get("/reset/" + "x" * 43).status_code == 404


@pytest.mark.requirement("password-reset")
def test_it_leaves_the_second_step_where_it_is(as_person, people, app):
    with guard.acting(people.theo), transaction():
        secret = second_step.new_secret()
        second_step.set_up(people.theo, secret, pyotp.TOTP(secret).at(clock.now()))
    link, browser = link_on_the_page(as_person("olive"), people.theo.user_id), app.test_client()
    browser.post(link, data={"password": NEW})
    assert enter(browser, "theo", NEW).headers["Location"] == "/sign-in/code"


def test_not_for_oneself_not_for_the_disabled_and_by_owners_only(people, acting):
    acting(people.olive)
    with pytest.raises(users.OwnPassword), transaction():
        reset.make_link(people.olive, people.olive.user_id)
    user = users.get_user(people.bo.user_id)
    given = {"name": user.name, "email": user.email, "roles": people.bo.roles, "version": user.version}
    with transaction():
        secret = reset.make_link(people.olive, people.bo.user_id)
        users.change_user(people.olive, people.bo.user_id, **given, is_active=False)
    with pytest.raises(reset.NotSigningIn), transaction():
        reset.make_link(people.olive, people.bo.user_id)
    with guard.acting(people.system), pytest.raises(reset.LinkOver), transaction():
        reset.choose(secret, NEW, "")
    with guard.acting(people.rae), pytest.raises(Forbidden), transaction():
        reset.make_link(people.rae, people.theo.user_id)


@pytest.mark.requirement("same-answer")
def test_who_forgot_gets_a_link_and_nobody_learns_who_signs_in(app, people, mail):
    said = []
    for email in (" RAE@example.com", "nobody@example.com", "bo@example.com\t"):
        browser = app.test_client()
        answer = browser.post("/forgot", data={"email": email})
        page = browser.get(answer.headers["Location"]).text
        said.append((answer.status_code, re.sub(r'nonce="[^"]+"|value="[^"]+"', "", page)))
    assert len(set(said)) == 1 and "If somebody signs in" in said[0][1]
    sent = mails(people)
    assert [to for to, _body in sent] == [
        "Linden Lane Massage to rae@example.com", "Linden Lane Massage to bo@example.com"]
    link, browser = re.search(r"/reset/[\w-]{43}", sent[0][1])[0], app.test_client()
    assert browser.post(link, data={"password": NEW}).status_code == 302
    assert enter(browser, "rae", NEW).status_code == 302
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(Ticket.id)).where(Ticket.user_id.is_(None))) == 1, "the same work"


@pytest.mark.requirement("sign-in-brake")
def test_asking_for_links_is_braked_without_a_word(app, people, mail):
    for _try in range(signing_in.TRIES_HERE + 3):
        assert app.test_client().post("/forgot", data={"email": "rae@example.com"}).status_code == 302
    assert len(mails(people)) == signing_in.TRIES_HERE


@pytest.mark.requirement("sign-in-brake")
def test_a_stranger_who_keeps_asking_fills_no_table_and_brakes_nobody_for_longer(app, people, mail):
    for minute in range(signing_in.TRIES_HERE + 4):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            app.test_client().post("/forgot", data={"email": "rae@example.com"})
    with guard.acting(people.system):
        for model, rows in ((Ticket, 1), (Attempt, 2), (AuditRow, 1)):
            table, asked = model.__table__, signing_in.TRIES_HERE
            found = select(func.count()).select_from(table)
            found = found.where(table.c.action == "user.forgot") if model is AuditRow else found
            assert db.session.connection().execute(found).scalar() == rows * asked, model
    with clock.frozen(NOW + signing_in.WINDOW + timedelta(minutes=1)):
        app.test_client().post("/forgot", data={"email": "rae@example.com"}, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert len(mails(people)) == signing_in.TRIES_HERE + 1


@pytest.mark.requirement("sign-in-brake")
def test_strangers_who_ask_brake_strangers_and_not_the_person(app, people, mail):
    home = {"REMOTE_ADDR": "192.0.2.50"}
    app.test_client().post("/sign-in", data={"email": "rae@example.com", "password": PASSWORD}, environ_base=home)
    for number in range(signing_in.TRIES_HERE + 2):
        app.test_client().post("/forgot", data={"email": "rae@example.com"},
                               environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
    assert len(mails(people)) == signing_in.TRIES_HERE
    for _try in range(signing_in.TRIES_HERE + 2):
        app.test_client().post("/forgot", data={"email": "rae@example.com"}, environ_base=home)
    assert len(mails(people)) == 2 * signing_in.TRIES_HERE


def test_without_a_mail_server_nobody_is_sent_anywhere(app, people):
    assert app.test_client().get("/forgot").status_code == 404
    assert "/forgot" not in app.test_client().get("/sign-in").text


def test_an_owner_sends_it_by_mail(as_person, people, mail):
    answer = as_person("olive").post(f"/setup/staff/{people.rae.user_id}/link", data={"by": "mail"})
    assert answer.status_code == 302
    (to, body), = mails(people)
    assert to == "Linden Lane Massage to rae@example.com" and re.search(r"http://localhost/reset/[\w-]{43}", body)
    for actor in (people.rae, people.bo, people.olive):
        with guard.acting(actor):
            assert db.session.scalars(select(Message)).all() == [], "the house's own: it opens somebody's sign-in"


def test_who_sits_at_the_server_lets_the_only_owner_in(people, app):
    with guard.acting(people.olive), transaction():
        secret = second_step.new_secret()
        second_step.set_up(people.olive, secret, pyotp.TOTP(secret).at(clock.now()))
    with guard.acting(people.system), pytest.raises(reset.NotSigningIn), transaction():
        reset.let_in("nobody@example.com")
    with guard.acting(people.system), transaction():
        link = reset.let_in(" Olive@example.com", without_second_step=True)
    browser = app.test_client()
    browser.post(f"/reset/{link}", data={"password": NEW})
    assert enter(browser, "olive", NEW).headers["Location"] == "/" and is_in(browser)


@pytest.mark.requirement("password-common")
def test_the_practices_own_name_is_no_password(as_person, people):
    rae = as_person("rae")
    for password in ("my linden tree house", "the best massages"):
        answer = rae.post("/account/password", data={"current": PASSWORD, "password": password})
        assert answer.status_code == 422 and "easy to guess" in answer.text
    with guard.acting(people.system):
        assert db.session.scalar(select(User.must_change_password).where(User.id == people.rae.user_id)) is False


@pytest.mark.requirement("password-reset")
@pytest.mark.parametrize("change", ["password", "reset", "address", "step"])
def test_a_change_of_what_lets_one_in_takes_back_links_and_half_sign_ins(people, change):
    """The link in the mail, and the ticket of who has typed the password but not the code."""
    with guard.acting(people.system), transaction():
        link = reset.make_link(people.system, people.rae.user_id)
        step = second_step.ask(people.rae.user_id)
        other = second_step.ask(people.theo.user_id)
    actor = people.rae if change == "password" else people.olive
    with guard.acting(actor), transaction():
        user = users.get_user(people.rae.user_id)
        match change:
            case "password":
                users.change_password(actor, current=PASSWORD, new=NEW)
            case "reset":
                users.reset_password(actor, user.id)
            case "address":
                users.change_user(actor, user.id, name=user.name, email="rae@example.net", roles=people.rae.roles,
                                  is_active=True, version=user.version)
            case "step":
                second_step.take_out_of(actor, user.id)
    with guard.acting(people.system):
        with pytest.raises(reset.LinkOver), transaction():
            reset.whose(link)
        with pytest.raises(second_step.StepOver), transaction():
            second_step.whose(step)
        with transaction():
            assert second_step.whose(other) == people.theo.user_id, "a colleague's stays"
