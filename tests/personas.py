"""The cast: one practice in Dublin, the people who work there, and how a test becomes one of them.

Olive owns it, Theo and Tara are therapists, Rae is at reception, Bo keeps the books, Sol is all three in one.
"""
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher

from practice.access import guard
from practice.access.actor import Actor, staff, system
from practice.access.roles import Role
from practice.accounts import passwords
from practice.accounts.services.users import add_user
from practice.core.db import transaction
from practice.premises import services as premises
from practice.premises.models import PriceMode, Room
from practice.premises.queries import main_location_id

# A Tuesday, in the morning, in winter time.
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)

CAST = {
    "olive": ("Olive Byrne", {Role.OWNER}),
    "theo": ("Theo Marsh", {Role.THERAPIST}),
    "tara": ("Tara Lindqvist", {Role.THERAPIST}),
    "rae": ("Rae Adeyemi", {Role.RECEPTION}),
    "bo": ("Bo Haddad", {Role.BOOKKEEPER}),
    "sol": ("Sol Vega", {Role.OWNER, Role.THERAPIST, Role.RECEPTION}),
}
PASSWORD = "seven calm otters swim"

passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class People:
    """The actors of the cast, by name: `people.theo`."""

    olive: Actor
    theo: Actor
    tara: Actor
    rae: Actor
    bo: Actor
    sol: Actor
    system: Actor

    def email(self, name: str) -> str:
        return f"{name}@example.com"


def open_house() -> People:
    """The practice with settings, two rooms and the whole cast; written through the services."""
    house = system("setting the stage")
    actors = {}
    with guard.acting(house), transaction():
        premises.open_practice(house, name="Linden Lane Massage", time_zone="Europe/Dublin", country="IE",
                               currency="EUR", price_mode=PriceMode.GROSS, tax_name="VAT 13.5 %", tax_rate=135000,
                               address="1 Linden Lane\nDublin", phone="+35315550100", grace=None)
        for number in (1, 2):
            premises.save(house, Room, None, name=f"Room {number}", location_id=main_location_id())
        for name, (full_name, roles) in CAST.items():
            user = add_user(house, name=full_name, email=f"{name}@example.com", password=PASSWORD, roles=roles,
                            must_change_password=False)
            actors[name] = staff(user.id, roles, name=full_name)
    return People(**actors, system=house)
