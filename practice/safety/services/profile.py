"""What is known beside conditions: allergies, wishes, limits, remarks, texts that were read."""
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.body import Place
from practice.core.db import check_version, db
from practice.core.errors import Invalid, NotFound, Stale
from practice.core.text import _
from practice.intake.queries import get_submission, latest_submission
from practice.premises.queries import the_practice
from practice.safety.content import ProfileContent
from practice.safety.models import SafetyProfile
from practice.safety.queries.known import to_keep_open
from practice.safety.queries.rows import profile_to_change
from practice.safety.rules import AllergyFact, BloodPressure, Limit, Wish
from practice.safety.services.consequences import rewrite

MOST_PINNED = 3
EVER = datetime(1900, 1, 1, tzinfo=UTC)  # before it was first written nothing stood there


def save_profile(actor: Actor, client_id: int, change: Callable[[ProfileContent], ProfileContent], *,
                 version: int | None = None, what: str) -> SafetyProfile:
    """Apply `change` to what is known of a client. `version` 0 means there was nothing yet, None takes what is there.

    Raises Stale, NotFound.
    """
    require(actor, Permission.CHART_WRITE)
    row = _written(actor, get_client(client_id).id, change, version, what)
    rewrite(actor, client_id)
    return row


def keep_open(actor: Actor, client_id: int) -> None:
    """After a form came in: older ones with something still open go on being read, however many came since."""
    today = clock.local_date(clock.now(), the_practice().time_zone)
    row = profile_to_change(client_id)
    waiting = to_keep_open(client_id, today)
    if waiting != ProfileContent.from_json(row.content if row else None).waiting:
        _written(actor, client_id, lambda held: replace(held, waiting=waiting), None, "kept_open")


def _written(actor: Actor, client_id: int, change: Callable[[ProfileContent], ProfileContent], version: int | None,
             what: str) -> SafetyProfile:
    row, now = profile_to_change(client_id), clock.now()
    begun = row.changed_at if row else EVER
    if row is None:
        if version:
            raise Stale()
        row = SafetyProfile(client_id=client_id, changed_at=now, version=1)
        db.session.add(row)
    elif version is not None:
        check_version(row, version)
    else:
        row.version += 1
    held = ProfileContent.from_json(row.content)
    row.content = change(held).written_over(held, now, begun).to_json()
    row.changed_at = now
    db.session.flush()
    audit.record(actor, f"profile.{what}", row, client_id=client_id)
    return row


def set_allergies(actor: Actor, client_id: int, allergies: tuple[AllergyFact, ...], *,
                  refused: tuple[str, ...] = (), newest_form: int | None = None,
                  version: int | None = None) -> SafetyProfile:
    """The allergies as the therapist took them down today; `refused` are those of the form that are none.

    `newest_form` is the newest the therapist had before them: what a later one names is still to be decided. None means
    all there are. Raises Invalid, Stale, NotFound.
    """
    if any(not allergy.substance.strip() for allergy in allergies):
        raise Invalid(_("Say what it is that the client does not tolerate."), "substance")
    today = clock.local_date(clock.now(), the_practice().time_zone)

    def change(held: ProfileContent) -> ProfileContent:
        form = latest_submission(client_id)
        seen = min(form.id, newest_form) if form and newest_form is not None else form and form.id
        return replace(held, allergies=allergies, allergies_refused=refused, allergies_asked_on=today,
                       allergies_form=seen)

    return save_profile(actor, client_id, change, version=version, what="allergies")


def set_limits(actor: Actor, client_id: int, limits: tuple[Limit, ...], *, version: int | None = None) -> SafetyProfile:
    """The therapist's own limits for this client. Raises Invalid, Stale, NotFound."""
    if any(not 0 <= limit.level <= 5 for limit in limits):
        raise Invalid(_("A limit is a level from 0 to 5."), "level")
    return save_profile(actor, client_id, version=version, what="limits",
                        change=lambda held: replace(held, therapist_limits=limits))


def set_remarks(actor: Actor, client_id: int, *, pinned: tuple[str, ...] = (), wishes: tuple[Wish, ...] = (),
                never_more_than: tuple[Limit, ...] = (), place_notes: tuple[tuple[Place, str], ...] = (),
                blood_pressure: BloodPressure | None = None, version: int | None = None) -> SafetyProfile:
    """What is to be known word for word, and what the client said at a visit: wishes, never more than, a reading.

    All of it as it stands now. Wishes asked at a visit go before those of the form.

    Raises Invalid, Stale, NotFound.
    """
    if len(pinned) > MOST_PINNED:
        raise Invalid(_("At most three lines."), "pinned")
    if any(not 1 <= wish.level <= 5 for wish in wishes):
        raise Invalid(_("A wish is a level from 1 to 5."), "level")
    if any(not 0 <= limit.level <= 5 for limit in never_more_than):
        raise Invalid(_("A limit is a level from 0 to 5."), "level")
    if blood_pressure and not (40 <= blood_pressure.diastolic < blood_pressure.systolic <= 300):
        raise Invalid(_("Please check the two figures of the blood pressure."), "blood_pressure")
    return save_profile(actor, client_id, version=version, what="remarks", change=lambda held: replace(
        held, pinned=pinned, wishes=wishes, never_more_than=never_more_than, place_notes=place_notes,
        blood_pressure=blood_pressure))


def mark_read(actor: Actor, client_id: int, submission_id: int, keys: frozenset[str]) -> SafetyProfile:
    """The therapist has read these texts of a form, or asked these open questions. Raises NotFound."""
    if get_submission(submission_id).client_id != client_id:
        raise NotFound()
    return save_profile(actor, client_id, what="read", change=lambda held: held.with_read(submission_id, keys))
