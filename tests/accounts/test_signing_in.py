"""The brake on guessing: per account and address, per account, per address; nobody is locked out for good."""
from datetime import timedelta

import pytest

from practice.access.guard import acting
from practice.accounts.services import signing_in
from practice.accounts.services.signing_in import (
    TRIES_ACCOUNT,
    TRIES_ADDRESS,
    TRIES_HERE,
    WINDOW,
    SignInRefused,
    TooManyTries,
    check_sign_in,
    count_failure,
)
from practice.core import clock
from practice.core.db import transaction
from tests.personas import PASSWORD

DESK, STRANGER = "192.0.2.10", "203.0.113.7"


@pytest.fixture
def fail(people):
    """`fail(email, address, times)`: that many wrong tries."""
    def fail(email, address, times=1):
        for _try in range(times):
            with pytest.raises(SignInRefused):
                check_sign_in(email, "wrong horse battery", address)
            with acting(people.system), transaction():
                count_failure(email, address)
    return fail


def sign_in(people, name: str, address: str) -> None:
    user_id = check_sign_in(people.email(name), PASSWORD, address)
    with acting(people.system), transaction():
        signing_in.start(user_id, (), "", address=address, device="")


@pytest.mark.requirement("sign-in-brake")
def test_one_account_from_one_address(people, fail):
    fail("theo@example.com", STRANGER, TRIES_HERE)
    with pytest.raises(TooManyTries):
        check_sign_in("theo@example.com", PASSWORD, STRANGER)
    assert check_sign_in("theo@example.com", PASSWORD, DESK) == people.theo.user_id
    assert check_sign_in("rae@example.com", PASSWORD, STRANGER) == people.rae.user_id


@pytest.mark.requirement("sign-in-brake")
def test_case_and_blanks_do_not_evade_it(people, fail):
    for email in ("theo@example.com", " Theo@Example.COM ", "THEO@EXAMPLE.COM", "theo@example.com\t",
                  "\ntheo@EXAMPLE.com"):
        fail(email, STRANGER)
    with pytest.raises(TooManyTries):
        check_sign_in("theo@example.com", PASSWORD, STRANGER)


@pytest.mark.requirement("sign-in-brake")
def test_another_address_of_the_same_household_does_not_evade_it(people, fail):
    for number in range(TRIES_HERE):
        fail("theo@example.com", f"2001:db8:1:2::{number}")
    with pytest.raises(TooManyTries):
        check_sign_in("theo@example.com", PASSWORD, "2001:db8:1:2:ffff::1")
    assert check_sign_in("theo@example.com", PASSWORD, "2001:db8:1:3::1")


@pytest.mark.requirement("sign-in-brake")
def test_one_address_written_in_two_ways_is_one(people, fail):
    for number in range(TRIES_HERE):
        fail("theo@example.com", STRANGER if number % 2 else f"::ffff:{STRANGER}")
    with pytest.raises(TooManyTries):
        check_sign_in("theo@example.com", PASSWORD, STRANGER)
    assert check_sign_in("theo@example.com", PASSWORD, f"::ffff:{DESK}") == people.theo.user_id


@pytest.mark.requirement("sign-in-brake")
def test_one_account_from_everywhere_and_the_colleague_at_their_own_desk(people, fail):
    sign_in(people, "theo", DESK)
    for number in range(TRIES_ACCOUNT):
        fail("theo@example.com", f"203.0.113.{number}")
    with pytest.raises(TooManyTries):
        check_sign_in("theo@example.com", PASSWORD, "198.51.100.1")
    assert check_sign_in("theo@example.com", PASSWORD, DESK) == people.theo.user_id


@pytest.mark.requirement("sign-in-brake")
def test_many_accounts_from_one_address(people, fail):
    for number in range(TRIES_ADDRESS):
        fail(f"somebody{number}@example.com", STRANGER)
    with pytest.raises(TooManyTries):
        check_sign_in("rae@example.com", PASSWORD, STRANGER)
    assert check_sign_in("rae@example.com", PASSWORD, DESK)


@pytest.mark.requirement("sign-in-brake")
def test_it_ends_by_itself(people, fail):
    fail("theo@example.com", STRANGER, TRIES_HERE)
    with clock.frozen(clock.now() + WINDOW + timedelta(seconds=1)):
        assert check_sign_in("theo@example.com", PASSWORD, STRANGER) == people.theo.user_id


def test_the_right_password_wipes_the_slips_before_it(people, fail):
    fail("theo@example.com", DESK, TRIES_HERE - 1)
    sign_in(people, "theo", DESK)
    fail("theo@example.com", DESK, TRIES_HERE - 1)
    assert check_sign_in("theo@example.com", PASSWORD, DESK)


@pytest.mark.requirement("same-answer")
def test_unknown_wrong_and_disabled_sound_the_same(people, acting):
    from practice.accounts.queries import get_user
    from practice.accounts.services.users import change_user

    acting(people.olive)
    with transaction():
        change_user(people.olive, people.bo.user_id, name="Bo Haddad", email="bo@example.com", roles=people.bo.roles,
                    is_active=False, version=get_user(people.bo.user_id).version)
    said = set()
    for email, password in (("nobody@example.com", PASSWORD), ("theo@example.com", "wrong horse"),
                            ("bo@example.com", PASSWORD), ("", ""), ("x" * 5000, "y" * 5000)):
        with pytest.raises(SignInRefused) as refused:
            check_sign_in(email, password, STRANGER)
        said.add(str(refused.value))
    assert len(said) == 1


def test_old_tries_are_forgotten(people, fail, acting):
    from sqlalchemy import func, select

    from practice.accounts.models import Attempt
    from practice.core.db import db

    fail("theo@example.com", STRANGER, 2)
    with clock.frozen(clock.now() + timedelta(days=2)):
        fail("rae@example.com", STRANGER)
    acting(people.system)
    assert db.session.scalar(select(func.count(Attempt.id))) == 3
