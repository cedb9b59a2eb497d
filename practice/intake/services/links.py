"""Personal addresses: made at the desk, opened on any device, spent only by sending the form."""
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from practice.access.actor import Actor, system
from practice.access.guard import require, system_session
from practice.access.permissions import Permission
from practice.accounts.models import Attempt
from practice.accounts.queries import attempts_since
from practice.accounts.services.signing_in import attempt_key, network
from practice.audit import services as audit
from practice.clients.contact import parse_birth_date
from practice.clients.models import Client
from practice.clients.policy import is_chart_open
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid, NotFound
from practice.core.text import _
from practice.files.services import take_back
from practice.intake.models import IntakeDraft, IntakeLink, Way
from practice.intake.queries import published_form
from practice.intake.services.seen import goes_on_elsewhere
from practice.intake.states import LinkState, link_state
from practice.outbox.services.posting import call_back
from practice.premises.queries import the_practice

HOLDS = timedelta(days=30)
HOLDS_HERE = timedelta(hours=3)  # a tablet in the waiting room, a paper form on the desk
# Typed from paper by some: small letters and digits that cannot be taken for one another; 26 of them are 128 bits.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 26
DEVICE_BYTES, DEVICE_LENGTH = 24, 32  # at random, and as text
WINDOW = timedelta(minutes=15)
TRIES = 5  # wrong birth dates for one address
TRIES_UNKNOWN = 30  # unknown addresses asked for by one machine


class FormClosed(DomainError):
    message = _("This form was sent already, or its link no longer works. Please call us for a new one.")


class BirthDateWrong(DomainError):
    message = _("This is not the birth date we have. Please check it, or call us.")


class TooManyTries(DomainError):
    message = _("Too many tries. Please wait a quarter of an hour, or call us.")


@dataclass(frozen=True)
class Found:
    """What an address stands for. `is_known_device`: the one it is filled in on."""

    link_id: int
    client_id: int
    form_version_id: int
    state: LinkState
    is_known_device: bool
    is_begun: bool
    way: Way = Way.LINK


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def invite(actor: Actor, client_id: int, *, form_key: str = "full", way: Way = Way.LINK, is_mailed: bool = False,
           is_the_clients: bool = False) -> tuple[IntakeLink, str]:
    """A new personal address for the client's form, and its secret, which is nowhere kept.

    It is private where the chart is open to `actor`, who sees it; mailed and seen by nobody, where the mail
    `is_the_clients`.

    An open address for the same form is revoked. What was typed there moves over together with the device it was
    typed on, so that whoever holds the new address reads nothing of it without the birth date; where the practice has
    no birth date to ask for, the form begins anew, and so it does on a tablet handed over here and for a paper form,
    which only a therapist types in. What was typed on a tablet goes on under a therapist's address alone, for the
    tablet is the desk's; and by mail only on the device it was typed on. Raises NotFound, Forbidden.
    """
    require(actor, Permission.INTAKE_INVITE)
    if way is Way.PAPER:
        require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    form = published_form(form_key, client.language or the_practice().language)
    secret, now = new_secret(), clock.now()
    row = IntakeLink(client_id=client.id, form_version_id=form.id, secret_hash=hash_secret(secret), created_at=now,
                     created_by_id=actor.user_id, way=way, expires_at=now + (HOLDS if way is Way.LINK else HOLDS_HERE),
                     is_mailed=is_mailed,
                     is_private=is_the_clients if is_mailed else is_chart_open(actor, client.id))
    db.session.add(row)
    db.session.flush()
    before = db.session.scalars(
        select(IntakeLink).where(IntakeLink.client_id == client.id, IntakeLink.form_version_id == form.id,
                                 IntakeLink.id != row.id, IntakeLink.spent_at.is_(None),
                                 IntakeLink.revoked_at.is_(None))
        .order_by(IntakeLink.id).with_for_update().execution_options(populate_existing=True))
    for old in before:
        old.revoked_at = now
        call_back(mail_about(old))
        goes_on = old.way is Way.LINK or (row.is_private and not is_mailed)
        if way is Way.LINK and goes_on and old.device_hash is not None and client.born_on is not None:
            _hand_over(old, row)
    audit.record(actor, "intake.mail" if is_mailed else "intake.invite", row, client_id=client.id, form=form.key)
    return row, secret


def mail_about(link: IntakeLink) -> str:
    """What the mail with this address belongs to, in the outbox's words; its client is found by it too."""
    return f"form:{link.client_id}:{link.id}"


def unsent_of(link: IntakeLink) -> list[int]:
    """The numbers of the client's unsent addresses for this form: what was handed in before hangs on the old ones."""
    links = IntakeLink.__table__
    return list(db.session.connection().execute(
        select(links.c.id).where(links.c.client_id == link.client_id, links.c.spent_at.is_(None),
                                 links.c.form_version_id == link.form_version_id)).scalars())


def _hand_over(old: IntakeLink, new: IntakeLink) -> None:
    """The draft by its number only: whoever invites may not read what was typed. The newest one counts."""
    draft = IntakeDraft.__table__
    connection = db.session.connection()
    is_there = connection.execute(select(draft.c.id).where(draft.c.link_id == new.id)).first()
    if not is_there:
        connection.execute(update(draft).where(draft.c.link_id == old.id).values(link_id=new.id))
    new.device_hash, new.opened_at = old.device_hash, old.opened_at


def find(secret: str, device: str | None) -> Found | None:
    """What the address stands for, None for an unknown one. Reads only: opening an address spends nothing."""
    with system_session("a client opened their form's address") as session:
        row = session.execute(
            select(IntakeLink.id, IntakeLink.client_id, IntakeLink.form_version_id, IntakeLink.expires_at,
                   IntakeLink.spent_at, IntakeLink.revoked_at, IntakeLink.device_hash, IntakeLink.way)
            .where(IntakeLink.secret_hash == hash_secret(secret.lower()))).first()
    if row is None:
        return None
    known = row.device_hash is not None and device is not None and row.device_hash == hash_secret(device)
    return Found(row.id, row.client_id, row.form_version_id, link_state(row, clock.now()), known,
                 row.device_hash is not None, row.way)


def is_guessing(address: str) -> bool:
    """Whether this machine has asked for too many unknown addresses lately."""
    return attempts_since(_guess_key(address), clock.now() - WINDOW) >= TRIES_UNKNOWN


def count_guess(address: str) -> None:
    """Remember that this machine asked for an unknown address; run as a system actor."""
    db.session.add(Attempt(key=_guess_key(address), at=clock.now()))


def _guess_key(address: str) -> str:
    return attempt_key("unknown form address", network(address))


def begin(actor: Actor, device: str | None = None) -> str:
    """The first device begins the form; gives the device's secret for its cookie. `actor` is the link.

    `device` is the secret the device has from an earlier form: it stays the same device.

    Raises FormClosed, and BirthDateWrong when another device was first.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = open_link(actor)
    if link.device_hash is not None:
        raise BirthDateWrong(field="birth_date")
    return _claim(actor, link, device)


def continue_elsewhere(actor: Actor, birth_date: str, *, device: str | None = None, locale: str = "en_IE") -> str:
    """Another device goes on after giving the birth date; gives the device's secret.

    Where the desk has seen the address, or it was mailed, the form begins anew: what was filled in on the first device
    is thrown away, not shown. Nobody goes on elsewhere from a tablet in the waiting room, where the address can be
    read off.

    Raises FormClosed, Invalid, BirthDateWrong, TooManyTries; the caller counts BirthDateWrong with `count_failure`.
    """
    require(actor, Permission.INTAKE_SUBMIT)
    link = open_link(actor)
    if link.way is Way.TABLET:
        raise FormClosed()
    if is_tried_too_often(link.id):
        raise TooManyTries(field="birth_date")
    born_on = db.session.scalar(select(Client.born_on).where(Client.id == actor.client_id))
    if born_on is None:
        raise Invalid(_("We do not have your birth date. Please ask us for a new link."), "birth_date")
    today = clock.local_date(clock.now(), the_practice().time_zone)
    if parse_birth_date(birth_date, today, locale=locale, field="birth_date") != born_on:
        raise BirthDateWrong(field="birth_date")
    if not goes_on_elsewhere(link.id):
        _throw_away(actor, link)
    return _claim(actor, link, device)


def _throw_away(actor: Actor, link: IntakeLink) -> None:
    gone = db.session.execute(delete(IntakeDraft).where(IntakeDraft.link_id == link.id)
                              .execution_options(synchronize_session=False))
    take_back(actor, link.client_id, record="intake_link", record_ids=unsent_of(link), but=())
    audit.record(actor, "intake.clear", link, client_id=link.client_id, drafts=gone.rowcount)


def is_tried_too_often(link_id: int) -> bool:
    """Whether too many wrong birth dates were given for an address lately."""
    return attempts_since(_birth_key(link_id), clock.now() - WINDOW) >= TRIES


def count_failure(link_id: int) -> None:
    """Remember a wrong birth date; run as a system actor."""
    db.session.add(Attempt(key=_birth_key(link_id), at=clock.now()))
    audit.record(system("a wrong birth date on a form's address"), "intake.refuse", link=link_id)


def _birth_key(link_id: int) -> str:
    return attempt_key("intake link", str(link_id))


def _claim(actor: Actor, link: IntakeLink, device: str | None) -> str:
    # A tablet of the practice is another device for each who is handed it: it forgets the one before.
    is_kept = link.way is Way.LINK and device is not None and len(device) == DEVICE_LENGTH
    device = device if is_kept else secrets.token_urlsafe(DEVICE_BYTES)
    link.device_hash = hash_secret(device)
    link.opened_at = link.opened_at or clock.now()
    audit.record(actor, "intake.open", link, client_id=link.client_id)
    return device


def open_link(actor: Actor) -> IntakeLink:
    """The link's own row, held until the transaction ends so that two requests cannot both change it.

    Raises FormClosed when it is spent, revoked or expired.
    """
    link = db.session.scalars(select(IntakeLink).where(IntakeLink.id == actor.link_id).with_for_update()
                              .execution_options(populate_existing=True)).one()
    if link_state(link, clock.now()) is not LinkState.OPEN:
        raise FormClosed()
    return link


def hold(actor: Actor, device: str | None) -> IntakeLink:
    """The link's own row, held as by open_link, for the device it is filled in on.

    Raises FormClosed, also when another device has taken over while the request was on its way.
    """
    link = open_link(actor)
    if device is None or link.device_hash != hash_secret(device):
        raise FormClosed()
    return link


def check_secret(actor: Actor, client_id: int, secret: str) -> IntakeLink:
    """The open link of this client that the secret belongs to, to print its slip. Raises NotFound."""
    require(actor, Permission.INTAKE_INVITE)
    link = db.session.scalars(select(IntakeLink).where(IntakeLink.client_id == client_id,
                                                       IntakeLink.secret_hash == hash_secret(secret))).first()
    if link is None or link_state(link, clock.now()) is not LinkState.OPEN:
        raise NotFound()
    return link


def revoke(actor: Actor, client_id: int, link_id: int) -> None:
    """Close an address that was given out to a client. One that is closed already stays as it is. Raises NotFound."""
    require(actor, Permission.INTAKE_INVITE)
    link = db.session.scalars(select(IntakeLink).where(IntakeLink.id == link_id, IntakeLink.client_id == client_id)
                              .with_for_update().execution_options(populate_existing=True)).first()
    if link is None:
        raise NotFound()
    if link.revoked_at is None and link.spent_at is None:
        link.revoked_at = clock.now()
        audit.record(actor, "intake.revoke", link, client_id=link.client_id)
