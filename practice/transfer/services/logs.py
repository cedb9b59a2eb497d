"""To whom something of a record was given, and what a client asked to have put right."""
from datetime import date

from sqlalchemy import select

from practice.access.actor import Actor
from practice.access.guard import require
from practice.access.permissions import Permission
from practice.audit import services as audit
from practice.clients.queries import get_client
from practice.core import clock
from practice.core.db import check_version, db
from practice.core.errors import Invalid, NotFound
from practice.core.text import _
from practice.premises.queries import the_practice
from practice.transfer.models import Correction, CorrectionState, Disclosure
from practice.transfer.queries.rights import is_note_of

SHORTEST, MOST = 3, 300


def record_disclosure(actor: Actor, client_id: int, *, to_whom: str, what: str, why: str,
                      given_on: date | None = None) -> Disclosure:
    """Something of the record was given to somebody. `given_on` None means today. Raises Invalid, NotFound."""
    require(actor, Permission.CLIENT_RIGHTS)
    client = get_client(client_id)
    row = Disclosure(
        client_id=client.id, given_on=_day(given_on, "given_on"), to_whom=_said(to_whom, "to_whom"),
        what=_said(what, "what"), why=_said(why, "why"), recorded_at=clock.now(), recorded_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "disclosure.record", row, client_id=client_id)
    return row


def ask_correction(actor: Actor, client_id: int, *, what: str, asked_on: date | None = None) -> Correction:
    """The client asked to have something put right. `asked_on` None means today. Raises Invalid, NotFound."""
    require(actor, Permission.CLIENT_RIGHTS)
    client = get_client(client_id)
    row = Correction(client_id=client.id, asked_on=_day(asked_on, "asked_on"), what=_said(what, "asked"),
                     recorded_at=clock.now(), recorded_by_id=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "correction.ask", row, client_id=client_id)
    return row


def decide_correction(actor: Actor, client_id: int, correction_id: int, *, granted: bool, answer: str, version: int,
                      note_id: int | None = None) -> Correction:
    """Grant or refuse it, with the answer that the client is given; `note_id` names the note it is about.

    Decided once. Raises Invalid, Stale, NotFound.
    """
    require(actor, Permission.CLIENT_RIGHTS)
    row = db.session.scalars(select(Correction).where(Correction.id == correction_id,
                                                      Correction.client_id == client_id)).first()
    if row is None:
        raise NotFound()
    check_version(row, version)
    if row.state is not CorrectionState.ASKED:
        raise Invalid(_("This was decided already."))
    if note_id is not None and not is_note_of(row.client_id, note_id):
        raise Invalid(_("This client has no note of that number."), "note")
    row.state = CorrectionState.GRANTED if granted else CorrectionState.REFUSED
    row.answer, row.decided_at, row.decided_by_id = _said(answer, "answer"), clock.now(), actor.user_id
    if note_id is not None:
        row.record, row.record_id = "session_note", note_id
    audit.record(actor, "correction.grant" if granted else "correction.refuse", row, client_id=row.client_id)
    return row


def _said(text: str, name: str) -> str:
    text = text.strip()
    if len(text) < SHORTEST:
        raise Invalid(_("Say it in a few words."), name)
    return text[:MOST]


def _day(given: date | None, name: str) -> date:
    today = clock.local_date(clock.now(), the_practice().time_zone)
    if given is not None and given > today:
        raise Invalid(_("This day is still to come."), name)
    return given or today
