"""Signing in and out. The cookie holds a secret; the database holds its hash, and forgets nothing."""
import hashlib
import ipaddress
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from practice.access.actor import Actor, staff, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts import passwords
from practice.accounts.models import Attempt, SignIn, User
from practice.accounts.queries import attempts_since, credentials, has_signed_in_from
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import db
from practice.core.errors import DomainError, NotFound
from practice.core.text import _

# Within the window: tries for one account from one address, for one account from anywhere, from one address for
# whatever account. The second does not hold for an address from which that account signed in lately: a stranger
# who keeps guessing locks out strangers, not the colleague at their own desk.
WINDOW = timedelta(minutes=10)
TRIES_HERE, TRIES_ACCOUNT, TRIES_ADDRESS = 5, 30, 60
KNOWN_FOR = timedelta(days=60)
KEPT_FOR = timedelta(days=1)


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


def network(address: str) -> str:
    """What counts as one address: an IPv6 network of 64 bits is one household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def plain_email(email: str) -> str:
    """An e-mail address as it is stored: without blanks around it, in small letters."""
    return email.strip().casefold()


def address_key(address: str) -> str:
    """Under which the tries from one address are counted, for whatever account."""
    return attempt_key("address", network(address))


def _here(email: str, address: str) -> str:
    return attempt_key("here", email, network(address))


def check_sign_in(email: str, password: str, address: str) -> int:
    """The user id for these credentials. Reads only: the slow hash runs outside any lock.

    Raises TooManyTries or SignInRefused; the caller counts the latter with `count_failure`.
    """
    email, since = plain_email(email), clock.now() - WINDOW
    found = credentials(email)
    is_known = has_signed_in_from(found.id if found else 0, address, clock.now() - KNOWN_FOR)
    if (attempts_since(_here(email, address), since) >= TRIES_HERE
            or attempts_since(address_key(address), since) >= TRIES_ADDRESS
            or (attempts_since(attempt_key("account", email), since) >= TRIES_ACCOUNT and not is_known)):
        raise TooManyTries()
    if not passwords.is_right(found.password_hash if found else None, password) or not found.is_active:
        raise SignInRefused()
    return found.id


def count_failure(email: str, address: str) -> None:
    """Remember a failed try, and forget those of days ago; run as a system actor."""
    email = plain_email(email)
    keys = (_here(email, address), attempt_key("account", email), address_key(address))
    remember(*keys)
    audit.record(system("sign-in", address=address), "sign_in.fail")


def check_code_tries(address: str) -> None:
    """Slow down guessing the first owner's code. Raises TooManyTries."""
    key = attempt_key("first run", network(address))
    if attempts_since(key, clock.now() - WINDOW) >= TRIES_HERE:
        raise TooManyTries()


def count_code_failure(address: str) -> None:
    """Remember a wrong code; run as a system actor."""
    remember(attempt_key("first run", network(address)))
    audit.record(system("first run", address=address), "first_run.fail")


def remember(*keys: str) -> None:
    """Count a try under each of these keys, and forget those of days ago; run as a system actor."""
    db.session.execute(delete(Attempt).where(Attempt.at < clock.now() - KEPT_FOR)
                       .execution_options(synchronize_session=False))
    db.session.add_all(Attempt(key=key, at=clock.now()) for key in keys)


def forget_tries(key: str) -> None:
    """The slips before somebody got it right; run as a system actor."""
    db.session.execute(delete(Attempt).where(Attempt.key == key).execution_options(synchronize_session=False))


def take_back_try(*keys: str) -> None:
    """A try that was counted before it was checked was right: one less under each of these keys. As a system actor."""
    counted = select(func.max(Attempt.id)).where(Attempt.key.in_(keys)).group_by(Attempt.key)
    db.session.execute(delete(Attempt).where(Attempt.id.in_(counted)).execution_options(synchronize_session=False))


def start(user_id: int, roles, name: str, *, address: str, device: str, how: str = "password") -> str:
    """Open a sign-in and return its secret; `how` they showed who they are. Run as a system actor.

    Raises SignInRefused for somebody whose access was taken meanwhile.
    """
    email = db.session.scalar(select(User.email).where(User.id == user_id, User.is_active))
    if email is None:
        raise SignInRefused()
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(secret_hash=hash_secret(secret), user_id=user_id, address=address, device=device[:120],
                 started_at=now, proved_at=now, last_seen_at=now)
    db.session.add(row)
    db.session.flush()
    forget_tries(_here(email, address))
    audit.record(staff(user_id, roles, name=name, address=address), "sign_in.start", row, how=how)
    return secret


def prove(actor: Actor, sign_in_id: int) -> None:
    """Note that they showed once more who they are; run as a system actor."""
    row = db.session.scalars(select(SignIn).where(SignIn.id == sign_in_id)).one()
    row.proved_at = clock.now()
    audit.record(actor, "sign_in.prove", row)


def end(actor: Actor, sign_in_id: int) -> None:
    """End one's own sign-in; run as a system actor. The cookie is dead from now on, copies of it too."""
    row = db.session.scalars(select(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))).first()
    if row is not None:
        row.ended_at = clock.now()
        audit.record(actor, "sign_in.end", row)


def end_sign_in(actor: Actor, user_id: int, sign_in_id: int) -> None:
    """End a sign-in of oneself or, as an owner, of anybody. Raises NotFound."""
    if user_id != actor.user_id:
        require(actor, Permission.USER_EDIT)
    row = db.session.scalars(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id,
                                                  SignIn.ended_at.is_(None))).first()
    if row is None:
        raise NotFound()
    row.ended_at = clock.now()
    audit.record(actor, "sign_in.end", row, user_id=row.user_id)


def end_others(actor: Actor, user_id: int, *, but: int | None = None) -> None:
    """End all sign-ins of oneself or, as an owner, of anybody; `but` is the one to keep."""
    if user_id != actor.user_id:
        require(actor, Permission.USER_EDIT)
    end_all(user_id, but=but)
    audit.record(actor, "sign_in.end_all", user_id=user_id)


def end_all(user_id: int, *, but: int | None = None) -> None:
    """End every sign-in of a user: their password, roles or access changed."""
    still_open = (SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
    db.session.execute(update(SignIn).where(*still_open).values(ended_at=clock.now())
                       .execution_options(synchronize_session=False))


def touch(sign_in_id: int) -> None:
    """Note that the sign-in is in use; the caller does so at most once a minute."""
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=clock.now())
                       .execution_options(synchronize_session=False))
