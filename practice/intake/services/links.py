"""Personal addresses: made at the desk, opened on any device, spent only by sending the form."""
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select

from practice.access.actor import Actor, system
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.accounts.models import Attempt
from practice.accounts.services.signing_in import attempt_key
from practice.audit import services as audit
from practice.clients.contact import parse_birth_date
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _
from practice.intake.models import IntakeDraft, IntakeLink
from practice.intake.queries import published_form
from practice.premises.queries import the_practice

HOLDS = timedelta(days=30)
TRIES, WINDOW = 5, timedelta(minutes=15)


class LinkState(StrEnum):
    OPEN = "open"
    SPENT = "spent"
    EXPIRED = "expired"
    REVOKED = "revoked"


class BirthDateWrong(DomainError):
    message = _("This is not the birth date we have. Please check it, or call us.")


class TooManyTries(DomainError):
    message = _("Too many tries. Please wait a quarter of an hour, or call us.")


@dataclass(frozen=True)
class Found:
    """What an address stands for. `is_known_device`: the one that filled it in last, or the first to begin."""

    link_id: int
    client_id: int
    state: LinkState
    is_known_device: bool
    is_begun: bool


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(actor: Actor, client_id: int, *, form_key: str = "full") -> tuple[IntakeLink, str]:
    """A new personal address for the client's form, and its secret, which is nowhere kept.

    An open address for the same form is revoked; what was typed there so far moves over.
    """
    require(actor, Permission.INTAKE_INVITE)
    client = get_client(client_id)
    form = published_form(form_key, client.language or the_practice().language)
    secret, now = secrets.token_urlsafe(24), clock.now()
    row = IntakeLink(client_id=client.id, form_version_id=form.id, secret_hash=hash_secret(secret), created_at=now,
                     created_by_id=actor.user_id, expires_at=now + HOLDS)
    db.session.add(row)
    db.session.flush()
    before = db.session.scalars(
        select(IntakeLink).where(IntakeLink.client_id == client.id, IntakeLink.form_version_id == form.id,
                                 IntakeLink.id != row.id, IntakeLink.spent_at.is_(None),
                                 IntakeLink.revoked_at.is_(None)))
    for old in before:
        old.revoked_at = now
        _move_draft(old.id, row.id)
    audit.record(actor, "intake.invite", row, client_id=client.id, form=form.key)
    return row, secret


def _move_draft(old_id: int, new_id: int) -> None:
    """By number only: whoever invites may not read what was typed."""
    draft = IntakeDraft.__table__
    db.session.connection().execute(draft.update().where(draft.c.link_id == old_id).values(link_id=new_id))


def find(secret: str, device: str | None) -> Found | None:
    """What the address stands for, None for an unknown one. Reads only: opening an address spends nothing."""
    now = clock.now()
    with system_session("a client opened their form's address") as session:
        row = session.execute(
            select(IntakeLink.id, IntakeLink.client_id, IntakeLink.expires_at, IntakeLink.spent_at,
                   IntakeLink.revoked_at, IntakeLink.device_hash)
            .where(IntakeLink.secret_hash == hash_secret(secret))).first()
    if row is None:
        return None
    state = LinkState.OPEN
    if row.spent_at:
        state = LinkState.SPENT
    elif row.revoked_at:
        state = LinkState.REVOKED
    elif row.expires_at <= now:
        state = LinkState.EXPIRED
    known = row.device_hash is not None and device is not None and row.device_hash == hash_secret(device)
    return Found(row.id, row.client_id, state, known, row.device_hash is not None)


def begin(actor: Actor) -> str:
    """The first device begins the form; gives the device's secret for its cookie. `actor` is the link."""
    require(actor, Permission.INTAKE_SUBMIT)
    link = own_link(actor)
    if link.device_hash is not None:
        raise BirthDateWrong()
    return _claim(actor, link)


def continue_elsewhere(actor: Actor, birth_date: str) -> str:
    """Another device goes on after giving the birth date; gives the device's secret.

    Raises Invalid, BirthDateWrong, TooManyTries; the caller counts BirthDateWrong with `count_failure`.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = own_link(actor)
    key = attempt_key("intake link", str(link.id))
    with system_session("counting failed tries") as session:
        tries = session.scalar(select(func.count(Attempt.id)).where(Attempt.key == key,
                                                                   Attempt.at > clock.now() - WINDOW))
    if tries >= TRIES:
        raise TooManyTries(field="birth_date")
    today = clock.local_date(clock.now(), the_practice().time_zone)
    given = parse_birth_date(birth_date, today, field="birth_date")
    born_on = db.session.scalar(select(Client.born_on).where(Client.id == actor.client_id))
    if born_on is None:
        raise Invalid(_("We do not have your birth date. Please ask us for a new address."), "birth_date")
    if given != born_on:
        raise BirthDateWrong(field="birth_date")
    return _claim(actor, link)


def count_failure(link_id: int) -> None:
    """Remember a wrong birth date; run as a system actor."""
    db.session.add(Attempt(key=attempt_key("intake link", str(link_id)), at=clock.now()))
    audit.record(system("a wrong birth date on a form's address"), "intake.refuse", link_id=link_id)


def _claim(actor: Actor, link: IntakeLink) -> str:
    device = secrets.token_urlsafe(24)
    link.device_hash = hash_secret(device)
    link.opened_at = link.opened_at or clock.now()
    audit.record(actor, "intake.open", link, client_id=link.client_id)
    return device


def own_link(actor: Actor) -> IntakeLink:
    """The link's own row."""
    return db.session.scalars(select(IntakeLink).where(IntakeLink.id == actor.link_id)).one()


def revoke(actor: Actor, link_id: int) -> None:
    """Close an address that was given out."""
    require(actor, Permission.INTAKE_INVITE)
    link = db.session.scalars(select(IntakeLink).where(IntakeLink.id == link_id)).first()
    if link is not None and link.revoked_at is None and link.spent_at is None:
        link.revoked_at = clock.now()
        audit.record(actor, "intake.revoke", link, client_id=link.client_id)
