"""Forms that came in, and a client with a history, as a therapist meets them in the brief."""
from datetime import date, datetime, timedelta

from practice.access import guard
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db, transaction
from practice.intake.services.links import begin
from practice.safety.queries.known import known
from practice.safety.rules import AllergyFact
from practice.safety.services import conditions, profile
from practice.safety.services.consents import give_consent
from practice.safety.services.receiving import receive_form
from practice.schedule.services.messages import tell_therapist
from practice.schedule.states import AppointmentState as S
from practice.sessions.content import NoteContent, WorkRow
from tests.factories import clients, intake, schedule, sessions
from tests.personas import NOW, People

TODAY = NOW.date()
NECK = Place("neck_posterior", "middle")
VISITS = (date(2026, 9, 8), date(2026, 9, 22), date(2026, 10, 6), date(2026, 10, 20), date(2026, 11, 3))
PAIN = ((7, 5), (6, 4), (6, 4), (5, 3), (5, 2))


def send(people: People, client_id: int, *, form_key: str = "full", **changes) -> int:
    """A form of the client, sent now with these answers over those of somebody healthy; the submission's id."""
    actor, _secret = intake.address(people, client_id, form_key=form_key)
    signed = changes.pop("signature", intake.TYPED)
    answers = changes.pop("answers", None) or intake.healthy(**changes)
    with guard.acting(actor), transaction():
        begin(actor)
        return receive_form(actor, answers, signed)


def look(people: People, client_id: int, on: date = TODAY):
    """What is known of the client on that day, read anew by Theo."""
    db.session.rollback()
    with guard.acting(people.theo):
        return known(client_id, on)


def accept_all(people: People, client_id: int) -> None:
    """Theo accepts everything that is proposed."""
    with guard.acting(people.theo):
        pairs = [(row.id, row.version) for row, _content in known(client_id, NOW.date()).to_decide]
        for condition_id, version in pairs:
            with transaction():
                conditions.accept(people.theo, condition_id, version=version)


def answers_of_priya(**changes) -> dict:
    return intake.healthy(**{
        "full_name": "Priya Raman", "birth_date": "1992-03-01", "goals": ["pain", "posture"], "pressure": "3",
        "pain_where": {str(NECK): 7}, "pain_acute": "no", "never_more": ["abdomen:left", "abdomen:right"],
        "never_more_level": "3", "nerves": ["disc"], "disc_since": "2024", "joints": ["tendon"],
        "tendon_where": ["shoulder:right"], "allergies": ["nut", "lanolin"], "allergy_severe": "no",
        "allergy_reaction": "Skin reacts in minutes", **changes})


def with_history(people: People) -> tuple[int, int]:
    """Priya: five sessions with Theo, a disc and a shoulder, allergies; at NOW a new form, and she has arrived.

    Returns her id and that of today's appointment.
    """
    with clock.frozen(datetime.fromisoformat("2026-09-07T10:00:00+00:00")):
        with guard.acting(people.system), transaction():
            row = clients.client("Priya", "Raman", born_on=date(1992, 3, 1), pronouns="she/her")
            clients.care(row.id, people.theo.user_id, days=120)
            client_id, treatment_id = row.id, schedule.treatment().id
            schedule.hours(people.theo.user_id)
        send(people, client_id, answers=answers_of_priya())
        accept_all(people, client_id)
        with guard.acting(people.theo), transaction():
            profile.set_allergies(people.theo, client_id, (
                AllergyFact("Nuts or almond oil", reaction="Skin reacts in minutes", use_instead="grapeseed"),
                AllergyFact("Wool wax")))
            give_consent(people.theo, client_id, ("gluteal", "chest", "breast", "thigh_medial"))
    for day, (before, after) in zip(VISITS, PAIN, strict=True):
        session(people, client_id, treatment_id, day, before, after)
    with clock.frozen(NOW - timedelta(minutes=30)):
        send(people, client_id, answers=answers_of_priya(
            pressure="4", pain_where={str(NECK): 4}, medicines=[{"name": "Ibuprofen", "dose": "400 mg, every day"}],
            skin=["bruise"], bruise_where=["calf:left"], bruise_since="2026-11-15"))
    with guard.acting(people.system), transaction():
        appointment = schedule.appointment(client_id, people.theo.user_id, treatment_id, schedule.at(11, 15),
                                           state=S.ARRIVED)
        return client_id, appointment.id


def session(people: People, client_id: int, treatment_id: int, day: date, before: int, after: int) -> int:
    """A session of an hour with Theo on that day, its note signed; the note's id."""
    starts_at = schedule.at(11, day=day)
    with clock.frozen(starts_at + timedelta(minutes=70)):
        appointment_id = sessions.visit(people, starts_at, client_id=client_id, treatment_id=treatment_id, state=S.DONE)
        return sessions.signed(people.theo, appointment_id, NoteContent(
            subjective="Stiff after driving", objective="Turns left 60 degrees",
            assessment="tired next day, no soreness", plan="Turn the head to reverse the car, both sides", rows=(
                WorkRow(NECK, "trigger_point", 3, 10), WorkRow(Place("upper_back", "left"), "petrissage", 3, 12),
                WorkRow(Place("upper_back", "right"), "petrissage", 3, 13),
                WorkRow(Place("shoulder", "left"), "effleurage", 2, 15)),
            pain_place=NECK, pain_before=before, pain_after=after, how_taken="well", back_in_days=14,
            reasons={}, home_care=(("ball", "2 × 1 minute"),)))


def tell(people: People, appointment_id: int, text: str) -> int:
    """A message of the desk about an appointment."""
    with guard.acting(people.rae), transaction():
        return tell_therapist(people.rae, appointment_id, text)
