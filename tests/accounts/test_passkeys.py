"""Passkeys: what a device signed opens once, here, for its own person; everything else opens nothing."""
import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.accounts.models import Passkey, SignIn, Ticket
from practice.accounts.queries import get_user, passkeys_of
from practice.accounts.services import passkeys, pins, reset, second_step, signing_in, users
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import NotFound
from tests.factories.passkeys import PRESENT, VERIFIED, Device
from tests.personas import NOW, PASSWORD, open_house

PLACE = passkeys.Place("localhost", "http://localhost")


def add(people, name: str, device: Device, **how) -> None:
    actor = getattr(people, name)
    with guard.acting(people.system):
        with transaction():
            options = passkeys.begin_adding(actor, PLACE, "Linden Lane")
        with transaction():
            passkeys.add(actor, device.make(options, **how), "The phone", PLACE)


@pytest.fixture
def theo(people) -> Device:
    """Theo's phone."""
    device = Device()
    add(people, "theo", device)
    return device


@pytest.mark.requirement("passkeys")
def test_two_taken_out_at_once_leave_none(cloned_database):
    clock.set_to(NOW)
    people, app = open_house(), cloned_database.app
    add(people, "theo", Device())
    add(people, "theo", Device())
    with guard.acting(people.theo):
        first, second = (row.id for row in passkeys_of(people.theo.user_id))

    def work():
        with app.app_context(), guard.acting(people.theo), transaction():
            passkeys.take_out(people.theo, second)

    other = threading.Thread(target=work)
    with guard.acting(people.theo), transaction():
        passkeys.take_out(people.theo, first)
        other.start()
        other.join(0.3)
    other.join()
    with guard.acting(people.theo):
        assert passkeys_of(people.theo.user_id) == [] and not get_user(people.theo.user_id).has_passkey


def ask(people, user_id: int | None = None) -> str:
    with guard.acting(people.system), transaction():
        return passkeys.begin(PLACE, "192.0.2.1", user_id)


def check(people, credential: str, user_id: int | None = None) -> int:
    with guard.acting(people.system), transaction():
        return passkeys.check(credential, PLACE, "192.0.2.1", user_id)


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


@pytest.mark.requirement("passkeys")
@pytest.mark.parametrize("counts", [True, False])
def test_it_opens_once(people, counts):
    """Also with a device that does not count its uses, as many do."""
    theo = Device(counts=counts)
    add(people, "theo", theo)
    shown = theo.show(ask(people))
    assert check(people, shown) == people.theo.user_id
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, shown)


@pytest.mark.requirement("passkeys")
@pytest.mark.parametrize("how", [{"origin": "https://evil.example"}, {"origin": "http://localhost:8000"},
                                 {"flags": PRESENT}, {"flags": 0}, {"flags": VERIFIED}])
def test_another_address_or_an_unproved_finger_opens_nothing(people, theo, how):
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(ask(people), **how))
    other = Device()
    with pytest.raises(passkeys.PasskeyRefused):
        add(people, "tara", other, **how)


@pytest.mark.requirement("passkeys")
def test_a_copied_device_another_key_and_an_old_challenge_open_nothing(people, theo):
    check(people, theo.show(ask(people)))
    theo.count -= 1  # a copy made before
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(ask(people)))
    theo.count += 5
    thief = Device()
    thief.id = theo.id
    elsewhere = Device(host="evil.example")
    for device in (thief, elsewhere, Device()):
        with pytest.raises(passkeys.PasskeyRefused):
            check(people, device.show(ask(people)))
    options = ask(people)
    with clock.frozen(NOW + passkeys.LASTS + timedelta(seconds=1)), pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(options))
    made_up = json.dumps({"challenge": "bm90aGluZw"})
    junk = json.dumps(json.loads(theo.show(ask(people))) | {"id": "\x00"})
    for words in (theo.show(made_up), junk, "", "{}", "[]", "null", '{"response": {"clientDataJSON": "%"}}', "x" * 900):
        with pytest.raises(passkeys.PasskeyRefused):
            check(people, words)


@pytest.mark.requirement("passkeys")
def test_it_belongs_to_one_person(people, theo, acting):
    tara = Device()
    add(people, "tara", tara)
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, tara.show(ask(people)), people.theo.user_id)
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, tara.show(ask(people, people.theo.user_id)))
    with pytest.raises(passkeys.PasskeyRefused):
        add(people, "tara", theo)  # a key that is somebody's already
    with guard.acting(people.system):
        row_id = db.session.scalar(select(Passkey.id).where(Passkey.user_id == people.theo.user_id))
        db.session.rollback()
    acting(people.tara)
    with pytest.raises(NotFound), transaction():
        passkeys.take_out(people.tara, row_id)


def test_taken_out_it_opens_nothing(people, theo):
    with guard.acting(people.theo), transaction():
        passkeys.take_out(people.theo, db.session.scalars(select(Passkey.id)).one())
    with guard.acting(people.system):
        assert not get_user(people.theo.user_id).has_passkey
        assert db.session.scalars(select(AuditRow.action).order_by(AuditRow.id.desc())).first() == "passkey.out"
        db.session.rollback()
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(ask(people)))


def test_who_may_not_sign_in_does_not(people, theo, acting):
    acting(people.olive)
    user = get_user(people.theo.user_id)
    with transaction():
        users.change_user(people.olive, user.id, name=user.name, email=user.email, roles=people.theo.roles,
                          is_active=False, version=user.version)
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(ask(people)))


@pytest.mark.requirement("passkeys", "password-reset")
@pytest.mark.parametrize("way", ["link", "password", "step"])
def test_who_gets_another_way_in_has_no_passkeys_left(people, theo, as_person, way):
    """The device may be what was lost; with another password the PIN of before opens nothing either."""
    add(people, "tara", Device())
    with guard.acting(people.theo), transaction():
        pins.set_pin(people.theo, "2846")
    assert "Take the passkeys out" in as_person("olive").get(f"/setup/staff/{people.theo.user_id}").text
    with guard.acting(people.system), transaction():
        match way:
            case "link":
                secret = reset.make_link(people.system, people.theo.user_id)
                reset.choose(secret, "a walk by the river", "192.0.2.1")
            case "password":
                users.reset_password(people.system, people.theo.user_id)
            case "step":
                second_step.take_out_of(people.system, people.theo.user_id)
    with pytest.raises(passkeys.PasskeyRefused):
        check(people, theo.show(ask(people)))
    with guard.acting(people.system):
        user = get_user(people.theo.user_id)
        assert not user.has_passkey and (user.pin_hash is None) == (way != "step")
        assert db.session.scalars(select(Passkey.user_id)).all() == [people.tara.user_id], "a colleague's stay"


@pytest.mark.requirement("passkeys", "proved-again")
def test_on_the_web_at_the_door_at_the_lock_and_to_show_it_again(people, theo, app):
    tablet = app.test_client()
    options = tablet.post("/passkey").text
    assert tablet.post("/sign-in", data={"credential": theo.show(options)}).headers["Location"] == "/" and is_in(tablet)
    tablet.post("/lock")
    assert not is_in(tablet)
    tara = Device()
    add(people, "tara", tara)
    assert tablet.post("/unlock", data={"credential": tara.show(tablet.post("/passkey").text)}).status_code == 422
    assert not is_in(tablet)
    with clock.frozen(NOW + timedelta(minutes=30)):
        answer = tablet.post("/unlock", data={"credential": theo.show(tablet.post("/passkey?mine=1").text)},
                             headers={"Accept": "application/json"})
        assert answer.status_code == 204 and is_in(tablet)
        assert tablet.get("/account/passkeys/").status_code == 200, "shown a moment ago"
        with clock.frozen(NOW + timedelta(minutes=41)):
            assert tablet.post("/account/second-step/codes").status_code == 403
            shown = theo.show(tablet.post("/passkey?mine=1").text)
            assert "comes by itself" in tablet.post("/prove", data={"credential": shown}).text
    with guard.acting(people.system):
        assert db.session.scalars(select(SignIn)).one().ended_at is None


@pytest.mark.requirement("passkeys", "audit-complete")
def test_what_opens_nothing_is_written_down(people, theo, app):
    door = app.test_client()
    answer = door.post("/sign-in", data={"credential": Device().show(door.post("/passkey").text)})
    assert answer.status_code == 422 and "does not open anything" in answer.text
    with guard.acting(people.system):
        assert db.session.scalars(select(AuditRow.action).order_by(AuditRow.id.desc())).first() == "passkey.refuse"


@pytest.mark.requirement("passkeys", "sign-in-brake")
def test_strangers_do_not_fill_the_trail(people, theo, app):
    """A refusal is written once for each challenge that was given out, and those are braked."""
    door, device = app.test_client(), Device()
    shown = device.show(door.post("/passkey").text)
    for credential in ("{}", shown, shown, shown, "x", device.show(json.dumps({"challenge": "bm90aGluZw"}))):
        assert door.post("/sign-in", data={"credential": credential}).status_code == 422
    with guard.acting(people.system):
        refused = select(AuditRow.id).where(AuditRow.action == "passkey.refuse")
        assert len(db.session.scalars(refused).all()) == 1


def test_a_house_full_of_people_who_sign_in_is_not_braked(people, theo, monkeypatch):
    """Each passkey that was shown takes its try back; and strangers in the house do not count for who is known."""
    monkeypatch.setattr(signing_in, "TRIES_ADDRESS", 2)
    for user_id in (None, people.theo.user_id):
        for _one in range(4):
            check(people, theo.show(ask(people, user_id)), user_id)
    for _one in range(2):
        ask(people)
    with pytest.raises(signing_in.TooManyTries):
        ask(people)
    assert check(people, theo.show(ask(people, people.theo.user_id)), people.theo.user_id) == people.theo.user_id


def test_challenges_are_braked_and_tidied(people, app, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_ADDRESS", 3)
    for _one in range(3):
        assert app.test_client().post("/passkey").status_code == 200
    assert app.test_client().post("/passkey").status_code == 422
    with clock.frozen(NOW + timedelta(hours=1)):
        app.test_client().post("/passkey")
    with guard.acting(people.system):
        assert len(db.session.scalars(select(Ticket)).all()) == 1
    typed = {"email": "rae@example.com", "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=typed).status_code == 302, "the password does not suffer from it"
