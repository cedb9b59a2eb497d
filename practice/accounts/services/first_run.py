"""The first owner, behind a one-time code that only the terminal shows."""
import hmac
import secrets

from sqlalchemy import delete, select

from practice.access.actor import Actor
from practice.access.roles import Role
from practice.accounts.models import FirstRunCode, User
from practice.accounts.queries import is_empty
from practice.accounts.services.signing_in import hash_secret
from practice.accounts.services.users import add_user
from practice.audit import services as audit
from practice.core import clock
from practice.core.db import db
from practice.core.errors import DomainError, Invalid
from practice.core.text import _


class AlreadySetUp(DomainError):
    message = _("This practice has an owner already. Sign in instead.")


def new_code(actor: Actor) -> str | None:
    """A fresh one-time code, or None when there is an owner; run as a system actor by the command that serves."""
    if not is_empty():
        return None
    code = "-".join(secrets.token_hex(2) for _part in range(3))
    db.session.execute(delete(FirstRunCode))
    db.session.add(FirstRunCode(code_hash=hash_secret(code), created_at=clock.now()))
    audit.record(actor, "first_run.code")
    return code


def create_first_owner(actor: Actor, *, code: str, name: str, email: str, password: str, roles=(Role.OWNER,),
                       practice: str = "") -> User:
    """The owner, with the roles they hold themselves. Run as a system actor. Raises AlreadySetUp, Invalid."""
    if not is_empty():
        raise AlreadySetUp()
    known = db.session.scalars(select(FirstRunCode).with_for_update()).first()
    if known is None or not hmac.compare_digest(known.code_hash, hash_secret(code.strip().lower())):
        raise Invalid(_("This is not the code that the terminal shows."), "code")
    db.session.delete(known)
    return add_user(actor, name=name, email=email, password=password, roles={Role.OWNER, *roles},
                    must_change_password=False, practice=practice)
