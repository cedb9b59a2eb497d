"""Signing in and out. The cookie holds a secret; the database holds its hash, and forgets nothing."""
import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from practice.access.actor import Actor, staff, system
from practice.accounts import passwords
from practice.accounts.models import Attempt, SignIn
from practice.accounts.queries import attempts_since, credentials
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import db
from practice.core.errors import DomainError
from practice.core.text import _

WINDOW = timedelta(minutes=10)
TRIES_HERE, TRIES_ACCOUNT, TRIES_ADDRESS = 5, 30, 60


class SignInRefused(DomainError):
    """The same words for an unknown user, a wrong password and a disabled user."""

    message = _("That e-mail address and password do not fit together.")


class TooManyTries(DomainError):
    message = _("Too many tries. Wait a few minutes, then try again.")


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def attempt_key(*parts: str) -> str:
    """A keyed hash under which failed tries are counted, so that the table names nobody."""
    return hashlib.blake2b("\n".join(parts).encode(), key=sealed.keyring().derive("attempts"),
                           digest_size=32).hexdigest()


def _keys(email: str, address: str) -> dict[str, int]:
    return {attempt_key("here", email, address): TRIES_HERE, attempt_key("account", email): TRIES_ACCOUNT,
            attempt_key("address", address): TRIES_ADDRESS}


def check_sign_in(email: str, password: str, address: str) -> int:
    """The user id for these credentials. Reads only: the slow hash runs outside any lock.

    Raises TooManyTries or SignInRefused; the caller counts the latter with `count_failure`.
    """
    email = email.strip().casefold()
    since = clock.now() - WINDOW
    if any(attempts_since(key, since) >= limit for key, limit in _keys(email, address).items()):
        raise TooManyTries()
    found = credentials(email)
    if not passwords.is_right(found.password_hash if found else None, password) or not found.is_active:
        raise SignInRefused()
    return found.id


def count_failure(email: str, address: str) -> None:
    """Remember a failed try; run as a system actor."""
    email = email.strip().casefold()
    db.session.add_all(Attempt(key=key, at=clock.now()) for key in _keys(email, address))
    audit.record(system("sign-in", address=address), "sign_in.fail")


def start(user_id: int, roles, name: str, *, address: str, device: str) -> str:
    """Open a sign-in and return its secret; run as a system actor."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(secret_hash=hash_secret(secret), user_id=user_id, address=address, device=device[:120],
                 started_at=now, last_seen_at=now)
    db.session.add(row)
    db.session.flush()
    audit.record(staff(user_id, roles, name=name, address=address), "sign_in.start", row)
    return secret


def end(actor: Actor, sign_in_id: int) -> None:
    """End one's own sign-in; run as a system actor. The cookie is dead from now on, copies of it too."""
    row = db.session.scalars(select(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))).first()
    if row is not None:
        row.ended_at = clock.now()
        audit.record(actor, "sign_in.end", row)


def end_all(user_id: int) -> None:
    """End every sign-in of a user: their password, roles or access changed."""
    db.session.execute(update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
                       .values(ended_at=clock.now()).execution_options(synchronize_session=False))


def touch(sign_in_id: int) -> None:
    """Note that the sign-in is in use; the caller does so at most once a minute."""
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=clock.now())
                       .execution_options(synchronize_session=False))
