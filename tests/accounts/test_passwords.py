"""Passwords: what is taken, how they are kept, and that the real parameters are the strong ones."""
import subprocess
import sys
from pathlib import Path

import pytest

from practice.accounts import passwords
from practice.core.errors import Invalid

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.requirement("password-hash", "password-common")
@pytest.mark.parametrize("password", [
    "short", "eleven char", "aaaaaaaaaaaaaaaa", "ababababababab", "password1234", "Passwort-2026!", "qwertyuiop12",
    "123456789012", "marsh likes rivers", "my theodore and me", "x" * 201])
def test_weak_passwords_are_refused(password):
    with pytest.raises(Invalid) as refused:
        passwords.check_new(password, "Theo", "Marsh", "theodore")
    assert refused.value.field == "password"


@pytest.mark.requirement("password-hash")
@pytest.mark.parametrize("password", [
    "seven calm otters swim", "correct horse battery", "пароль из пяти слов", "long" + "ab c" * 40,
    "al walks by rivers"])
def test_a_sentence_is_taken_whole(password):
    passwords.check_new(password, "Al", "Bo")
    kept = passwords.hash_password(password)
    assert passwords.is_right(kept, password) and not passwords.is_right(kept, password[:-1])
    assert not passwords.is_right(None, password) and not passwords.is_right("no hash", password)


@pytest.mark.requirement("password-common")
def test_common_passwords_are_refused_dressed_up_as_well():
    """From the list that is shipped: as they are, and with what is usually added to make them long enough."""
    assert len(passwords.common()) > 10_000
    long_ones = [word for word in passwords.common() if len(word) >= passwords.SHORTEST]
    assert len(long_ones) > 200
    dressed = ["superman!2026", "123football456", "Liverpool-2026", "monkeymonkey", "dragondragondragon",
               "!!!Charlie!!!!"]
    for password in (*long_ones, *dressed):
        with pytest.raises(Invalid):
            passwords.check_new(password)
    for fine in ("superman reads slowly", "liver and pool halls", "monkeys eat drag on"):
        passwords.check_new(fine)


def test_passwords_for_one_sign_in_differ_and_are_easy_to_read():
    found = {passwords.temporary() for _try in range(50)}
    assert len(found) == 50
    assert all(len(one) == 19 and not set(one) & set("01ilo") for one in found)


@pytest.mark.requirement("password-hash")
def test_production_hashes_with_argon2id_of_full_cost():
    program = "from practice.accounts.passwords import hash_password; print(hash_password('seven calm otters swim'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
