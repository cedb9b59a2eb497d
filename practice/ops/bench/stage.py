"""What a bench database begins with, written by the services: the practice, its people, a treatment, the forms."""
from dataclasses import dataclass

from sqlalchemy import select

from practice.access import guard
from practice.access.actor import system
from practice.access.roles import Role
from practice.accounts.services.users import add_user
from practice.catalog.services import save_treatment
from practice.core.db import db, transaction
from practice.intake.models import FormVersion
from practice.intake.services.forms import install_shipped
from practice.ops.bench.sizes import Size
from practice.premises.models import Issuer, PriceMode
from practice.premises.queries import main_location_id, tax_codes
from practice.premises.services import open_practice
from practice.schedule.services.shifts import Hours, set_hours

TIME_ZONE = "Europe/Dublin"
PASSWORD = "nine slow herons wade"  # of everybody in a bench database, which holds nothing of anybody
DESK, OWNER = "desk@example.com", "owner@example.com"
PRICE, TAX_RATE, MINUTES, BUFFER = 7_500, 135_000, 50, 10


def email_of(therapist: int) -> str:
    """Under which the therapist of that number (from 0) signs in."""
    return f"therapist{therapist}@example.com"


@dataclass(frozen=True)
class Stage:
    """The numbers of the rows that everything else refers to."""

    therapist_ids: tuple[int, ...]
    treatment_id: int
    location_id: int
    issuer_id: int
    form_id: int


def set_stage(size: Size) -> Stage:
    """Open the practice in an empty database; needs an application context."""
    house = system("bench")
    with guard.acting(house), transaction():
        open_practice(house, name="Bench", time_zone=TIME_ZONE, country="IE", currency="EUR",
                      price_mode=PriceMode.GROSS, tax_name="VAT 13.5 %", tax_rate=TAX_RATE, address="1 Bench Street",
                      grace=None)
        therapist_ids = []
        for number in range(size.therapists):
            user = add_user(house, name=f"Therapist {number + 1}", email=email_of(number), password=PASSWORD,
                            roles={Role.THERAPIST}, must_change_password=False)
            set_hours(house, user.id, [Hours(day, 8 * 60, 18 * 60) for day in range(7)])
            therapist_ids.append(user.id)
        for name, email, role in (("Rae Desk", DESK, Role.RECEPTION), ("Ona Owner", OWNER, Role.OWNER)):
            add_user(house, name=name, email=email, password=PASSWORD, roles={role}, must_change_password=False)
        treatment = save_treatment(house, None, name="Classic 50", neutral_name="Treatment, 50 minutes",
                                   minutes=MINUTES, buffer_minutes=BUFFER, price_amount=PRICE, needs_room=False,
                                   tax_code_id=tax_codes()[0].id)
        install_shipped(house)
        form_id = db.session.scalar(select(FormVersion.id).where(FormVersion.key == "full"))
        return Stage(tuple(therapist_ids), treatment.id, main_location_id(), db.session.scalar(select(Issuer.id)),
                     form_id)
