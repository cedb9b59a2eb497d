"""A new password by a link that works once: made by an owner, or mailed to who forgot theirs.

The link opens no sign-in: who has chosen signs in with the new password, and takes the second step where there is one.
"""
from collections.abc import Callable
from datetime import timedelta

from practice.access.actor import Actor, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.accounts import passwords
from practice.accounts.models import TicketKind, User
from practice.accounts.queries import attempts_since, credentials, get_user, has_signed_in_from, lock_user
from practice.accounts.services import passkeys, second_step, signing_in, tickets
from practice.accounts.services.users import OwnPassword, known_words
from practice.audit import services as audit
from practice.core import clock
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.outbox.services import posting

HANDED_LASTS, MAILED_LASTS = timedelta(hours=24), timedelta(hours=1)


class LinkOver(DomainError):
    """The link was used, is too old, or never was one."""

    message = _("This link is used up or too old. Ask an owner for a new one.")


class NotSigningIn(DomainError):
    message = _("They may not sign in: let them first.")


def make_link(actor: Actor, user_id: int) -> str:
    """The secret of a link for a colleague; what they can sign in with stays until it is used.

    Raises NotFound, OwnPassword, NotSigningIn.
    """
    require(actor, Permission.USER_EDIT)
    if user_id == actor.user_id:
        raise OwnPassword()
    user = get_user(user_id)
    if not user.is_active:
        raise NotSigningIn()
    secret = tickets.issue(TicketKind.RESET, user.id, HANDED_LASTS)
    audit.record(actor, "user.reset_link", user)
    return secret


def let_in(email: str, *, without_second_step: bool = False) -> str:
    """The secret of a link for whoever sits at the server: the only owner may have lost password, phone and codes.

    Run as a system actor. Raises NotSigningIn.
    """
    found, actor = credentials(signing_in.plain_email(email)), system("practice let-in")
    if found is None or not found.is_active:
        raise NotSigningIn()
    if without_second_step:
        second_step.take_out_of(actor, found.id)
    return make_link(actor, found.id)


def mail_link(actor: Actor, user_id: int, letter: Callable[[str], tuple[str, str, str]]) -> None:
    """By mail; `letter(secret)` gives sender's name, subject, text. Raises NotFound, OwnPassword, NotSigningIn."""
    from_name, subject, body = letter(make_link(actor, user_id))
    posting.post(actor, get_user(user_id).email, subject, body, about=f"user:{user_id}", from_name=from_name)


def ask_by_mail(email: str, address: str, letter: Callable[[str], tuple[str, str, str]]) -> None:
    """Somebody forgot their password. Whether the address is known shows nowhere: not in an answer, hardly in its time.

    Beyond a few requests from one place nothing is sent, written or counted. Nor for one address, from places where
    its person has not signed in lately: a stranger who keeps asking brakes strangers. Run as a system actor.
    """
    email, since = signing_in.plain_email(email), clock.now() - signing_in.WINDOW
    found = credentials(email)
    here, account = (signing_in.attempt_key("forgot", about) for about in (signing_in.network(address), email))
    is_here = has_signed_in_from(found.id if found else 0, address, clock.now() - signing_in.KNOWN_FOR)
    if attempts_since(here, since) >= signing_in.TRIES_HERE or (
            attempts_since(account, since) >= signing_in.TRIES_HERE and not is_here):
        return
    signing_in.remember(here, account)
    is_known = found is not None and found.is_active
    secret = tickets.issue(TicketKind.RESET, found.id if is_known else None, MAILED_LASTS)
    from_name, subject, body = letter(secret)
    actor = system("forgot the password", address=address)
    if is_known:
        posting.post(actor, email, subject, body, about=f"user:{found.id}", from_name=from_name)
    audit.record(actor, "user.forgot", user_id=found.id if is_known else None)


def whose(secret: str) -> User:
    """Whose password the link changes; run as a system actor. Raises LinkOver."""
    ticket = tickets.find(TicketKind.RESET, secret, hold=False)
    user = get_user(ticket.user_id) if ticket is not None and ticket.user_id is not None else None
    if user is None or not user.is_active:
        raise LinkOver()
    return user


def choose(secret: str, password: str, address: str, *, practice: str = "") -> None:
    """The new password. Ends every sign-in, the PIN, the passkeys and all other links; run as a system actor.

    Raises LinkOver, Invalid.
    """
    user = lock_user(whose(secret).id)
    whose(secret)  # still, now that nobody else is using it
    passwords.check_new(password, *known_words(user.name, user.email, practice))
    if passwords.is_right(user.password_hash, password):
        raise Invalid(_("Choose another one than the present password."), "password")
    user.password_hash, user.must_change_password = passwords.hash_password(password), False
    user.pin_hash = None
    passkeys.take_all_out(user)
    tickets.shut_out(user.id)
    tickets.tidy()
    audit.record(system("a link to a new password", address=address), "user.password", user)
