"""How a day of the demo practice goes: booked ahead, carried out, written down, charged."""
import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from practice.access.actor import Actor, link
from practice.billing.models.payments import Method
from practice.billing.services.checkout import checkout
from practice.billing.services.packages import sell_package
from practice.billing.services.payments import take_payment
from practice.clients.models import ReminderChannel
from practice.clients.queries import get_client
from practice.clients.services import register_client
from practice.core import clock
from practice.core.body import Place
from practice.core.db import db
from practice.demo.answers import answers_for
from practice.demo.cast import TREATMENTS, Person
from practice.demo.notes import note_for
from practice.intake.definition import FormDefinition
from practice.intake.services.links import begin, invite
from practice.safety.queries.known import known
from practice.safety.rules import AllergyFact
from practice.safety.services.conditions import accept
from practice.safety.services.consents import give_consent
from practice.safety.services.profile import set_allergies
from practice.safety.services.receiving import receive_form
from practice.safety.services.reviews import mark_reviewed
from practice.schedule.queries.appointments import get_appointment
from practice.schedule.services.booking import book
from practice.schedule.services.messages import tell_therapist
from practice.schedule.services.states import set_state
from practice.schedule.states import AppointmentState as S
from practice.sessions.services.handover import hand_over
from practice.sessions.services.notes import open_note, save_draft, sign

REBOOKED = 0.6  # of the visits that took place
STARTS = (time(9), time(10, 15), time(11, 30), time(13, 30), time(14, 45), time(16))


@dataclass
class Stage:
    """Who acts, what is sold, and the dice: the same seed gives the same practice."""

    actors: dict[str, Actor]
    treatments: dict[str, int]
    form: FormDefinition
    zone: str
    weekdays: list[int]  # on which the practice is open, Monday is 0
    chance: random.Random
    loose_from: date = date.max  # until that day every note was signed
    owing: list[tuple[date, int, int, int]] = field(default_factory=list)  # paid on, client, document, minor units
    diary: dict[date, list["Visit"]] = field(default_factory=dict)

    @property
    def desk(self) -> Actor:
        return self.actors["ruth"]

    def at(self, day: date, wall: time) -> datetime:
        return clock.to_utc(datetime.combine(day, wall), self.zone)

    def visits(self, day: date) -> list["Visit"]:
        """Who comes on that day, in the order of the clock."""
        return sorted(self.diary.get(day, ()), key=lambda visit: (visit.starts_at, visit.appointment_id))

    def free_starts(self, key: str, day: date) -> list[time]:
        """When the therapist `key` has nobody yet on that day."""
        taken = {visit.starts_at for visit in self.diary.get(day, ()) if visit.person.therapist == key}
        return [start for start in STARTS if self.at(day, start) not in taken]


@dataclass
class Visit:
    """A booked visit of the demo."""

    person: Person
    appointment_id: int
    starts_at: datetime


def welcome(stage: Stage, person: Person, day: date) -> None:
    """Register a client; most of them send their form from the phone the same day."""
    desk = stage.desk
    row = register_client(desk, first_name=person.first, last_name=person.last, born_on=person.born_on,
                          phone=person.phone, email=person.email, street=person.street, postal_code="D08",
                          city="Dublin", country="IE", reminder_channel=ReminderChannel.SMS,
                          usual_therapist_id=stage.actors[person.therapist].user_id)
    person.client_id, person.due_on = row.id, day
    if stage.chance.random() < 0.93:
        send_form(stage, person, day)


def send_form(stage: Stage, person: Person, day: date) -> None:
    """Invite, open, fill in, sign, send: as the client's own link."""
    row, _secret = invite(stage.desk, person.client_id)
    db.session.flush()
    actor = link(row.id, person.client_id)
    begin(actor)
    answers = answers_for(person, stage.form, day)
    receive_form(actor, answers, answers["signature"])
    db.session.flush()


def book_ahead(stage: Stage, waiting: list[Person], day: date) -> None:
    """Fill the day with who is due, each with their therapist."""
    for key in ("jon", "aiko"):
        due = [person for person in waiting if person.therapist == key and person.due_on and person.due_on <= day]
        due.sort(key=lambda person: person.due_on)
        free = stage.free_starts(key, day)
        wanted = len(free) - (1 if stage.chance.random() < 0.4 else 0)
        for start, person in zip(free, due[:wanted], strict=False):
            _book(stage, person, day, start)


def _book(stage: Stage, person: Person, day: date, start: time) -> None:
    starts_at = stage.at(day, start)
    row = book(stage.desk, client_id=person.client_id, therapist_id=stage.actors[person.therapist].user_id,
               treatment_id=stage.treatments[person.treatment], starts_at=starts_at)
    stage.diary.setdefault(day, []).append(Visit(person, row.id, starts_at))
    person.due_on = None


def carry_out(stage: Stage, visit: Visit, day: date, *, until: S = S.DONE, is_charged: bool = True) -> None:
    """One visit: how it ended, the note, the hand-over, the money. `until` stops on the way, for today."""
    person, chance, desk = visit.person, stage.chance, stage.desk
    _held = get_client(person.client_id), get_appointment(visit.appointment_id)  # a row that is held is not read again
    roll = chance.random()
    if until is S.DONE and roll < 0.07:
        ending = S.NO_SHOW if roll < 0.028 else S.CANCELLED_LATE if roll < 0.045 else S.CANCELLED_EARLY
        set_state(desk, visit.appointment_id, ending)
        _come_back(person, day, 7)
        return
    set_state(desk, visit.appointment_id, S.ARRIVED)
    if chance.random() < 0.05:
        tell_therapist(desk, visit.appointment_id, "Came by bike today and is a little out of breath.")
    if until is S.ARRIVED:
        return
    if until is S.IN_SESSION:
        set_state(desk, visit.appointment_id, S.IN_SESSION)
        return
    _write(stage, visit, day)
    if is_charged:
        _charge(stage, visit, day)
    _come_back(person, day, person.every)
    if chance.random() < REBOOKED:
        _rebook(stage, person)


def _rebook(stage: Stage, person: Person) -> None:
    """The next visit is booked before the client leaves, if their therapist is free on the day they are due."""
    day = person.due_on
    if day is None:
        return
    while day.weekday() not in stage.weekdays:
        day += timedelta(days=1)
    free = stage.free_starts(person.therapist, day)
    if free:
        _book(stage, person, day, stage.chance.choice(free))


def _write(stage: Stage, visit: Visit, day: date) -> None:
    """What the therapist does: decide, read the brief, write, sign, hand over."""
    person, therapist = visit.person, stage.actors[visit.person.therapist]
    if person.known is None:  # after the first visit nothing about it changes any more
        _decide(therapist, person, known(person.client_id, day))
        person.known = known(person.client_id, day)
    sold = next(item for item in TREATMENTS if item.name == person.treatment)
    with db.session.no_autoflush:  # the review is written with the note that is begun
        mark_reviewed(therapist, person.client_id, appointment_id=visit.appointment_id, seen={})
        note = open_note(therapist, visit.appointment_id)
    content = note_for(person, person.known, sold.techniques, sold.minutes, stage.chance)
    note = save_draft(therapist, note.id, content, version=note.version)
    if stage.chance.random() < 0.85 or day < stage.loose_from:
        sign(therapist, note.id, version=note.version)
    with db.session.no_autoflush:  # and the signature with the hand-over
        hand_over(therapist, visit.appointment_id, treatment_id=stage.treatments[person.treatment],
                  minutes=sold.minutes, back_in_days=person.every if person.visits_left > 1 else None)
    person.visits += 1
    person.visits_left -= 1
    person.pain = max(1, min(8, content.pain_after + stage.chance.choice((0, 1, 1, 2))))


def _decide(therapist: Actor, person: Person, facts) -> None:
    """The first visit: what the form proposes is accepted, allergies are asked, sensitive areas agreed."""
    for row, _content in facts.to_decide:
        accept(therapist, row.id, version=row.version)
    named = tuple(AllergyFact(fact.substance, fact.severity, fact.reaction, "grapeseed oil")
                  for fact in facts.facts.allergies)
    set_allergies(therapist, person.client_id, named)
    regions = {Place.parse(key).region for key in person.story.regions}
    if "gluteal" in regions:
        give_consent(therapist, person.client_id, ["gluteal"])


def _charge(stage: Stage, visit: Visit, day: date) -> None:
    """At the desk: a package for some, most pay at once; a few go home with an open invoice and most of them pay it."""
    person, chance, desk = visit.person, stage.chance, stage.desk
    package_id = _package(stage, person)
    price = next(item.price for item in TREATMENTS if item.name == person.treatment)
    pays_now = chance.random() > 0.045
    payments = [(Method(person.pays), price)] if package_id is None and pays_now else []
    tip = 500 if payments and visit.appointment_id % 9 == 0 else 0
    receipt = checkout(desk, visit.appointment_id, payments=[(method, price + tip) for method, price in payments],
                       request_key=f"demo-{visit.appointment_id}", package_id=package_id, tip=tip)
    if receipt.document_id is None or pays_now:
        return
    half = price // 2 if chance.random() < 0.4 else 0
    if half:
        take_payment(desk, client_id=person.client_id, amount=half, method=Method.BANK,
                     request_key=f"demo-half-{visit.appointment_id}", document_id=receipt.document_id)
    if chance.random() < 0.95:
        stage.owing.append((day + timedelta(days=chance.randint(4, 30)), person.client_id, receipt.document_id,
                            price - half))


def settle(stage: Stage, day: date) -> None:
    """The bank transfers that have come in by that day."""
    for item in [item for item in stage.owing if item[0] <= day]:
        _day, client_id, document_id, amount = item
        take_payment(stage.desk, client_id=client_id, amount=amount, method=Method.BANK,
                     request_key=f"demo-rest-{document_id}", document_id=document_id)
        stage.owing.remove(item)


def _package(stage: Stage, person: Person) -> int | None:
    """The package a client uses, sold when the old one is used up."""
    if not person.has_package:
        return None
    if person.package_left == 0:
        price = next(item.price for item in TREATMENTS if item.name == person.treatment)
        package = sell_package(stage.desk, client_id=person.client_id, treatment_id=stage.treatments[person.treatment],
                               sessions=5, price_amount=price * 45 // 10)
        take_payment(stage.desk, client_id=person.client_id, amount=price * 45 // 10, method=Method.CARD,
                     request_key=f"demo-package-{package.id}", document_id=package.document_id)
        person.package_id, person.package_left = package.id, 5
    person.package_left -= 1
    return person.package_id


def _come_back(person: Person, day: date, days: int) -> None:
    person.due_on = day + timedelta(days=days) if person.visits_left > 0 else None
