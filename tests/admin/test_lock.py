"""The lock over the page: what a locked sign-in reaches, what a PIN opens, and how often it may be wrong."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.access import guard
from practice.accounts.models import SignIn, User
from practice.accounts.services import pins, signing_in, users
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Invalid
from tests.personas import NOW, PASSWORD
from tests.plugins.people import sign_in

PIN = "2846"
SCRIPT = {"Accept": "application/json"}


def give_pin(people, name: str, pin: str = PIN) -> None:
    actor = getattr(people, name)
    with guard.acting(actor), transaction():
        pins.set_pin(actor, pin)


@pytest.fixture
def theo(as_person, people):
    """Theo's tablet; he has a PIN."""
    tablet = as_person("theo")
    give_pin(people, "theo")
    return tablet


def sign_ins(people) -> list[SignIn]:
    db.session.rollback()
    with guard.acting(people.system):
        return list(db.session.scalars(select(SignIn).order_by(SignIn.id)))


def test_a_locked_sign_in_answers_nothing_but_the_pin_and_the_way_out(theo):
    assert theo.get("/notes/").status_code == 200
    assert theo.post("/lock").headers["Location"] == "/unlock"
    for address in ("/", "/notes/", "/clients/", "/calendar/day", "/account/", "/search/suggest?q=an"):
        answer = theo.get(address)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/unlock"), address
        assert theo.get(address, headers=SCRIPT).status_code == 423, address
        assert theo.post(address).status_code in (302, 405), address
    assert theo.get("/nothing/here").status_code == 302
    page = theo.get("/unlock?next=/notes/").text
    assert "Theo Marsh" in page and 'class="nav"' not in page
    assert theo.post("/unlock?next=/notes/", data={"pin": PIN}).headers["Location"] == "/notes/"
    assert theo.get("/notes/").status_code == 200


def test_left_alone_it_locks_and_without_a_pin_it_ends(theo, as_person, app):
    rae, later = as_person("rae"), NOW + app.config["IDLE_TIMEOUT"] + timedelta(minutes=1)
    with clock.frozen(later):
        assert theo.get("/account/").headers["Location"].startswith("/unlock")
        assert rae.get("/account/").headers["Location"].startswith("/sign-in")
        assert theo.post("/unlock", data={"pin": PIN}).status_code == 302
        assert theo.get("/account/").status_code == 200
    with clock.frozen(NOW + app.config["SESSION_LIFETIME"] + timedelta(minutes=1)):
        assert theo.get("/account/").headers["Location"].startswith("/sign-in")


def test_locking_without_a_pin_signs_out(as_person):
    rae = as_person("rae")
    assert rae.post("/lock", headers=SCRIPT).status_code == 204
    assert rae.get("/account/").headers["Location"].startswith("/sign-in")


def test_a_few_wrong_pins_end_the_sign_in(theo, people):
    theo.post("/lock")
    for number in range(pins.TRIES - 1):
        answer = theo.post("/unlock", data={"pin": f"90{number}1"}, headers=SCRIPT)
        assert (answer.status_code, answer.json["is_over"]) == (422, False)
    with clock.frozen(NOW + timedelta(hours=3)):
        answer = theo.post("/unlock", data={"pin": "9991"}, headers=SCRIPT)
        assert answer.json == {"message": "Too many wrong PINs. Sign in with your password.", "is_over": True}
        assert theo.post("/unlock", data={"pin": PIN}, headers=SCRIPT).status_code == 401
        assert theo.get("/account/").headers["Location"].startswith("/sign-in")
    assert sign_ins(people)[0].ended_at is not None


def test_the_right_pin_wipes_the_slips(theo):
    for _round in range(3):
        theo.post("/lock")
        for _slip in range(pins.TRIES - 1):
            assert theo.post("/unlock", data={"pin": "9901"}).status_code == 422
        assert theo.post("/unlock", data={"pin": PIN}).status_code == 302
    assert theo.get("/account/").status_code == 200


def test_right_pins_use_up_nothing_of_what_the_house_may_try(theo, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_ADDRESS", 2)
    for _round in range(4):
        theo.post("/lock")
        assert theo.post("/unlock", data={"pin": PIN}).status_code == 302
    theo.post("/lock")
    for said in ("That is not your PIN.", "That is not your PIN.", signing_in.TooManyTries.message):
        assert theo.post("/unlock", data={"pin": "9901"}, headers=SCRIPT).json["message"] == said


def test_many_tries_at_once_are_counted_before_they_are_checked(theo, people):
    theo.post("/lock")
    row = sign_ins(people)[0].id
    with guard.acting(people.system):
        tries = []
        for _try in range(pins.TRIES + 2):
            with transaction():
                tries.append(pins.begin_try(people.theo, row))
    assert tries == list(range(1, pins.TRIES + 3))
    assert theo.post("/unlock", data={"pin": PIN}, headers=SCRIPT).status_code == 401


def test_the_next_person_on_the_tablet(theo, people, as_person):
    give_pin(people, "tara", "7351")
    theo.post("/lock")
    sign_in(theo, "tara")
    assert "Tara Lindqvist" in theo.get("/account/").text
    theo.post("/lock")
    page = theo.get("/unlock").text
    assert "Tara Lindqvist" in page and "Theo Marsh" in page
    assert theo.post("/unlock?who=1", data={"pin": "7351"}).status_code == 422, "each has their own PIN"
    assert theo.post("/unlock?who=1&next=/notes/", data={"pin": PIN}).headers["Location"] == "/"
    assert "Theo Marsh" in theo.get("/account/").text
    theo.post("/lock")
    theo.post("/unlock?who=1", data={"pin": "7351"})
    assert "Tara Lindqvist" in theo.get("/account/").text
    assert theo.post("/sign-out").headers["Location"] == "/unlock", "Theo's stays"
    assert theo.post("/unlock", data={"pin": PIN}).status_code == 302
    assert "Theo Marsh" in theo.get("/account/").text


def test_a_cover_of_somebody_else_is_not_opened_by_who_works_here_now(theo, people):
    theo.post("/lock")
    first = sign_ins(people)[0].id
    sign_in(theo, "tara")
    assert theo.post("/unlock", data={"pin": "0000", "sign_in": first}, headers=SCRIPT).status_code == 409


def test_a_tablet_that_is_handed_over_forgets_everybody(theo, people):
    theo.post("/lock")
    sign_in(theo, "rae")
    from tests.factories import intake
    client_id = intake.client_of(people, "theo")
    with guard.acting(people.system), transaction():
        intake.publish(people)
    assert theo.post(f"/clients/{client_id}/form-link/tablet", data={"form": "full"}).status_code == 302
    assert theo.get("/unlock").headers["Location"].startswith("/sign-in")
    assert all(row.ended_at for row in sign_ins(people))
    with guard.acting(people.system):
        ended = db.session.scalars(select(AuditRow.entity_id).where(AuditRow.action == "sign_in.end")).all()
    assert sorted(ended) == [row.id for row in sign_ins(people)]


def test_setting_a_pin_needs_the_password(as_person, people):
    rae = as_person("rae")
    assert rae.post("/account/pin", data={"current": "wrong horse battery", "pin": PIN}).status_code == 422
    for pin in ("123", "123456789", "12a4", "1111", "3456", "6543", "٢٨٤٦"):
        assert rae.post("/account/pin", data={"current": PASSWORD, "pin": pin}).status_code == 422, pin
    assert rae.post("/account/pin", data={"current": PASSWORD, "pin": "90210"}).status_code == 302
    assert 'action="/lock"' in rae.get("/account/").text
    with guard.acting(people.system):
        kept = db.session.scalar(select(User.pin_hash).where(User.id == people.rae.user_id))
        assert kept.startswith("$argon2id$")
        db.session.rollback()
    rae.post("/account/pin/out")
    assert 'action="/lock"' not in rae.get("/account/").text


def test_a_new_password_from_the_owner_takes_the_pin_with_it(people):
    give_pin(people, "rae")
    with guard.acting(people.olive), transaction():
        users.reset_password(people.olive, people.rae.user_id)
    with guard.acting(people.system):
        assert db.session.scalar(select(User.pin_hash).where(User.id == people.rae.user_id)) is None


def test_a_pin_is_for_people(people):
    with guard.acting(people.system), pytest.raises(Exception) as refused:
        pins.set_pin(people.system, PIN)
    assert not isinstance(refused.value, Invalid)
