"""The second step of signing in: a code from an app on the phone, or a recovery code when the phone is not there.

Codes are those of RFC 6238: six figures, thirty seconds each; the one just gone is taken as well, for who types slowly.
Each is good once. The app's secret is sealed; recovery codes are kept as keyed hashes and are gone once used.
"""
import hashlib
import hmac
import secrets
from datetime import timedelta

import pyotp
from sqlalchemy import delete, select

from practice.access.actor import Actor, Kind, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts.models import Authenticator, RecoveryCode, Ticket, TicketKind, User
from practice.accounts.passwords import READABLE
from practice.accounts.queries import attempts_since, has_signed_in_from, lock_user
from practice.accounts.services import passkeys, signing_in, tickets
from practice.audit import services as audit
from practice.core import clock, sealed
from practice.core.db import db
from practice.core.errors import DomainError, Forbidden, Invalid
from practice.core.text import _

SECONDS = 30
RECOVERY_CODES, HALF = 10, 5  # codes of twice five signs
STEP_LASTS = timedelta(minutes=5)  # between the password and the code
TRIES_DAY = 50  # wrong codes for one account in a day, from wherever it does not usually sign in


class CodeWrong(DomainError):
    message = _("That is not the code of this moment. A code is good for one sign-in only.")


class StepOver(DomainError):
    """The password was typed too long ago."""

    message = _("That took too long. Please sign in again.")


class StillRequired(DomainError):
    message = _("Your role needs a second step: set up another phone instead of taking it out.")


class NoStep(DomainError):
    message = _("Set up a second step first.")


class OwnStep(DomainError):
    message = _("Change your own second step on your own page.")


def new_secret() -> str:
    """A secret for an app: 160 bits in Base32."""
    return pyotp.random_base32()


def app_address(secret: str, email: str, practice: str) -> str:
    """The address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=practice)


def offer(actor: Actor, secret: str) -> str:
    """A secret that was shown and not yet accepted, sealed for this person, to travel in the form."""
    return sealed.keyring().seal(secret, _offered_to(actor)).hex()


def offered(actor: Actor, text: str) -> str:
    """The secret of such an offer. Raises Invalid."""
    try:
        return sealed.keyring().open(bytes.fromhex(text), _offered_to(actor))
    except (ValueError, sealed.SealBroken):
        raise Invalid(_("Please begin again.")) from None


def _offered_to(actor: Actor) -> str:
    return f"authenticator offer:{actor.user_id}"


def set_up(actor: Actor, secret: str, code: str) -> list[str]:
    """Take this app into use, in place of the one before; gives the recovery codes. Raises CodeWrong."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    step = _step_of(secret, code, 0)
    if step is None:
        raise CodeWrong(field="code")
    user = lock_user(actor.user_id)
    _forget(Authenticator, user.id)
    row = Authenticator(user_id=user.id, secret=secret, last_step=step, set_up_at=clock.now())
    db.session.add(row)
    user.has_second_step = True
    db.session.flush()
    audit.record(actor, "user.second_step", user)
    return _fresh_codes(user.id)


def renew_codes(actor: Actor) -> list[str]:
    """Ten new recovery codes; those before are worth nothing. Raises NoStep."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    user = lock_user(actor.user_id)
    if not user.has_second_step:
        raise NoStep()
    audit.record(actor, "user.recovery_codes", user)
    return _fresh_codes(user.id)


def take_out(actor: Actor, *, is_required: bool) -> None:
    """The password alone lets one in again. Raises StillRequired."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    if is_required:
        raise StillRequired()
    _take_out(actor, lock_user(actor.user_id))


def take_out_of(actor: Actor, user_id: int) -> None:
    """For a colleague whose phone is lost and whose recovery codes are too: passkeys go as well, sign-ins end.

    Raises OwnStep.
    """
    require(actor, Permission.USER_EDIT)
    if user_id == actor.user_id:
        raise OwnStep()
    user = lock_user(user_id)
    tickets.shut_out(user.id)
    passkeys.take_all_out(user)
    _take_out(actor, user)


def _take_out(actor: Actor, user: User) -> None:
    _forget(Authenticator, user.id)
    _forget(RecoveryCode, user.id)
    user.has_second_step = False
    audit.record(actor, "user.second_step_out", user)


def _forget(model: type, user_id: int) -> None:
    db.session.execute(delete(model).where(model.user_id == user_id).execution_options(synchronize_session=False))


def _fresh_codes(user_id: int) -> list[str]:
    _forget(RecoveryCode, user_id)
    codes = ["-".join("".join(secrets.choice(READABLE) for _sign in range(HALF)) for _half in range(2))
             for _code in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=_code_hash(user_id, code)) for code in codes)
    db.session.flush()
    return codes


def _plain(code: str) -> str:
    return "".join(sign for sign in code.casefold() if sign.isalnum())


def _code_hash(user_id: int, code: str) -> str:
    """Keyed, with the key outside the database: 49 random bits are then enough for a fast hash."""
    key = sealed.keyring().derive("recovery codes")
    return hashlib.blake2b(f"{user_id}\n{_plain(code)}".encode(), key=key, digest_size=32).hexdigest()


def _step_of(secret: str, code: str, after: int) -> int | None:
    """The moment whose code this is, of now and just before, if it is newer than `after`; None: a wrong code."""
    code, app = _plain(code), pyotp.TOTP(secret, interval=SECONDS)
    now = int(clock.now().timestamp()) // SECONDS
    return next((step for step in (now, now - 1)
                 if step > after and hmac.compare_digest(app.generate_otp(step).encode(), code.encode())), None)


# --- at the door: run as a system actor ---------------------------------------------------------------------------


def ask(user_id: int) -> str:
    """The password was right: the secret with which the second step is taken."""
    return tickets.issue(TicketKind.SECOND_STEP, user_id, STEP_LASTS)


def begin_try(secret: str, address: str) -> int:
    """Count a try before it is checked, so that many at once are not more than one after the other. Whose it is.

    Raises StepOver, TooManyTries.
    """
    user_id, now = whose(secret), clock.now()
    lock_user(user_id)  # one after the other
    keys = _keys(user_id, address)
    is_known = has_signed_in_from(user_id, address, now - signing_in.KNOWN_FOR)
    if (attempts_since(keys[0], now - signing_in.WINDOW) >= signing_in.TRIES_HERE
            or attempts_since(keys[2], now - signing_in.WINDOW) >= signing_in.TRIES_ADDRESS
            or (attempts_since(keys[1], now - signing_in.KEPT_FOR) >= TRIES_DAY and not is_known)):
        raise signing_in.TooManyTries(field="code")
    signing_in.remember(*keys)
    return user_id


def whose(secret: str) -> int:
    """The user who typed the password and may still sign in. Raises StepOver."""
    return _ticket(secret).user_id


def _ticket(secret: str) -> Ticket:
    ticket = tickets.find(TicketKind.SECOND_STEP, secret, hold=False)
    if ticket is None or not db.session.scalar(select(User.is_active).where(User.id == ticket.user_id)):
        raise StepOver()
    return ticket


def take(secret: str, code: str, address: str) -> str:
    """Take the second step with a code, after its `begin_try`; gives the word for what it was.

    Raises StepOver, CodeWrong.
    """
    user_id = lock_user(whose(secret)).id
    ticket, how = _ticket(secret), _use_code(user_id, code)
    if how is None:
        raise CodeWrong(field="code")
    tickets.use_up(ticket)
    here, *elsewhere = _keys(user_id, address)
    signing_in.forget_tries(here)
    signing_in.take_back_try(*elsewhere)
    audit.record(system("sign-in", address=address), "sign_in.code", user_id=user_id, how=how)
    return how


def _use_code(user_id: int, code: str) -> str | None:
    row = db.session.scalars(select(Authenticator).where(Authenticator.user_id == user_id)).first()
    step = _step_of(row.secret, code, row.last_step) if row else None
    if step is not None:
        row.last_step = step
        return "code"
    used = db.session.execute(delete(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _code_hash(user_id, code))
        .execution_options(synchronize_session=False))
    return "recovery code" if used.rowcount else None


def record_wrong(user_id: int, address: str) -> None:
    """Write a wrong code down."""
    audit.record(system("sign-in", address=address), "sign_in.code_fail", user_id=user_id)


def _keys(user_id: int, address: str) -> tuple[str, str, str]:
    """What a try is counted under: of this account from here, of this account, from here."""
    return (signing_in.attempt_key("code here", str(user_id), signing_in.network(address)),
            signing_in.attempt_key("code", str(user_id)), signing_in.address_key(address))
