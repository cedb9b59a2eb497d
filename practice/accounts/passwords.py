"""Passwords: Argon2id, at least twelve characters, no composition rules."""
import secrets
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from practice.core.errors import Invalid
from practice.core.text import _

SHORTEST, LONGEST = 12, 200
SHORTEST_NAME = 4  # "Al" stands in too many words to be a giveaway
EVERYBODYS = ("password", "passwort", "qwerty", "qwertz", "azerty", "123456", "abcdef", "iloveyou", "letmein")
SHORTEST_WORD = 5  # of the list of common ones
COMMON = Path(__file__).with_name("common_passwords.txt")
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken when read out or copied by hand

_hasher = PasswordHasher()
_nobody = None


def use(hasher: PasswordHasher) -> None:
    """Hash with other parameters from now on; tests take cheap ones."""
    global _hasher, _nobody
    _hasher, _nobody = hasher, None


def check_new(password: str, *known: str) -> None:
    """Refuse a password that is too short, too long, or made of a name that everybody knows. Raises Invalid."""
    if len(password) < SHORTEST:
        raise Invalid(_("Use at least %(count)s characters; a short sentence is easy to keep in mind."), "password",
                      count=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(_("Use at most %(count)s characters."), "password", count=LONGEST)
    plain = password.casefold()
    names = [word.casefold() for word in known if len(word) >= SHORTEST_NAME]
    if (len(set(plain)) < 5 or any(word in plain for word in names) or plain.startswith(EVERYBODYS)
            or is_common(plain)):
        raise Invalid(_("This password is easy to guess: leave out names, repeated letters and what everybody takes."),
                      "password")


@cache
def common() -> frozenset[str]:
    """The passwords that everybody takes, in small letters."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def is_common(plain: str) -> bool:
    """Whether it is a common password, or one dressed up: figures and signs around it, or written again and again."""
    stripped = plain.strip("".join({sign for sign in plain if not sign.isalpha()}))
    for word in (plain, stripped):
        again = next((word[:length] for length in range(SHORTEST_WORD, len(word) + 1)
                      if word[:length] in common() and not word.replace(word[:length], "")), None)
        if again:
            return True
    return False


def temporary() -> str:
    """A password for one sign-in, easy to read out: 16 characters in four groups."""
    return "-".join("".join(secrets.choice(READABLE) for _sign in range(4)) for _group in range(4))


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` fits; takes as long for an unknown user (None) as for a known one."""
    global _nobody
    if _nobody is None:
        _nobody = _hasher.hash("nobody has this password")
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
