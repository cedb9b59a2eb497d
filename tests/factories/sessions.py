"""Sessions to write notes about: clients in care, appointments that took place, notes, conditions."""
from datetime import datetime

from practice.access import guard
from practice.access.actor import Actor
from practice.core.body import Place
from practice.core.db import transaction
from practice.safety.content import ConditionContent
from practice.safety.services.conditions import add_condition
from practice.schedule.states import AppointmentState as S
from practice.sessions.content import NoteContent, WorkRow
from practice.sessions.models import SessionNote
from practice.sessions.services import notes
from tests.factories import clients, schedule
from tests.personas import People

NECK = Place("neck_posterior", "middle")
LOWER_BACK = Place("lower_back", "left")
CALF = Place("calf", "left")


def row(place: Place = NECK, technique: str = "petrissage", pressure: int = 2, minutes: int = 10) -> WorkRow:
    return WorkRow(place, technique, pressure, minutes)


def words(text: str = "Neck easier", **values) -> NoteContent:
    """A note with something in every field; `text` stands in the first."""
    return NoteContent(**{"subjective": text, "objective": "Turns left 60", "assessment": "Went well",
                          "plan": "Two weeks", "rows": (row(),), **values})


def visit(people: People, starts_at: datetime, *, client_id: int | None = None, therapist: Actor | None = None,
          treatment_id: int | None = None, state: S = S.IN_SESSION, **values) -> int:
    """An appointment of a client (a new one unless named) with Theo unless somebody else is; returns its id."""
    therapist = therapist or people.theo
    with guard.acting(people.system), transaction():
        client_id = client_id or clients.client(**values).id
        treatment_id = treatment_id or schedule.treatment(f"Classic {starts_at:%d%H%M}").id
        return schedule.appointment(client_id, therapist.user_id, treatment_id, starts_at, state=state).id


def draft(actor: Actor, appointment_id: int, content: NoteContent | None = None) -> tuple[int, int]:
    """A saved draft, in a transaction of its own: its id and version."""
    with guard.acting(actor), transaction():
        note = notes.open_note(actor, appointment_id)
        note = notes.save_draft(actor, note.id, content or words(), version=note.version)
        return note.id, note.version


def signed(actor: Actor, appointment_id: int, content: NoteContent | None = None) -> int:
    """A signed note: its id."""
    note_id, version = draft(actor, appointment_id, content)
    with guard.acting(actor), transaction():
        notes.sign(actor, note_id, version=version)
    return note_id


def limit(actor: Actor, client_id: int, place: Place, level: int, said: str = "Disc, 2024") -> None:
    """The therapist limits a place of a client, with a condition in words of their own."""
    with guard.acting(actor), transaction():
        add_condition(actor, client_id, ConditionContent(words=said, places=(place,), own_limit=level))


def note_rows() -> list[SessionNote]:
    from sqlalchemy import select

    from practice.core.db import db
    return list(db.session.scalars(select(SessionNote)))
