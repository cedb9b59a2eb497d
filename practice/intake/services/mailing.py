"""A form's address by e-mail: it goes to the client, and nobody here sees it."""
from collections.abc import Callable

from sqlalchemy import select

from practice.access import guard
from practice.access.actor import Actor, system
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.clients.queries import get_client
from practice.core.db import db
from practice.core.errors import Invalid
from practice.core.text import _
from practice.intake.models import FormVersion, Submission
from practice.intake.queries import answers_of
from practice.intake.services.links import invite, mail_about
from practice.outbox.services.posting import post
from practice.premises.queries import the_practice


def invite_by_mail(actor: Actor, client_id: int, *, form_key: str, letter: Callable[[str], tuple[str, str]]) -> str:
    """Mail the client a new address for their form; `letter(secret)` gives subject and text. Gives whom it went to.

    The address is private when it goes where the client's last form of this kind said, whoever sends it: an e-mail
    address which the desk has put there since proves nothing, nor does one in a form of another kind, which the desk
    may have filled in itself. Raises NotFound, Invalid.
    """
    require(actor, Permission.INTAKE_INVITE)
    email = get_client(client_id).email
    if not email:
        raise Invalid(_("There is no e-mail address for this client yet."))
    link, secret = invite(actor, client_id, form_key=form_key, is_mailed=True,
                          is_the_clients=_is_from_their_form(client_id, email, form_key))
    subject, body = letter(secret)
    post(actor, email, subject, body, about=mail_about(link), from_name=the_practice().name)
    return email


def _is_from_their_form(client_id: int, email: str, form_key: str) -> bool:
    with guard.acting(system("the e-mail address of the last form")):
        row = db.session.scalars(
            select(Submission).join(FormVersion, FormVersion.id == Submission.form_version_id)
            .where(Submission.client_id == client_id, FormVersion.key == form_key)
            .order_by(Submission.submitted_at.desc(), Submission.id.desc()).limit(1)).first()
        if row is None:
            return False
        written = answers_of(row).get("email", "")
        db.session.expunge(row)  # the house's look leaves nothing behind for the desk
    return written.strip().lower() == email.lower()  # not folded: ß and ss are two domains
