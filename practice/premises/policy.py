"""The practice's own data are open to everybody who works there, and to a client with a form's address."""
from sqlalchemy import true

from practice.access.actor import Actor, Kind
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register
from practice.premises.models import Issuer, Location, PaymentMethod, Practice, PriceGroup, Room, TaxCode


def practice_rows(actor: Actor):
    return true() if actor.may(Permission.PREMISES_READ) or actor.kind is Kind.LINK else None


register(Practice, practice_rows)
for model in (TaxCode, PaymentMethod, PriceGroup, Location, Room, Issuer):
    register(model, everyone_with(Permission.PREMISES_READ))
