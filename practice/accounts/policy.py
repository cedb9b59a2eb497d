"""Colleagues know each other's names; one's own sign-ins are one's own; secrets are for the house alone."""
from sqlalchemy import true

from practice.access.actor import Actor, Kind
from practice.access.permissions import Permission
from practice.access.policy import everyone_with, register, system_only
from practice.accounts.models import (
    Attempt,
    Authenticator,
    FirstRunCode,
    Passkey,
    RecoveryCode,
    SignIn,
    TherapistProfile,
    Ticket,
    User,
    UserRole,
)


def own_or_owner(model: type):
    """A rule: one's own rows, and everybody's for who may end them."""
    def rows(actor: Actor):
        if actor.may(Permission.USER_EDIT):
            return true()
        return model.__table__.c.user_id == actor.user_id if actor.kind is Kind.STAFF else None
    return rows


for model in (User, UserRole, TherapistProfile):
    register(model, everyone_with(Permission.USER_READ))
for model in (SignIn, Authenticator, RecoveryCode, Passkey, Ticket):
    register(model, own_or_owner(model))
for model in (Attempt, FirstRunCode):
    register(model, system_only)
