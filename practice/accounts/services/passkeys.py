"""Passkeys (WebAuthn): a key in a phone, a laptop or a stick that its owner opens with finger, face or its own PIN.

That is two factors in one, so nothing else is asked. The browser signs what it was given (the challenge, good once and
for five minutes) for this address only; the public key is all that is kept here.
"""
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from practice.access.actor import Actor, Kind, system
from practice.accounts.models import Passkey, Ticket, TicketKind, User
from practice.accounts.queries import attempts_since, get_user, lock_user
from practice.accounts.services import signing_in, tickets
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Forbidden, Invalid, NotFound
from practice.core.text import _

LASTS = timedelta(minutes=5)
MOST = 20  # for one person
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, UnicodeError, binascii.Error)


class PasskeyRefused(DomainError):
    message = _("This passkey does not open anything here.")


@dataclass(frozen=True)
class Place:
    """Where the browser is: the host that passkeys belong to, and the address as the browser names it."""

    host: str
    origin: str


def begin_adding(actor: Actor, place: Place, practice: str) -> str:
    """What the browser needs to make a passkey for this person, as JSON; run as a system actor."""
    user = get_user(actor.user_id)
    return options_to_json(generate_registration_options(
        rp_id=place.host, rp_name=practice, user_id=str(user.id).encode(), user_name=user.email,
        user_display_name=user.name, challenge=tickets.issue(TicketKind.PASSKEY, user.id, LASTS).encode(),
        exclude_credentials=_known(user.id), authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED)))


def add(actor: Actor, credential: str, name: str, place: Place) -> None:
    """Keep what the browser made. Run as a system actor. Raises PasskeyRefused, Invalid."""
    if actor.kind is not Kind.STAFF:
        raise Forbidden()
    user, name = lock_user(actor.user_id), " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid(_("Enter a name of at most 60 characters"), "name")
    if db.session.scalar(select(func.count(Passkey.id)).where(Passkey.user_id == user.id)) >= MOST:
        raise Invalid(_("You have very many passkeys: take one out first."), "name")
    try:
        ticket, challenge = _ticket_of(credential)
        made = verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, require_user_verification=True)
    except BROKEN:
        raise PasskeyRefused() from None
    key = bytes_to_base64url(made.credential_id)
    if ticket.user_id != user.id or len(key) > 1400 or _find(key) is not None:
        raise PasskeyRefused()
    tickets.use_up(ticket)
    row = Passkey(user_id=user.id, name=name, credential_id=key, sign_count=made.sign_count,
                  public_key=bytes_to_base64url(made.credential_public_key), added_at=clock.now())
    db.session.add(row)
    user.has_passkey = True
    db.session.flush()
    audit.record(actor, "passkey.add", row)


def begin(place: Place, address: str, user_id: int | None = None) -> str:
    """What the browser needs to show a passkey, of this person or of whoever comes, as JSON; run as a system actor.

    Raises TooManyTries.
    """
    key = _tries(address, user_id)
    if attempts_since(key, clock.now() - signing_in.WINDOW) >= signing_in.TRIES_ADDRESS:
        raise signing_in.TooManyTries()
    signing_in.remember(key)
    tickets.tidy()
    return options_to_json(generate_authentication_options(
        rp_id=place.host, challenge=tickets.issue(TicketKind.PASSKEY, user_id, LASTS).encode(),
        allow_credentials=_known(user_id) if user_id else None,
        user_verification=UserVerificationRequirement.REQUIRED))


def _tries(address: str, user_id: int | None) -> str:
    """Under which key tries are counted: those of a known person apart, whatever others of the network do."""
    return signing_in.attempt_key("passkey", str(user_id) if user_id else signing_in.network(address))


def check(credential: str, place: Place, address: str, user_id: int | None = None) -> int:
    """Whose passkey this is, by what the browser signed; with `user_id` no other's will do. Run as a system actor.

    A right one takes its try back: a house full of people who sign in is no attack. Raises PasskeyRefused.
    """
    try:
        row = _shown(credential)
        ticket, challenge = _ticket_of(credential)
        shown = verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count, require_user_verification=True)
    except BROKEN:
        raise PasskeyRefused() from None
    if {ticket.user_id, user_id} - {None, row.user_id}:
        raise PasskeyRefused()
    if not db.session.scalar(select(User.is_active).where(User.id == row.user_id)):
        raise PasskeyRefused()
    row.sign_count, row.used_at = shown.new_sign_count, clock.now()
    tickets.use_up(ticket)
    signing_in.take_back_try(_tries(address, user_id))
    audit.record(system("a passkey"), "passkey.show", row, user_id=row.user_id)
    return row.user_id


def record_refused(actor: Actor, credential: str) -> None:
    """Write down that a passkey opened nothing, once for each challenge: those are braked, so nobody fills the trail.

    Run as a system actor.
    """
    try:
        ticket, _challenge = _ticket_of(credential)
    except (PasskeyRefused, *BROKEN):
        return
    tickets.use_up(ticket)
    audit.record(actor, "passkey.refuse")


def take_out(actor: Actor, passkey_id: int) -> None:
    """One of one's own. Raises NotFound."""
    user = lock_user(actor.user_id)
    row = db.session.scalars(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)).first()
    if row is None:
        raise NotFound()
    audit.record(actor, "passkey.out", passkey_id=row.id)
    db.session.delete(row)
    db.session.flush()
    user.has_passkey = db.session.scalar(select(Passkey.id).where(Passkey.user_id == user.id).limit(1)) is not None


def take_all_out(user: User) -> None:
    """Every passkey of somebody who gets another way in; part of an act that records it."""
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id).execution_options(synchronize_session=False))
    user.has_passkey = False


def _ticket_of(credential: str) -> tuple[Ticket, bytes]:
    """The ticket whose secret was signed, and the secret as bytes. Raises PasskeyRefused and what BROKEN names."""
    signed = json.loads(base64url_to_bytes(json.loads(credential)["response"]["clientDataJSON"]))
    challenge = base64url_to_bytes(signed["challenge"])
    ticket = tickets.find(TicketKind.PASSKEY, challenge.decode())
    if ticket is None:
        raise PasskeyRefused()
    return ticket, challenge


def _shown(credential: str) -> Passkey:
    """The passkey of a credential, its person held. Raises PasskeyRefused and what BROKEN names."""
    key = bytes_to_base64url(base64url_to_bytes(json.loads(credential)["id"]))
    user_id = db.session.scalar(select(Passkey.user_id).where(Passkey.credential_id == key))
    row = _find(key) if user_id is not None and lock_user(user_id) else None
    if row is None:
        raise PasskeyRefused()
    return row


def _find(key: str) -> Passkey | None:
    return db.session.scalars(select(Passkey).where(Passkey.credential_id == key)
                              .execution_options(populate_existing=True)).first()


def _known(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    keys = db.session.scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id))
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key)) for key in keys]
