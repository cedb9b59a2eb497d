"""Fills an empty database with the demo practice: fourteen months of it, one transaction a simulated day."""
import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from practice.access import guard
from practice.access.actor import staff, system
from practice.access.guard import system_session
from practice.access.roles import ROLE_LABELS, Role
from practice.accounts.queries import is_empty
from practice.accounts.services.users import add_user, get_user, set_profile
from practice.audit import services as audit
from practice.audit.models import AuditRow
from practice.catalog.queries import treatments
from practice.catalog.services import save_product, save_treatment
from practice.core import clock
from practice.core.db import transaction
from practice.demo import money
from practice.demo.cast import PASSWORD, PRODUCTS, STAFF, TREATMENTS, Person, people
from practice.demo.days import Stage, book_ahead, carry_out, settle, welcome
from practice.intake.definition import shipped
from practice.intake.services.forms import install_shipped
from practice.premises.models import PriceMode, Room, TaxCode
from practice.premises.queries import everything, main_location_id, settings, tax_codes
from practice.premises.services import change_settings, open_practice, save
from practice.schedule.models import BlockKind
from practice.schedule.services.blocks import block_time
from practice.schedule.services.shifts import Hours, set_hours
from practice.schedule.states import AppointmentState as S

NAME = "Willow Street Massage"
ZONE = "Europe/Dublin"
MONTHS = 14
CLIENTS = 162
STILL_AT_THE_DESK = timedelta(minutes=90)  # who has just finished waits to be checked out
FORMS_HOLD_DAYS = 2 * 365
AHEAD = 10  # days that are booked ahead at the end
LOOSE = 5  # days in which a note may still wait to be signed
HOUSE = system("building the demo practice")


def is_foreign() -> bool:
    """Whether the database holds a practice that is not the demo."""
    held = settings()
    if held is None:
        return not is_empty()
    return held.name != NAME and not is_whole()  # whoever looks around may give it another name


def is_whole() -> bool:
    """Whether the demo was built to its end; building it may have been interrupted."""
    with system_session("is the demo whole") as session:
        return session.scalar(select(AuditRow.id).where(AuditRow.action == "demo.ready").limit(1)) is not None


def log_ins() -> list[str]:
    """Who can sign in, one line each."""
    roles = {person.email: ", ".join(ROLE_LABELS[role] for role in person.roles) for person in STAFF}
    return [f"  {person.email:<18} {PASSWORD:<20} {person.name}, {roles[person.email]}" for person in STAFF]


def fill(now: datetime | None = None) -> None:
    """Build the whole demo up to `now` (default: this moment) and a few days beyond."""
    now = now or clock.now()
    today = clock.local_date(now, ZONE)
    first = today - timedelta(days=MONTHS * 30)
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    open_on = working_week(today)
    working = [day for day in days if day.weekday() in open_on]
    chance = random.Random(20)
    try:
        clock.set_to(_at(first, time(7)))
        stage = set_up(chance, open_on)
        stage.loose_from = today - timedelta(days=LOOSE)
        with _rarely_tidied(), Progress(TextColumn("Filling the demo practice"), BarColumn(), MofNCompleteColumn(),
                                        TextColumn("days"), TimeElapsedColumn(), refresh_per_second=4) as progress:
            live(stage, working, today, now, progress)
    finally:
        clock.set_to(None)
        guard.bind(None)


@contextmanager
def _rarely_tidied() -> Iterator[None]:
    """A day leaves little garbage in circles: looking for it after every few hundred objects takes longer than days."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _at(day: date, wall: time) -> datetime:
    return clock.to_utc(datetime.combine(day, wall), ZONE)


def working_week(today: date) -> list[int]:
    """The five weekdays on which the practice is open, Monday is 0; whoever looks at a weekend finds it at work too."""
    last = max(4, today.weekday())
    return list(range(last - 4, last + 1))


def set_up(chance: random.Random, weekdays: list[int]) -> Stage:
    """The practice, its staff, rooms, treatments, hours and forms: one transaction."""
    guard.bind(HOUSE)
    with transaction():
        row = open_practice(HOUSE, name=NAME, time_zone=ZONE, country="IE", currency="EUR", price_mode=PriceMode.GROSS,
                            tax_name="VAT 13.5 %", tax_rate=135000, address="12 Willow Street\nDublin 8",
                            tax_number="IE 0000000X", phone="+35315550123", email="hello@example.com", grace=None)
        change_settings(HOUSE, version=row.version, intake_valid_days=FORMS_HOLD_DAYS)
        for number in (1, 2, 3):
            save(HOUSE, Room, None, name=f"Room {number}", location_id=main_location_id())
        users = {}
        for person in STAFF:
            user = add_user(HOUSE, name=person.name, email=person.email, password=PASSWORD, roles=person.roles,
                            must_change_password=False)
            users[person.key] = staff(user.id, person.roles, name=person.name)
            if Role.THERAPIST in person.roles:
                profile = get_user(user.id).profile
                set_profile(HOUSE, user.id, short_name=person.name.split()[0], colour=profile.colour,
                            registration_body="MTI", registration_number=person.registration, version=profile.version)
                set_hours(HOUSE, user.id, [Hours(day, 9 * 60, 13 * 60) for day in weekdays]
                          + [Hours(day, 13 * 60 + 30, 18 * 60) for day in weekdays])
        tax = tax_codes()[0].id
        treatments = {sold.name: save_treatment(
            HOUSE, None, name=sold.name, neutral_name=sold.neutral_name, minutes=sold.minutes, buffer_minutes=10,
            price_amount=sold.price, tax_code_id=tax, usual_techniques=sold.techniques).id for sold in TREATMENTS}
        for name, price in PRODUCTS:
            save_product(HOUSE, None, name=name, price_amount=price, tax_code_id=tax)
        install_shipped(HOUSE)
        money.switch_on(HOUSE)
        audit.record(HOUSE, "demo.fill")
    return Stage(users, treatments, shipped("full"), ZONE, weekdays, chance)


def live(stage: Stage, working: list[date], today: date, now: datetime, progress: Progress) -> None:
    """Every working day up to today, then what is booked ahead."""
    crowd = people(stage.chance, CLIENTS, len(working))
    known: list[Person] = []
    task = progress.add_task("", total=len(working))
    for number, day in enumerate(working):
        clock.set_to(_at(day, time(8)))
        with transaction():
            money.open_day(stage, day)
            settle(stage, day)
            for person in crowd:
                if person.joins_on_day == number:
                    welcome(stage, person, day)
                    money.agree(stage, person.client_id, day)
                    known.append(person)
            _held = everything(TaxCode), treatments()  # a row that is held is not read again
            for ahead in _next_days(working, number, today):
                book_ahead(stage, known, ahead)
            if day < today:
                for visit in stage.visits(day):
                    clock.set_to(visit.starts_at + timedelta(minutes=70))
                    carry_out(stage, visit, day)
                money.close_day(stage, day, known[-1].client_id if known else None)
            else:
                _today(stage, day, now)
        progress.advance(task)
    with transaction():
        clock.set_to(min(now, _at(today, time(18))))
        later = [today + timedelta(days=number) for number in range(1, AHEAD + 1)]
        for day in later:
            if day.weekday() in stage.weekdays:
                book_ahead(stage, known, day)
        audit.record(HOUSE, "demo.ready")


def _next_days(working: list[date], number: int, today: date) -> list[date]:
    """The day that is booked today: three working days ahead, and the first ones on the first day."""
    if number == 0:
        return working[1:4]
    return [working[number + 3]] if number + 3 < len(working) else []


def _today(stage: Stage, day: date, now: datetime) -> None:
    """Today as it stands at this moment: done, in session, arrived, or still to come."""
    for visit in stage.visits(day):
        ends = visit.starts_at + timedelta(minutes=60)
        if ends + timedelta(minutes=10) <= now:
            clock.set_to(ends)
            carry_out(stage, visit, day, is_charged=ends < now - STILL_AT_THE_DESK)
        elif visit.starts_at <= now:
            clock.set_to(now)
            carry_out(stage, visit, day, until=S.IN_SESSION)
        elif visit.starts_at - timedelta(minutes=30) <= now:
            clock.set_to(now)
            carry_out(stage, visit, day, until=S.ARRIVED)
    for key in ("jon", "aiko"):
        block_time(stage.desk, therapist_id=stage.actors[key].user_id, starts_at=stage.at(day, time(17, 15)),
                   ends_at=stage.at(day, time(18)), kind=BlockKind.OTHER, words="Paperwork")
