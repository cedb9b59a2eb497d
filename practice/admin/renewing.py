"""The renewal of memberships: the button and `practice memberships renew` are the same step."""
from dataclasses import dataclass

from practice.access.actor import Actor
from practice.admin.base import words
from practice.billing.queries.memberships import due_memberships, get_membership
from practice.billing.services.documents import today
from practice.billing.services.memberships import renew
from practice.clients.queries import get_client
from practice.core.db import transaction
from practice.core.errors import DomainError


@dataclass(frozen=True)
class Renewed:
    """How many invoices were made, and whose could not be, with the reason."""

    documents: int
    refused: list[tuple[str, str]]


def renew_all(actor: Actor) -> Renewed:
    """Invoice every month that has begun, each membership in a transaction of its own; asked again, nothing happens."""
    documents, refused = 0, []
    for membership_id in due_memberships(today()):
        try:
            with transaction():
                documents += len(renew(actor, membership_id))
        except DomainError as error:
            refused.append((get_client(get_membership(membership_id).client_id).name, words(error)))
    return Renewed(documents, refused)
