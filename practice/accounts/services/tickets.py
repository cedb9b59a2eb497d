"""Secrets that are worth one thing, once, for a short while: what comes after the password, a link to a new one."""
import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from practice.accounts.models import Ticket, TicketKind
from practice.accounts.services.signing_in import end_all, hash_secret
from practice.core import clock
from practice.core.db import db


def issue(kind: TicketKind, user_id: int | None, lasts: timedelta) -> str:
    """A new secret for this user; whoever calls records what it is for."""
    secret = secrets.token_urlsafe(32)
    db.session.add(Ticket(kind=kind, secret_hash=hash_secret(secret), user_id=user_id, ends_at=clock.now() + lasts))
    db.session.flush()
    return secret


def find(kind: TicketKind, secret: str, *, hold: bool = True) -> Ticket | None:
    """The ticket of this secret while it is worth something; `hold` until the transaction ends. As a system actor."""
    found = select(Ticket).where(Ticket.kind == kind, Ticket.secret_hash == hash_secret(secret),
                                 Ticket.ends_at > clock.now()).execution_options(populate_existing=True)
    return db.session.scalars(found.with_for_update() if hold else found).first()


def use_up(ticket: Ticket) -> None:
    """It is worth nothing from now on; those whose time is over go with it."""
    db.session.delete(ticket)
    tidy()


def tidy() -> None:
    """Take out the tickets whose time is over; as a system actor."""
    db.session.execute(delete(Ticket).where(Ticket.ends_at <= clock.now())
                       .execution_options(synchronize_session=False))


def shut_out(user_id: int) -> None:
    """End every sign-in of a user and whatever was about to become one, such as a link: what lets them in changed."""
    db.session.execute(delete(Ticket).where(Ticket.user_id == user_id).execution_options(synchronize_session=False))
    end_all(user_id)
