"""The second step: whose code opens, how often, and what is kept of it."""
import re
import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from practice.access import guard
from practice.accounts.models import Authenticator, RecoveryCode, Ticket
from practice.accounts.services import second_step, signing_in, users
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.core import clock
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid
from practice.premises.models import Practice
from tests.personas import NOW, PASSWORD, open_house

DESK = "192.0.2.10"


def set_up(actor, secret: str) -> list[str]:
    """Somebody's app; one code of it is used up for that."""
    with guard.acting(actor), transaction():
        return second_step.set_up(actor, secret, code_of(secret))


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def later(minutes: float):
    return clock.frozen(clock.now() + timedelta(minutes=minutes))


@pytest.fixture
def theo(people):
    """Theo's app and his recovery codes."""
    secret = second_step.new_secret()
    return secret, set_up(people.theo, secret)


def ask(people) -> str:
    with guard.acting(people.system), transaction():
        return second_step.ask(people.theo.user_id)


def take(people, secret: str, code: str, address: str = DESK) -> str:
    with guard.acting(people.system):
        with transaction():
            second_step.begin_try(secret, address)
        with transaction():
            return second_step.take(secret, code, address)


@pytest.mark.requirement("second-factor")
def test_a_code_opens_once(people, theo):
    secret, _codes = theo
    with pytest.raises(second_step.CodeWrong):
        take(people, ask(people), code_of(secret))  # the one it was set up with
    with later(1):
        code = code_of(secret)
        assert take(people, ask(people), code) == "code"
        with pytest.raises(second_step.CodeWrong):
            take(people, ask(people), code)


@pytest.mark.requirement("second-factor")
@pytest.mark.parametrize(("seconds", "is_right"), [(0, True), (30, True), (60, False), (-30, False)])
def test_a_code_is_good_for_its_moment_and_the_next(people, theo, seconds, is_right):
    secret, _codes = theo
    with later(10):
        ticket = ask(people)
        code = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=seconds))
        if is_right:
            assert take(people, ticket, code) == "code"
        else:
            with pytest.raises(second_step.CodeWrong):
                take(people, ticket, code)


@pytest.mark.requirement("second-factor")
def test_a_recovery_code_opens_once_however_it_is_typed(people, theo):
    _secret, codes = theo
    assert len(set(codes)) == second_step.RECOVERY_CODES and all(re.fullmatch(r"\w{5}-\w{5}", code) for code in codes)
    assert take(people, ask(people), f" {codes[3].upper().replace('-', ' ')} ") == "recovery code"
    for code in (codes[3], codes[3].replace("-", "")):
        with pytest.raises(second_step.CodeWrong):
            take(people, ask(people), code)
    assert take(people, ask(people), codes[4]) == "recovery code"
    with guard.acting(people.system):
        assert db.session.scalar(select(func.count(RecoveryCode.id))) == second_step.RECOVERY_CODES - 2


@pytest.mark.requirement("second-factor", "sealed", "audit-silent")
def test_nothing_of_it_can_be_read_in_the_database(people, theo):
    secret, codes = theo
    ticket = ask(people)
    with guard.acting(people.system):
        rows = [*db.session.connection().execute(select(Authenticator.__table__)),
                *db.session.connection().execute(select(RecoveryCode.__table__)),
                *db.session.connection().execute(select(Ticket.__table__)),
                *db.session.connection().execute(select(AuditRow.__table__))]
        assert db.session.scalars(select(Authenticator)).one().secret == secret
    kept = str(rows)
    assert not [word for word in (secret, ticket, *codes, *(code.replace("-", "") for code in codes)) if word in kept]


@pytest.mark.requirement("second-factor")
def test_guessing_codes_is_slowed_down(people, theo):
    secret, codes = theo
    for number in range(signing_in.TRIES_HERE):
        with pytest.raises(second_step.CodeWrong):
            take(people, ask(people), f"00000{number}", f"2001:db8:1:2::{number}")
    with pytest.raises(signing_in.TooManyTries):
        take(people, ask(people), codes[0], "2001:db8:1:2:ffff::1")
    assert take(people, ask(people), codes[0], DESK) == "recovery code", "Theo at his own desk"
    with later(11):
        assert take(people, ask(people), codes[1], "2001:db8:1:2::1") == "recovery code"


@pytest.mark.requirement("second-factor")
def test_many_tries_at_once_over_several_tickets_are_no_more(cloned_database):
    clock.set_to(NOW)
    people, app = open_house(), cloned_database.app
    secrets, passed = [ask(people) for _ticket in range(signing_in.TRIES_HERE + 3)], []
    start = threading.Barrier(len(secrets))

    def work(secret):
        with app.app_context(), guard.acting(people.system):
            start.wait()
            try:
                with transaction():
                    second_step.begin_try(secret, "203.0.113.1")
                passed.append(secret)
            except signing_in.TooManyTries:
                pass

    threads = [threading.Thread(target=work, args=(secret,)) for secret in secrets]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(passed) == signing_in.TRIES_HERE


@pytest.mark.requirement("second-factor")
def test_from_everywhere_a_day_has_few_tries(people, theo, monkeypatch):
    monkeypatch.setattr(second_step, "TRIES_DAY", 3)
    _secret, codes = theo
    with guard.acting(people.system), transaction():
        signing_in.start(people.theo.user_id, (), "", address=DESK, device="")
    for number in range(3):
        with pytest.raises(second_step.CodeWrong):
            take(people, ask(people), "000000", f"203.0.113.{number}")
    with later(60), pytest.raises(signing_in.TooManyTries):
        take(people, ask(people), codes[0], "198.51.100.1")
    assert take(people, ask(people), codes[0], DESK) == "recovery code", "nobody is locked out of their own desk"


@pytest.mark.requirement("second-factor")
def test_right_codes_are_not_counted_among_the_wrong_ones(people, theo, monkeypatch):
    monkeypatch.setattr(second_step, "TRIES_DAY", 2)
    monkeypatch.setattr(signing_in, "TRIES_ADDRESS", 2)
    _secret, codes = theo
    for code in codes[:4]:
        assert take(people, ask(people), code) == "recovery code"
    for said in (second_step.CodeWrong, second_step.CodeWrong, signing_in.TooManyTries):
        with pytest.raises(said):
            take(people, ask(people), "000000")


@pytest.mark.requirement("second-factor")
def test_the_password_is_worth_five_minutes_and_one_code(people, theo):
    _secret, codes = theo
    ticket = ask(people)
    with later(6), pytest.raises(second_step.StepOver):
        take(people, ticket, codes[0])
    assert take(people, ticket, codes[0])
    with pytest.raises(second_step.StepOver):
        take(people, ticket, codes[1])


def test_another_phone_and_new_codes_replace_the_old_ones(people, theo):
    old, codes = theo
    with later(5):
        fresh = second_step.new_secret()
        set_up(people.theo, fresh)
    with later(6):
        for worth_nothing in (code_of(old), codes[0]):
            with pytest.raises(second_step.CodeWrong):
                take(people, ask(people), worth_nothing)
        assert take(people, ask(people), code_of(fresh)) == "code"


def test_an_offer_is_for_one_person(people):
    mine = second_step.offer(people.theo, "SECRET")
    broken = mine[:-1] + ("1" if mine[-1] == "0" else "0")
    assert second_step.offered(people.theo, mine) == "SECRET"
    for actor, text in ((people.tara, mine), (people.theo, broken), (people.theo, "zz"), (people.theo, "")):
        with pytest.raises(Invalid):
            second_step.offered(actor, text)


@pytest.mark.requirement("second-factor")
def test_who_takes_it_out(people, theo, acting):
    acting(people.theo)
    with pytest.raises(second_step.StillRequired), transaction():
        second_step.take_out(people.theo, is_required=True)
    acting(people.olive)
    with pytest.raises(second_step.OwnStep), transaction():
        second_step.take_out_of(people.olive, people.olive.user_id)
    with transaction():
        second_step.take_out_of(people.olive, people.theo.user_id)
    assert not users.get_user(people.theo.user_id).has_second_step
    acting(people.tara)
    with pytest.raises(Forbidden), transaction():
        second_step.take_out_of(people.tara, people.theo.user_id)


def demand(people, **values) -> None:
    """A practice like a real one: owners need a second step a week after it was opened."""
    with guard.acting(people.system), transaction():
        row = db.session.scalars(select(Practice)).one()
        row.second_step_from = row.second_step_all_from = NOW + timedelta(days=7)
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(people.system, "practice.change", row)


def password_of(name: str) -> dict:
    return {"email": f"{name}@example.com", "password": PASSWORD}
