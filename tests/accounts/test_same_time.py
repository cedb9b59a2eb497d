"""Unknown, wrong and disabled take the same time, so that nobody learns by the clock who works here."""
import statistics
import time

import pytest
from argon2 import PasswordHasher

from practice.access import guard
from practice.accounts import passwords
from practice.accounts.queries import get_user
from practice.accounts.services.signing_in import SignInRefused, check_sign_in
from practice.audit import services as audit
from practice.core.db import transaction
from tests.personas import PASSWORD

TURNS = 9


@pytest.fixture
def dear(people):
    """Hashes that cost what can be measured; theo is disabled."""
    before = passwords._hasher
    passwords.use(PasswordHasher(time_cost=2, memory_cost=16 * 1024, parallelism=1))
    with guard.acting(people.olive), transaction():
        for person in (people.rae, people.theo):
            get_user(person.user_id).password_hash = passwords.hash_password(PASSWORD)
        get_user(people.theo.user_id).is_active = False
        audit.record(people.olive, "stage.set")
    yield
    passwords.use(before)


@pytest.mark.requirement("same-answer")
def test_the_clock_tells_nothing(dear):
    wrong = "wrong horse battery"
    tries = {"unknown": ("nobody@example.com", wrong), "wrong": ("rae@example.com", wrong),
             "disabled": ("theo@example.com", PASSWORD)}
    took = {name: [] for name in tries}
    for _turn in range(TURNS + 1):
        for name, (email, password) in tries.items():
            began = time.process_time()
            with pytest.raises(SignInRefused):
                check_sign_in(email, password, "192.0.2.1")
            took[name].append(time.process_time() - began)
    middle = {name: statistics.median(times[1:]) for name, times in took.items()}
    assert min(middle.values()) > 0.01, "the hash is what takes the time"
    assert max(middle.values()) < 1.5 * min(middle.values()), middle
