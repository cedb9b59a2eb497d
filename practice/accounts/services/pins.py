"""The lock over the page: a sign-in is locked, and its own person opens it again with a PIN.

A PIN opens a locked sign-in on its own device and nothing else; after a few wrong ones that sign-in ends, and the
password is asked.
"""
from sqlalchemy import select

from practice.access.actor import Actor, Kind
from practice.accounts import passwords
from practice.accounts.models import Attempt, SignIn
from practice.accounts.queries import OpenSignIn, attempts_since, get_user, pin_hash_of
from practice.accounts.services import signing_in
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Forbidden, Invalid
from practice.core.text import _

SHORTEST, LONGEST = 4, 8
TRIES = 5  # for one sign-in, however long they take: a PIN is short
ROWS = "01234567890", "09876543210"


class PinWrong(DomainError):
    message = _("That is not your PIN.")


class PinUsedUp(DomainError):
    """The sign-in has ended: too many wrong PINs."""

    message = _("Too many wrong PINs. Sign in with your password.")


def set_pin(actor: Actor, pin: str) -> None:
    """One's own PIN, four to eight digits; the caller has asked for the password. Raises Invalid."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise Invalid(_("Use 4 to 8 digits."), "pin")
    if len(set(pin)) == 1 or any(pin in row for row in ROWS):
        raise Invalid(_("This PIN is easy to guess: leave out rows and one digit repeated."), "pin")
    user = get_user(actor.user_id)
    user.pin_hash = passwords.hash_password(pin)
    audit.record(actor, "user.pin", user)


def take_out_pin(actor: Actor) -> None:
    """Without a PIN a sign-in that is left alone ends instead of being locked."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    user = get_user(actor.user_id)
    user.pin_hash = None
    audit.record(actor, "user.pin_out", user)


def lock(actor: Actor, sign_in_id: int) -> None:
    """Lock one's own sign-in; run as a system actor."""
    _own(actor, sign_in_id).locked_at = clock.now()
    audit.record(actor, "sign_in.lock", sign_in_id=sign_in_id)


def begin_try(actor: Actor, sign_in_id: int) -> int:
    """Count a try before it is checked, so that many at once are not more than one after the other. How many it is
    for this sign-in; beyond the last one the sign-in has ended. Run as a system actor. Raises TooManyTries.
    """
    row, now = _own(actor, sign_in_id), clock.now()
    address = signing_in.address_key(actor.address)
    if attempts_since(address, now - signing_in.WINDOW) >= signing_in.TRIES_ADDRESS:
        raise signing_in.TooManyTries(field="pin")
    db.session.add_all(Attempt(key=key, at=now) for key in (_key(sign_in_id), address))
    db.session.flush()
    tries = attempts_since(_key(sign_in_id), now - signing_in.KEPT_FOR)
    if tries > TRIES and row.ended_at is None:
        row.ended_at = now
    return tries


def is_right(sign_in: OpenSignIn, pin: str, tries: int) -> bool:
    """Whether the PIN opens this sign-in at this try. Reads only: the slow hash runs outside any lock."""
    return tries <= TRIES and passwords.is_right(pin_hash_of(sign_in.user_id), pin[:LONGEST + 1])


def refuse(actor: Actor, sign_in_id: int, tries: int) -> DomainError:
    """Record a wrong PIN; the last that is allowed ends the sign-in. What to say; run as a system actor."""
    is_over = tries >= TRIES
    if is_over:
        row = _own(actor, sign_in_id)
        row.ended_at = row.ended_at or clock.now()
    audit.record(actor, "sign_in.pin_fail", sign_in_id=sign_in_id, has_ended=is_over)
    return PinUsedUp(field="pin") if is_over else PinWrong(field="pin")


def unlock(actor: Actor, sign_in_id: int, *, by_pin: bool) -> None:
    """Open it again; the slips before it are forgotten, and a right PIN was no slip. Run as a system actor."""
    row = _own(actor, sign_in_id)
    row.locked_at, row.last_seen_at = None, clock.now()
    signing_in.forget_tries(_key(sign_in_id))
    if by_pin:
        signing_in.take_back_try(signing_in.address_key(actor.address))
    audit.record(actor, "sign_in.unlock", sign_in_id=sign_in_id)


def end_secrets(house: Actor, secrets: list[str]) -> None:
    """End the sign-ins with these secrets: the device leaves the hands of the staff. Run as a system actor."""
    hashes = [signing_in.hash_secret(secret) for secret in secrets]
    for row in db.session.scalars(select(SignIn).where(SignIn.secret_hash.in_(hashes), SignIn.ended_at.is_(None))):
        row.ended_at = clock.now()
        audit.record(house, "sign_in.end", row, user_id=row.user_id)


def _own(actor: Actor, sign_in_id: int) -> SignIn:
    return db.session.scalars(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == actor.user_id)
                              .with_for_update().execution_options(populate_existing=True)).one()


def _key(sign_in_id: int) -> str:
    return signing_in.attempt_key("pin", str(sign_in_id))
