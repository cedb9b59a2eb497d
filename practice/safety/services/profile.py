"""What is known beside conditions: allergies, wishes, limits, consents, texts that were read."""
from collections.abc import Callable
from dataclasses import replace

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import Stale
from practice.premises.queries import the_practice
from practice.safety.content import ProfileContent
from practice.safety.models import SafetyProfile
from practice.safety.queries import profile_row
from practice.safety.rules import AllergyFact, ConsentFact, Limit
from practice.safety.services.consequences import rewrite


def save_profile(actor: Actor, client_id: int, change: Callable[[ProfileContent], ProfileContent], *,
                 version: int | None = None, what: str) -> SafetyProfile:
    """Apply `change` to what is known of a client. `version` 0 or None means there was nothing yet. Raises Stale."""
    require(actor, Permission.CHART_WRITE)
    client = get_client(client_id)
    row = profile_row(client.id)
    if row is None:
        if version:
            raise Stale()
        row = SafetyProfile(client_id=client.id, changed_at=clock.now())
        db.session.add(row)
    elif version is not None:
        check_version(row, version)
    row.content = change(ProfileContent.from_json(row.content)).to_json()
    row.changed_at = clock.now()
    db.session.flush()
    audit.record(actor, f"profile.{what}", row, client_id=client.id)
    rewrite(actor, client.id)
    return row


def set_allergies(actor: Actor, client_id: int, allergies: tuple[AllergyFact, ...], *,
                  refused: tuple[str, ...] = (), version: int | None = None) -> SafetyProfile:
    """The allergies as the therapist took them down today; `refused` are those of the form that are none."""
    today = clock.local_date(clock.now(), the_practice().time_zone)
    return save_profile(actor, client_id, version=version, what="allergies", change=lambda held: replace(
        held, allergies=allergies, allergies_refused=refused, allergies_asked_on=today))


def set_limits(actor: Actor, client_id: int, limits: tuple[Limit, ...], *, version: int | None = None) -> SafetyProfile:
    """The therapist's own limits for this client."""
    return save_profile(actor, client_id, version=version, what="limits",
                        change=lambda held: replace(held, therapist_limits=limits))


def set_consents(actor: Actor, client_id: int, consents: tuple[ConsentFact, ...], *,
                 version: int | None = None) -> SafetyProfile:
    """What the client consented to in writing for sensitive areas."""
    return save_profile(actor, client_id, version=version, what="consents",
                        change=lambda held: replace(held, consents=consents))


def mark_read(actor: Actor, client_id: int, submission_id: int, keys: frozenset[str]) -> SafetyProfile:
    """The therapist has read these free texts of a form."""
    return save_profile(actor, client_id, what="read", change=lambda held: held.with_read(submission_id, keys))
